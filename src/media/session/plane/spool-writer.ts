/**
 * Writes one call's spool. Records are collected in a block and written, each taken by the disk before the next
 * is handed over, at most a second apart; meanwhile another block collects. Nothing here waits for the disk, and nothing is
 * written that was not granted: more bytes are asked for long before they are needed, and room for the last marks is
 * always kept. Where the budget says no, recording is cut at a record's end and the call goes on.
 *
 *     recording ──no room / failure / stop──▶ cut ──close──▶ closed
 *         └──────────────────close──────────────────────────────┘
 */
import type { Clock, Timer } from '../../../base/clock.js';
import { errorMessage } from '../../../base/errors.js';
import { fileHeader, type Flow, markBytes, type PcapEncoder, recordEnd, wholeRecords } from '../../../spool/pcap.js';
import type { Leg, SpoolMark } from '../../../spool/records.js';
import { SPOOL_OVERHEAD } from '../../../vault/spool-sealer.js';
import type { SpoolEnd } from '../../engine.js';
import type { Keeper } from '../../kernel/kernel-plane.js';
import type { TakeRecords } from '../../kernel/tapes.js';
import { BlockWriter } from './block-writer.js';
import type { Rounds } from './rounds.js';
import type { SpoolStore } from './spool-file.js';
import { LARGE_BYTES, type SpoolBlock } from './spool-memory.js';

export interface SpoolWriterOptions {
  readonly path: string;
  readonly encoder: PcapEncoder;
  readonly store: SpoolStore;
  /** Blocks are sealed on their way to the disk, where each is then somewhat larger. */
  readonly sealed?: boolean;
  readonly clock: Clock;
  /** Begins a block each time. */
  readonly rounds: Pick<Rounds, 'join'>;
  /** Microseconds since 1970 at the monotonic clock's zero, as the session has it. */
  readonly zeroUs: number;
  /** Asks for bytes; false: there is no room. */
  readonly reserve: (bytes: number) => Promise<boolean>;
  /** Hears what the kernel relayed of a leg, as it is taken: records from byte `from` to byte `to`. */
  readonly listener?: (leg: Leg, bytes: Buffer, from: number, to: number) => void;
  /** What was kept elsewhere is to be handed over: a block is due. */
  readonly collect?: () => void;
  /** The recording was cut by the budget or by the disk. */
  readonly onCut: (reason: 'no-room' | 'failed', why: string) => void;
}

/** Bytes to begin with (the archive grants as many when it opens a spool), and then at a time: six seconds of a call. */
const FIRST_GRANT = 65_536;
const GRANT = 131_072;
const ASK_BELOW = GRANT / 2;
/** After a refusal it is asked again, as long as there is room left from before. */
const ASK_AGAIN_MS = 1_000;
/** Kept for the marks that close a spool, and what sealing adds to the blocks that they are in. */
const TAIL = 512;
/** A slow disk is waited for with blocks of so many bytes beside the one that is being filled: a megabyte, some 45 s of a call. */
const MOST_WAITING = 1_048_576 - LARGE_BYTES;

/** How long news of the network may take until they are written here, microseconds. */
const LONGEST_WAY_US = 10_000_000;

const PLAIN = { opening: 0, block: 0 } as const;

type Cut = NonNullable<SpoolEnd['cut']>;

export class SpoolWriter {
  readonly #options: SpoolWriterOptions;
  readonly #encoder: PcapEncoder;
  readonly #zeroUs: number;
  /** The block that is being filled, and how far; none where nothing came since the last. */
  #collecting: SpoolBlock | undefined;
  #filled = 0;
  readonly #out: BlockWriter;
  /** All bytes that were put into a block, as they are on the disk. */
  #accepted = 0;
  #granted = 0;
  #request: 'none' | 'pending' | 'refused' = 'none';
  #cut: Cut | undefined;
  #dropped = 0;
  #started: Promise<void> = Promise.resolve();
  #flushNext = false;
  /** Whether the spool's last mark was collected. */
  #ends = false;
  /** What sealing adds on the disk, bytes. */
  readonly #overhead: { readonly opening: number; readonly block: number };
  #timer: Timer | undefined;
  #closed = false;

