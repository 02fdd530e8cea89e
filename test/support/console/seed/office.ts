/**
 * A made-up town hall on the morning of 10 March 2026: its people, two weeks of calls, and access requests at every stage,
 * carried there by the console's own routes. For pictures of the pages, and for tasks.
 */
import { expect } from 'chai';
import type { LightMyRequestResponse } from 'fastify';
import { secondFactorRoles } from '../../../../src/accounts/roles.js';
import { fromBase32, hotp, stepAt } from '../../../../src/accounts/totp.js';
import type { RequestView } from '../../../../src/console/routes/requests/views.js';
import { startOf } from '../../../../src/config/calendar.js';
import { requestForm, type RequestForm } from '../../../../src/requests/machine/form.js';
import { VirtualClock } from '../../virtual-clock.js';
import type { RedisStand, Visitor } from '../stand.js';
import { Whole } from '../whole.js';
import { askedCalls, everydayCalls, OfficeCalls, type Asked } from './calls.js';
import { OFFICE_CONFIG } from './config.js';
import { officeDoors } from './doors.js';
import { citizens, employees, handsets, type Citizen, type Employee, type Who } from './people.js';
import { realRecording, type Sound } from './sound.js';

const ZONE = 'Europe/Warsaw';
const MINUTE = 60_000;

/** Wall time of the office. */
const at = (day: string, hours: number, minutes = 0): number => startOf(day, ZONE) + (hours * 60 + minutes) * MINUTE;
/** When the pictures are taken. */
export const NOW = at('2026-03-10', 10, 24);

/** The calls that are heard in pictures have recordings of their own length. */
async function calls(): Promise<{ asked: Asked; sounds: ReadonlyMap<string, Sound> }> {
  const rang = [9_000, 15_000] as const;
  const swiatek = await realRecording(58, [9, 15]);
  const zieba = await realRecording(84);
  const asked = askedCalls({
    swiatek: {
      at: at('2026-02-26', 11, 7),
      extension: '211',
      talkMs: 58_000,
      sound: swiatek,
      sentBy: { extension: '201', rang },
    },
    wojcik: { at: at('2026-03-03', 9, 41), extension: '230', talkMs: 402_000 },
    jablonska: { at: at('2026-02-19', 14, 22), extension: '220', talkMs: 96_000 },
    baran: { at: at('2026-03-05', 8, 55), extension: '211', talkMs: 251_000 },
    malec: { at: at('2026-03-09', 13, 12), extension: '211', talkMs: 133_000 },
    zieba: { at: at('2026-03-04', 10, 36), extension: '211', talkMs: 84_000, sound: zieba },
    lis: { at: at('2026-03-04', 12, 18), extension: '211', talkMs: 226_000 },
    kos: { at: at('2026-03-02', 15, 3), extension: '220', talkMs: 77_000 },
  });
  const sounds = new Map([
    [asked.swiatek.entry.id, swiatek],
    [asked.zieba.entry.id, zieba],
  ]);
  return { asked, sounds };
}

export class SeededOffice {
  readonly ids = {} as Record<Who, string>;
  readonly visitors = {} as Record<Who, Visitor>;
  /** Requests by who asks. */
  readonly requests = {} as Record<Citizen, string>;
  readonly asked: Asked;
  /** The id of one. */
  disclosure = '';

  private constructor(
    readonly whole: Whole,
    asked: Asked,
  ) {
    this.asked = asked;
  }

  static async open(stand: RedisStand): Promise<SeededOffice> {
    const clock = new VirtualClock(at('2026-03-02', 8, 10));
    const { asked, sounds } = await calls();
    const records = [...everydayCalls(NOW, 14, 17), ...Object.values(asked)];
    const archive = new OfficeCalls(records, sounds).door;
    const office = new SeededOffice(
      await Whole.open(stand, { clock, archive, parts: officeDoors, config: OFFICE_CONFIG }),
      asked,
    );
    await office.#hire();
    return office;
  }

  close = (): Promise<void> => this.whole.close();
  get now(): number {
    return this.whole.clock.now();
  }

  /** Everyone comes to work at that time; sessions do not last over the night. */
  async until(day: string, hours: number, minutes = 0): Promise<void> {
    this.whole.clock.advance(Math.max(0, at(day, hours, minutes) - this.now));
    for (const who of Object.keys(employees) as Who[]) {
      await this.whole.sessions.endAll(this.ids[who]);
      this.visitors[who] = await this.whole.visitor(this.ids[who]);
    }
  }

