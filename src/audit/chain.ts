/**
 * The writer of the chain. Events that come while a write is under way are written together by the next one; each resolves
 * when its line, and before it its personal details, are on the medium. A batch that fails is taken back whole.
 */
import { errorMessage, HalinaError } from '../base/errors.js';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { Mutex } from '../base/mutex.js';
import type { FileStore } from '../journal/file-store.js';
import { systemErrorCode } from '../journal/file-store.js';
import type { Reserve } from '../journal/reserve.js';
import { readAll } from '../journal/whole-file.js';
import { AppendFile } from './append-file.js';
import { commitmentsOf, detailsOf, formatDetail } from './details.js';
import { eraseLines } from './erase-details.js';
import type { AuditEvent } from './events.js';
import { BEGINNING, detailsEnd, segmentState, type ChainEnd, type SegmentState } from './heal.js';
import { chainLine, formatLine, type ChainLine } from './line.js';
import { chainLines, detailLines, listSegments, segmentOf, type Segment } from './segments.js';

export interface ChainOptions {
  readonly files: FileStore;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly reserve: Reserve;
  /** The last line that an anchor covers. */
  readonly proven?: ChainEnd;
  /** A segment takes no further batch from this size on, in bytes. */
  readonly segmentBytes: number;
}

interface Waiting {
  readonly event: AuditEvent;
  /** Unix milliseconds. */
  readonly at: number;
  readonly resolve: (line: ChainLine) => void;
  readonly reject: (error: HalinaError) => void;
}

const BATCH_EVENTS = 256;

export function auditFailed(folder: string, cause: unknown): HalinaError {
  const hint = 'see that the disk has room and is sound; until then nobody can do what must be on record. Calls go on';
  return new HalinaError('AUDIT_FAILED', `cannot write the audit log in ${folder}: ${errorMessage(cause)}`, {
    hint,
    cause,
  });
}

export class Chain {
  readonly #options: ChainOptions;
  #segment: Segment;
  #chain: AppendFile;
  #details: AppendFile;
  #end: ChainEnd;
  #queue: Waiting[] = [];
  #writing: Promise<void> | undefined;
  /** Held by whoever changes files. */
  readonly #door = new Mutex();

  private constructor(options: ChainOptions, segment: Segment, chain: AppendFile, details: AppendFile, end: ChainEnd) {
    this.#options = options;
    this.#segment = segment;
    this.#chain = chain;
    this.#details = details;
    this.#end = end;
  }

  /** Opens the chain, begins it if there is none, heals what a crash tore. */
  static async open(options: ChainOptions): Promise<Chain> {
    const { files, folder } = options;
    await files.makeFolder(folder);
    const segments = await listSegments(files, folder);
    const { segment, state } = await lastState(options, segments);
    const number = state.kind === 'damaged' ? segment.number + 1 : segment.number;
    const chain = await openSegment(options, segmentOf(folder, number), state);
    if (segments.length === 0) await chain.append(system('begun', {}));
    else if (state.kind === 'damaged') await chain.append(system('damaged', {}));
    else if (state.torn) await chain.append(system('healed', state.torn));
    return chain;
  }

  /** The last durable line. */
  get end(): ChainEnd {
    return this.#end;
  }

