/** lamejs: LAME 3.98 in plain JavaScript, works everywhere. It takes whole frames only, so the rest is kept here. */
import { Mp3Encoder as Lame } from '@breezystack/lamejs';
import type { Mp3Encoder } from './encoder.js';
import { SAMPLES_PER_FRAME } from './frame.js';
import type { SampleRate } from './frame.js';

export class LamejsEncoder implements Mp3Encoder {
  readonly name = 'lamejs';
  readonly version = 'LAME3.98';
  readonly delaySamples = 576;
  readonly #lame: Lame;
  /** Samples that do not make a frame yet. */
  readonly #left = new Int16Array(SAMPLES_PER_FRAME);
  readonly #right = new Int16Array(SAMPLES_PER_FRAME);
  #filled = 0;

  constructor(kbps: number, rate: SampleRate) {
    this.#lame = new Lame(2, rate, kbps);
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
    return bytesOf(this.#lame.encodeBuffer(this.#left, this.#right));
  }
}

const toInt16 = (x: number): number => Math.max(-32_768, Math.min(32_767, Math.round(x * 32_768)));

/** lamejs gives signed bytes, whatever its types say. */
const bytesOf = (array: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number }): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
