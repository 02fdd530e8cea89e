/**
 * Compares what is believed with what is: the journal, the catalogue, the sums and the disk (the index has its own
 * part, see `CallIndex.verify`). Each difference is named with what can be done about it. It can run beside the calls:
 * what is being changed meanwhile is looked at twice before it is called a difference.
 */
import { join } from 'node:path';
import type { CallId } from '../base/brands.js';
import { isCallId } from '../base/call-id.js';
import { errorMessage } from '../base/errors.js';
import type { Progress } from '../base/progress.js';
import type { FileStore } from '../journal/file-store.js';
import type { Damage } from '../journal/journal.js';
import { KEYSTORE_NAME } from '../vault/keystore.js';
import type { Vault } from '../vault/vault.js';
import type { Budget } from './budget.js';
import type { Item } from './catalogue.js';
import { walkWithFacts } from './disk-walk.js';
import { hashFile } from './hashing.js';
import { callOfFile } from './folders.js';
import type { Folders } from './folders.js';
import { storedOf } from './lifecycle.js';
import type { RecordStore } from './record-store.js';

export type DifferenceKind =
  | 'journal-damaged' // a line can't be read
  | 'recording-missing'
  | 'recording-size'
  | 'recording-changed' // its SHA-256 is another
  | 'recording-unknown' // a file that no call says is its own
  | 'recording-locked' // it is sealed, and its key does not open it
  | 'key-missing' // a sealed recording has no key
  | 'key-left' // an erased call still has one
  | 'keystore-damaged'
  | 'spool-missing'
  | 'spool-unknown'
  | 'temporary' // left in tmp/
  | 'sum' // the bytes that are counted are not those on the disk
  | 'index-missing' // a call is not in Redis, or not as it is
  | 'index-unknown' // Redis knows a call that the journal does not
  | 'index-away'; // Redis could not be asked

export interface Difference {
  readonly kind: DifferenceKind;
  readonly id?: CallId;
  readonly path?: string;
  /** What was found, a sentence without a full stop. */
  readonly what: string;
  /** What the reader can do. */
  readonly todo: string;
}

export interface VerifyParts {
  readonly files: FileStore;
  readonly folders: Folders;
  readonly vault: Vault;
  readonly store: RecordStore;
  readonly budget: Budget;
  /** Whether something is at work on the files of this call. */
  readonly busy: (id: CallId) => boolean;
}

const RESTORE = 'restore the file from a backup, or accept the loss: the entry stays and says what was recorded';
const FROM_BACKUP = 'take the keys of a backup: halina key restore FOLDER';
const KEYS = `${FROM_BACKUP}; without its key a sealed recording is lost`;
const LOOK = 'look at it; what is not a recording of Halina does not belong into the data folder';

export interface VerifyOptions {
  /** Also read every recording and compare its SHA-256. */
  readonly hash: boolean;
  /** Ends it early. */
  readonly signal?: AbortSignal;
  /** Told with each recording. */
  readonly progress?: Progress;
}

export async function* verifyDisk(parts: VerifyParts, options: VerifyOptions): AsyncGenerator<Difference> {
  yield* journalDifferences(parts);
  yield* keyDifferences(parts);
  yield* recordingDifferences(parts, options);
  yield* spoolDifferences(parts);
}

/** Of the list of erasures. */
export function* erasureDifferences(path: string, damage: readonly Damage[]): Generator<Difference> {
  const todo = 'restore the list from a backup: what was erased must not come back with the next restored backup';
  for (const { line, offset, length, what } of damage) {
    yield { kind: 'journal-damaged', path, what: `line ${line}, byte ${offset}, ${length} bytes: ${what}`, todo };
  }
}

async function* journalDifferences({ store, folders, files }: VerifyParts): AsyncGenerator<Difference> {
  const path = folders.journal;
  const todo = 'the calls of that line are as an earlier line says; restore the journal from a backup if there is one';
  for (const { line, offset, length, what } of store.journal.replayed.damage) {
    yield { kind: 'journal-damaged', path, what: `line ${line}, byte ${offset}, ${length} bytes: ${what}`, todo };
  }
  const aside = await files.stat(`${path}.damaged`);
  if (aside) {
    const what = `${aside.bytes} bytes of unreadable lines were put aside at a compaction`;
    yield {
      kind: 'journal-damaged',
      path: `${path}.damaged`,
      what,
      todo: `${todo}; remove this file when it is settled`,
    };
  }
}

