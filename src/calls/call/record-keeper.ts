/**
 * A call's dealings with the archive, in order and never in the way of the call: its entry, its dialogs, its spool.
 * What goes wrong here is logged and stands in the entry; the call goes on.
 */
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { Mutex } from '../../base/mutex.js';
import type { CallEntry, Fax } from '../../entry/call-entry.js';
import type { MediaSession, SpoolEnd } from '../../media/engine.js';
import type { CallLedger, SavedDialog, SpoolTicket } from '../ports.js';
import type { Ending } from './ending.js';
import type { EntryBuilder } from './entry-builder.js';
import type { Party } from './party.js';

/** Where the recording of a call stands. */
type Recording =
  | { readonly state: 'none' }
  | { readonly state: 'reserved'; readonly ticket: Promise<SpoolTicket | undefined> }
  | { readonly state: 'running'; readonly session: MediaSession }
  | { readonly state: 'stopped' };

type SpoolPlace = Extract<SpoolTicket, { readonly path: string }>;

/** Who has talked for so long before a machine was heard has said something; less is "hello?". */
const SPOKEN_MS = 20_000;

export class RecordKeeper {
  readonly facts: EntryBuilder;
  readonly #ledger: CallLedger;
  readonly #log: Log;
  readonly #order = new Mutex();
  #recording: Recording = { state: 'none' };

  constructor(ledger: CallLedger, facts: EntryBuilder, log: Log) {
    this.#ledger = ledger;
    this.facts = facts;
    this.#log = log;
  }

  get entry(): CallEntry {
    return this.facts.entry;
  }

  /** Whether the call is being recorded now. */
  get isRecording(): boolean {
    return this.#recording.state === 'running';
  }

  /** What is shown of its record while the call runs. */
  get shown(): { readonly recording: boolean; readonly connectedAt?: number; readonly fax?: Fax['kind'] } {
    const { connectedAt, fax } = this.entry;
    return {
      ...(connectedAt === undefined ? {} : { connectedAt }),
      recording: this.isRecording,
      ...(fax ? { fax: fax.kind } : {}),
    };
  }

  /** The call began. Resolves when that is durable, or could not be made so. */
  begin(): Promise<void> {
    return this.#inOrder('begin', () => this.#ledger.begin(this.entry));
  }

  /** Something became known that others may want to see while the call runs. */
  changed(): void {
    this.#ledger.update(this.entry);
  }

  /** The dialogs that would have to be ended after a crash: at once, so that what else changes is written with them. */
  saveDialogs(dialogs: readonly SavedDialog[]): void {
    void this.#told('saveDialogs', () => this.#ledger.saveDialogs(this.entry.id, dialogs));
  }

  /** Asks for the spool's place ahead of time, so that recording can begin with the first word. */
  reserve(): void {
    if (!this.entry.record.wanted || this.#recording.state !== 'none') return;
    const ticket = this.#inOrder('openSpool', () => this.#ledger.openSpool(this.entry));
    this.#recording = { state: 'reserved', ticket };
  }

  /** Records from now on, if the call is to be recorded. Resolves when it does, or cannot. */
  async start(session: MediaSession): Promise<void> {
    this.reserve();
    const reserved = this.#recording;
    if (reserved.state !== 'reserved') return;
    const ticket = await reserved.ticket;
    if (this.#recording !== reserved) return; // stopped, or over, in the meantime
    if (ticket === undefined || 'refused' in ticket) {
      this.#recording = { state: 'stopped' };
      this.facts.notRecorded(ticket?.refused ?? 'failed');
    } else await this.#startSpool(session, ticket);
    this.changed();
  }

  async #startSpool(session: MediaSession, { path, seal }: SpoolPlace): Promise<void> {
    this.#recording = { state: 'running', session };
    try {
      await session.startSpool(path, this.entry, seal);
    } catch (error) {
      this.#recording = { state: 'stopped' };
      this.facts.notRecorded('failed');
      this.#log.error({ error: errorMessage(error), path }, 'the recording of a call could not begin');
    }
  }

  /**
   * Stops recording for good. `stopped`: there is a recording up to here; `prevented`: there will be none; `before`:
   * it had been stopped already, or had failed.
   */
  stop(): 'stopped' | 'prevented' | 'before' {
    const before = this.#recording;
    this.#recording = { state: 'stopped' };
    if (before.state === 'stopped') return 'before';
    if (before.state !== 'running') return 'prevented';
    before.session.stopSpool();
    return 'stopped';
  }

  /** Machines talk: that is no recording, unless people have talked before. */
  fax(fax: Omit<Fax, 'at'>): void {
    const isNew = this.entry.fax === undefined;
    this.facts.fax(fax);
    if (isNew) {
      const was = this.stop();
      if (was === 'stopped' && this.facts.talkedMs >= SPOKEN_MS) this.facts.begin('stopped', 'halina');
      else if (was !== 'before') this.facts.notRecorded('fax');
    }
    this.changed();
  }

  /** The spool was cut by the engine: the call goes on without it. */
  cut(): void {
    this.#recording = { state: 'stopped' };
    this.facts.begin('stopped', 'halina');
    this.changed();
  }

  /**
   * Both had answered, and one left before they were connected, at `at` (Unix milliseconds; now where it is undefined): a
   * talk of no length, of which there is nothing to keep.
   */
  leftAtOnce(party: Party, how: Parameters<EntryBuilder['connected']>[1], at: number | undefined): void {
    this.stop();
    this.facts.answered();
    this.facts.connected(party, how, at);
    this.facts.notRecorded('not-connected');
  }

  /** The call is over and its media session closed. Resolves when that is durable, or could not be made so. */
  async end(ending: Ending, spool: SpoolEnd | undefined): Promise<void> {
    this.#recording = { state: 'stopped' };
    if (this.entry.connectedAt === undefined) this.facts.notRecorded('not-connected');
    this.facts.end(ending);
    await this.#inOrder('end', () => this.#ledger.end(this.entry, spool));
  }

  #inOrder<T>(what: string, task: () => Promise<T>): Promise<T | undefined> {
    return this.#order.run(() => this.#told(what, task));
  }

  async #told<T>(what: string, task: () => Promise<T>): Promise<T | undefined> {
    try {
      return await task();
    } catch (error) {
      this.#log.error({ error: errorMessage(error), what }, 'the archive refused what was to be kept of a call');
      return undefined;
    }
  }
}
