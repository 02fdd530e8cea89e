/** What a spool that was found says of itself: its first mark names the call, its last record says when it ended. */
import { systemErrorCode } from '../journal/file-store.js';
import type { FileStore, StoredFile } from '../journal/file-store.js';
import { PcapReader } from '../spool/pcap-reader.js';
import type { SpoolRecord } from '../spool/records.js';
import type { SpoolFacts } from './ports.js';

/** Bytes looked at from either end; the first mark and any record are far smaller. */
const LOOK = 256 * 1024;

async function recordsOf(file: StoredFile, offset: number): Promise<SpoolRecord[]> {
  const reader = new PcapReader();
  return [...reader.push(await file.read(offset, LOOK)), ...reader.finish()];
}

/** Undefined for what is no spool, or does not name its call. */
export async function inspectSpool(files: FileStore, path: string): Promise<SpoolFacts | undefined> {
  const facts = await files.stat(path);
  if (!facts) return undefined;
  const file = await files.open(path, 'read').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const head = await recordsOf(file, 0);
    const call = head.find((record) => record.kind === 'mark' && record.mark.type === 'call');
    if (call?.kind !== 'mark' || call.mark.type !== 'call') return undefined;
    const tail = facts.bytes > LOOK ? await recordsOf(file, facts.bytes - LOOK) : head;
    const last = tail.at(-1) ?? call;
    return { entry: call.mark.entry, firstAt: call.timeUs / 1000, lastAt: last.timeUs / 1000 };
  } finally {
    await file.close();
  }
}
