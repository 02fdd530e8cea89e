/**
 * The Info frame: a silent first frame that tells players how many frames and bytes follow, where to seek, and (the
 * LAME extension) how many samples to drop at the beginning and the end. Without it a recording at 8 kHz would begin
 * 138 ms late and end some 195 ms too late. The layout is Xing's and LAME's, as players read it:
 *
 * | at (after the side information) | bytes | what |
 * |---|---|---|
 * | 0 | 4 | `Info` (constant bitrate) |
 * | 4 | 4 | flags: frames, bytes, table of contents, quality |
 * | 8, 12 | 4 + 4 | frames without this one; bytes with this one |
 * | 16 | 100 | table of contents: where each percent of the time is, in 256ths of the bytes |
 * | 116 | 4 | quality |
 * | 120 | 9 | encoder |
 * | 129 | 1 | revision and method (1: constant bitrate) |
 * | 130 | 10 | lowpass, gains: not told |
 * | 140 | 1 | kbit/s |
 * | 141 | 3 | 12 bits of delay, 12 bits of padding |
 * | 144 | 4 | noise shaping, gain, preset: not told |
 * | 148 | 4 | bytes with this frame |
 * | 152 | 2 | CRC-16 of the frames |
 * | 154 | 2 | CRC-16 of this frame up to here |
 */
import { Crc16 } from './crc16.js';
import { SAMPLES_PER_FRAME, bitrateIndex, frameBytes } from './frame.js';
import type { SampleRate } from './frame.js';

/** Frame header and, for stereo of MPEG 2 and 2.5, the side information. */
const TAG_AT = 4 + 17;
const TAG_BYTES = 156;
/** What players add to the delay of the encoder: their own. So much padding, at the least, lets them end exactly. */
export const DECODER_DELAY_SAMPLES = 529;

export interface InfoFacts {
  readonly kbps: number;
  readonly rate: SampleRate;
  /** Nine characters at most. */
  readonly version: string;
  /** Frames that follow. */
  readonly frames: number;
  /** CRC-16 of the frames that follow. */
  readonly audioCrc: number;
  readonly delaySamples: number;
  /** Samples of the sound. */
  readonly samples: number;
}

/** The Info frame may have a higher bitrate than the others, where theirs is too small for it. */
function infoBitrate(kbps: number, rate: SampleRate): number {
  return Math.max(kbps, rate === 8000 ? 24 : 40);
}

/** Bytes of the Info frame of a recording with this bitrate. */
export const infoFrameBytes = (kbps: number, rate: SampleRate = 8000): number =>
  frameBytes(infoBitrate(kbps, rate), rate);

export function infoFrame(facts: InfoFacts): Uint8Array {
  const { kbps, rate, frames } = facts;
  const frame = Buffer.alloc(infoFrameBytes(kbps, rate));
  const bytes = frame.length + frames * frameBytes(kbps, rate);
  const padding = frames * SAMPLES_PER_FRAME - facts.delaySamples - facts.samples;
  // Sync, MPEG 2.5 or 2, layer III without CRC; bitrate, the third of the version's rates; stereo, original.
  const version = rate === 8000 ? 0xe3 : 0xf3;
  frame.set([0xff, version, (bitrateIndex(infoBitrate(kbps, rate)) << 4) | (2 << 2), 0x04], 0);
  const tag = frame.subarray(TAG_AT);
  tag.write('Info', 0, 'latin1');
  tag.writeUInt32BE(0x0f, 4);
  tag.writeUInt32BE(frames, 8);
  tag.writeUInt32BE(bytes, 12);
  for (let percent = 0; percent < 100; percent++) tag[16 + percent] = Math.floor((percent * 256) / 100);
  tag.writeUInt32BE(50, 116);
  tag.write(facts.version.slice(0, 9), 120, 'latin1');
  tag[129] = 1;
  tag[140] = kbps;
  tag.writeUIntBE(facts.delaySamples * 4096 + padding, 141, 3);
  tag.writeUInt32BE(bytes, 148);
  tag.writeUInt16BE(facts.audioCrc, 152);
  const crc = new Crc16();
  crc.update(frame.subarray(0, TAG_AT + TAG_BYTES - 2));
  tag.writeUInt16BE(crc.value, TAG_BYTES - 2);
  return frame;
}

/** Frames that hold so many samples with the delay before and room for the decoder's behind. */
export function framesNeeded(samples: number, delaySamples: number): number {
  return Math.ceil((delaySamples + samples + DECODER_DELAY_SAMPLES) / SAMPLES_PER_FRAME);
}
