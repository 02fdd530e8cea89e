/** How large a recording becomes: known before a byte is written, since the bitrate is constant. */
import { MAX_TAG_BYTES } from './id3.js';
import { SAMPLES_PER_FRAME, SAMPLE_RATE, frameBytes, legalBitrate } from './mp3/frame.js';
import type { SampleRate } from './mp3/frame.js';
import { DECODER_DELAY_SAMPLES, framesNeeded, infoFrameBytes } from './mp3/info-frame.js';

/** Of every encoder that we have. */
export const ENCODER_DELAY_SAMPLES = 576;

/**
 * An upper bound of the bytes of a recording of `durationMs`, tags included. `kbps`: as configured. At 16 kHz it is a little
 * less than at 8: the frames are twice as many and half as large, and fewer are half empty.
 */
export function expectedBytes(durationMs: number, kbps: number): number {
  const legal = legalBitrate(kbps);
  const samples = Math.ceil((durationMs * SAMPLE_RATE) / 1000) + 1;
  return MAX_TAG_BYTES + infoFrameBytes(legal) + framesNeeded(samples, ENCODER_DELAY_SAMPLES) * frameBytes(legal);
}

/** How many samples of sound there is room for in `bytes`, of which `headBytes` are taken; negative: not even for none. */
export function samplesThatFit(bytes: number, headBytes: number, kbps: number, rate: SampleRate): number {
  const frames = Math.floor((bytes - headBytes) / frameBytes(kbps, rate));
  return frames * SAMPLES_PER_FRAME - ENCODER_DELAY_SAMPLES - DECODER_DELAY_SAMPLES;
}
