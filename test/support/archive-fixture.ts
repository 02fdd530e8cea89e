/**
 * An archive on a disk in memory and a clock that stands still, with an encoder whose "MP3" is a line that holds the
 * entry and then filler of the right size. A spool is made the same way, so that found files can be read back.
 */
import { once } from 'node:events';
import { dirname } from 'node:path';
import type { EncodingUrgency } from '../../src/archive/encoding-urgency.js';
import { Archive } from '../../src/archive/archive.js';
import type { ArchiveOptions } from '../../src/archive/archive.js';
import type {
  EncodedFile,
  EncodeRequest,
  FoundFiles,
  RecordingEncoder,
  StoragePolicy,
} from '../../src/archive/ports.js';
import type { CallId } from '../../src/base/brands.js';
import { newCallId } from '../../src/base/call-id.js';
import { HalinaError } from '../../src/base/errors.js';
import { silentLog } from '../../src/base/log.js';
import type { CallEntry } from '../../src/entry/call-entry.js';
import type { FileStore } from '../../src/journal/file-store.js';
import { KeyStore } from '../../src/vault/keystore.js';
import { MasterKey } from '../../src/vault/master-key.js';
import { ringOf, type SealKey } from '../../src/vault/seal-key.js';
import { SoundFiles, type SoundFile } from '../../src/vault/sound-files.js';
import { SpoolSealer } from '../../src/vault/spool-sealer.js';
import { Vault } from '../../src/vault/vault.js';
import { MemoryFiles } from './memory-files.js';
import { VirtualClock } from './virtual-clock.js';

export const DATA = '/data';
export const DAY = 86_400_000;
/** 32 kbit/s. */
const MP3_BYTES_PER_SECOND = 4000;
const TAGS = 8 * 1024;

export const policy: StoragePolicy = {
  quota: 20_000_000,
  minFree: 0,
  maxAge: 365 * DAY,
  keepAtLeast: 0,
  keepMetadata: 365 * DAY,
  quarantine: 30 * DAY,
};

export function entryAt(startedAt: number, changes: Partial<CallEntry> = {}): CallEntry {
  return {
    version: 1,
    id: newCallId(startedAt),
    direction: 'inbound',
    trunk: 'provider',
    outside: { number: '+48221234567', signalled: '221234567', withheld: false },
    dialled: '+48227654321',
    employee: { extension: '201' },
    startedAt,
    zone: 'Europe/Warsaw',
    answeredAt: startedAt + 1000,
    connectedAt: startedAt + 5000,
    parts: [{ kind: 'talk', from: 0 }],
    record: { wanted: true },
    ...changes,
  };
}

/** The entry as it is when the call is over. */
export function endedEntry(entry: CallEntry, at: number): CallEntry {
  const talkMs = Math.max(0, at - (entry.connectedAt ?? at));
  return { ...entry, talkMs, end: { at, by: 'outside', reason: 'completed', cause: 16 } };
}

interface Head {
  readonly entry: CallEntry;
  readonly firstAt: number;
}

async function firstLine(files: FileStore, path: string, open: () => Promise<SoundFile>): Promise<Head | undefined> {
  if (!(await files.stat(path))) return undefined;
  let file: SoundFile;
  try {
    file = await open();
  } catch (error) {
    if (error instanceof HalinaError) return undefined;
    throw error;
  }
  try {
    return headOf(await file.read(0, 64 * 1024));
  } finally {
    await file.close();
  }
}