/** Of the keystore. */
async function* keyDifferences({ vault, folders, store, files }: VerifyParts): AsyncGenerator<Difference> {
  if (!vault.keys) return;
  const path = join(folders.keys, KEYSTORE_NAME);
  if (await files.stat(`${path}.damaged`)) {
    const what = 'a keystore that did not open was put aside';
    const todo =
      'remove it when its keys were taken from a backup: what is erased from now on may still have its key in it';
    yield { kind: 'keystore-damaged', path: `${path}.damaged`, what, todo };
  }
  const { damage, names } = await vault.keys.check();
  for (const what of damage) yield { kind: 'keystore-damaged', path, what, todo: FROM_BACKUP };
  for (const { owner, kind } of names) {
    const item = isCallId(owner) ? store.catalogue.get(owner) : undefined;
    if (item?.phase !== 'erased') continue;
    const what = `the key of the ${kind} of an erased call is still there`;
    yield { kind: 'key-left', id: item.id, path, what, todo: 'restart Halina: it destroys it' };
  }
}

async function* recordingDifferences(parts: VerifyParts, options: VerifyOptions): AsyncGenerator<Difference> {
  const { files, folders, store, budget } = parts;
  const seen = new Set<CallId>();
  const before = store.journal.lastSeq;
  let keysMissing = false;
  let bytes = 0;
  const looked = counter(parts, options.progress);
  const recorded = (name: string): Item | undefined => {
    const id = callOfFile(name, '.mp3');
    const item = id && store.catalogue.get(id);
    return item?.phase === 'recorded' ? item : undefined;
  };
  for await (const { path, name, facts } of walkWithFacts(files, folders.recordings, (one) => !!recorded(one))) {
    if (options.signal?.aborted) return;
    looked();
    const id = callOfFile(name, '.mp3');
    if (id && parts.busy(id)) continue;
    const item = recorded(name);
    if (!item || folders.recordingOf(item) !== path) {
      yield* unknownRecording(parts, path, id, options.hash);
      continue;
    }
    if (!facts) continue; // gone, or only just made
    seen.add(item.id);
    bytes += budget.onDisk(facts.bytes);
    for await (const difference of fileDifferences(parts, item, path, facts.bytes, options.hash)) {
      keysMissing ||= difference.kind === 'key-missing';
      yield difference;
    }
  }
  for (const item of store.catalogue.items()) {
    if (item.phase !== 'recorded' || seen.has(item.id)) continue;
    const path = folders.recordingOf(item);
    if (await files.stat(path)) continue;
    if (store.catalogue.get(item.id)?.phase !== 'recorded') continue;
    yield { kind: 'recording-missing', id: item.id, path, what: 'the recording is not there', todo: RESTORE };
  }
  if (keysMissing) yield* tornKeys(parts);
  const counted = budget.sum(0).recordings;
  if (store.journal.lastSeq !== before || counted === bytes) return;
  const what = `${counted} bytes of recordings are counted, ${bytes} are on the disk`;
  yield { kind: 'sum', what, todo: 'restart Halina: it counts anew; report this' };
}

/** Tells the progress one recording more each time. */
function counter({ store }: VerifyParts, progress: Progress | undefined): () => void {
  if (!progress) return () => {};
  let [done, all] = [0, 0];
  for (const { phase } of store.catalogue.items()) if (phase === 'recorded') all += 1;
  return () => {
    done += 1;
    progress(done, Math.max(done, all), 'recordings');
  };
}

/** Where a key is missing, what was cut off the keystore's end at the start was no torn end of a crash. */
function* tornKeys({ vault, folders }: VerifyParts): Generator<Difference> {
  const torn = vault.keys?.torn ?? 0;
  if (torn === 0) return;
  const what = `its last ${torn} bytes were not whole when Halina was started`;
  yield { kind: 'keystore-damaged', path: join(folders.keys, KEYSTORE_NAME), what, todo: FROM_BACKUP };
}

const NO_CALL = 'no call in the journal has this recording';

/** With what keeps an unknown recording from being opened, if anything does. */
export async function withLock({ vault }: VerifyParts, difference: Difference): Promise<Difference> {
  const { kind, id, path, what } = difference;
  if (kind !== 'recording-unknown' || !id || path === undefined || what !== NO_CALL) return difference;
  const locked = await vault.sound.whyLocked(path);
  return locked ? { ...difference, what: `${NO_CALL}, and it does not open: ${locked}`, todo: KEYS } : difference;
}

/**
 * A file that is no recording of a call, or not where its recording should be. `sure`: it is looked whether it is still there; who
 * settles it looks anyway.
 */
