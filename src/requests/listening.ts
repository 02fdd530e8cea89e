/**
 * Who may hear a recording now, and why: in a listening session that is open, for a purpose of the ordinance (§ 1.2, § 6.3), or for
 * one that the Secretary gave. Grants (tokens, browsers, ranges) are the console's; it asks here before each is issued, and again
 * while it is used.
 */
import { join } from 'node:path';
import { newId } from '../accounts/book.js';
import type { Doer } from '../accounts/book.js';
import { judge } from '../accounts/judge.js';
import type { Facts, Person } from '../accounts/judge.js';
import type { CallRecord } from '../archive/lifecycle.js';
import { isRestricted } from '../archive/guards.js';
import type { AuditEvent, AuditRecorder } from '../audit/audit-log.js';
import type { CallId } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import { defined } from '../base/defined.js';
import { HalinaError } from '../base/errors.js';
import type { FileStore } from '../journal/file-store.js';
import { KeyedStore } from '../journal/keyed-store.js';
import type { AccessRequests } from './access-requests.js';
import { callsOf } from './machine/state.js';
import { matchedCall } from './matching.js';
import type { GivenPurpose, RequestRecord } from './records.js';

/** What recordings may be heard for. */
export const purposes = {
  quality: 'zapewnienie jakości obsługi interesantów',
  'data-protection': 'ochrona danych osobowych',
  complaint: 'rozpatrzenie skargi albo wniosku',
  disclosure: 'udostępnienie uprawnionemu organowi',
} as const;
export type Purpose = keyof typeof purposes;

export interface HearingWish {
  readonly call: string;
  /** An opaque name of the browser session; a listening session is played in the one in which it was opened. */
  readonly browserSession: string;
  readonly purpose?: Purpose;
  /** The case number, or what else the purpose refers to. */
  readonly reference?: string;
}

export type Basis =
  | { readonly kind: 'session'; readonly request: string; readonly number: string }
  | { readonly kind: 'purpose'; readonly purpose: Purpose; readonly reference: string }
  | { readonly kind: 'given'; readonly given: string; readonly purpose: string; readonly reference: string };

export type Hearing =
  | { readonly allowed: true; readonly role: string; readonly basis: Basis; readonly authorisation: string }
  | { readonly allowed: false; readonly why: HearingRefusal };
export type HearingRefusal =
  | 'no-recording'
  | 'restricted'
  | 'role'
  | 'condition'
  | 'own-request'
  | 'took-part'
  | 'no-authorisation';

export interface ListeningOptions {
  readonly files: FileStore;
  /** Must be there. */
  readonly folder: string;
  readonly clock: Clock;
  readonly audit: AuditRecorder;
  readonly archive: { find(id: CallId): Promise<CallRecord | undefined> };
  readonly requests: Pick<AccessRequests, 'register'>;
}

export class Listening {
  readonly #options: ListeningOptions;
  readonly #given: KeyedStore<GivenPurpose>;

  private constructor(options: ListeningOptions, given: KeyedStore<GivenPurpose>) {
    this.#options = options;
    this.#given = given;
  }

  static async open(options: ListeningOptions): Promise<Listening> {
    const { files, folder } = options;
    const path = join(folder, 'purposes.journal');
    const parse = (value: unknown): GivenPurpose => value as GivenPurpose;
    return new Listening(options, await KeyedStore.open({ files, path, name: 'halina-purposes', version: 1, parse }));
  }

