/**
 * An office whose console is measured: a million calls of its past, one recording of an hour, and people who are logged in. All
 * of it is made in the data folder before the program starts, and kept there for the next run.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Accounts } from '../../src/accounts/accounts.js';
import { roles } from '../../src/accounts/roles.js';
import { Folders } from '../../src/archive/folders.js';
import { connectRedis } from '../../src/archive/redis-link.js';
import { AuditLog } from '../../src/audit/audit-log.js';
import { noAlarms } from '../../src/base/alarms.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLog } from '../../src/base/log.js';
import { SESSION_COOKIE } from '../../src/console/frame/cookies.js';
import { SessionStore } from '../../src/console/sessions/session-store.js';
import { encodeSpool } from '../../src/recording/encode-spool.js';
import { speechLike } from '../../test/support/audio.js';
import type { Visitor } from '../../test/support/console/stand.js';
import type { Halina } from '../../test/support/e2e/halina.js';
import { callRecords, rtpOf, spoolBytes } from '../../test/support/spool-maker.js';
import { addCalls, entryOf, files, openStore } from './archive-calls.js';

const SPEECH_S = 60;
const KBPS = 32;
const doer = { actor: { by: 'system' as const } };
const limits = { idle: 1_200_000, absolute: 36_000_000 };

export interface ConsoleOffice {
  readonly data: string;
  /** Name of its index in Redis. */
  readonly id: string;
  /** The call with the long recording, and its length. */
  readonly recorded: string;
  readonly recordedMs: number;
  /** May see and hear everything. */
  readonly listener: string;
  /** See live calls. */
  readonly watchers: readonly string[];
}

export interface ConsoleOfficeWish {
  readonly calls: number;
  readonly recordingSeconds: number;
  readonly watchers: number;
}

/** Makes the office in `folder`, or takes the one that an earlier run with the same wish made there. */
export async function consoleOffice(folder: string, wish: ConsoleOfficeWish): Promise<ConsoleOffice> {
  const { calls, recordingSeconds, watchers } = wish;
  const data = join(folder, `console-${calls}-${recordingSeconds}-${watchers}`);
  const made = join(data, 'bench.json');
  if (existsSync(made)) return JSON.parse(await readFile(made, 'utf8')) as ConsoleOffice;
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { recursive: true, mode: 0o700 });
  if (calls > 0) await addCalls(data, 0, calls, calls);
  const recording = await addLongCall(data, recordingSeconds);
  const people = await addPeople(data, watchers);
  const store = await openStore(data);
  const office = { data, id: store.journal.id, ...recording, ...people };
  await store.close();
  await writeFile(made, JSON.stringify(office));
  return office;
}

/** Both sides speak for a minute again and again, with the losses and clocks of a real call. */
async function addLongCall(data: string, seconds: number): Promise<Pick<ConsoleOffice, 'recorded' | 'recordedMs'>> {
  const folders = new Folders(data);
  const entry = { ...entryOf(1, 1), talkMs: seconds * 1000 };
  const path = folders.recordingOf(entry);
  const spool = join(data, 'long.pcap');
  await mkdir(dirname(path), { recursive: true });
  const rounds = Array.from({ length: Math.ceil(seconds / SPEECH_S) }, (_, round) => round);
  const speech = [speechLike(SPEECH_S, 1), speechLike(SPEECH_S, 2)] as const;
  const said = rounds.flatMap((round) => {
    const at = { fromMs: round * SPEECH_S * 1000, sequence: round * SPEECH_S * 50, timestamp: round * SPEECH_S * 8000 };
    const faults = { jitterMs: 10, loss: 0.002 };
    return [
      ...rtpOf({ leg: 'outside', sound: speech[0], ...at, ...faults }),
      ...rtpOf({ leg: 'inside', sound: speech[1], ...at, ...faults }),
    ];
  });
  await writeFile(spool, spoolBytes(callRecords(said, seconds * 1000, entry)));
  const { bytes, sha256, durationMs } = await encodeSpool(spool, path, { kbps: KBPS, encoder: 'halina', entry });
  await rm(spool);
  const store = await openStore(data);
  await store.begin({ entry, state: { phase: 'recorded', recording: { bytes, sha256, durationMs } }, dialogs: [] });
  await store.close();
  return { recorded: entry.id, recordedMs: durationMs };
}

async function addPeople(data: string, watchers: number): Promise<Pick<ConsoleOffice, 'listener' | 'watchers'>> {
  const common = { files, clock: systemClock };
  const folder = join(data, 'people');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const audit = await AuditLog.open({ data, ...common, log: silentLog, alarms: noAlarms });
  const accounts = await Accounts.open({ ...common, folder, audit, zone: 'Europe/Warsaw', office: 'Urząd' });
  const add = async (login: string, held: readonly (typeof roles)[number][]): Promise<string> =>
    (await accounts.create(doer, { login, name: login, roles: held, reason: 'bench' })).account.id;
  const made: string[] = [];
  for (let n = 0; n < watchers; n++) made.push(await add(`widz.${n}`, ['administrator']));
  // Once there is a Secretary, other accounts wait for their word.
  const listener = await add('wszystko', roles.filter((role) => role !== 'dpo')); // prettier-ignore
  await accounts.terms.enterAuthorisation(doer, { account: listener, number: 'OR.1', scope: 'odsłuch', from: '2020-01-01' }); // prettier-ignore
  await accounts.close();
  await audit.close();
  return { listener, watchers: made };
}

/** Where its console is. */
export async function consoleUrl(halina: Halina): Promise<string> {
  return String((await halina.logged('the console is open'))['url']);
}

/** These people at their browsers, logged in as the console itself would note it; one visitor for each name. */
export async function logIn(halina: Halina, office: ConsoleOffice, people: readonly string[]): Promise<Visitor[]> {
  const { socket } = await halina.logged('Redis started');
  const redis = connectRedis({ socket: String(socket) }, silentLog);
  await once(redis, 'ready');
  const sessions = new SessionStore(() => redis, `{halina:${office.id}}`, limits, systemClock);
  const visitors: Visitor[] = [];
  for (const person of people) {
    const { session, token } = await sessions.start({ person, source: '127.0.0.1', userAgent: 'bench' });
    visitors.push({ cookie: `${SESSION_COOKIE}=${token}`, token: session.csrf, session: session.id });
  }
  redis.disconnect();
  return visitors;
}
