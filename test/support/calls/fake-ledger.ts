/** A ledger in memory. */
import type { CallLedger, SavedDialog, SpoolTicket } from '../../../src/calls/ports.js';
import type { CallEntry } from '../../../src/entry/call-entry.js';
import { callEntrySchema } from '../../../src/entry/call-entry.js';
import type { SpoolEnd } from '../../../src/media/engine.js';

export class FakeLedger implements CallLedger {
  readonly begun: CallEntry[] = [];
  readonly ended: { readonly entry: CallEntry; readonly spool: SpoolEnd | undefined }[] = [];
  /** How many dialogs were saved, each time. */
  readonly dialogs: (readonly SavedDialog[])[] = [];
  /** Names of what was done, in order. */
  readonly done: string[] = [];
  ticket: Promise<SpoolTicket> = Promise.resolve({ path: '/data/spool/call.pcap' });
  /** Awaited before `begin`; what it throws is how that fails. */
  beginning: Promise<void> | undefined;

  async begin(entry: CallEntry): Promise<void> {
    await this.beginning;
    this.done.push('begin');
    this.begun.push(callEntrySchema.parse(entry));
  }

  saveDialogs(_id: CallEntry['id'], dialogs: readonly SavedDialog[]): Promise<void> {
    this.dialogs.push(dialogs);
    return Promise.resolve();
  }

  openSpool(): Promise<SpoolTicket> {
    this.done.push('openSpool');
    return this.ticket;
  }

  update(entry: CallEntry): void {
    callEntrySchema.parse(entry);
  }

  end(entry: CallEntry, spool: SpoolEnd | undefined): Promise<void> {
    this.done.push('end');
    this.ended.push({ entry: callEntrySchema.parse(entry), spool });
    return Promise.resolve();
  }

  /** The entry of the only call that ended. */
  get entry(): CallEntry {
    const [first] = this.ended;
    if (!first || this.ended.length > 1) throw new Error(`${this.ended.length} calls ended`);
    return first.entry;
  }
}