  /** As things stand at this instant; nothing is put on record. To be asked again while a grant is used. */
  async mayHear(person: Person, wish: HearingWish): Promise<Hearing> {
    const record = await this.#options.archive.find(wish.call as CallId);
    if (record?.state.phase !== 'recorded') return { allowed: false, why: 'no-recording' };
    if (isRestricted(record)) return { allowed: false, why: 'restricted' };
    const verdict = judge(person, 'recording.hear', this.facts(person, record, wish));
    if (!verdict.allowed) return { allowed: false, why: verdict.why };
    const basis = basisOf(this.#sessionOf(person, wish), wish, this.givenTo(person.id, wish.call));
    return { allowed: true, role: verdict.role, basis, authorisation: person.authorisation?.number ?? '' };
  }

  /** What the table of permissions has to know of it. */
  facts(person: Person, record: CallRecord, wish: HearingWish): Facts {
    const own = this.#requestsOn(wish.call).some(({ request }) => request.form.requester.account === person.id);
    return {
      extensions: matchedCall(record).extensions,
      ...(own ? { requester: person.id } : {}),
      ...(this.#sessionOf(person, wish) ? { session: true, designated: [person.id] } : {}),
      purpose: wish.purpose !== undefined && (wish.reference ?? '').trim() !== '',
      givenPurpose: this.givenTo(person.id, wish.call) !== undefined,
    };
  }

  /** Before the first second: the same, with the purpose or the refusal on record. */
  async ask(doer: Doer, person: Person, wish: HearingWish): Promise<Hearing> {
    const hearing = await this.mayHear(person, wish);
    const object = { kind: 'recording', id: wish.call };
    if (!hearing.allowed) {
      const facts = { permission: 'recording.hear', why: hearing.why };
      await this.#append(doer, { event: 'refused', object, facts });
      return hearing;
    }
    const { basis, role } = hearing;
    const purpose = basis.kind === 'session' ? 'listening-session' : basis.purpose;
    const reference = basis.kind === 'session' ? basis.number : basis.reference;
    await this.#append({ ...doer, role }, { event: 'purpose', object, facts: { purpose }, personal: { reference } });
    return hearing;
  }

  /** The Secretary gives an employee a purpose to hear this one recording for. */
  async givePurpose(
    doer: Doer,
    person: Person,
    given: { call: string; account: string; purpose: Purpose; reference: string; until: number },
  ): Promise<GivenPurpose> {
    const { clock } = this.#options;
    const record = await this.#options.archive.find(given.call as CallId);
    const extensions = record ? matchedCall(record).extensions : [];
    const verdict = judge(person, 'purpose.give', { extensions });
    if (!verdict.allowed) throw new HalinaError('NOT_ALLOWED', 'cel odsłuchu wskazuje Sekretarz');
    if (given.reference.trim() === '') throw new HalinaError('REFERENCE_MISSING', 'podaj numer sprawy');
    if (given.until <= clock.now()) throw new HalinaError('DATES_INVALID', 'termin jest w przeszłości');
    const kept: GivenPurpose = { kind: 'purpose', id: newId(), ...given, by: person.id, at: clock.now() };
    const { purpose, reference, call, account } = kept;
    await this.#given.exclusively(async (write) => {
      const object = { kind: 'recording', id: call };
      const event = { event: 'purpose' as const, object, facts: { purpose: `given:${purpose}` } };
      await this.#append({ ...doer, role: 'secretary' }, { ...event, personal: { reference, account } });
      await write.put(kept.id, kept);
    });
    return kept;
  }

  /** The purpose that this person may hear this recording for. */
  givenTo(account: string, call: string): GivenPurpose | undefined {
    const now = this.#options.clock.now();
    return [...this.#given.values()].findLast((one) => one.account === account && one.call === call && one.until > now);
  }

  /** All that are in force for a recording. */
  givenFor(call: string): GivenPurpose[] {
    const now = this.#options.clock.now();
    return [...this.#given.values()].filter((one) => one.call === call && one.until > now);
  }

  close(): Promise<void> {
    return this.#given.close();
  }

  #sessionOf(person: Person, wish: HearingWish): RequestRecord | undefined {
    return this.#requestsOn(wish.call).find((one) => isSessionOf(one, person, wish));
  }

  #requestsOn(call: string): RequestRecord[] {
    return this.#options.requests
      .register()
      .filter(
        (one) => one.kind === 'request' && callsOf(one.request.state).some(({ id }) => id === call),
      ) as RequestRecord[];
  }

  async #append(doer: Doer, event: Happening): Promise<void> {
    const personal = { ...event.personal, ...(doer.source === undefined ? {} : { source: doer.source }) };
    await this.#options.audit.append(defined({ ...event, actor: doer.actor, role: doer.role, personal }) as AuditEvent);
  }
}

type Happening = AuditEvent extends infer E ? (E extends AuditEvent ? Omit<E, 'actor' | 'role'> : never) : never;

/** The session is open, in this browser session, and the person was named to be present. */
function isSessionOf({ request }: RequestRecord, person: Person, { browserSession }: HearingWish): boolean {
  const { state } = request;
  if (state.phase !== 'in_session') return false;
  return state.session.browserSession === browserSession && state.approval.appointment.present.includes(person.id);
}

function basisOf(session: RequestRecord | undefined, wish: HearingWish, given: GivenPurpose | undefined): Basis {
  if (session) return { kind: 'session', request: session.id, number: session.request.number };
  const { purpose, reference = '' } = wish;
  if (purpose !== undefined && reference.trim() !== '' && !given) return { kind: 'purpose', purpose, reference };
  return { kind: 'given', given: given?.id ?? '', purpose: given?.purpose ?? '', reference: given?.reference ?? '' };
}
