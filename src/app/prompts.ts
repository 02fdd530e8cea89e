/**
 * The announcements as the console's administrator keeps them: those that come with the program, the office's own that take
 * their place, and speech made from a text where espeak-ng is installed. What is put here is heard from the next
 * announcement on.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { HalinaError } from '../base/errors.js';
import { readWav } from '../codecs/wav.js';
import { shippedPrompts } from '../config/notice.js';
import type { Sounds } from '../config/place-text.js';
import type { PromptDoor, PromptView } from '../console/routes/prompts.js';
import { systemErrorCode } from '../journal/file-store.js';
import { NodeFileStore } from '../journal/node-files.js';
import { writeWhole } from '../journal/whole-file.js';
import type { PromptInfo } from '../media/engine.js';
import { canSpeak, speak } from './speech.js';

export interface PromptParts {
  /** Those that come with the program. */
  readonly ours: string;
  /** The office's; made with the first of them. */
  readonly own: string;
  /** Whether the office may have announcements of other names than ours. */
  readonly mayAdd: boolean;
  readonly engine: {
    prompt(name: string, language: string): PromptInfo | undefined;
    takePrompt(name: string, language: string, path: string): Promise<void>;
  };
}

const LANGUAGE = /^[a-z]{2}$/;
/** Milliseconds of sound that an announcement may have. */
const SHORTEST = 300;
const LONGEST = 180_000;
/** Below this nobody hears anything: 16-bit samples. */
const AUDIBLE = 300;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export function promptDoor(parts: PromptParts): PromptDoor {
  const { ours, own, engine } = parts;
  const files = new NodeFileStore();
  const pathIn = (folder: string, language: string, name: string): string => join(folder, language, `${name}.wav`);
  return {
    list: () => listed(parts),
    check: checked,
    async sound(language, name) {
      return (await read(pathIn(own, language, name))) ?? (await read(pathIn(ours, language, name)));
    },
    async put(language, name, wav) {
      if (!parts.mayAdd && !(shippedPrompts as readonly string[]).includes(name)) {
        const hint = 'set notice.folder in the configuration, then the office may have more announcements';
        throw new HalinaError('PROMPT_UNKNOWN', `there is no announcement ${name} that this could replace`, { hint });
      }
      const folder = join(own, language);
      await mkdir(folder, { recursive: true, mode: 0o755 });
      await writeWhole(files, folder, pathIn(own, language, name), Buffer.from(wav));
      await engine.takePrompt(name, language, pathIn(own, language, name));
    },
    async drop(language, name) {
      if (!(await read(pathIn(ours, language, name)))) return false;
      await rm(pathIn(own, language, name), { force: true });
      await engine.takePrompt(name, language, pathIn(ours, language, name));
      return true;
    },
    canSpeak,
    speak,
  };
}

/** What there is to be heard, by name, in whatever language. */
export async function soundsIn(folders: readonly string[]): Promise<Sounds> {
  const [announce, music] = [new Set<string>(), new Set<string>()];
  for (const folder of folders)
    for (const part of await names(folder))
      for (const file of part === 'music' || LANGUAGE.test(part) ? await names(join(folder, part)) : [])
        if (extname(file) === '.wav') (part === 'music' ? music : announce).add(basename(file, '.wav'));
  return { announce: [...announce], music: [...music] };
}

/** Throws `WAV_INVALID` with what is wrong. */
function checked(wav: Uint8Array): { readonly sha256: string; readonly durationMs: number } {
  const { rate, samples } = readWav(wav, 'the file');
  const durationMs = Math.round((samples.length * 1000) / rate);
  if (rate < 8000) throw unusable('its rate is below 8000 Hz');
  if (durationMs < SHORTEST) throw unusable('it is shorter than a third of a second');
  if (durationMs > LONGEST) throw unusable('it is longer than three minutes');
  if (!samples.some((sample) => Math.abs(sample) > AUDIBLE)) throw unusable('there is only silence in it');
  return { sha256: sha256(wav), durationMs };
}

const unusable = (why: string): HalinaError =>
  new HalinaError('WAV_INVALID', `the file cannot be used as sound: ${why}`);

async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function listed({ ours, own, engine }: PromptParts): Promise<PromptView[]> {
  const found = new Map<string, PromptView>();
  for (const folder of [ours, own])
    for (const language of await names(folder))
      if (LANGUAGE.test(language))
        for (const file of await names(join(folder, language))) {
          if (extname(file) !== '.wav') continue;
          const name = basename(file, '.wav');
          const bytes = await readFile(join(folder, language, file));
          const text =
            folder === ours ? (await read(join(folder, language, `${name}.txt`)))?.toString().trim() : undefined;
          found.set(`${language}/${name}`, {
            language,
            name,
            own: folder === own,
            ...(text === undefined ? {} : { text }),
            ...soundOf(bytes),
            inUse: engine.prompt(name, language)?.sha256 === sha256(bytes),
          });
        }
  return [...found.values()].sort((a, b) => a.language.localeCompare(b.language) || a.name.localeCompare(b.name));
}

/** One that was put there by hand may be no sound at all. */
function soundOf(bytes: Buffer): { sha256: string; durationMs: number } {
  try {
    const { rate, samples } = readWav(bytes, 'the file');
    return { sha256: sha256(bytes), durationMs: Math.round((samples.length * 1000) / rate) };
  } catch (error) {
    if (error instanceof HalinaError && error.code === 'WAV_INVALID') return { sha256: sha256(bytes), durationMs: 0 };
    throw error;
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}
