/** All routes of the console over real accounts, a real audit log and a real Redis; calls and telephony are made by hand. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { Accounts } from '../../../src/accounts/accounts.js';
import { needsSecondFactor } from '../../../src/accounts/happenings.js';
import type { Role } from '../../../src/accounts/roles.js';
import { fromBase32, hotp, stepAt } from '../../../src/accounts/totp.js';
import type { Archive } from '../../../src/archive/archive.js';
import type { CallRecord } from '../../../src/archive/lifecycle.js';
import type { RecordingReader } from '../../../src/archive/reader.js';
import { AuditLog } from '../../../src/audit/audit-log.js';
import { noAlarms } from '../../../src/base/alarms.js';
import { HalinaError } from '../../../src/base/errors.js';
import { silentLog } from '../../../src/base/log.js';
import { consoleSection } from '../../../src/config/console.js';
import { promptDoor } from '../../../src/app/prompts.js';
import { routingDoor } from '../../../src/app/routing-door.js';
import { soundsIn } from '../../../src/app/prompts.js';
import { promptsFolder } from '../../../src/app/prompts-folder.js';
import type { CallApplication } from '../../../src/calls/application.js';
import { callStory } from '../../../src/calls/office/preview.js';
import { noSettings } from '../../../src/calls/office/settings.js';
import { parseConfig } from '../../../src/config/load.js';
import type { Config } from '../../../src/config/schema.js';
import type { RoutingDoor } from '../../../src/console/routes/routing-door.js';
import { build } from '../../../src/console/console-server.js';
import { systemClock } from '../../../src/base/clock.js';
import type { LiveCall, OfficeStatus, Trouble } from '../../../src/console/doors.js';
import { EventHub } from '../../../src/console/events/hub.js';
import { LiveFeed } from '../../../src/console/events/live-feed.js';
import { SESSION_COOKIE } from '../../../src/console/frame/cookies.js';
import { Idempotency } from '../../../src/console/frame/idempotency.js';
import type { Route } from '../../../src/console/frame/route.js';
import { Grants } from '../../../src/console/listening/grants.js';
import { routesOf, type OfficeParts } from '../../../src/console/office-console.js';
import { ListeningSessions } from '../../../src/console/listening/sessions.js';
import type { ReportsDoor } from '../../../src/console/routes/reports.js';
import { csvOf } from '../../../src/requests/reports/csv.js';
import { Endings } from '../../../src/console/sessions/endings.js';
import type { Session } from '../../../src/console/sessions/session.js';
import { SessionStore } from '../../../src/console/sessions/session-store.js';
import { NodeFileStore } from '../../../src/journal/node-files.js';
import { AccessRequests } from '../../../src/requests/access-requests.js';
import { Disclosures } from '../../../src/requests/disclosures.js';
import { Listening } from '../../../src/requests/listening.js';
import { defaultRules } from '../../../src/requests/machine/rules.js';
import { Letters } from '../../../src/requests/papers/letters.js';
import { Press } from '../../../src/requests/papers/press.js';
import { sine, wavOf } from '../media/wav.js';
import { HoldBook } from '../request-office.js';
import { callEntry } from '../spool-maker.js';
import { VirtualClock } from '../virtual-clock.js';
import { ORIGIN, type RedisStand, type Visitor } from './stand.js';

/** A recording of bytes that say where they stand. */
export const SOUND = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
export const SOUND_MS = 25_000;

/** The archive's door with one recorded call. */
export class OneCall {
  readonly entry = callEntry({});
  readonly opened: RecordingReader[] = [];
  closed = 0;
  readonly holds = new HoldBook();
  sound: Buffer = SOUND;
  durationMs = SOUND_MS;
  record: CallRecord = {
    entry: this.entry,
    state: { phase: 'recorded', recording: { bytes: SOUND.length, sha256: 'a'.repeat(64), durationMs: SOUND_MS } },
    dialogs: [],
    units: ['USC'],
  };

  find = (id: string): Promise<CallRecord | undefined> =>
    Promise.resolve(id === this.entry.id ? this.record : undefined);
  hold = this.holds.hold.bind(this.holds);
  release = this.holds.release.bind(this.holds);
  guards = this.holds.guards;
  search = () => Promise.resolve({ calls: [this.record], answeredBy: 'index' as const });
  held = () => Promise.resolve([this.record]);
  open = (): Promise<RecordingReader> => {
    const reader: RecordingReader = {
      bytes: this.sound.length,
      durationMs: this.durationMs,
      sha256: 'a'.repeat(64),
      read: (offset, length) => Promise.resolve(this.sound.subarray(offset, offset + length)),
      close: () => {
        this.closed += 1;
        return Promise.resolve();
      },
    };
    this.opened.push(reader);
    return Promise.resolve(reader);
  };
}

