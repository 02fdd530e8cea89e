/**
 * Cuts stretches out of a recording without decoding it: their frames become silent ones, so everything after them stays where
 * it was. What a frame says of its sound (side information, ISO/IEC 13818-3 § 2.4.1.7) is emptied, and the bytes of its
 * sound are overwritten where they lie: a frame may begin its sound in the frames before it (the bit reservoir), and these
 * keep theirs.
 */
import { HalinaError } from '../../base/errors.js';
import { SAMPLES_PER_FRAME } from './frame.js';

/** Milliseconds of the recording, as a player shows them. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

const HEADER_BYTES = 4;
/** kbit/s by the header's index, MPEG 2 and 2.5, layer III. */
const KBPS = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES: Readonly<Record<number, readonly number[]>> = {
  0: [11_025, 12_000, 8000], // MPEG 2.5
  2: [22_050, 24_000, 16_000], // MPEG 2
};
/** How much later than its frame a sound is heard, in frames: the encoder's and the decoder's delay, rounded up. */
const DELAY_FRAMES = 2;
/** Neighbouring frames share their sound (the transform overlaps by half). */
const OVERLAP_FRAMES = 1;
/** From so many frames before it a frame may have its sound: 255 bytes, in frames of at least 18 at 8 kbit/s. */
const REACH = 24;

interface Frame {
  readonly at: number;
  readonly sideAt: number;
  readonly sideBytes: number;
  readonly mainAt: number;
  readonly end: number;
  readonly rate: number;
  /** Where its sound begins and ends in the stream of all frames' main data. */
  readonly from: number;
  readonly to: number;
}

/** The sound alone, without the tag and the Info frame, which tell of what was cut. Throws `MP3_DAMAGED`. */
export function cutSound(file: Buffer, tagBytes: number, stretches: readonly Stretch[]): Buffer {
  const first = headerAt(file, tagBytes);
  const start = isInfo(file, first) ? first.end : tagBytes;
  const sound = Buffer.from(file.subarray(start));
  const { frames, mains } = framesOf(sound);
  const isSilent = frames.map((_, index) => stretches.some((one) => covers(one, index, frames)));
  for (const [index, frame] of frames.entries()) {
    if (!isSilent[index]) continue;
    wipe(sound, mains, frame.from, frame.to);
    // What else lies in it is filling, or belongs to frames after it that keep theirs.
    const kept = frames.slice(index + 1, index + 1 + REACH).filter((_, n) => !isSilent[index + 1 + n]);
    wipeGaps(sound, mains, mains[index], kept);
    // main_data_begin, its first byte, stays: the frames after it count their way back over this one.
    sound.fill(0, frame.sideAt + 1, frame.sideAt + frame.sideBytes);
  }
  return sound;
}

function covers({ fromMs, toMs }: Stretch, index: number, frames: readonly Frame[]): boolean {
  const frameMs = (SAMPLES_PER_FRAME * 1000) / (frames[0]?.rate ?? 1);
  const [first, last] = [Math.floor(fromMs / frameMs), Math.ceil(toMs / frameMs)];
  return index >= first - OVERLAP_FRAMES && index <= last + DELAY_FRAMES + OVERLAP_FRAMES;
}

type Header = Omit<Frame, 'from' | 'to'> & { readonly channels: 1 | 2 };

function headerAt(bytes: Buffer, at: number): Header {
  const head = at + HEADER_BYTES <= bytes.length ? bytes.readUInt32BE(at) : 0;
  const rates = RATES[(head >>> 19) & 3];
  const rate = rates?.[(head >>> 10) & 3];
  const kbps = KBPS[(head >>> 12) & 15];
  const isLayer3 = head >>> 21 === 0x7ff && ((head >>> 17) & 3) === 1;
  const isPlain = ((head >>> 16) & 1) === 1; // without a CRC of its own
  if (!isLayer3 || !isPlain || !rate || !kbps) throw damaged(at);
  const bytesOfFrame = Math.floor((72_000 * kbps) / rate) + ((head >>> 9) & 1);
  const channels = ((head >>> 6) & 3) === 3 ? 1 : 2;
  const sideAt = at + HEADER_BYTES;
  const sideBytes = channels === 1 ? 9 : 17;
  return { at, sideAt, sideBytes, mainAt: sideAt + sideBytes, end: at + bytesOfFrame, rate, channels };
}

const isInfo = (bytes: Buffer, { mainAt }: Header): boolean =>
  ['Info', 'Xing'].includes(bytes.toString('latin1', mainAt, mainAt + 4));

interface Main {
  /** Where the main data of a frame stand in the file, and in the stream of all of them. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

function framesOf(sound: Buffer): { readonly frames: readonly Frame[]; readonly mains: readonly Main[] } {
  const frames: Frame[] = [];
  const mains: Main[] = [];
  let position = 0;
  for (let at = 0; at < sound.length;) {
    const header = headerAt(sound, at);
    if (header.end > sound.length) throw damaged(at);
    const from = position - sound.readUInt8(header.sideAt);
    frames.push({ ...header, from, to: from + Math.ceil(bitsOf(sound, header) / 8) });
    const length = header.end - header.mainAt;
    mains.push({ at: header.mainAt, from: position, to: position + length });
    position += length;
    at = header.end;
  }
  return { frames, mains };
}

/** part2_3_length of each channel: 12 bits at the start of 63, after main_data_begin (8) and private bits (1 or 2). */
function bitsOf(sound: Buffer, { sideAt, channels }: Header): number {
  const first = 8 + channels;
  let bits = 0;
  for (let channel = 0; channel < channels; channel++) bits += twelveBits(sound, sideAt, first + channel * 63);
  return bits;
}

function twelveBits(bytes: Buffer, at: number, bit: number): number {
  const byte = at + (bit >>> 3);
  const word = (bytes.readUInt8(byte) << 16) | (bytes.readUInt8(byte + 1) << 8) | bytes.readUInt8(byte + 2);
  return (word >>> (12 - (bit & 7))) & 0xfff;
}

/** Overwrites a part of the stream of main data, in whichever frames it lies. */
function wipe(sound: Buffer, mains: readonly Main[], from: number, to: number): void {
  let index = mains.findLastIndex((main) => main.from <= Math.max(0, from));
  for (; index >= 0 && index < mains.length; index++) {
    const main = mains[index];
    if (!main || main.from >= to) return;
    const [first, last] = [Math.max(from, main.from), Math.min(to, main.to)];
    if (first < last) sound.fill(0, main.at + first - main.from, main.at + last - main.from);
  }
}

/** Overwrites what of the main data of a frame none of these others has. */
function wipeGaps(sound: Buffer, mains: readonly Main[], main: Main | undefined, others: readonly Frame[]): void {
  if (!main) return;
  let from = main.from;
  for (const other of others) {
    if (other.from >= main.to) break;
    wipe(sound, mains, from, Math.min(other.from, main.to));
    from = Math.max(from, other.to);
  }
  wipe(sound, mains, from, main.to);
}

const damaged = (at: number): HalinaError =>
  new HalinaError('MP3_DAMAGED', `the recording has no frame of sound at byte ${at}`, {
    hint: 'halina verify says whether the file is what was recorded',
  });
