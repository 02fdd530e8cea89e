/**
 * Sound for tests: signals that are made from a seed, decoding by ffmpeg (which we did not write), and the measures in
 * which the bounds on recordings are given: correlation, delay, level, and how much of one party is heard in the
 * other's channel. Signals are `Float32Array` of −1 to 1 at 8 kHz unless said otherwise.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { correlateAtLags } from './fft.js';

export const RATE = 8000;

export interface DecodedAudio {
  readonly rate: number;
  /** One array a channel, all of the same length. Of a recording: left (outside), right (inside). */
  readonly channels: readonly Float32Array[];
  readonly durationMs: number;
}

const run = promisify(execFile);

/** Decodes any sound file by ffmpeg, all its channels, at its own rate or at `rate`. */
export async function decodeAudio(path: string, options: { rate?: number } = {}): Promise<DecodedAudio> {
  const rateOption = options.rate === undefined ? [] : ['-ar', String(options.rate)];
  const { stdout } = await run(
    'ffmpeg',
    ['-v', 'error', '-i', path, ...rateOption, '-f', 'wav', '-acodec', 'pcm_f32le', '-'],
    { encoding: 'buffer', maxBuffer: 2 ** 31 - 1 },
  );
  // The header of a WAV file; its chunks are looked through up to the sound.
  let at = 12;
  while (stdout.toString('latin1', at, at + 4) !== 'fmt ') at += 8 + stdout.readUInt32LE(at + 4);
  const count = stdout.readUInt16LE(at + 10);
  const rate = stdout.readUInt32LE(at + 12);
  while (stdout.toString('latin1', at, at + 4) !== 'data') at += 8 + stdout.readUInt32LE(at + 4);
  const data = Uint8Array.prototype.slice.call(stdout, at + 8);
  const sound = new Float32Array(data.buffer, 0, Math.floor(data.length / 4));
  const frames = Math.floor(sound.length / count);
  const channels = Array.from({ length: count }, (_, c) =>
    Float32Array.from({ length: frames }, (_, i) => sound[i * count + c] as number),
  );
  return { rate, channels, durationMs: (frames * 1000) / rate };
}

/** The two channels of a stereo recording. */
export function stereo(audio: DecodedAudio): { readonly left: Float32Array; readonly right: Float32Array } {
  const [left, right] = audio.channels;
  if (!left || !right || audio.channels.length !== 2) throw new Error(`${audio.channels.length} channels, not two`);
  return { left, right };
}

/** Chance that is the same in every run (a 32-bit xorshift with a multiplied output); gives 0 to 1. */
export function chance(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 0x9e3779b9) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (Math.imul(state, 0x2c1b3c6d) >>> 0) / 2 ** 32;
  };
}

/** A sine. `level`: amplitude, 0 to 1. */
export function tone(frequency: number, seconds: number, level = 0.3): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * RATE) },
    (_, n) => level * Math.sin((2 * Math.PI * frequency * n) / RATE),
  );
}

/** A two-pole resonance: one formant. */
function resonator(): (input: number, frequency: number) => number {
  const radius = Math.exp((-Math.PI * 120) / RATE);
  let y1 = 0;
  let y2 = 0;
  return (input, frequency) => {
    const y =
      (1 - radius) * input + 2 * radius * Math.cos((2 * Math.PI * frequency) / RATE) * y1 - radius * radius * y2;
    y2 = y1;
    y1 = y;
    return y;
  };
}

/**
 * Something like a voice: syllables of a pulse train with a wandering pitch and some breath, through three formants
 * that change from syllable to syllable, with pauses between phrases. Two seeds give two voices without likeness.
 */
export function speechLike(seconds: number, seed: number): Float32Array {
  const random = chance(seed);
  const out = new Float32Array(Math.round(seconds * RATE));
  const formants = [resonator(), resonator(), resonator()];
  const basePitch = 90 + 130 * random();
  let phase = 0;
  for (let at = 0; at < out.length;) {
    const length = Math.round(RATE * (0.12 + 0.18 * random()));
    const centres = [300 + 500 * random(), 900 + 1100 * random(), 2300 + 900 * random()];
    const pitch = basePitch * (0.85 + 0.3 * random());
    const bend = 0.2 * (random() - 0.5);
    const loud = 0.5 + 0.5 * random();
    for (let n = 0; n < length && at + n < out.length; n++) {
      phase += (pitch * (1 + (bend * n) / length)) / RATE;
      const pulse = phase >= 1 ? 1 : 0;
      phase -= pulse;
      const source = 12 * pulse + 0.6 * (random() - 0.5);
      const envelope = loud * Math.sin((Math.PI * n) / length) ** 2;
      let sum = 0;
      formants.forEach((formant, f) => (sum += formant(source, centres[f] ?? 0) / (1 + f * 0.7)));
      out[at + n] = Math.tanh(0.6 * sum * envelope);
    }
    at += length + Math.round(RATE * (random() < 0.15 ? 0.3 + 0.5 * random() : 0.02 + 0.06 * random()));
  }
  return out;
}

