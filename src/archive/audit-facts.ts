/**
 * What of a recording's life goes into the audit log, made from the events of its life. The journal goes first: what
 * the audit log can't take now is kept and said again, and an alarm stands meanwhile; calls never wait for it.
 */
import type { Actor, AuditEvent, FactsOf, Personal } from '../audit/events.js';
import type { AlarmBell } from '../base/alarms.js';
import { defined } from '../base/defined.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Doer, Guard } from './guards.js';
import type { CallEvent, CallRecord, Recording } from './lifecycle.js';
import type { AuditPort } from './ports.js';

const SYSTEM: Actor = { by: 'system' };

function actorOf({ by, uid }: Doer): Actor {
  if (by === 'halina') return SYSTEM;
  if (uid !== undefined) return { by: 'command-line', uid };
  return /^[A-Za-z0-9][A-Za-z0-9._:*-]{0,79}$/.test(by) ? { by: 'account', id: by } : { by: 'unknown' };
}

/** Who did it to what, as the log takes it; what tells of persons stands beside the chain. */
function done(record: CallRecord, doer: Doer, personal: Partial<Record<string, string | undefined>>) {
  const { by, role, source } = doer;
  const actor = actorOf(doer);
  const said = defined({ ...personal, source, by: actor.by === 'account' || actor.by === 'system' ? undefined : by });
  const object = { kind: 'recording', id: record.entry.id };
  return defined({ actor, role, object, personal: Object.keys(said).length > 0 ? (said as Personal) : undefined });
}

function holdEvent(record: CallRecord, guard: Guard, event: CallEvent & { type: 'guarded' | 'released' }): AuditEvent {
  const { id, effect, kind, until } = guard;
  if (event.type === 'guarded') {
    const about = done(record, event.doer, { reason: guard.reason, reference: guard.reference });
    return {
      event: 'hold',
      ...about,
      facts: defined({ change: 'placed' as const, kind: effect, hold: id, why: kind, until }),
    };
  }
  const change = event.doer.by === 'halina' ? 'expired' : 'released';
  const about = done(record, event.doer, { reason: event.released.reason });
  return { event: 'hold', ...about, facts: { change, kind: effect, hold: id } };
}

/** What the log says of a recording: of the MP3, and of the file where that is sealed. */
export function factsOf({ bytes, sha256, durationMs, stored }: Recording): Omit<FactsOf<'recording'>, 'what'> {
  return { bytes, sha256, durationMs, ...(stored ? { storedSha256: stored.sha256 } : {}) };
}

/** What the log says of an event that happened to a call; nothing where it is of no interest to an auditor. */
export function auditEventOf(record: CallRecord, event: CallEvent): AuditEvent | undefined {
  const about = (doer: Doer, personal = {}) => done(record, doer, personal);
  const itself = { actor: SYSTEM, object: { kind: 'recording', id: record.entry.id } };
  switch (event.type) {
    case 'guarded':
      return holdEvent(record, event.guard, event);
    case 'released': {
      const guard = record.guards?.find(({ id }) => id === event.guard);
      return guard && holdEvent(record, guard, event);
    }
    case 'erased': {
      const { askedBy, confirmedBy, reason, basis, reference, again } = event;
      const personal = { askedBy, confirmedBy, reason, basis, reference };
      const facts = { step: 'done' as const, why: again ? 'again' : 'wish' };
      return { event: 'erasure', ...about(event.doer, personal), facts };
    }
    case 'encoded': {
      return { event: 'recording', ...itself, facts: { what: 'kept', ...factsOf(event.recording) } };
    }
    case 'evicted':
      return { event: 'recording', ...itself, facts: { what: 'evicted', why: event.why } };
    case 'gave-up':
      return { event: 'recording', ...itself, facts: { what: 'failed', why: 'not-encoded' } };
    case 'spool-missing':
      return { event: 'recording', ...itself, facts: { what: 'failed', why: 'spool-missing' } };
    case 'noted':
    case 'spool-opened':
    case 'spool-refused':
    case 'ended':
    case 'respooled':
      return undefined;
  }
}

export class AuditFacts {
  readonly #audit: AuditPort | undefined;
  readonly #alarms: AlarmBell;
  readonly #log: Log;
  #owed: AuditEvent[] = [];
  #behind = false;
  #saying = Promise.resolve();

  constructor(audit: AuditPort | undefined, alarms: AlarmBell, log: Log) {
    this.#audit = audit;
    this.#alarms = alarms;
    this.#log = log;
  }

  /** Says it, after whatever was said before. */
  say(event: AuditEvent): void {
    this.#owed.push(event);
    this.#saying = this.#saying.then(() => this.#pay());
  }

  /** Resolves when everything so far is said, as far as it can be; to be called now and then. */
  settle(): Promise<void> {
    this.#saying = this.#saying.then(() => this.#pay());
    return this.#saying;
  }

  /** Never rejects. */
  async #pay(): Promise<void> {
    const audit = this.#audit;
    const events = this.#owed;
    this.#owed = [];
    if (!audit) return;
    const said = await Promise.allSettled(events.map((event) => audit.append(event)));
    this.#owed = [...events.filter((_, i) => said[i]?.status === 'rejected'), ...this.#owed];
    const failure = said.find((one) => one.status === 'rejected');
    if (failure) {
      this.#behind = true;
      const error = errorMessage(failure.reason);
      this.#log.error({ error, owed: this.#owed.length }, 'cannot write to the audit log; it is tried again');
      const message = 'the audit log cannot be written; see that the disk has room and is sound';
      this.#alarms.raise('AUDIT_BEHIND', 'archive', message, { error });
    } else if (this.#behind) {
      this.#behind = false;
      this.#alarms.clear('AUDIT_BEHIND', 'archive');
    }
  }
}