  async #hire(): Promise<void> {
    const { whole } = this;
    const doer = { actor: { by: 'system' as const } };
    for (const [who, person] of Object.entries(employees) as [Who, Employee][]) {
      const id = await whole.accountOf(person.login, person.name, person.roles);
      this.ids[who] = id;
      const { units, extensions, authorisation } = person;
      if (units ?? extensions)
        await whole.accounts.update(doer, id, { ...(units ? { units } : {}), ...(extensions ? { extensions } : {}) });
      if (authorisation) await whole.authorise(id, authorisation);
    }
    for (const [who, { login }] of Object.entries(employees) as [Who, Employee][])
      await whole.accounts.signIn.setPassword(doer, this.ids[who], `zielony rower pod lipą ${login}`);
    await this.until('2026-03-02', 8, 12);
    for (const [who, { roles }] of Object.entries(employees) as [Who, Employee][])
      if (roles.some((role) => secondFactorRoles.includes(role))) await this.#factor(who);
    for (const { extension, displayName } of handsets.slice(0, -1))
      await whole.accounts.terms.enterInformation(doer, { extension, person: displayName, on: '2026-01-12' });
    await this.until('2026-03-02', 8, 15);
  }

  async #factor(who: Who): Promise<void> {
    const { secret } = (await this.#post(who, '/me/second-factor', {})).json<{ secret: string }>();
    await this.#post(who, '/me/second-factor/confirm', { code: hotp(fromBase32(secret), stepAt(this.now)) });
  }

  async #post(who: Who, path: string, body: object): Promise<LightMyRequestResponse> {
    const reply = await this.whole.ask('POST', path, this.visitors[who], body);
    expect(reply.statusCode, `${who} ${path}: ${reply.payload}`).to.equal(200);
    return reply;
  }

  async do(who: Who, step: string, citizen: Citizen, body: object = {}): Promise<RequestView> {
    return (await this.#post(who, `/requests/${this.requests[citizen]}/${step}`, body)).json<RequestView>();
  }

  async file(citizen: Citizen, receivedOn: string, more: Partial<RequestForm> & { kind?: string }): Promise<void> {
    const { kind = 'ordinance', ...changes } = more;
    const { name, number, street, town } = citizens[citizen];
    const { startedAt } = this.asked[citizen].entry;
    const form = requestForm.parse({
      requester: { name, address: { street, postalCode: '05-074', town }, identity: { how: 'identity-card' } },
      number,
      calls: [{ on: new Date(startedAt).toISOString().slice(0, 10), time: timeOf(startedAt) }],
      concerns: '',
      signed: true,
      statesParticipation: true,
      ...changes,
    });
    const reply = await this.#post('front_office', '/requests', { kind, receivedOn, form });
    this.requests[citizen] = reply.json<RequestView>().id;
  }

  recordingOf(citizen: Citizen): { readonly bytes?: number } {
    const { state } = this.asked[citizen];
    return 'recording' in state && state.recording ? { bytes: state.recording.bytes } : {};
  }

  match = (citizen: Citizen): Promise<RequestView> =>
    this.do('front_office', 'match', citizen, {
      calls: [this.asked[citizen].entry.id],
      participation: 'oświadczenie we wniosku i okazany dowód osobisty',
    });

  opinion(who: 'dpo' | 'unit_head' | 'registrar', citizen: Citizen, verdict: 'for' | 'against', reasons: string) {
    const [unit] = (employees[who] as Employee).units ?? [];
    const step = who === 'dpo' ? 'opinion-dpo' : 'opinion-unit';
    return this.do(who, step, citizen, { verdict, reasons, ...(unit === undefined ? {} : { unit }) });
  }

  approve = (citizen: Citizen, day: string, hours: number): Promise<RequestView> =>
    this.do('secretary', 'approve', citizen, {
      appointment: { at: at(day, hours), place: 'pokój 12, I piętro', present: [this.ids.staff] },
    });
}

const timeOf = (when: number): string =>
  new Intl.DateTimeFormat('pl-PL', { timeZone: ZONE, hour: '2-digit', minute: '2-digit' }).format(when);