  append(event: AuditEvent): Promise<ChainLine> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ event, at: this.#options.clock.now(), resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  /** Erases the details of these lines while nothing is written. */
  eraseDetails(lines: ReadonlySet<number>): Promise<void> {
    return this.#door.run(async () => {
      const { files, folder } = this.#options;
      await eraseLines(files, folder, lines);
      const details = await AppendFile.open(files, this.#segment.details);
      await this.#details.close();
      this.#details = details;
    });
  }

  /** Runs a task while nothing is written. */
  quietly<T>(task: () => Promise<T>): Promise<T> {
    return this.#door.run(task);
  }

  /** Writes what waits, then closes the files. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#door.idle();
    await this.#chain.close();
    await this.#details.close();
  }

  static async opened(options: ChainOptions, segment: Segment, end: ChainEnd): Promise<Chain> {
    const chain = await AppendFile.open(options.files, segment.chain);
    try {
      return new Chain(options, segment, chain, await AppendFile.open(options.files, segment.details), end);
    } catch (error) {
      await chain.close();
      throw error;
    }
  }

  /** Cuts off what a crash left after the sound part. */
  async heal(chainBytes: number): Promise<void> {
    if (this.#chain.size > chainBytes) await this.#chain.cut(chainBytes);
    const end = detailsEnd(detailLines(await this.#details.read()), this.#end.seq);
    if (this.#details.size > end) await this.#details.cut(end);
  }

  async #write(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#door.run(() => this.#writeBatch(this.#queue.splice(0, BATCH_EVENTS)));
    }
    this.#writing = undefined;
  }

  /** Never rejects: tells everyone in the batch how it went. */
  async #writeBatch(batch: readonly Waiting[]): Promise<void> {
    const details = [];
    const lines: ChainLine[] = [];
    let { seq, hash } = this.#end;
    const first = seq + 1;
    for (const { event, at } of batch) {
      seq += 1;
      const own = detailsOf(seq, event.personal);
      const line = chainLine(event, { seq, batch: first, prev: hash, at }, commitmentsOf(own));
      details.push(...own.map(formatDetail));
      lines.push(line);
      ({ hash } = line);
    }
    try {
      await this.#store(details.join(''), lines.map(formatLine).join(''));
    } catch (error) {
      for (const { reject } of batch) reject(auditFailed(this.#options.folder, error));
      return;
    }
    this.#end = { seq, hash };
    for (const [index, { resolve }] of batch.entries()) {
      const line = lines[index];
      if (line) resolve(line);
    }
  }

  /** On a full disk the reserve is given up for it. */
  async #store(details: string, lines: string): Promise<void> {
    try {
      await this.#storeOnce(details, lines);
    } catch (error) {
      if (!['ENOSPC', 'EDQUOT'].includes(systemErrorCode(error) ?? '')) throw error;
      if (!(await this.#options.reserve.giveUp())) throw error;
      this.#options.log.warn({ folder: this.#options.folder }, 'the disk is full: the audit log lives on its reserve');
      await this.#storeOnce(details, lines);
    }
  }

  async #storeOnce(details: string, lines: string): Promise<void> {
    if (this.#chain.size >= this.#options.segmentBytes) await this.#nextSegment();
    const before = this.#details.size;
    await this.#details.append(details);
    try {
      await this.#chain.append(lines);
    } catch (error) {
      this.#details.takeBack(before);
      throw error;
    }
  }

  async #nextSegment(): Promise<void> {
    const { files, folder } = this.#options;
    const segment = segmentOf(folder, this.#segment.number + 1);
    const chain = await AppendFile.open(files, segment.chain);
    const details = await AppendFile.open(files, segment.details);
    await this.#chain.close();
    await this.#details.close();
    this.#segment = segment;
    this.#chain = chain;
    this.#details = details;
  }
}

const system = (what: 'begun' | 'healed' | 'damaged', facts: { bytes?: number; sha256?: string }): AuditEvent => ({
  event: 'chain',
  actor: { by: 'system' },
  facts: { what, ...facts },
});

async function openSegment(options: ChainOptions, segment: Segment, state: SegmentState): Promise<Chain> {
  const chain = await Chain.opened(options, segment, state.end);
  try {
    if (state.kind === 'sound') {
      if (state.torn) options.log.warn({ bytes: state.torn.bytes }, 'the audit log had a torn end; it is cut off');
      await chain.heal(state.size);
    } else {
      const message = 'lines of the audit log that an anchor covers are gone or unreadable: run halina verify';
      options.log.error({ lastProven: state.end.seq }, message);
    }
    return chain;
  } catch (error) {
    await chain.close();
    throw error;
  }
}

/** The last segment with how it stands; the first one where there is none. */
async function lastState(
  { files, folder, proven = BEGINNING }: ChainOptions,
  segments: readonly Segment[],
): Promise<{ segment: Segment; state: SegmentState }> {
  const segment = segments.at(-1) ?? segmentOf(folder, 1);
  const bytes = await readAll(files, segment.chain);
  const before = await endBefore(files, segments.slice(0, -1));
  return { segment, state: segmentState(bytes, chainLines(bytes), before, proven) };
}

/** The last sound line of earlier segments. */
async function endBefore(files: FileStore, segments: readonly Segment[]): Promise<ChainEnd> {
  for (const { chain } of segments.toReversed()) {
    const last = chainLines(await readAll(files, chain)).findLast(({ found }) => typeof found !== 'string');
    if (last && typeof last.found !== 'string') return { seq: last.found.record.seq, hash: last.found.hash };
  }
  return BEGINNING;
}
