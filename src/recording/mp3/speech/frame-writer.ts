/**
 * The stream of frames at a constant bitrate (ISO/IEC 11172-3 § 2.4.1, 13818-3 § 2.4.1.7). A frame's sound may begin up to 255 bytes before
 * it, in what the frames before left over (the bit reservoir), so a frame is complete only once the next ones have begun behind it.
 */
import { bitrateIndex, frameBytes } from '../frame.js';
import type { SampleRate } from '../frame.js';
import { BitWriter } from './bit-writer.js';
import type { Plan, Three } from './speech-kernel.js';

/** Header and side information of two sides. */
const HEAD_BYTES = 4 + 17;
/** block_type of three short transforms. */
const SHORT = 2;
/** main_data_begin has eight bits. */
const REACH_BYTES = 255;

export interface GranuleHead {
  /** global_gain, and subblock_gain of each transform. */
  readonly gain: number;
  readonly lifts: Three;
  readonly plan: Plan;
}

export class FrameWriter {
  /** Bits of sound that a frame has of its own. */
  readonly bitsOfFrame: number;
  readonly #frameBytes: number;
  readonly #header: Uint8Array;
  readonly #head = new BitWriter(HEAD_BYTES);
  /** Frames that are begun, oldest first, each as it will be written; the first lies at `#base` frames from the start. */
  #pending: Uint8Array[] = [];
  #base = 0;
  #frames = 0;
  /** In the stream of all frames' main data: where the next frame's sound may begin. */
  #position = 0;

  constructor(kbps: number, rate: SampleRate) {
    this.#frameBytes = frameBytes(kbps, rate);
    this.bitsOfFrame = (this.#frameBytes - HEAD_BYTES) * 8;
    // As in the Info frame: sync, MPEG 2.5 or 2, layer III without CRC; bitrate, the third rate; stereo, original.
    this.#header = Uint8Array.of(0xff, rate === 8000 ? 0xe3 : 0xf3, (bitrateIndex(kbps) << 4) | (2 << 2), 0x04);
  }

  /** Bits that frames before left over for the next one. */
  get reservoirBits(): number {
    return (this.#mainStart - this.#position) * 8;
  }

  /** The most that there can be. */
  get reservoirLimit(): number {
    return REACH_BYTES * 8;
  }

  /** Adds a frame with its sound and gives the frames that are complete. */
  add(sides: readonly GranuleHead[], sound: Uint8Array): Uint8Array {
    const frame = new Uint8Array(this.#frameBytes);
    frame.set(this.#header);
    this.#writeHead(sides, this.#mainStart - this.#position);
    frame.set(this.#head.bytes.subarray(0, this.#head.length), this.#header.length);
    this.#pending.push(frame);
    this.#frames++;
    this.#place(sound);
    // What the next frame can't reach back to is left empty.
    this.#position = Math.max(this.#position, this.#mainStart - REACH_BYTES);
    return this.#complete(Math.floor(this.#position / this.#mainBytes));
  }

  /** Gives what frames there are. */
  finish(): Uint8Array {
    return this.#complete(this.#frames);
  }

  get #mainBytes(): number {
    return this.#frameBytes - HEAD_BYTES;
  }

  /** Where the next frame's own main data begin. */
  get #mainStart(): number {
    return this.#frames * this.#mainBytes;
  }

  #place(sound: Uint8Array): void {
    for (let at = 0; at < sound.length;) {
      const index = Math.floor(this.#position / this.#mainBytes);
      const within = this.#position - index * this.#mainBytes;
      const count = Math.min(sound.length - at, this.#mainBytes - within);
      (this.#pending[index - this.#base] as Uint8Array).set(sound.subarray(at, at + count), HEAD_BYTES + within);
      at += count;
      this.#position += count;
    }
  }

  #complete(upTo: number): Uint8Array {
    const count = upTo - this.#base;
    const done = this.#pending.splice(0, count);
    this.#base = upTo;
    return Buffer.concat(done);
  }

  #writeHead(sides: readonly GranuleHead[], mainDataBegin: number): void {
    const head = this.#head;
    head.clear();
    head.write(mainDataBegin, 8);
    head.write(0, 2); // private_bits
    for (const { gain, lifts, plan } of sides) {
      head.write(plan.bits, 12);
      head.write(plan.pairsEnd / 2, 9);
      head.write(gain, 8);
      head.write(0, 9); // scalefac_compress: there are none
      head.write(1, 1); // window_switching_flag
      head.write(SHORT, 2); // block_type
      head.write(0, 1); // mixed_block_flag
      for (const table of plan.tables) head.write(table, 5);
      for (const lift of lifts) head.write(lift, 3);
      head.write(0, 1); // scalefac_scale
      head.write(plan.foursTable, 1);
    }
    head.align();
  }
}