const builtPages = resolve(import.meta.dirname, '../../../../dist/web');

const probed = {
  trunk: 'operator',
  proxy: 'sip:x',
  addresses: ['192.0.2.1'],
  status: 200,
  reason: 'OK',
  afterMs: 12,
  advertised: '192.0.2.9',
  at: 0,
};

/** An office in which nothing goes on. */
const quiet: OfficeStatus = {
  at: 0,
  startedAt: 0,
  trunks: [{ name: 'operator', proxy: 'sip:x', health: 'up', calls: 0 }],
  handsets: [{ extension: '201', displayName: 'Sekretariat', contacts: [] }],
  queues: [],
  calls: { running: 0, recording: 0, most: 200 },
  disk: { used: 1, quota: 10, free: 9, recordings: 1, reachesBackDays: 3 },
  alarms: [{ code: 'TRUNK_DOWN', subject: 'operator', message: 'operator nie odpowiada', since: 1 }],
  bans: [],
  counters: { authentication: {}, guard: {} },
};

const report = {
  title: 'Zestawienie',
  about: 'marzec',
  sections: [{ heading: 'Wnioski', columns: ['Co', 'Liczba'], rows: [['=1+1', '2']] }],
};
const oneReport: ReportsDoor = {
  monthly: () => Promise.resolve(report),
  requests: () => Promise.resolve(report),
  processing: () => Promise.resolve(report),
  csv: csvOf,
  pdf: () => Promise.resolve(Buffer.from('%PDF-')),
};

/** In the place of a sealed export, which has tests of its own: a file that names its calls. */
const seal = ({ calls, path }: { calls: readonly unknown[]; path: string }) => {
  const content = `sealed ${JSON.stringify(calls)}`;
  writeFileSync(path, content, { flag: 'wx' });
  return Promise.resolve({ sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length });
};

/** An office with a line, opening hours and two handsets. */
export const OFFICE = `# an office
storage: { maxAge: 30d }
trunks:
  - name: operator
    proxy: sip:sip.example.net
    addresses: [192.0.2.1]
handsets:
  - { extension: "201", password: secret-of-201 }
  - { extension: "202", password: secret-of-202 }
routes:
  - name: main
    numbers: ["+48227836000"]
    to: { hours: office }

# when it is open
schedules:
  - name: week
    week: { mon: ["08:00-16:00"] }
hours:
  - name: office
    schedule: week
    open: { handsets: ["201", "202"] }
`;

/** A media engine as far as announcements need it. */
export class PromptEngine {
  readonly taken: string[] = [];
  prompt = (): undefined => undefined;
  takePrompt = (name: string, language: string): Promise<void> => {
    this.taken.push(`${language}/${name}`);
    return Promise.resolve();
  };
}

/** What a test has otherwise. */
export interface WholeChanges {
  readonly clock?: VirtualClock;
  readonly archive?: Archive;
  readonly parts?: (whole: Whole) => Partial<OfficeParts>;
  /** The configuration file. */
  readonly config?: string;
}

export class Whole {
  readonly engine = new PromptEngine();
  readonly clock: VirtualClock;
  readonly call = new OneCall();
  readonly origins = new Set([ORIGIN]);
  readonly #data = mkdtempSync(join(tmpdir(), 'halina-whole-'));
  readonly sessions: SessionStore;
  readonly grants: Grants;
  accounts!: Accounts;
  audit!: AuditLog;
  requests!: AccessRequests;
  disclosures!: Disclosures;
  hearing!: Listening;
  listening!: ListeningSessions;
  readonly press = new Press();
  http!: FastifyInstance;
  routes!: readonly Route[];

  private constructor(
    private readonly stand: RedisStand,
    private readonly changes: WholeChanges,
  ) {
    this.clock = changes.clock ?? new VirtualClock();
    this.grants = new Grants(this.clock, () => {});
    const limits = { idle: 1_200_000, absolute: 36_000_000 };
    this.sessions = new SessionStore(() => stand.redis, '{test}', limits, this.clock);
  }

