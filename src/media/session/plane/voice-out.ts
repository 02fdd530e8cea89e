/**
 * Sound that is encoded here for a leg, since the other side speaks another codec or a prompt is played: samples go in as
 * they come, frames of 20 ms come out. The encoder goes on from frame to frame; that of Opus is there a moment after it
 * was asked for.
 */
import { Doubler, Halver } from '../../../codecs/rate-change.js';
import {
  createVoiceEncoder,
  voiceClock,
  type VoiceCodec,
  type VoiceEncoder,
  voiceRate,
} from '../../../codecs/voice.js';

const FRAME_MS = 20;

export class VoiceOut {
  readonly codec: VoiceCodec;
  /** Units of the RTP clock that a frame lasts. */
  readonly frameUnits: number;
  readonly #rate: number;
  readonly #frame: number;
  readonly #doubler = new Doubler();
  readonly #halver = new Halver();
  #encoder: VoiceEncoder | undefined;
  #closed = false;
  #waiting = new Int16Array(0);

  constructor(codec: VoiceCodec) {
    this.codec = codec;
    this.#rate = voiceRate(codec);
    this.#frame = (this.#rate * FRAME_MS) / 1000;
    this.frameUnits = (voiceClock(codec) * FRAME_MS) / 1000;
    void createVoiceEncoder(codec).then((encoder) => {
      if (this.#closed) encoder.close();
      else this.#encoder = encoder;
    });
  }

  /** Whether sound that is put in comes out. */
  get isReady(): boolean {
    return this.#encoder !== undefined;
  }

  /** Adds sound at 8 or 16 kHz. */
  push(samples: Int16Array, rate: number): void {
    const own =
      rate === this.#rate ? samples : rate < this.#rate ? this.#doubler.change(samples) : this.#halver.change(samples);
    const all = new Int16Array(this.#waiting.length + own.length);
    all.set(this.#waiting);
    all.set(own, this.#waiting.length);
    this.#waiting = all;
  }

  /** The next frame, valid until the one after it; undefined while there is not enough sound. */
  take(): Uint8Array | undefined {
    if (!this.#encoder || this.#waiting.length < this.#frame) return undefined;
    const frame = this.#waiting.subarray(0, this.#frame);
    this.#waiting = this.#waiting.slice(this.#frame);
    return this.#encoder.encode(frame);
  }

  /** What waits belongs to what is over. */
  clear(): void {
    this.#waiting = new Int16Array(0);
  }

  close(): void {
    this.#closed = true;
    this.#encoder?.close();
    this.#encoder = undefined;
  }
}
