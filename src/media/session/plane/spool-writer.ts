/**
 * Writes one call's spool. Records are collected in a buffer and written in blocks, each on the disk before the next
 * is begun, at most a second apart; meanwhile a second buffer collects. Nothing here waits for the disk, and nothing is
 * written that was not granted: more bytes are asked for long before they are needed, and room for the last marks is
 * always kept. Where the budget says no, recording is cut at a record's end and the call goes on.
 *
 *     recording ──no room / failure / stop──▶ cut ──close──▶ closed
 *         └──────────────────close──────────────────────────────┘
 */
import type { Clock, Timer } from '../../../base/clock.js';
import { errorMessage } from '../../../base/errors.js';
import { fileHeader, type Flow, markBytes, type PcapEncoder } from '../../../spool/pcap.js';
import type { Leg, SpoolMark } from '../../../spool/records.js';
import { SPOOL_OVERHEAD } from '../../../vault/spool-sealer.js';
import type { SpoolEnd } from '../../engine.js';
import { spoolMemory } from './spool-disk.js';
import type { OpenSpoolFile, SpoolFile } from './spool-file.js';

export interface SpoolWriterOptions {
  readonly path: string;
  readonly encoder: PcapEncoder;
  readonly open: OpenSpoolFile;
  /** Blocks are sealed on their way to the disk, where each is then somewhat larger. */
  readonly sealed?: boolean;
  readonly clock: Clock;
  /** Microseconds since 1970 on the session's own time, now or at a moment of its monotonic clock (milliseconds). */
  readonly timeUs: (atMs?: number) => number;
  /** Asks for bytes; false: there is no room. */
  readonly reserve: (bytes: number) => Promise<boolean>;
  /** The recording was cut by the budget or by the disk. */
  readonly onCut: (reason: 'no-room' | 'failed', why: string) => void;
}

/** Milliseconds from the beginning of one block to that of the next. */
const BLOCK_MS = 800;
/** Bytes to begin with (the archive grants as many when it opens a spool), and then at a time: six seconds of a call. */
const FIRST_GRANT = 65_536;
const GRANT = 131_072;
const ASK_BELOW = GRANT / 2;
/** After a refusal it is asked again, as long as there is room left from before. */
const ASK_AGAIN_MS = 1_000;
/** Kept for the marks that close a spool, and what sealing adds to the blocks that they are in. */
const TAIL = 512;
/** Two of these a call: a block has about 17 kB. */
const BUFFER = 32_768;
/** A slow disk is waited for with this much memory, some 45 s of a call. */
const MAX_BUFFER = 1_048_576;

/** How long news of the network may take until they are written here, microseconds. */
const LONGEST_WAY_US = 10_000_000;

const NOTHING = Buffer.alloc(0);
const PLAIN = { opening: 0, block: 0 } as const;

type Cut = NonNullable<SpoolEnd['cut']>;

export class SpoolWriter {
  readonly #options: SpoolWriterOptions;
  #collecting = spoolMemory(BUFFER);
  #filled = 0;
  #spare = spoolMemory(BUFFER);
  /** All bytes that were put into a buffer, and those on the disk. */
  #accepted = 0;
  #written = 0;
  #granted = 0;
  #request: 'none' | 'pending' | 'refused' = 'none';
  #cut: Cut | undefined;
  #broken = false;
  #dropped = 0;
  #file: SpoolFile | undefined;
  #started: Promise<void> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  #flushNext = false;
  /** Whether the spool's last mark is in the buffer. */
  #ends = false;
  /** What sealing adds on the disk, bytes. */
  readonly #overhead: { readonly opening: number; readonly block: number };
  #timer: Timer | undefined;
  #closed = false;

  /** Collects from here on; `start` opens the file. The first record names the call. */
  constructor(options: SpoolWriterOptions, call: SpoolMark & { type: 'call' }) {
    this.#options = options;
    this.#overhead = options.sealed ? SPOOL_OVERHEAD : PLAIN;
    const header = fileHeader();
    this.#collecting.set(header);
    this.#filled = header.length;
    this.#accepted = header.length + this.#overhead.opening;
    this.#append(call, true);
  }

  /** Asks for the first bytes, opens the file and writes the first block. Rejects where the file cannot be made. */
  start(): Promise<void> {
    this.#started = this.#start();
    return this.#started;
  }