  get #archive(): Archive {
    return this.changes.archive ?? (this.call as unknown as Archive);
  }

  static async open(stand: RedisStand, changes: WholeChanges = {}): Promise<Whole> {
    const whole = new Whole(stand, changes);
    await whole.#open();
    return whole;
  }

  async #open(): Promise<void> {
    await this.stand.redis.flushall();
    const { clock, sessions, grants } = this;
    const files = new NodeFileStore();
    const folder = join(this.#data, 'people');
    mkdirSync(folder);
    mkdirSync(join(this.#data, 'ours', 'pl'), { recursive: true });
    writeFileSync(join(this.#data, 'ours', 'pl', 'notice.wav'), wavOf(sine(600, 310)));
    this.audit = await AuditLog.open({ data: this.#data, files, clock, log: silentLog, alarms: noAlarms });
    const { audit } = this;
    this.accounts = await Accounts.open({ files, folder, clock, audit, zone: 'Europe/Warsaw', office: 'Urząd' });
    const letters = await this.#office();
    const hub = new EventHub(clock, () => Promise.resolve(true));
    const endings = new Endings(sessions, grants, silentLog);
    const people = (id: string) => this.accounts.person(id);
    this.listening = new ListeningSessions({ requests: this.requests, grants, people, clock, log: silentLog });
    const { listening } = this;
    sessions.onEnded((session) => {
      grants.endSession(session);
      listening.browserEnded(session);
    });
    this.accounts.onChange((account, what) => {
      endings.changed(account, what);
      listening.changed(account, what);
    });
    const parts: OfficeParts = {
      settings: consoleSection.parse({}),
      pages: builtPages,
      info: { title: 'Halina', version: '1' },
      tag: '{test}',
      redis: () => this.stand.redis,
      archive: this.#archive,
      accounts: this.accounts,
      requests: this.requests,
      disclosures: this.disclosures,
      letters,
      listening: this.hearing,
      zone: 'Europe/Warsaw',
      office: 'Urząd Miejski w Halinowie',
      audit,
      telephony: this.#telephony,
      quota: {
        usage: () => ({ used: 1, quota: 2_000_000_000, free: 1, recordings: 1, reachesBackDays: 1 }),
        plan: () => Promise.resolve({ recordings: 3, bytes: 5, fits: true }),
        forecast: () =>
          Promise.resolve({ reachDays: 90.5, weekBytes: 1_000_000, today: '2026-01-05', fullOn: '2026-05-01' }),
        holds: () => Promise.resolve(20_000_000_000),
        change: () => Promise.resolve(),
      },
      handsets: { list: () => [{ extension: '201' }], address: () => undefined },
      reports: oneReport,
      prompts: promptDoor({
        ours: join(this.#data, 'ours'),
        own: join(this.#data, 'own'),
        mayAdd: false,
        engine: this.engine,
      }),
      routing: this.#routing(),
      trunks: { probe: (trunk) => Promise.resolve(trunk === 'operator' ? probed : undefined) },
      // No calls can be made here; tests of trials bring an office that makes them.
      trials: {
        begin: () => {
          throw new HalinaError('TRIAL_REFUSED', 'no calls are taken', { hint: 'restart' });
        },
        view: () => undefined,
        hasTrunk: (name) => name === 'operator',
      },
      alerts: {
        view: () => ({ webhook: { host: 'monitor.example', signed: true }, atMost: 20, afterMs: 30_000 }),
        test: () => Promise.resolve([{ channel: 'webhook', failure: 'no answer' }]),
      },
      clock,
      log: silentLog,
      ...this.changes.parts?.(this),
    };
    this.#feed = new LiveFeed(hub, parts.telephony, systemClock, silentLog);
    this.routes = routesOf(parts, { sessions, grants, hub, endings, listening });
    this.http = await build({
      settings: parts.settings,
      routes: this.routes,
      pages: parts.pages,
      sessions,
      people,
      audit,
      idempotency: new Idempotency(parts.redis, '{test}'),
      origins: () => this.origins,
      info: parts.info,
      log: silentLog,
    });
  }

  troubles: Trouble[] = [];
  live: () => LiveCall[] = () => [];
  readonly #telephony = {
    live: () => this.live(),
    status: () => Promise.resolve(quiet),
    troubles: () => Promise.resolve([...this.troubles]),
  };
  #feed: LiveFeed | undefined;

  /** Real previews of a real configuration file. */
  #routing(): RoutingDoor {
    const file = join(this.#data, 'halina.yaml');
    writeFileSync(file, this.changes.config ?? OFFICE);
    const read = (): Config => parseConfig(readFileSync(file, 'utf8'), file);
    let config = read();
    const preview: CallApplication['preview'] = (ask, given) => callStory(given ?? config, noSettings, ask);
    const reload = (): Promise<void> => {
      config = read();
      return Promise.resolve();
    };
    return routingDoor(
      { configFile: file, demo: false },
      () => config,
      { preview },
      reload,
      () => soundsIn([promptsFolder]),
    );
  }

  /** Requests with their papers, as the program opens them. */
  async #office(): Promise<Letters> {
    const { clock, audit } = this;
    const common = { files: new NodeFileStore(), clock };
    const folder = join(this.#data, 'requests');
    const letterFolder = join(this.#data, 'letters');
    for (const path of [folder, letterFolder]) mkdirSync(path);
    const letters = new Letters({
      ...common,
      folder: join(folder, 'templates'),
      press: this.press,
      rules: defaultRules,
      letterhead: () => ['Urząd Miejski w Halinowie', 'ul. Spółdzielcza 1, 05-074 Halinów'],
      nameOf: (account) => this.accounts.view(account)?.name ?? account,
    });
    const archive = this.#archive;
    const given = { ...common, folder, audit, archive, log: silentLog, alarms: noAlarms };
    this.requests = await AccessRequests.open({ ...given, letters: letterFolder, papers: letters, sealCopy: seal });
    this.hearing = await Listening.open({ ...given, requests: this.requests });
    const sealed = join(this.#data, 'sealed');
    this.disclosures = await Disclosures.open({ ...given, letters: letterFolder, papers: letters, sealed, seal });
    return letters;
  }

  /** An account with these roles, and a second factor where they ask for it; the first ones are made while there is no Secretary, so that nothing waits. */
  account(login: string, ...roles: Role[]): Promise<string> {
    return this.accountOf(login, `Osoba ${login}`, roles);
  }

  async accountOf(login: string, name: string, roles: readonly Role[]): Promise<string> {
    const doer = { actor: { by: 'system' as const } };
    const { id } = (await this.accounts.create(doer, { login, name, roles, reason: 'test' })).account;
    if (!needsSecondFactor({ roles })) return id;
    const { secret } = this.accounts.signIn.beginSecondFactor(id);
    await this.accounts.signIn.confirmSecondFactor(doer, id, hotp(fromBase32(secret), stepAt(this.clock.now())));
    return id;
  }

  /** The Mayor lets the account hear. */
  async authorise(account: string, number = 'OR.1/2026'): Promise<string> {
    const doer = { actor: { by: 'system' as const } };
    const given = { account, number, scope: 'odsłuch', from: '2026-01-01' };
    return (await this.accounts.terms.enterAuthorisation(doer, given)).id;
  }

  async visitor(person: string, limited?: Session['limited']): Promise<Visitor> {
    const about = { person, source: '127.0.0.1', userAgent: 'test', ...(limited ? { limited } : {}) };
    const { session, token } = await this.sessions.start(about);
    return { cookie: `${SESSION_COOKIE}=${token}`, token: session.csrf, session: session.id };
  }

  ask(
    method: Route['method'],
    path: string,
    visitor?: Visitor,
    body: object = {},
    headers = {},
  ): Promise<LightMyRequestResponse> {
    const proof = { origin: ORIGIN, 'x-halina-token': visitor?.token ?? '' };
    return this.http.inject({
      method,
      url: `/api/v1${path}`,
      headers: { ...(visitor ? { cookie: visitor.cookie } : {}), ...(method === 'GET' ? {} : proof), ...headers },
      ...(method === 'GET' ? {} : { payload: body }),
    });
  }

  async events(event: string): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    for await (const { event: name, facts, role, actor } of this.audit.entries())
      if (name === event) found.push({ ...facts, role, by: actor.by === 'account' ? actor.id : actor.by });
    return found;
  }

  /** Listens, for a browser; gives the address of the pages. */
  async listen(): Promise<string> {
    const url = await this.http.listen({ host: '127.0.0.1', port: 0 });
    this.origins.add(url);
    return url;
  }

  async close(): Promise<void> {
    this.#feed?.close();
    await this.listening.close();
    this.grants.close();
    await this.http.close();
    await this.hearing.close();
    await this.disclosures.close();
    await this.requests.close();
    await this.press.close();
    await this.accounts.close();
    await this.audit.close();
    rmSync(this.#data, { recursive: true, force: true });
  }
}
