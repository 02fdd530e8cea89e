/** How a journal begins: its header, and the mark from which its lines are numbered without gaps. */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { FileStore } from './file-store.js';
import { formatLine } from './line.js';
import { CHECKPOINT_MARK, HEADER_MARK } from './replay.js';
import type { JournalHeader } from './replay.js';

export interface JournalOptions {
  readonly files: FileStore;
  /** The file; its folder must be there. Beside it stand `PATH.new` while it is compacted, and `PATH.damaged`. */
  readonly path: string;
  /** What the journal is of, e.g. `archive`; another's is refused. */
  readonly name: string;
  readonly version: number;
}

export const headerLine = (header: JournalHeader): Buffer => formatLine(0, true, HEADER_MARK + JSON.stringify(header));
export const checkpointLine = (seq: number, lines: number): Buffer =>
  formatLine(seq, true, CHECKPOINT_MARK + JSON.stringify({ lines }));

/** Makes the file, durably. */
export async function create({ files, path, name, version }: JournalOptions): Promise<void> {
  const file = await files.open(`${path}.new`, 'write');
  try {
    const header = headerLine({ name, version, id: randomBytes(8).toString('hex') });
    await file.write(Buffer.concat([header, checkpointLine(1, 0)]), 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(`${path}.new`, path);
  await files.syncFolder(dirname(path));
}
