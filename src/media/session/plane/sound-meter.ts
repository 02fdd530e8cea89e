/**
 * How loud the sound of a leg is, and whether it is cut off at full scale: of one packet in eight, since that is enough
 * to know and cheap. Only G.711 is measured; of other codecs every packet counts as sound.
 */
import { aLawToLinear, muLawToLinear } from '../../../codecs/g711.js';
import { type Kind, PCMA, PCMU } from './payload-kinds.js';

const EVERY = 8;
/** Below this (−60 dB) is what a muted microphone or a line without anyone sends. */
const AUDIBLE = 33;
/** The highest step of either law but one: nobody speaks so loud without being cut off. */
const FULL_SCALE = 31_000;
/** A packet is clipped where so many samples stand at full scale. */
const CLIPPED_SAMPLES = 4;
/** A stretch is clipped where this share of its packets is. */
const CLIPPED_SHARE = 0.25;
const LEAST_PACKETS = 20;

export class SoundMeter {
  /** When sound was heard last, monotonic milliseconds. */
  audibleAt = -Infinity;
  #count = 0;
  #peak = 0;
  #measured = 0;
  #clipped = 0;

  /** A packet of sound came; its payload lies in `bytes` from `start` to `end`. */
  heard(bytes: Uint8Array, start: number, end: number, kind: Kind, now: number): void {
    const table = kind === PCMA ? aLawToLinear : kind === PCMU ? muLawToLinear : undefined;
    if (!table) this.audibleAt = now;
    else if (this.#count++ % EVERY === 0) this.#measure(bytes, start, end, table, now);
  }

  #measure(bytes: Uint8Array, start: number, end: number, table: Int16Array, now: number): void {
    let peak = 0;
    let full = 0;
    for (let i = start; i < end; i++) {
      const level = Math.abs(table[bytes[i] ?? 0] ?? 0);
      if (level > peak) peak = level;
      if (level >= FULL_SCALE) full++;
    }
    if (peak > AUDIBLE) this.audibleAt = now;
    if (peak > this.#peak) this.#peak = peak;
    this.#measured++;
    if (full >= CLIPPED_SAMPLES) this.#clipped++;
  }

  /** Whether the sound since this was asked last was clipped; undefined: there was too little to say. */
  takeClipped(): boolean | undefined {
    if (this.#measured < LEAST_PACKETS) return undefined;
    const isClipped = this.#clipped / this.#measured >= CLIPPED_SHARE;
    this.#measured = this.#clipped = 0;
    return isClipped;
  }

  /** The loudest that was heard, dB below full scale; undefined: nothing was measured, or it was silence. */
  get peakDb(): number | undefined {
    return this.#peak === 0 ? undefined : Math.min(0, Math.round(200 * Math.log10(this.#peak / 32_768)) / 10);
  }
}
