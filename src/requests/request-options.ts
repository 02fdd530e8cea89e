/** What access requests are opened with, and what is asked of them. */
import type { AuditLog } from '../audit/audit-log.js';
import type { AlarmBell } from '../base/alarms.js';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { FileStore } from '../journal/file-store.js';
import type { SealCopy } from './copies.js';
import type { Refused, RequestEvent } from './machine/events.js';
import type { RequestForm } from './machine/form.js';
import type { Rules } from './machine/rules.js';
import type { Kind } from './machine/state.js';
import type { HoldKeeper, PaperMaker } from './ports.js';
import type { RequestRecord } from './records.js';

export interface AccessRequestsOptions {
  readonly files: FileStore;
  /** The folder of the journal, and that of the papers; must be there. */
  readonly folder: string;
  readonly letters: string;
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, 'append' | 'eraseDetails'>;
  readonly archive: HoldKeeper;
  readonly papers: PaperMaker;
  readonly sealCopy: SealCopy;
  readonly log: Log;
  readonly alarms: AlarmBell;
  readonly rules?: Rules;
  /** How long a closed request is kept after it went to the office's records, in days. */
  readonly keepDays?: number;
}

/** A step without who and when. */
export type Action = RequestEvent extends infer E ? (E extends RequestEvent ? Omit<E, 'by' | 'at'> : never) : never;
export type Acted = { readonly record: RequestRecord } | { readonly refused: Refused };

export interface NewRequest {
  readonly kind: Kind;
  readonly receivedOn: string;
  readonly form: RequestForm;
  readonly caseSign?: string;
}
