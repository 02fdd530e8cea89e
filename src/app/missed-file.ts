/** Missed calls in the data folder, `missed.json`. A file that cannot be read costs lamps, not calls: the counts begin anew. */
import { z } from 'zod';
import type { Log } from '../base/log.js';
import type { MissedCounts, MissedStore } from '../calls/presence/missed-calls.js';
import type { FileStore } from '../journal/file-store.js';
import { KeptFile } from './kept-file.js';

const stored = z.record(z.string(), z.number().int().min(1));

export class MissedFile implements MissedStore {
  private constructor(
    private readonly file: KeptFile,
    readonly counts: MissedCounts,
  ) {}

  static async open(files: FileStore, data: string, log: Log): Promise<MissedFile> {
    const file = new KeptFile({ files, data, name: 'missed.json', log, what: 'missed calls' });
    return new MissedFile(file, new Map(Object.entries((await file.read(stored)) ?? {})));
  }

  save(counts: MissedCounts): void {
    this.file.save(Object.fromEntries(counts));
  }

  /** Resolves when nothing is being written any more. */
  close = (): Promise<void> => this.file.close();
}