function headOf(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf('\n');
  try {
    return end < 0 ? undefined : (JSON.parse(bytes.toString('utf8', 0, end)) as Head);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export class FakeFound implements FoundFiles {
  readonly #files: FileStore;
  readonly #sound: SoundFiles;

  constructor(files: FileStore, sound = new SoundFiles(files)) {
    this.#files = files;
    this.#sound = sound;
  }

  async inspectSpool(path: string): ReturnType<FoundFiles['inspectSpool']> {
    const head = await firstLine(this.#files, path, () => this.#sound.openSpool(path, { salvage: true }));
    const facts = await this.#files.stat(path);
    return head && { entry: head.entry, firstAt: head.firstAt, lastAt: facts?.modifiedAt ?? head.firstAt };
  }

  readTags(start: Buffer): ReturnType<FoundFiles['readTags']> {
    const head = headOf(start);
    return head && { entry: head.entry, durationMs: 1000 };
  }
}

export class FakeEncoder implements RecordingEncoder {
  readonly #files: FileStore;
  readonly requests: EncodeRequest[] = [];
  readonly urgencies: EncodingUrgency[] = [];
  /** Awaited before each encoding; what it throws is how that fails. */
  before: (request: EncodeRequest) => Promise<void> = () => Promise.resolve();

  constructor(files: FileStore) {
    this.#files = files;
  }

  setUrgency(urgency: EncodingUrgency): void {
    this.urgencies.push(urgency);
  }

  expectedBytes(durationMs: number): number {
    return TAGS + Math.ceil((durationMs * MP3_BYTES_PER_SECOND) / 1000);
  }

  async encode(request: EncodeRequest): Promise<EncodedFile> {
    this.requests.push(request);
    await unlessStopped(this.before(request), request.signal);
    const { entry, spoolPath, outputPath, maxBytes, keys } = request;
    const sound = new SoundFiles(this.#files, ringOf(keys.spool));
    const head = await firstLine(this.#files, spoolPath, () => sound.openSpool(spoolPath, { salvage: true }));
    if (!head) throw new HalinaError('SPOOL_UNREADABLE', `${spoolPath} holds no call`);
    const durationMs = entry.talkMs ?? 0;
    const line = Buffer.from(`${JSON.stringify({ entry, firstAt: head.firstAt })}\n`);
    const size = Math.min(maxBytes, TAGS + Math.floor((durationMs * MP3_BYTES_PER_SECOND) / 1000));
    const file = await sound.createRecording(outputPath, keys.recording);
    const body = Buffer.concat([line, Buffer.alloc(Math.max(0, size - line.length), 0x55)]);
    await file.write(body.subarray(0, body.length >> 1), 0);
    await file.write(body.subarray(body.length >> 1), body.length >> 1);
    await file.finish();
    await file.close();
    return { durationMs };
  }
}

/** Rejects as soon as the signal comes, as an encoder at work does. */
async function unlessStopped(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const told = new AbortController();
  const stopped = once(signal, 'abort', { signal: told.signal }).then(() => signal.throwIfAborted());
  try {
    signal.throwIfAborted();
    await Promise.race([work, stopped]);
  } finally {
    told.abort();
    await stopped.catch(() => {});
  }
}

/** The media engine's side: writes a spool as it grows. */
export class FakeSpool {
  readonly #files: FileStore;
  readonly path: string;
  readonly #entry: CallEntry;
  readonly #now: number;
  readonly #sealer: SpoolSealer | undefined;
  /** On the disk. */
  bytes = 0;

  constructor(files: FileStore, path: string, entry: CallEntry, now: number, seal?: SealKey) {
    this.#files = files;
    this.path = path;
    this.#entry = entry;
    this.#now = now;
    this.#sealer = seal && new SpoolSealer(seal, 0);
  }

  async write(bytes: number): Promise<void> {
    const head = Buffer.from(this.bytes === 0 ? `${JSON.stringify({ entry: this.#entry, firstAt: this.#now })}\n` : '');
    const block = Buffer.concat([head, Buffer.alloc(Math.max(0, bytes - head.length), 0x20)]);
    const opening = this.bytes === 0 && this.#sealer ? [this.#sealer.header] : [];
    const data = this.#sealer ? Buffer.concat([...opening, ...this.#sealer.seal(block, false)]) : block;
    const file = await this.#files.open(this.path, 'write');
    await file.write(data, this.bytes);
    await file.sync();
    await file.close();
    if (this.bytes === 0) await this.#files.syncFolder(dirname(this.path));
    this.bytes += data.length;
  }
}

export interface Fixture {
  readonly files: MemoryFiles;
  readonly clock: VirtualClock;
  readonly encoder: FakeEncoder;
  readonly archive: Archive;
}

export async function openArchive(
  changes: Partial<ArchiveOptions> & { files?: MemoryFiles; clock?: VirtualClock; master?: MasterKey } = {},
): Promise<Fixture> {
  const files = changes.files ?? new MemoryFiles();
  const clock = changes.clock ?? new VirtualClock();
  files.now = () => clock.now();
  const encoder = new FakeEncoder(files);
  const { data = DATA } = changes;
  const vault = changes.master ? await sealing(files, changes.master, data) : new Vault(files);
  const archive = await Archive.open({
    data: DATA,
    policy,
    clock,
    log: silentLog,
    encoder,
    found: new FakeFound(files, vault.sound),
    workers: 1,
    vault,
    ...changes,
    files,
  });
  return { files, clock, encoder, archive };
}

/** A vault that seals. */
export async function sealing(files: FileStore, master: MasterKey, data = DATA): Promise<Vault> {
  return new Vault(files, await KeyStore.open({ files, folder: `${data}/keys`, master }));
}

/** A call that is recorded for `seconds` of virtual time and ends; gives its final entry. */
export async function recordCall(
  fixture: Fixture,
  seconds = 10,
  entry = entryAt(fixture.clock.now()),
): Promise<CallEntry> {
  const { archive, clock, files } = fixture;
  await archive.ledger.begin(entry);
  const ticket = await archive.ledger.openSpool(entry);
  if ('refused' in ticket) throw new Error('no room for the spool');
  const spool = new FakeSpool(files, ticket.path, entry, clock.now(), ticket.seal);
  let cut: 'no-room' | undefined;
  for (let second = 0; second < seconds; second++) {
    if (await archive.spoolBudget.reserve(entry.id, 22_000)) await spool.write(ticket.seal ? 21_900 : 22_000);
    else cut = 'no-room';
    clock.advance(1000);
  }
  const ended = endedEntry(entry, clock.now());
  await archive.ledger.end(ended, { path: ticket.path, bytes: spool.bytes, dropped: 0, cut });
  return ended;
}

export const recordingPath = (entry: CallEntry, day: string): string => `${DATA}/recordings/${day}/${entry.id}.mp3`;

/** Bytes that count against the quota, as they are on the disk. */
export const diskBytes = (files: MemoryFiles): number => files.bytes(`${DATA}/`) - files.bytes(`${DATA}/redis/`);

export type { CallId };
