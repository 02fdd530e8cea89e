/**
 * The doors through which the call application reaches what it must not know: the archive that keeps calls, and the
 * store that keeps registrations. `app` puts the real ones behind them.
 */
import type { CallId } from '../base/brands.js';
import type { Binding } from '../entry/binding.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { SavedDialog, SpoolTicket } from '../entry/ledger.js';
import type { SpoolEnd } from '../media/engine.js';

export type { Binding } from '../entry/binding.js';
export type { SavedDialog, SpoolTicket } from '../entry/ledger.js';

export interface CallLedger {
  /** A call with the outside began. Durable when it resolves. */
  begin(entry: CallEntry): Promise<void>;
  /** The dialogs that would have to be ended after a crash; replaces what was said before. Durable when it resolves. */
  saveDialogs(id: CallId, dialogs: readonly SavedDialog[]): Promise<void>;
  /** A place for the call's spool, with its first bytes reserved. Durable when it resolves. */
  openSpool(entry: CallEntry): Promise<SpoolTicket>;
  /** What is known of a running call changed (answered, connected, parts): for the index, not durable. */
  update(entry: CallEntry): void;
  /** The call ended and its spool, if any, is closed. Durable when it resolves. */
  end(entry: CallEntry, spool: SpoolEnd | undefined): Promise<void>;
}

export interface BindingStore {
  load(): Promise<readonly Binding[]>;
  save(binding: Binding): Promise<void>;
  remove(extension: string, contact: string): Promise<void>;
}
