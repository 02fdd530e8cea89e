/**
 * Makes silence cheap for any encoder. Once a pause of digital silence on both sides has lasted so long that the encoder
 * gives the same frame again and again, its state stands still: that frame is repeated without asking it, and the
 * encoder goes on from where it stood when there is sound again. Where frames borrow bits from those before (LAME's bit
 * reservoir), the repeated ones leave as many to borrow as the encoder believes.
 */
import type { EncoderName, Mp3Encoder } from './encoder.js';
import { SAMPLES_PER_FRAME } from './frame.js';

/** So many equal frames of silence in a row, and nothing of what was before is left in the encoder: 0.6 s. */
const SETTLED_FRAMES = 8;

export class QuickSilence implements Mp3Encoder {
  readonly name: EncoderName;
  readonly version: string;
  readonly delaySamples: number;
  readonly #inner: Mp3Encoder;
  readonly #frameBytes: number;
  /** Samples that do not make a frame yet. */
  readonly #left = new Float32Array(SAMPLES_PER_FRAME);
  readonly #right = new Float32Array(SAMPLES_PER_FRAME);
  #filled = 0;
  #equalFrames = 0;
  #silence: Uint8Array = new Uint8Array(0);

  constructor(inner: Mp3Encoder, frameBytes: number) {
    this.#inner = inner;
    this.#frameBytes = frameBytes;
    this.name = inner.name;
    this.version = inner.version;
    this.delaySamples = inner.delaySamples;
  }

  encode(left: Float32Array, right: Float32Array): Uint8Array {
    const out: Uint8Array[] = [];
    let at = 0;
    if (this.#filled > 0) {
      at = this.#fill(left, right, 0);
      if (this.#filled < SAMPLES_PER_FRAME) return new Uint8Array(0);
      this.#filled = 0;
      this.#run(this.#left, this.#right, out);
    }
    const whole = at + Math.floor((left.length - at) / SAMPLES_PER_FRAME) * SAMPLES_PER_FRAME;
    if (whole > at) this.#run(left.subarray(at, whole), right.subarray(at, whole), out);
    this.#fill(left, right, whole);
    return Buffer.concat(out);
  }

  finish(): Uint8Array {
    const rest = this.#inner.encode(this.#left.subarray(0, this.#filled), this.#right.subarray(0, this.#filled));
    return Buffer.concat([rest, this.#inner.finish()]);
  }

  close(): void {
    this.#inner.close?.();
  }

  /** Keeps what there is from `from` on, up to a frame. Gives where it ended. */
  #fill(left: Float32Array, right: Float32Array, from: number): number {
    const to = Math.min(left.length, from + SAMPLES_PER_FRAME - this.#filled);
    this.#left.set(left.subarray(from, to), this.#filled);
    this.#right.set(right.subarray(from, to), this.#filled);
    this.#filled += to - from;
    return to;
  }

  /** Whole frames: those with sound as many at once as there are, those of silence one by one. */
  #run(left: Float32Array, right: Float32Array, out: Uint8Array[]): void {
    for (let at = 0; at < left.length;) {
      const end = at + SAMPLES_PER_FRAME;
      if (isSilent(left, at, end) && isSilent(right, at, end)) {
        out.push(this.#silentFrame(left.subarray(at, end), right.subarray(at, end)));
        at = end;
      } else {
        let to = end;
        while (
          to < left.length &&
          !(isSilent(left, to, to + SAMPLES_PER_FRAME) && isSilent(right, to, to + SAMPLES_PER_FRAME))
        )
          to += SAMPLES_PER_FRAME;
        this.#equalFrames = 0;
        out.push(this.#inner.encode(left.subarray(at, to), right.subarray(at, to)));
        at = to;
      }
    }
  }

  #silentFrame(left: Float32Array, right: Float32Array): Uint8Array {
    if (this.#equalFrames >= SETTLED_FRAMES) return this.#silence;
    const frame = this.#inner.encode(left, right);
    const same = frame.length === this.#frameBytes && Buffer.compare(frame, this.#silence) === 0;
    this.#equalFrames = same ? this.#equalFrames + 1 : 0;
    this.#silence = frame;
    return frame;
  }
}

function isSilent(samples: Float32Array, from: number, to: number): boolean {
  for (let n = from; n < to; n++) if (samples[n] !== 0) return false;
  return true;
}
