/** Where the prompts are that come with Halina. */
import { resolve } from 'node:path';

export const promptsFolder = resolve(import.meta.dirname, '../../../prompts');