/** Root of the mean square in dB below full scale (a full-scale square wave is 0); −Infinity for digital silence. */
export function levelDb(signal: Float32Array): number {
  let sum = 0;
  for (const x of signal) sum += x * x;
  return 10 * Math.log10(sum / Math.max(1, signal.length));
}

/** The level of one frequency in dB: 0 for a sine with amplitude 1. */
export function toneLevelDb(signal: Float32Array, frequency: number, rate = RATE): number {
  let real = 0;
  let imaginary = 0;
  let weight = 0;
  for (let n = 0; n < signal.length; n++) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / signal.length);
    const angle = (2 * Math.PI * frequency * n) / rate;
    real += window * (signal[n] ?? 0) * Math.cos(angle);
    imaginary += window * (signal[n] ?? 0) * Math.sin(angle);
    weight += window;
  }
  return 20 * Math.log10((2 * Math.hypot(real, imaginary)) / weight);
}

export interface Alignment {
  /** How much later the recorded signal is than the reference, milliseconds. */
  readonly delayMs: number;
  /** Pearson's, at that delay, over what both have; −1 to 1. */
  readonly correlation: number;
}

/** Finds `reference` in `recorded`, looking up to `maxDelayMs` (default 500) in both directions. */
export function align(
  reference: Float32Array,
  recorded: Float32Array,
  options: { maxDelayMs?: number } = {},
): Alignment {
  const maxLag = Math.round(((options.maxDelayMs ?? 500) * RATE) / 1000);
  const products = correlateAtLags(reference, recorded, maxLag);
  let best = 0;
  for (let i = 1; i < products.length; i++) if ((products[i] ?? 0) > (products[best] ?? 0)) best = i;
  const lag = best - maxLag;
  return { delayMs: (lag * 1000) / RATE, correlation: correlationAt(reference, recorded, lag) };
}

/** As `align`, of a part of both: `fromMs` and `lengthMs` in the time of the reference. */
export function alignPart(
  reference: Float32Array,
  recorded: Float32Array,
  part: { fromMs: number; lengthMs: number; maxDelayMs?: number },
): Alignment {
  const from = Math.round((part.fromMs * RATE) / 1000);
  const to = from + Math.round((part.lengthMs * RATE) / 1000);
  const options = part.maxDelayMs === undefined ? {} : { maxDelayMs: part.maxDelayMs };
  return align(reference.subarray(from, to), recorded.subarray(from, to), options);
}

/** Pearson's correlation of `reference[n]` and `recorded[n + lag]` where both are. */
export function correlationAt(reference: Float32Array, recorded: Float32Array, lag: number): number {
  const from = Math.max(0, -lag);
  const to = Math.min(reference.length, recorded.length - lag);
  let xx = 0;
  let yy = 0;
  let xy = 0;
  let sumX = 0;
  let sumY = 0;
  for (let n = from; n < to; n++) {
    const x = reference[n] ?? 0;
    const y = recorded[n + lag] ?? 0;
    sumX += x;
    sumY += y;
    xx += x * x;
    yy += y * y;
    xy += x * y;
  }
  const count = Math.max(1, to - from);
  const covariance = xy - (sumX * sumY) / count;
  const spread = (xx - (sumX * sumX) / count) * (yy - (sumY * sumY) / count);
  return spread > 0 ? covariance / Math.sqrt(spread) : 0;
}

/**
 * How loud the other party is heard in a channel, in dB against how loud it is in its own signal: the channel is freed
 * of its own party first (best fit), then the strongest likeness to the other at any delay up to `maxDelayMs` counts.
 * By chance two voices of 20 s are alike by −45 dB or so; longer signals go deeper.
 */
export function crosstalkDb(
  channel: Float32Array,
  own: Float32Array,
  other: Float32Array,
  options: { maxDelayMs?: number } = {},
): number {
  const maxLag = Math.round(((options.maxDelayMs ?? 500) * RATE) / 1000);
  const { delayMs } = align(own, channel, options);
  const rest = subtractFit(channel, own, Math.round((delayMs * RATE) / 1000));
  let energy = 0;
  for (const x of other) energy += x * x;
  let largest = 0;
  for (const product of correlateAtLags(other, rest, maxLag)) largest = Math.max(largest, Math.abs(product));
  return 20 * Math.log10(largest / energy);
}

function subtractFit(channel: Float32Array, own: Float32Array, lag: number): Float32Array {
  let xx = 0;
  let xy = 0;
  for (let n = 0; n < own.length; n++) {
    const x = own[n] ?? 0;
    xx += x * x;
    xy += x * (channel[n + lag] ?? 0);
  }
  const gain = xx > 0 ? xy / xx : 0;
  return channel.map((y, n) => y - gain * (own[n - lag] ?? 0));
}
