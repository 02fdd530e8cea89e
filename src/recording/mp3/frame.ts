/**
 * MPEG audio layer III as far as we need it: at 8 kHz (MPEG version 2.5) and at 16 kHz (version 2) a frame holds 576
 * samples a channel, and at a constant bitrate every frame has the same length, without padding.
 */
import { HalinaError } from '../../base/errors.js';

/** Hz. A recording has 16 kHz where a party was heard in a codec that has them. */
export type SampleRate = 8000 | 16_000;
export const SAMPLE_RATE = 8000;
/** Below this many kbit/s LAME makes no stereo of 16 kHz: it would sound worse than 8. */
export const LEAST_KBPS_AT_16_KHZ = 32;
export const SAMPLES_PER_FRAME = 576;

export const toSamples = (ms: number): number => Math.max(0, Math.round((ms * SAMPLE_RATE) / 1000));
export const toMs = (samples: number): number => (samples * 1000) / SAMPLE_RATE;

/** kbit/s by the header's bitrate index (0: free format), as far as encoders go at 8 kHz. */
const BITRATES = [0, 8, 16, 24, 32, 40, 48, 56, 64] as const;
/** Those that every encoder has and in which there is something of speech in stereo. */
const LEGAL_BITRATES = [16, 24, 32, 40, 48, 64] as const;

/** The bitrate that is used for one that is asked for: the next lower one that there is, 16 to 64 kbit/s. */
export function legalBitrate(kbps: number): number {
  return LEGAL_BITRATES.findLast((legal) => legal <= kbps) ?? LEGAL_BITRATES[0];
}

/** Bytes of each frame at `kbps`, which must be a legal bitrate. */
export function frameBytes(kbps: number, rate: SampleRate = SAMPLE_RATE): number {
  return (SAMPLES_PER_FRAME / 8) * (kbps / (rate / 1000));
}

/** The index of a legal bitrate in a frame header. */
export function bitrateIndex(kbps: number): number {
  const index = BITRATES.findIndex((legal) => legal === kbps);
  if (index < 1) throw new HalinaError('MP3_BITRATE', `${kbps} kbit/s is no bitrate of MP3 at 8 kHz`);
  return index;
}
