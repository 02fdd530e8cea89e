/** What the door to disclosures is given. */
import type { Actor, AuditLog } from '../audit/audit-log.js';
import type { AlarmBell } from '../base/alarms.js';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { FileStore } from '../journal/file-store.js';
import type { KeyedStore } from '../journal/keyed-store.js';
import type { Rules } from './machine/rules.js';
import type { DisclosurePaperMaker, HoldKeeper } from './ports.js';
import type { DisclosureRecord, ErasedDisclosure } from './records.js';

export type DisclosureStore = KeyedStore<DisclosureRecord | ErasedDisclosure>;

/** Seals recordings into a file that must not be there yet. */
export type Seal = (wish: {
  readonly calls: readonly string[];
  readonly path: string;
  readonly reference: string;
  readonly recipient: string;
  readonly actor: Actor;
  readonly role?: string;
}) => Promise<{ readonly sha256: string; readonly bytes: number }>;

export interface DisclosuresOptions {
  readonly files: FileStore;
  /** Of the journal, of papers, and of sealed files until they are handed over; the first two must be there. */
  readonly folder: string;
  readonly letters: string;
  readonly sealed: string;
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, 'append' | 'eraseDetails'>;
  readonly archive: HoldKeeper;
  readonly papers: DisclosurePaperMaker;
  readonly seal: Seal;
  readonly log: Log;
  readonly alarms: AlarmBell;
  readonly rules?: Rules;
  /** How long one that is over is kept after it went to the office's records, in days. */
  readonly keepDays?: number;
}
