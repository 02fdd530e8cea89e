/** A recording as ffmpeg hears it: two channels of samples. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Decoded {
  /** Samples a second. */
  readonly rate: number;
  /** The outside party. */
  readonly left: Float32Array;
  /** The employee. */
  readonly right: Float32Array;
  readonly seconds: number;
}

/** Decodes any sound file to two channels of floats at its own rate. */
export async function decode(file: string): Promise<Decoded> {
  const call = promisify(execFile);
  const probe = await call('ffprobe', [
    '-v',
    'error',
    '-show_entries',
    'stream=sample_rate,channels',
    '-of',
    'csv=p=0',
    file,
  ]);
  const [rate = 0, channels = 0] = probe.stdout.trim().split(',').map(Number);
  const { stdout } = await call('ffmpeg', ['-v', 'error', '-i', file, '-f', 'f32le', '-'], {
    encoding: 'buffer',
    maxBuffer: 1 << 30,
  });
  const samples = new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.byteLength));
  const count = samples.length / channels;
  const channel = (n: number): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => samples[i * channels + n] ?? 0);
  return { rate, left: channel(0), right: channel(channels - 1), seconds: count / rate };
}
