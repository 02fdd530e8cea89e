/** Makes WAV files for tests. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A WAV file of 16-bit PCM around the samples (interleaved, where there are several channels). */
export function wavOf(samples: Int16Array, rate = 8000, channels = 1): Buffer {
  const bytes = Buffer.alloc(44 + 2 * samples.length);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + 2 * samples.length, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * channels * 2, 28);
  bytes.writeUInt16LE(channels * 2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(2 * samples.length, 40);
  samples.forEach((sample, i) => bytes.writeInt16LE(sample, 44 + 2 * i));
  return bytes;
}

/** A sine. `amplitude` of 32767. */
export function sine(hertz: number, ms: number, amplitude = 8_000, rate = 8000): Int16Array {
  return Int16Array.from({ length: Math.round((ms * rate) / 1000) }, (_, n) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hertz * n) / rate)),
  );
}

/** A folder with `<language>/<name>.wav` for each prompt given. */
export async function promptFolder(prompts: Readonly<Record<string, Buffer>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'halina-prompts-'));
  for (const [key, wav] of Object.entries(prompts)) {
    const path = join(folder, `${key}.wav`);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, wav);
  }
  return folder;
}
