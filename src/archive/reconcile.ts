/**
 * After the start, beside the first calls: goes once over all recordings on the disk. A recording that the journal does
 * not know is entered again from its tags; one whose eviction was written goes; one that is missing is named and its
 * bytes no longer count. Nothing is ever removed that the journal does not say is gone.
 */
import { dirname } from 'node:path';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { hashRecording } from './encoding.js';
import type { FoundFiles } from './ports.js';
import type { Retention } from './retention.js';
import { verifyDisk } from './verify.js';
import type { Difference, VerifyParts } from './verify.js';

export interface ReconcileParts extends VerifyParts {
  readonly found: FoundFiles;
  readonly retention: Retention;
  readonly log: Log;
  /** Stops it: what is not looked at yet is looked at after the next start. */
  readonly signal: AbortSignal;
}

export interface ReconcileReport {
  /** Recordings that were entered from their tags. */
  readonly adopted: number;
  /** What was found and could not be put right. */
  readonly open: readonly Difference[];
}

export async function reconcile(parts: ReconcileParts): Promise<ReconcileReport> {
  let adopted = 0;
  let foreign = 0;
  const open: Difference[] = [];
  for await (const difference of verifyDisk(parts, { hash: false, signal: parts.signal })) {
    if (parts.signal.aborted) break;
    if (difference.kind === 'recording-unknown' && (await settleUnknown(parts, difference))) {
      adopted += 1;
      continue;
    }
    const { id, path, kind, what, todo } = difference;
    const item = id && parts.store.catalogue.get(id);
    if (kind === 'recording-missing' && item) parts.retention.setAbsent(item, true);
    if (path !== undefined && kind.endsWith('-unknown')) foreign += (await parts.files.stat(path))?.bytes ?? 0;
    parts.log.error({ callId: id, path, kind, todo }, `the archive and the disk differ: ${what}`);
    open.push(difference);
  }
  parts.budget.foreign = foreign;
  return { adopted, open };
}

/** Whether the difference is no more. */
async function settleUnknown(parts: ReconcileParts, { id, path }: Difference): Promise<boolean> {
  const { files, store, log } = parts;
  if (!id || path === undefined) return false;
  try {
    const item = store.catalogue.get(id);
    if (!item) return await adopt(parts, path);
    if (item.phase !== 'evicted' && item.phase !== 'erased') return false;
    await files.remove(path);
    await files.syncFolder(dirname(path));
    return true;
  } catch (error) {
    log.error({ callId: id, path, error: errorMessage(error) }, 'cannot settle a recording that was found');
    return false;
  }
}

async function adopt({ files, folders, vault, store, found, log }: ReconcileParts, path: string): Promise<boolean> {
  const facts = await found.inspectRecording(path);
  if (!facts) return false;
  const { entry, durationMs } = facts;
  const place = folders.recordingOf(entry);
  if (store.catalogue.get(entry.id) || (place !== path && (await files.stat(place)))) return false;
  const hashed = await hashRecording(files, vault, path);
  if (place !== path) {
    await files.makeFolder(dirname(place));
    await files.rename(path, place);
    await files.syncFolder(dirname(place));
  }
  const recording = { ...hashed, durationMs: Math.round(durationMs) };
  await store.begin({ entry, state: { phase: 'recorded', recording }, dialogs: [] });
  log.warn({ callId: entry.id, path: place }, 'a recording that the journal did not know was entered from its tags');
  return true;
}
