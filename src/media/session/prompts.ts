/**
 * The prompts: WAV files in folders laid out as `<language>/<name>.wav`, read once at start and encoded into every codec
 * that can be negotiated. A later folder's prompt takes the place of an earlier one's of the same name, which is how an
 * office brings its own.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { errorMessage, HalinaError } from '../../base/errors.js';
import { resample } from '../../codecs/resample.js';
import { readWav } from '../../codecs/wav.js';
import type { PromptInfo } from '../engine.js';
import { type EncodedSound, encodeSound, framesOf } from './plane/sound.js';

const RATE = 8000;

export interface Prompt {
  readonly info: PromptInfo;
  readonly sound: EncodedSound;
}

export const promptKey = (name: string, language: string): string => `${language}/${name}`;

/** Reads every prompt of the folders, by `promptKey`. Throws `HalinaError` for a folder or a file that cannot be used. */
export async function loadPrompts(folders: readonly string[]): Promise<ReadonlyMap<string, Prompt>> {
  const prompts = new Map<string, Prompt>();
  for (const folder of folders)
    for (const language of await list(folder, (entry) => entry.isDirectory()))
      for (const file of await list(join(folder, language), (entry) => entry.isFile())) {
        if (extname(file).toLowerCase() !== '.wav') continue;
        const name = basename(file, extname(file));
        prompts.set(promptKey(name, language), await loadPrompt(join(folder, language, file), name, language));
      }
  return prompts;
}

async function list(folder: string, wanted: (entry: { isDirectory(): boolean; isFile(): boolean }) => boolean) {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter(wanted).map((entry) => entry.name);
  } catch (error) {
    throw new HalinaError('MEDIA_PROMPTS', `prompts cannot be read from ${folder}: ${errorMessage(error)}`, {
      hint: 'lay the folder out as <language>/<name>.wav, or take notice.folder out of the configuration',
      cause: error,
    });
  }
}

export async function loadPrompt(path: string, name: string, language: string): Promise<Prompt> {
  const bytes = await readFile(path);
  const wav = readWav(bytes, path);
  const sound = encodeSound(resample(wav.samples, wav.rate, RATE));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const durationMs = Math.round((wav.samples.length * 1000) / wav.rate);
  return { info: { name, language, sha256, durationMs, frames: framesOf(sound) }, sound };
}