  async #start(): Promise<void> {
    if (!(await this.#options.reserve(FIRST_GRANT))) {
      this.#cutShort('no-room', 'the budget has no room for it');
      return;
    }
    this.#granted = FIRST_GRANT;
    try {
      this.#file = await this.#options.open(this.#options.path);
      this.#written = this.#overhead.opening;
    } catch (error) {
      this.#cut = 'failed';
      this.#broken = true;
      throw error;
    }
    this.#flush(true);
    await this.#settle();
    if (!this.#closed) this.#arm();
  }

  /** The leg's packets come from elsewhere from now on; it is for people who open the file in Wireshark. */
  flow(leg: Leg, flow: Flow): void {
    this.#options.encoder.setFlow(leg, flow);
  }

  /** A packet that passed; it is copied. `atMs`: when, on the monotonic clock; now, where it is not given. */
  rtp(leg: Leg, packet: Uint8Array, atMs?: number): void {
    if (this.#cut) return;
    const { encoder, timeUs } = this.#options;
    if (!this.#prepare(encoder.rtpBytes(leg, packet.length))) return;
    this.#advance(encoder.encodeRtp(this.#collecting, this.#filled, leg, timeUs(atMs), packet));
  }

  /** Packets passed that never came here. */
  missed(packets: number): void {
    if (!this.#cut) this.#dropped += packets;
  }

  /** `at`: when it was, Unix milliseconds, where that is not now. */
  mark(mark: SpoolMark, at?: number): void {
    if (!this.#cut) this.#append(mark, false, at);
  }

  /** Nothing more of the sound is kept; time runs on. */
  stop(): void {
    if (!this.#cut) this.#markCut('stopped');
  }

  /** Writes what is left and closes. `at`: when the call ended, Unix milliseconds. */
  async close(at?: number): Promise<SpoolEnd> {
    await this.#finish(true, at);
    await this.#file?.close().catch(() => {
      // Every block was synced before: there is nothing that closing could still lose.
    });
    this.#file = undefined;
    return { path: this.#options.path, bytes: this.#written, dropped: this.#dropped, cut: this.#cut };
  }

  /** Writes what was collected, without an end: the process goes. */
  abandon(): Promise<void> {
    return this.#finish(false);
  }

  async #finish(inGoodOrder: boolean, at?: number): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    if (inGoodOrder) await this.#started.catch(() => {}); // told to whoever started it
    await this.#settle();
    if (!this.#file || this.#broken) return;
    if (inGoodOrder) this.#append({ type: 'end' }, true, at);
    this.#ends = inGoodOrder;
    this.#flush(true);
    await this.#settle();
  }

  /** Waits until no write is under way. */
  async #settle(): Promise<void> {
    let last;
    do {
      last = this.#writing;
      await last;
    } while (last !== this.#writing);
  }

  #append(mark: SpoolMark, isClosing: boolean, at?: number): void {
    const bytes = markBytes(mark);
    if (isClosing ? !this.#makeRoom(bytes) : !this.#prepare(bytes)) return;
    const { encoder } = this.#options;
    this.#advance(encoder.encodeMark(this.#collecting, this.#filled, this.#moment(at), mark));
  }

  /** The wall clock may have been set since the session began: what is not of the last seconds counts as now. */
  #moment(at: number | undefined): number {
    const now = this.#options.timeUs();
    const wanted = at === undefined ? now : Math.round(at * 1000);
    return wanted > now || wanted < now - LONGEST_WAY_US ? now : wanted;
  }

  #advance(bytes: number): void {
    this.#filled += bytes;
    this.#accepted += bytes;
  }

  /** Whether a record of so many bytes may be added. Asks for more and cuts, where it has to. */
  #prepare(bytes: number): boolean {
    const first = this.#granted === 0; // nothing was granted or refused yet: collect what the first grant will hold
    const left = (first ? FIRST_GRANT : this.#granted) - this.#accepted - this.#overhead.block - TAIL;
    if (!first && left < ASK_BELOW) this.#ask();
    if (bytes > left) {
      if (this.#request === 'refused') this.#cutShort('no-room', 'the budget has no room for more');
      else this.#dropped++; // the answer is long in coming
      return false;
    }
    if (this.#makeRoom(bytes)) return true;
    this.#dropped++;
    return false;
  }

  #makeRoom(bytes: number): boolean {
    const needed = this.#filled + bytes;
    if (needed <= this.#collecting.length) return true;
    if (needed > MAX_BUFFER) return false;
    const larger = spoolMemory(Math.min(MAX_BUFFER, Math.max(2 * this.#collecting.length, needed)));
    this.#collecting.copy(larger, 0, 0, this.#filled);
    this.#collecting = larger;
    return true;
  }

  #ask(): void {
    if (this.#request !== 'none' || this.#closed) return;
    this.#request = 'pending';
    void this.#options.reserve(GRANT).then((granted) => {
      this.#request = granted ? 'none' : 'refused';
      if (granted) this.#granted += GRANT;
      else this.#options.clock.setTimer(ASK_AGAIN_MS, () => (this.#request = 'none'));
    });
  }

  #cutShort(reason: 'no-room' | 'failed', why: string): void {
    if (this.#cut) return;
    this.#markCut(reason);
    this.#options.onCut(reason, why);
  }

  #markCut(reason: Cut): void {
    this.#append({ type: 'cut', reason }, true);
    this.#cut = reason;
  }

  #arm(): void {
    this.#timer = this.#options.clock.setTimer(BLOCK_MS, () => {
      this.#flush();
      this.#arm();
    });
  }

  /** Begins to write what was collected, unless a write is under way: then its end does. */
  #flush(hurry = false): void {
    const file = this.#file;
    if (!file || this.#broken || this.#filled === 0) return;
    if (this.#isWriting) {
      this.#flushNext = true;
      return;
    }
    this.#flushNext = false;
    const block = this.#collecting;
    const length = this.#filled;
    this.#collecting = this.#spare;
    this.#spare = NOTHING;
    this.#filled = 0;
    this.#isWriting = true;
    const onDisk = length + this.#overhead.block;
    this.#accepted += this.#overhead.block;
    this.#writing = file.append(block, length, { hurry: hurry || this.#closed, last: this.#ends }).then(
      () => {
        this.#written += onDisk;
        this.#spare = block.length > BUFFER ? spoolMemory(BUFFER) : block;
        this.#isWriting = false;
        if (this.#flushNext) this.#flush();
      },
      (error: unknown) => this.#fail(file, error),
    );
  }

  async #fail(file: SpoolFile, error: unknown): Promise<void> {
    this.#broken = true;
    this.#cutShort('failed', errorMessage(error));
    await file.truncate(this.#written).catch(() => {
      // What stands behind the last whole block is a torn record, which the recovery knows how to leave out.
    });
  }
}
