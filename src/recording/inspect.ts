/** Reads what is found on the disk: spools and recordings that say of themselves which call they are of. */
import type { CallEntry } from '../entry/call-entry.js';
import type { SoundFile, SoundFiles } from '../vault/sound-files.js';
import { PcapReader } from '../spool/pcap-reader.js';
import type { RecordingFacts } from './facts.js';
import { readTag } from './id3.js';
import { TalkParts, type FoundTalk } from './talk-parts.js';

export interface FoundSpool {
  readonly entry: CallEntry;
  /** Times of its first and last record, Unix milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Who talked, where the spool says so. */
  readonly talk?: FoundTalk;
}

export interface FoundRecording {
  readonly entry: CallEntry;
  readonly durationMs: number;
  readonly facts: RecordingFacts;
}

const CHUNK_BYTES = 512 * 1024;

export class FileInspector {
  readonly #sound: SoundFiles;

  constructor(sound: SoundFiles) {
    this.#sound = sound;
  }

  /** What the spool says; nothing if it does not name its call or can't be read. */
  inspectSpool(path: string): Promise<FoundSpool | undefined> {
    return read(() => this.#sound.openSpool(path, { salvage: true }), spoolFacts);
  }

  /** What a recording's tags say, by its first bytes (`MAX_TAG_BYTES` do); nothing if they are not ours. */
  readTags(start: Buffer): FoundRecording | undefined {
    const document = readTag(start);
    if (!document) return undefined;
    const { entry, recording } = document;
    return { entry, durationMs: recording.durationMs, facts: recording };
  }
}

async function read<T>(
  open: () => Promise<SoundFile>,
  look: (file: SoundFile) => Promise<T | undefined>,
): Promise<T | undefined> {
  let file: SoundFile;
  try {
    file = await open();
  } catch {
    return undefined; // Gone, not ours to read, or locked: there is nothing to be known of it.
  }
  try {
    return await look(file);
  } catch {
    return undefined;
  } finally {
    await Promise.allSettled([file.close()]);
  }
}

async function spoolFacts(file: SoundFile): Promise<FoundSpool | undefined> {
  const reader = new PcapReader();
  let entry: CallEntry | undefined;
  let first: number | undefined;
  let last = 0;
  const talk = new TalkParts();
  for (let offset = 0; ;) {
    const chunk = await file.read(offset, CHUNK_BYTES);
    offset += chunk.length;
    const records = chunk.length > 0 ? reader.push(chunk) : reader.finish();
    for (const record of records) {
      first ??= record.timeUs;
      last = record.timeUs;
      if (record.kind !== 'mark') continue;
      if (record.mark.type === 'call') entry ??= record.mark.entry;
      talk.mark(record.mark, record.timeUs / 1000);
    }
    if (chunk.length === 0) break;
  }
  if (!entry || first === undefined) return undefined;
  return { entry, firstAt: first / 1000, lastAt: last / 1000, ...(talk.found ? { talk: talk.found } : {}) };
}
