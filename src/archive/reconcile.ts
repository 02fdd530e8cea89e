/**
 * After the start, beside the first calls: goes once over all recordings on the disk. A recording that the journal does
 * not know is entered again from its tags; one whose eviction was written goes; one that is missing is named and its
 * bytes no longer count. Nothing is ever removed that the journal does not say is gone.
 */
import { dirname } from 'node:path';
import type { CallId } from '../base/brands.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Progress } from '../base/progress.js';
import { identify } from './hashing.js';
import type { FoundFiles } from './ports.js';
import type { Retention } from './retention.js';
import { verifyDisk, withLock } from './verify.js';
import type { Difference, VerifyParts } from './verify.js';

export interface ReconcileParts extends VerifyParts {
  readonly found: FoundFiles;
  readonly retention: Retention;
  readonly log: Log;
  /** Stops it: what is not looked at yet is looked at after the next start. */
  readonly signal: AbortSignal;
  readonly progress?: Progress;
}

/** Recordings that are entered at a time: their hashes and the syncs of their facts go beside one another. */
const AT_ONCE = 128;

export interface ReconcileReport {
  /** Recordings that were entered from their tags. */
  readonly adopted: number;
  /** What was found and could not be put right. */
  readonly open: readonly Difference[];
}

export async function reconcile(parts: ReconcileParts): Promise<ReconcileReport> {
  const reconciling = new Reconciling(parts);
  const { signal, progress } = parts;
  for await (const difference of verifyDisk(parts, { hash: false, signal, ...(progress ? { progress } : {}) })) {
    if (signal.aborted) break;
    await reconciling.take(difference);
  }
  return reconciling.end();
}

class Reconciling {
  readonly #parts: ReconcileParts;
  readonly #settling = new Set<Promise<void>>();
  /** Calls that are being entered: two files may say that they are the same one's. */
  readonly #entering = new Set<CallId>();
  readonly #open: Difference[] = [];
  #adopted = 0;
  #foreign = 0;

  constructor(parts: ReconcileParts) {
    this.#parts = parts;
  }

  async take(difference: Difference): Promise<void> {
    if (difference.kind !== 'recording-unknown') return this.#leave(difference);
    const settling = this.#settle(difference).then(() => void this.#settling.delete(settling));
    settling.catch(() => {}); // one that fails stays, and is met by who waits for all
    this.#settling.add(settling);
    if (this.#settling.size >= AT_ONCE) await Promise.race(this.#settling);
  }

  async end(): Promise<ReconcileReport> {
    await Promise.all(this.#settling);
    this.#parts.budget.foreign = this.#foreign;
    return { adopted: this.#adopted, open: this.#open };
  }

  async #settle(difference: Difference): Promise<void> {
    const settled = await settleUnknown(this.#parts, difference, this.#entering);
    const isThere = async (): Promise<boolean> =>
      difference.path !== undefined && (await this.#parts.files.stat(difference.path)) !== undefined;
    if (settled === undefined && (await isThere())) await this.#leave(await withLock(this.#parts, difference));
    else if (settled === 'entered') this.#adopted += 1;
  }

  async #leave(difference: Difference): Promise<void> {
    const { files, store, budget, retention, log } = this.#parts;
    const { id, path, kind, what, todo } = difference;
    const item = id && store.catalogue.get(id);
    if (kind === 'recording-missing' && item) retention.setAbsent(item, true);
    const isForeign = path !== undefined && kind.endsWith('-unknown');
    if (isForeign) this.#foreign += budget.onDisk((await files.stat(path))?.bytes ?? 0);
    log.error({ callId: id, path, kind, todo }, `the archive and the disk differ: ${what}`);
    this.#open.push(difference);
  }
}

/** What was done, where the difference is no more. */
async function settleUnknown(
  parts: ReconcileParts,
  { id, path }: Difference,
  entering: Set<CallId>,
): Promise<'entered' | 'removed' | undefined> {
  const { files, store, log } = parts;
  if (!id || path === undefined) return undefined;
  try {
    const item = store.catalogue.get(id);
    if (!item) return (await adopt(parts, path, entering)) ? 'entered' : undefined;
    if (item.phase !== 'evicted' && item.phase !== 'erased') return undefined;
    await files.remove(path);
    await files.syncFolder(dirname(path));
    return 'removed';
  } catch (error) {
    log.error({ callId: id, path, error: errorMessage(error) }, 'cannot settle a recording that was found');
    return undefined;
  }
}

async function adopt(parts: ReconcileParts, path: string, entering: Set<CallId>): Promise<boolean> {
  const { files, folders, store, log } = parts;
  const known = await identify(parts, path, ({ entry: { id } }) => {
    if (entering.has(id)) return false;
    entering.add(id);
    return store.catalogue.get(id) === undefined;
  });
  if (!known) return false;
  const { facts, hashed } = known;
  const { entry, durationMs } = facts;
  const place = folders.recordingOf(entry);
  if (place !== path) {
    if (await files.stat(place)) return false;
    await files.makeFolder(dirname(place));
    await files.rename(path, place);
    await files.syncFolder(dirname(place));
  }
  const recording = { ...hashed, durationMs: Math.round(durationMs) };
  await store.begin({ entry, state: { phase: 'recorded', recording }, dialogs: [] });
  log.warn({ callId: entry.id, path: place }, 'a recording that the journal did not know was entered from its tags');
  return true;
}
