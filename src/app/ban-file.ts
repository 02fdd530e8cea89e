/** Bans in the data folder, `bans.json`: small, written anew whenever one is added, whole or not at all. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Ban, BanStore } from '../calls/defence/bans.js';
import { systemErrorCode } from '../journal/file-store.js';

const stored = z.array(
  z.strictObject({ address: z.string(), until: z.number(), times: z.number().int().min(1), since: z.number() }),
);

export class BanFile implements BanStore {
  readonly #path: string;

  constructor(data: string) {
    this.#path = join(data, 'bans.json');
  }

  async load(): Promise<readonly Ban[]> {
    try {
      return stored.parse(JSON.parse(await readFile(this.#path, 'utf8')));
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  async save(bans: readonly Ban[]): Promise<void> {
    const beside = `${this.#path}.new`;
    await writeFile(beside, `${JSON.stringify(bans)}\n`, { mode: 0o600 });
    await rename(beside, this.#path);
  }
}
