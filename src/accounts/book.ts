/** What is kept of people, read: who someone is at an instant, with the roles of those they stand in for. */
import { randomBytes } from 'node:crypto';
import type { AuditEvent, AuditRecorder, Actor } from '../audit/audit-log.js';
import type { Clock } from '../base/clock.js';
import { defined } from '../base/defined.js';
import { HalinaError } from '../base/errors.js';
import { endOf, startOf } from '../config/calendar.js';
import type { FileStore } from '../journal/file-store.js';
import { KeyedStore } from '../journal/keyed-store.js';
import { needsSecondFactor } from './happenings.js';
import type { Person } from './judge.js';
import { keyOf, peopleRecord } from './records.js';
import type { AccountRecord, AuthorisationRecord, DeputyRecord, PeopleRecord } from './records.js';
import type { Role } from './roles.js';

/** Who does something, and from where. */
export interface Doer {
  readonly actor: Actor;
  /** The role in which it is done. */
  readonly role?: string;
  /** The address from which it came. */
  readonly source?: string;
}
export const theSystem: Doer = { actor: { by: 'system' } };

/** The account's id, or what else acted. */
export const doerId = ({ actor }: Doer): string => (actor.by === 'account' ? actor.id : actor.by);

type WithoutDoer<E> = E extends AuditEvent ? Omit<E, 'actor' | 'role'> : never;
/** An event of the audit log, before it is known who did it. */
export type Happening = WithoutDoer<AuditEvent>;

export const newId = (): string => randomBytes(8).toString('hex');

export interface BookOptions {
  readonly files: FileStore;
  /** The journal's file; its folder must be there. */
  readonly path: string;
  readonly clock: Clock;
  readonly audit: AuditRecorder;
  /** IANA name of the office's zone: days begin and end by it. */
  readonly zone: string;
}

export interface Change<R> {
  readonly log: readonly Happening[];
  readonly put: readonly PeopleRecord[];
  /** What is used up: gone before anything is put, so that a crash in between leaves nothing to be used again. */
  readonly spend?: readonly PeopleRecord[];
  readonly result: R;
}

type Kind = PeopleRecord['kind'];
type Of<K extends Kind> = Extract<PeopleRecord, { kind: K }>;

export class Book {
  readonly clock: Clock;
  readonly zone: string;
  readonly #store: KeyedStore<PeopleRecord>;
  readonly #audit: AuditRecorder;

  private constructor(store: KeyedStore<PeopleRecord>, { clock, audit, zone }: BookOptions) {
    this.#store = store;
    this.#audit = audit;
    this.clock = clock;
    this.zone = zone;
  }

  static async open(options: BookOptions): Promise<Book> {
    const { files, path } = options;
    const parse = (value: unknown): PeopleRecord => peopleRecord.parse(value);
    return new Book(await KeyedStore.open({ files, path, name: 'halina-accounts', version: 1, parse }), options);
  }

  *all<K extends Kind>(kind: K): Generator<Of<K>> {
    for (const record of this.#store.values()) if (record.kind === kind) yield record as Of<K>;
  }

  get<K extends Kind>(kind: K, id: string): Of<K> | undefined {
    return this.#store.get(`${kind}:${id}`) as Of<K> | undefined;
  }

  /** Throws `ACCOUNT_UNKNOWN` and the like. */
  must<K extends Kind>(kind: K, id: string): Of<K> {
    const record = this.get(kind, id);
    if (record) return record;
    throw new HalinaError(`${kind.toUpperCase()}_UNKNOWN`, `there is no such ${kind}: ${id}`);
  }

  byLogin(login: string): AccountRecord | undefined {
    const wanted = login.trim().toLowerCase();
    for (const account of this.all('account')) if (account.login === wanted) return account;
    return undefined;
  }

  /**
   * Puts on record and then does: `change` looks at what is there and says what to write and what to log; nothing is
   * written before the log has it. Changes run one after another, so what `change` checks still holds when it is written.
   */
  change<R>(doer: Doer, change: () => Change<R>): Promise<R> {
    return this.#store.exclusively(async (write) => {
      const { log, put, spend = [], result } = change();
      for (const happening of log) await this.record(doer, happening);
      for (const record of spend) await write.remove(keyOf(record));
      for (const record of put) await write.put(keyOf(record), record);
      return result;
    });
  }

  /** Puts on record what changes nothing here. */
  async record(doer: Doer, happening: Happening): Promise<void> {
    const source = doer.source === undefined ? {} : { source: doer.source };
    const personal = { ...happening.personal, ...source };
    const event = { ...happening, actor: doer.actor, personal };
    await this.#audit.append(defined({ ...event, role: doer.role }) as AuditEvent);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  /** Whether days from `from` to `until` (both included; without: no end) are now. */
  runs({ from, until }: { readonly from: string; readonly until?: string | undefined }): boolean {
    const now = this.clock.now();
    return now >= startOf(from, this.zone) && (until === undefined || now < endOf(until, this.zone));
  }

  standsIn = (deputy: DeputyRecord): boolean => deputy.endedAt === undefined && this.runs(deputy);

  holds = (authorisation: AuthorisationRecord): boolean =>
    authorisation.withdrawn === undefined && this.runs(authorisation);

  /** Who it is now; undefined where there is no such account, or it is blocked. */
  person(id: string): Person | undefined {
    const account = this.get('account', id);
    if (!account || account.blocked) return undefined;
    const deputies = [...this.all('deputy')].filter((one) => one.deputy === id && this.standsIn(one));
    const heads = deputies.filter(({ role }) => role === 'unit_head');
    const authorisation = [...this.all('authorisation')].findLast((one) => one.account === id && this.holds(one));
    const until = authorisation?.until === undefined ? undefined : endOf(authorisation.until, this.zone);
    const roles = [...new Set<Role>([...account.roles, ...deputies.map(({ role }) => role)])];
    return {
      id,
      login: account.login,
      name: account.name,
      roles,
      units: [...new Set([...account.units, ...heads.flatMap(({ of }) => this.get('account', of)?.units ?? [])])],
      extensions: account.extensions,
      ...(authorisation
        ? { authorisation: defined({ id: authorisation.id, number: authorisation.number, until }) }
        : {}),
      ...(account.totp === undefined && needsSecondFactor({ roles }) ? { owesSecondFactor: true } : {}),
    };
  }

  /** Everyone who has an account that is not blocked. */
  people(): Person[] {
    return [...this.all('account')].flatMap(({ id }) => this.person(id) ?? []);
  }

  /** The next instant at which someone's roles or authorisation change by the calendar alone. */
  nextChange(): number | undefined {
    const now = this.clock.now();
    const terms = [...this.all('deputy'), ...this.all('authorisation')];
    const instants = terms.flatMap(({ from, until }) => [
      startOf(from, this.zone),
      ...(until === undefined ? [] : [endOf(until, this.zone)]),
    ]);
    const coming = instants.filter((at) => at > now);
    return coming.length === 0 ? undefined : Math.min(...coming);
  }
}
