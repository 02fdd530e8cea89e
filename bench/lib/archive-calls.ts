/** Made-up calls of a large office's years, and archives of them on the real disk. */
import { createHash } from 'node:crypto';
import type { ArchiveOptions } from '../../src/archive/archive.js';
import { Folders } from '../../src/archive/folders.js';
import type { CallRecord, CallState } from '../../src/archive/lifecycle.js';
import { RecordStore } from '../../src/archive/record-store.js';
import { newCallId } from '../../src/base/call-id.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLog } from '../../src/base/log.js';
import type { CallEntry } from '../../src/entry/call-entry.js';
import { NodeFileStore } from '../../src/journal/node-files.js';
import { writeTag } from '../../src/recording/id3.js';
import { FileInspector } from '../../src/recording/inspect.js';
import { SoundFiles } from '../../src/vault/sound-files.js';

export const files = new NodeFileStore();
export const DAY = 86_400_000;
/** Between the beginnings of two calls: a million are a year. */
export const SPACING_MS = 30_000;
export const now = Date.now();
const TALK_MS = 123_456;
const NUMBERS = 200_000;

/** The `i`-th of `of` calls that end today: numbers, extensions and units recur as in an office. */
export function entryOf(i: number, of: number): CallEntry {
  const startedAt = now - (of - i) * SPACING_MS;
  return {
    version: 1,
    id: newCallId(startedAt),
    direction: i % 3 === 0 ? 'outbound' : 'inbound',
    trunk: i % 10 === 0 ? 'second' : 'provider',
    route: 'office',
    // Some call all day, most seldom.
    outside: {
      number: `+4822${1_000_000 + (i % 5 === 0 ? i % 20 : (i * 7919) % NUMBERS)}`,
      signalled: '221234567',
      withheld: false,
    },
    dialled: '+48227654321',
    employee: { extension: String(200 + (i % 50)), displayName: 'Sekretariat' },
    startedAt,
    zone: 'Europe/Warsaw',
    answeredAt: startedAt + 400,
    connectedAt: startedAt + 21_000,
    talkMs: TALK_MS,
    notice: {
      prompt: 'notice',
      language: 'pl',
      sha256: 'a'.repeat(64),
      mode: 'answered',
      beganAt: startedAt + 410,
      endedAt: startedAt + 14_410,
      framesSent: 700,
      framesTotal: 700,
      callerMediaSeen: true,
    },
    parts: [{ kind: 'talk', from: 0, to: TALK_MS }],
    record: { wanted: true },
    end: { at: startedAt + 150_000, by: 'outside', reason: 'completed', cause: 16 },
  };
}

const WORDS = ['skarga na hałas', 'pytanie o termin', 'dowód osobisty', 'podatek od nieruchomości', 'pilne'];

/** What an archive knows of a call whose recording is no more, or of one of a hundred that had none. */
export function recordOf(i: number, of: number): CallRecord {
  const entry = entryOf(i, of);
  const at = entry.startedAt + 30 * DAY;
  const recording = { bytes: 500_000, sha256: 'b'.repeat(64), durationMs: TALK_MS };
  const state: CallState =
    i % 100 === 7
      ? { phase: 'unrecorded', at, why: 'not-connected' }
      : { phase: 'evicted', at, why: 'quota', recording };
  const note =
    i % 200 === 3 ? { note: { at, by: 'cli:bench', text: WORDS[((i / 200) % WORDS.length) | 0] ?? '' } } : {};
  return { entry, state, dialogs: [], ...note };
}

/** Adds the calls from `from` to before `to` of `of` to the journal in `data`. */
export async function addCalls(data: string, from: number, to: number, of: number): Promise<void> {
  const store = await openStore(data);
  const chunk = 5000;
  for (let at = from; at < to; at += chunk) {
    const records = Array.from({ length: Math.min(chunk, to - at) }, (_, i) => recordOf(at + i, of));
    await Promise.all(records.map((record) => store.begin(record)));
  }
  await store.close();
}

export async function openStore(data: string): Promise<RecordStore> {
  const folders = new Folders(data);
  await files.makeFolder(folders.journalFolder);
  const store = await RecordStore.open(files, folders.journal);
  store.unitOf = (extension) => `unit-${Number(extension) % 12}`;
  return store;
}

const channel = {
  packets: 6000,
  lost: 0,
  duplicates: 0,
  reordered: 0,
  concealedMs: 0,
  restarts: 0,
  driftPpm: 0,
  silent: false,
};
const facts = {
  version: 1,
  durationMs: TALK_MS,
  encoder: 'bench',
  kbps: 32,
  outside: channel,
  inside: channel,
  recovered: false,
  damagedBytes: 0,
} as const;

/** Recordings that say of themselves what they are, each of `bytes` with its tag, of the newest of all calls. */
export async function addRecordings(data: string, count: number, bytes: number): Promise<CallRecord[]> {
  const folders = new Folders(data);
  const records: CallRecord[] = [];
  const made = new Set<string>();
  for (let i = 0; i < count; i++) {
    const entry = entryOf(i, count);
    const tag = writeTag({ entry, recording: { ...facts, beganAt: entry.startedAt } });
    const sound = Buffer.concat([tag, Buffer.alloc(Math.max(0, bytes - tag.length), 0x55)]);
    const folder = folders.recordingFolder(entry);
    if (!made.has(folder)) await files.makeFolder(folder);
    made.add(folder);
    const file = await files.open(folders.recordingOf(entry), 'write');
    await file.write(sound, 0);
    await file.close();
    const sha256 = createHash('sha256').update(sound).digest('hex');
    const state = { phase: 'recorded', recording: { bytes: sound.length, sha256, durationMs: TALK_MS } } as const;
    records.push({ entry, state, dialogs: [] });
  }
  return records;
}

export async function enter(data: string, records: readonly CallRecord[]): Promise<void> {
  const store = await openStore(data);
  await Promise.all(records.map((record) => store.begin(record)));
  await store.close();
}

export function options(data: string, more: Partial<ArchiveOptions> = {}): ArchiveOptions {
  return {
    data,
    files,
    clock: systemClock,
    log: silentLog,
    encoder: {
      setUrgency: () => {},
      expectedBytes: (ms) => 8192 + ms * 4,
      encode: () => Promise.reject(new Error('nothing to encode')),
    },
    found: new FileInspector(new SoundFiles(files)),
    workers: 1,
    policy: { quota: 1e15, minFree: 0, maxAge: 1e5 * DAY, keepAtLeast: 0, keepMetadata: 1e5 * DAY, quarantine: DAY },
    ...more,
  };
}

export const seconds = async (task: () => Promise<unknown>): Promise<number> => {
  const begin = performance.now();
  await task();
  return (performance.now() - begin) / 1000;
};

/** The value below which so many percent of them are. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}