  /** Collects from here on; `start` opens the file. The first record names the call. */
  constructor(options: SpoolWriterOptions, call: SpoolMark & { type: 'call' }) {
    this.#options = options;
    this.#encoder = options.encoder;
    this.#zeroUs = options.zeroUs;
    this.#overhead = options.sealed ? SPOOL_OVERHEAD : PLAIN;
    this.#accepted = this.#overhead.opening;
    this.#out = new BlockWriter({
      memory: options.store.memory,
      overhead: this.#overhead,
      onTaken: () => {
        if (this.#flushNext) this.#shelve();
        this.#flushNext = false;
      },
      onFailed: (error) => this.#cutShort('failed', errorMessage(error)),
    });
    const header = fileHeader();
    this.#collect(header.length)?.bytes.set(header);
    this.#advance(header.length);
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
      this.#out.open(await this.#options.store.open(this.#options.path));
    } catch (error) {
      this.#cut = 'failed';
      throw error;
    }
    this.#flush(true);
    await this.#out.settle();
    if (!this.#closed) this.#arm();
  }

  /** The leg's packets come from elsewhere from now on; it is for people who open the file in Wireshark. */
  flow(leg: Leg, flow: Flow): void {
    this.#encoder.setFlow(leg, flow);
  }

  /** A packet that passed by a socket; it is copied. `at`: when it came, monotonic milliseconds. */
  rtp(leg: Leg, packet: Uint8Array, at = this.#options.clock.monotonic()): void {
    const block = this.#prepare(this.#encoder.rtpBytes(leg, packet.length));
    if (!block) return;
    const timeUs = this.#timeUs(at);
    this.#advance(this.#encoder.encodeInto(block, this.#filled, leg, timeUs, packet));
  }

  /** For who writes the records of a leg elsewhere, and has them taken now and then. It holds until the leg's next `flow`. */
  keeper(leg: Leg): Keeper {
    const take: TakeRecords = (memory, from, to, all) => {
      this.#options.listener?.(leg, memory, from, to);
      this.#take(memory, from, to, all);
    };
    return { zeroUs: this.#zeroUs, header: this.#encoder.header(leg), take };
  }

  /** Takes whole records, as many as there is room for. `all`: bytes of these and of those that come next. */
  #take(memory: Buffer, from: number, to: number, all: number): void {
    for (let at = from; at < to;) {
      const next = recordEnd(memory, at);
      const block = this.#prepare(next - at, all - (at - from));
      if (!block) {
        at = next;
        continue;
      }
      const most = Math.min(this.#left, block.bytes.length - this.#filled);
      const end = to - at <= most ? to : wholeRecords(memory, at, most);
      memory.copy(block.bytes, this.#filled, at, end);
      this.#advance(end - at);
      at = end;
    }
  }

  /** Whether it takes what comes at present. */
  get isTaking(): boolean {
    return this.#cut === undefined && this.#out.waitingBytes < MOST_WAITING;
  }

  /** Packets passed that never came here. */
  missed(packets: number): void {
    if (!this.#cut) this.#dropped += packets;
  }

  /** `at`: when it was, Unix milliseconds, where that is not now. */
  mark(mark: SpoolMark, at?: number): void {
    this.#append(mark, false, at);
  }

  /** Nothing more of the sound is kept; time runs on. */
  stop(): void {
    if (!this.#cut) this.#markCut('stopped');
  }

  /** Writes what is left and closes. `at`: when the call ended, Unix milliseconds. */
  async close(at?: number): Promise<SpoolEnd> {
    await this.#finish(true, at);
    await this.#out.close();
    return { path: this.#options.path, bytes: this.#out.written, dropped: this.#dropped, cut: this.#cut };
  }

  /** Writes what was collected, without an end: the process goes. */
  abandon(): Promise<void> {
    return this.#finish(false);
  }

  async #finish(inGoodOrder: boolean, at?: number): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    if (inGoodOrder) await this.#started.catch(() => {}); // told to whoever started it
    await this.#out.settle();
    if (!this.#out.isOpen) return this.#letGo();
    if (inGoodOrder) this.#append({ type: 'end' }, true, at);
    this.#ends = inGoodOrder;
    this.#flush(true);
    await this.#out.settle();
  }

  #append(mark: SpoolMark, isClosing: boolean, at?: number): void {
    const bytes = markBytes(mark);
    const block = isClosing ? this.#collect(bytes) : this.#prepare(bytes);
    if (!block) return;
    this.#advance(this.#encoder.encodeMark(block.bytes, this.#filled, this.#moment(at), mark));
  }

  /** A moment of the monotonic clock on the session's own time. */
  #timeUs(atMs: number): number {
    return this.#zeroUs + Math.round(atMs * 1000);
  }

  /** The wall clock may have been set since the session began: what is not of the last seconds counts as now. */
  #moment(at: number | undefined): number {
    const now = this.#timeUs(this.#options.clock.monotonic());
    const wanted = at === undefined ? now : Math.round(at * 1000);
    return wanted > now || wanted < now - LONGEST_WAY_US ? now : wanted;
  }

  #advance(bytes: number): void {
    this.#filled += bytes;
    this.#accepted += bytes;
  }

  /**
   * Where a record of so many bytes may be added, of `all` that there are to add; undefined: nowhere. Asks for more and cuts, where
   * it has to.
   */
  #prepare(bytes: number, all = bytes): SpoolBlock | undefined {
    if (this.#cut) return undefined;
    const left = this.#left;
    if (this.#granted > 0 && left < ASK_BELOW) this.#ask();
    if (bytes > left && this.#request === 'refused') {
      this.#cutShort('no-room', 'the budget has no room for more');
      return undefined;
    }
    const block = bytes > left ? undefined : this.#collect(bytes, all); // too few bytes: the answer is long in coming
    if (!block) this.#dropped++;
    return block;
  }

  /** Bytes of records that may still be added. Where nothing was granted or refused yet it is what the first grant will hold. */
  get #left(): number {
    return (this.#granted || FIRST_GRANT) - this.#accepted - this.#overhead.block - TAIL;
  }

  /** The block that is being filled, with room for so many bytes, of `all`; undefined: too many wait for the disk. */
  #collect(bytes: number, all = bytes): SpoolBlock | undefined {
    if (this.#collecting && this.#filled + bytes <= this.#collecting.bytes.length) return this.#collecting;
    if (this.#out.waitingBytes >= MOST_WAITING) return undefined;
    this.#shelve();
    this.#collecting = this.#options.store.memory.take(Math.max(bytes, Math.min(all, LARGE_BYTES)));
    return this.#collecting;
  }

  /** What was collected is to be written. */
  #shelve(): void {
    if (!this.#collecting || this.#filled === 0) return;
    this.#out.add(this.#collecting, this.#filled, this.#ends);
    this.#accepted += this.#overhead.block;
    this.#collecting = undefined;
    this.#filled = 0;
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
    this.#timer = this.#options.rounds.join(() => {
      this.#options.collect?.();
      this.#flush();
    });
  }

  /** Begins to write what was collected, unless a write is under way: then it comes after that. */
  #flush(hurry = false): void {
    if (!this.#out.isOpen) return;
    this.#flushNext = this.#out.isWriting;
    if (this.#flushNext) return;
    this.#shelve();
    this.#out.write(hurry || this.#closed);
  }

  /** Gives back what will not be written any more. */
  #letGo(): void {
    this.#shelve();
    this.#out.letGo();
  }
}
