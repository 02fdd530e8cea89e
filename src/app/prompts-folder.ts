/** Where the prompts are that come with Halina. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Where } from './where.js';

export const promptsFolder = resolve(import.meta.dirname, '../../../prompts');

/** The office's own, which take the place of ours: where the configuration says, else in the data folder. */
export const ownPrompts = ({ config, data }: Pick<Where, 'config' | 'data'>): string =>
  config.notice.folder ?? join(data, 'prompts');

/** The same, made where it is in the data folder and not there yet. */
export async function ownPromptsFolder(where: Pick<Where, 'config' | 'data'>): Promise<string> {
  const folder = ownPrompts(where);
  if (where.config.notice.folder === undefined) await mkdir(folder, { recursive: true });
  return folder;
}
