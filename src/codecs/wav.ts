/** RIFF/WAVE files with 16-bit PCM, as prompts are kept: read into mono samples at whatever rate they have. */
import { HalinaError } from '../base/errors.js';

export interface Sound {
  /** Hz. */
  readonly rate: number;
  /** Mono; several channels are mixed. */
  readonly samples: Int16Array;
}

const PCM = 1;
/** WAVE_FORMAT_EXTENSIBLE: the real format is the first two bytes of the GUID. */
const EXTENSIBLE = 0xfffe;

interface Format {
  readonly channels: number;
  readonly rate: number;
}

/** Reads a WAV file. `name` is for the message. Throws `HalinaError` `WAV_INVALID`. */
export function readWav(bytes: Uint8Array, name: string): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WAVE') throw invalid(name, 'it is no WAV file');
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    // Tools that write to a pipe leave the size of the data unknown: what is there counts.
    const end = Math.min(start + size, bytes.length);
    if (tag(view, at) === 'fmt ') format = readFormat(view, start, end, name);
    if (tag(view, at) === 'data') {
      if (!format) throw invalid(name, 'its sound comes before its format');
      return { rate: format.rate, samples: mix(view, start, end, format.channels) };
    }
    at = end + (size & 1);
  }
  throw invalid(name, 'it has no sound in it');
}

function readFormat(view: DataView, start: number, end: number, name: string): Format {
  if (end - start < 16) throw invalid(name, 'its format is cut short');
  const kind = view.getUint16(start, true);
  const real = kind === EXTENSIBLE && end - start >= 26 ? view.getUint16(start + 24, true) : kind;
  const channels = view.getUint16(start + 2, true);
  const rate = view.getUint32(start + 4, true);
  if (real !== PCM || view.getUint16(start + 14, true) !== 16) throw invalid(name, 'it is not 16-bit PCM');
  if (channels < 1 || channels > 8 || rate < 4_000 || rate > 192_000) throw invalid(name, 'its format is out of range');
  return { channels, rate };
}

function mix(view: DataView, start: number, end: number, channels: number): Int16Array {
  const samples = new Int16Array(Math.floor((end - start) / (2 * channels)));
  if (channels === 1) {
    for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(start + 2 * i, true);
    return samples;
  }
  for (let i = 0; i < samples.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += view.getInt16(start + 2 * (i * channels + c), true);
    samples[i] = Math.round(sum / channels);
  }
  return samples;
}

const HEADER_BYTES = 44;

/** A WAV file of 16-bit PCM, mono. */
export function writeWav({ rate, samples }: Sound): Buffer {
  const file = Buffer.alloc(HEADER_BYTES + samples.length * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(PCM, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples.length * 2, 40);
  for (const [index, sample] of samples.entries()) file.writeInt16LE(sample, HEADER_BYTES + index * 2);
  return file;
}

const tag = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));

const invalid = (name: string, why: string): HalinaError =>
  new HalinaError('WAV_INVALID', `${name} cannot be used as sound: ${why}`, {
    hint: 'make it a WAV file of 16-bit PCM, best with 8000 Hz and one channel',
  });
