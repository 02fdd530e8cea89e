/** Call detail records: told to the applications that routed them, each record to one, in turn. */
import type { SipMessage } from '../message/message.js';
import type { Applications } from './applications.js';

export type CdrSource = 'network' | 'application';
export type CdrRole = 'uac' | 'uas' | 'proxy-uac' | 'proxy-uas';
export type CdrReason =
  | 'normal-release'
  | 'call-rejected'
  | 'call-canceled'
  | 'ack-timeout'
  | 'session-expired'
  | 'system-initiated'
  | 'system-error-initiated';

/** Kinds of records, as applications route them. */
export const CDR_KINDS = ['cdr:attempt', 'cdr:start', 'cdr:stop'] as const;

export class Cdrs {
  constructor(
    private readonly applications: Applications,
    private readonly enabled: boolean,
  ) {}

  /** A call is tried. */
  attempt(source: CdrSource, invite: SipMessage): void {
    this.#tell('cdr:attempt', source, invite);
  }

  /** A call was answered. */
  start(source: CdrSource, ok: SipMessage, role: CdrRole): void {
    this.#tell('cdr:start', source, ok, role);
  }

  /** A call ended, or was not answered. */
  stop(source: CdrSource, last: SipMessage, reason: CdrReason): void {
    this.#tell('cdr:stop', source, last, reason);
  }

  #tell(kind: (typeof CDR_KINDS)[number], source: CdrSource, message: SipMessage, ...more: readonly string[]): void {
    if (this.enabled) this.applications.choose(kind)?.record(kind, source, message, ...more);
  }
}