async function* unknownRecording(
  parts: VerifyParts,
  path: string,
  id: CallId | undefined,
  sure: boolean,
): AsyncGenerator<Difference> {
  const item = id && parts.store.catalogue.get(id);
  if ((sure || item) && !(await parts.files.stat(path))) return;
  const unknown = unknownDifference(path, id, item);
  yield sure ? await withLock(parts, unknown) : unknown;
}

function unknownDifference(path: string, id: CallId | undefined, item: Item | undefined): Difference {
  if (!id || !item) {
    const todo = id ? 'start Halina: it enters recordings that name their call' : LOOK;
    return { kind: 'recording-unknown', path, ...(id ? { id } : {}), what: NO_CALL, todo };
  }
  const what = `the call's recording is ${item.phase === 'recorded' ? 'elsewhere' : `not kept (${item.phase})`}`;
  const todo = 'start Halina: it removes what was evicted; else remove it';
  return { kind: 'recording-unknown', id, path, what, todo };
}

async function* fileDifferences(
  { files, vault, store }: VerifyParts,
  item: Item,
  path: string,
  bytes: number,
  hash: boolean,
): AsyncGenerator<Difference> {
  const { id } = item;
  try {
    const record = await store.read(id);
    if (record?.state.phase !== 'recorded') return;
    const { recording } = record.state;
    const stored = storedOf(recording);
    if (recording.stored && !vault.keys?.has('recording', id)) {
      yield { kind: 'key-missing', id, path, what: 'the recording is sealed, and there is no key for it', todo: KEYS };
    }
    if (bytes !== stored.bytes) {
      const what = `it has ${bytes} bytes, ${stored.bytes} were recorded`;
      yield { kind: 'recording-size', id, path, what, todo: RESTORE };
      return;
    }
    if (!hash) return;
    const { sha256 } = await hashFile(files, path);
    if (store.catalogue.get(id)?.phase !== 'recorded') return;
    if (sha256 !== stored.sha256) {
      const what = `its SHA-256 is ${sha256}, it was ${stored.sha256}`;
      yield { kind: 'recording-changed', id, path, what, todo: RESTORE };
    } else if (recording.stored && vault.keys?.has('recording', id)) {
      const what = await vault.sound.whyLocked(path);
      if (what !== undefined) yield { kind: 'recording-locked', id, path, what, todo: KEYS };
    }
  } catch (error) {
    if (store.catalogue.get(id)?.phase !== 'recorded') return;
    yield { kind: 'recording-missing', id, path, what: `it can't be read: ${errorMessage(error)}`, todo: RESTORE };
  }
}

/** A sealed spool that waits and does not open. */
async function* lockedSpool({ vault, busy }: VerifyParts, item: Item, path: string): AsyncGenerator<Difference> {
  if (item.phase === 'running' || busy(item.id)) return;
  const what = await vault.sound.whySpoolLocked(path);
  if (what !== undefined) yield { kind: 'recording-locked', id: item.id, path, what, todo: KEYS };
}

async function* spoolDifferences(parts: VerifyParts): AsyncGenerator<Difference> {
  const { files, folders, store, busy } = parts;
  for (const { name } of await files.list(folders.spool)) {
    const path = join(folders.spool, name);
    const id = callOfFile(name, '.pcap');
    const item = id && store.catalogue.get(id);
    const has = item && (item.phase === 'running' || item.phase === 'closed' || item.phase === 'failed');
    if (has) yield* lockedSpool(parts, item, path);
    if (has || (id && busy(id)) || !(await files.stat(path))) continue;
    const todo = id ? 'start Halina: it takes up spools that name their call' : LOOK;
    const what = 'no call waits for this spool';
    yield { kind: 'spool-unknown', path, ...(id ? { id } : {}), what, todo };
  }
  for (const item of [...store.catalogue.items()].filter(({ phase }) => phase === 'failed')) {
    const path = folders.spoolOf(item.id);
    if ((await files.stat(path)) || item.phase !== 'failed' || busy(item.id)) continue;
    yield { kind: 'spool-missing', id: item.id, path, what: 'the spool is not there', todo: RESTORE };
  }
  for (const { name } of await files.list(folders.temporary)) {
    const id = callOfFile(name, '.mp3');
    const path = join(folders.temporary, name);
    if ((id && busy(id)) || !(await files.stat(path))) continue;
    yield { kind: 'temporary', path, what: 'nothing is at work on this file', todo: 'start Halina: it removes it' };
  }
}
