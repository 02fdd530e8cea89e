/**
 * lamejs: LAME 3.98 in plain JavaScript, works everywhere. It writes stereo frames without a bit reservoir, so each
 * frame stands alone; therefore a frame of digital silence within silence is always the same and is made only once.
 */
import { Mp3Encoder as Lame } from '@breezystack/lamejs';
import type { Mp3Encoder } from './encoder.js';
import { SAMPLES_PER_FRAME, SAMPLE_RATE, frameBytes } from './frame.js';

/** So many silent frames in a row, and nothing that was heard before is left in the encoder. */
const SETTLED_FRAMES = 6;

export class LamejsEncoder implements Mp3Encoder {
  readonly name = 'lamejs';
  readonly version = 'LAME3.98';
  readonly delaySamples = 576;
  readonly #lame: Lame;
  readonly #frameBytes: number;
  /** Samples that do not make a frame yet. */
  readonly #left = new Int16Array(SAMPLES_PER_FRAME);
  readonly #right = new Int16Array(SAMPLES_PER_FRAME);
  #filled = 0;
  #silentFrames = 0;
  #silence: Uint8Array | undefined;

  constructor(kbps: number) {
    this.#lame = new Lame(2, SAMPLE_RATE, kbps);
    this.#frameBytes = frameBytes(kbps);
  }

  encode(left: Float32Array, right: Float32Array): Uint8Array {
    const frames: Uint8Array[] = [];
    for (let at = 0; at < left.length;) {
      const count = Math.min(SAMPLES_PER_FRAME - this.#filled, left.length - at);
      for (let i = 0; i < count; i++) {
        this.#left[this.#filled + i] = toInt16(left[at + i] as number);
        this.#right[this.#filled + i] = toInt16(right[at + i] as number);
      }
      this.#filled += count;
      at += count;
      if (this.#filled === SAMPLES_PER_FRAME) frames.push(this.#encodeFrame());
    }
    return Buffer.concat(frames);
  }

  finish(): Uint8Array {
    const rest = this.#lame.encodeBuffer(this.#left.subarray(0, this.#filled), this.#right.subarray(0, this.#filled));
    return Buffer.concat([bytesOf(rest), bytesOf(this.#lame.flush())]);
  }

  #encodeFrame(): Uint8Array {
    this.#filled = 0;
    const silent = this.#left.every((x) => x === 0) && this.#right.every((x) => x === 0);
    this.#silentFrames = silent ? this.#silentFrames + 1 : 0;
    if (this.#silentFrames > SETTLED_FRAMES && this.#silence) return this.#silence;
    const out = bytesOf(this.#lame.encodeBuffer(this.#left, this.#right));
    if (this.#silentFrames === SETTLED_FRAMES && out.length === this.#frameBytes) this.#silence = out;
    return out;
  }
}

const toInt16 = (x: number): number => Math.max(-32_768, Math.min(32_767, Math.round(x * 32_768)));

/** lamejs gives signed bytes, whatever its types say. */
const bytesOf = (array: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number }): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
