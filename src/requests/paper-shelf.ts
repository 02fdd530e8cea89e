/** The papers of requests as files: `letters/REQUEST/N-PAPER.pdf` in the data folder, and their signed forms beside them. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { FileStore } from '../journal/file-store.js';
import { readAll, writeWhole } from '../journal/whole-file.js';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Its number in the case, and which paper it is. */
export interface Shelved {
  readonly n: number;
  readonly paper: string;
}

export class PaperShelf {
  readonly #files: FileStore;
  readonly #folder: string;

  constructor(files: FileStore, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** Writes it whole or not at all; gives its SHA-256. */
  async put(request: string, paper: Shelved, bytes: Uint8Array, form: 'made' | 'signed'): Promise<string> {
    const folder = join(this.#folder, request);
    await this.#files.makeFolder(folder);
    await writeWhole(this.#files, folder, this.#path(request, paper, form), Buffer.from(bytes));
    return sha256(bytes);
  }

  read(request: string, paper: Shelved, form: 'made' | 'signed'): Promise<Buffer> {
    return readAll(this.#files, this.#path(request, paper, form));
  }

  /** All papers of a request go. */
  async clear(request: string): Promise<void> {
    const folder = join(this.#folder, request);
    for (const { name } of await this.#files.list(folder)) await this.#files.remove(join(folder, name));
    if (await this.#files.removeFolder(folder)) await this.#files.syncFolder(this.#folder);
  }

  #path = (request: string, { n, paper }: Shelved, form: 'made' | 'signed'): string =>
    join(this.#folder, request, `${n}-${paper}${form === 'signed' ? '-signed' : ''}.pdf`);
}
