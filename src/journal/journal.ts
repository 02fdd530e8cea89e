/**
 * An append-only journal with one writer. Lines that are appended while a sync is under way are written together by
 * the next one, so a thousand calls cost as many syncs as the medium can give and no more. An append resolves when its
 * line is on the medium. A batch that fails is cut off again, whole: after a rejection the line is not in the journal,
 * and a later append may succeed (the disk had room again).
 *
 * The file is the truth; who keeps state from it is a listener: it is given every line in order, at the replay and
 * afterwards at the instant at which a line became durable, remembers places (`LinePlace`) and reads lines again when
 * they are needed. `compact` copies the lines that still count into a new file, while appends go on, and then tells
 * the keeper where each of them stands now.
 */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { errorMessage, HalinaError } from '../base/errors.js';
import { Mutex } from '../base/mutex.js';
import { closedLine, judgeEnd } from './closing.js';
import { copyRuns, LiveLines } from './compaction.js';
import type { Relocate } from './compaction.js';
import type { StoredFile } from './file-store.js';
import { formatLine } from './line.js';
import { readLines } from './read-lines.js';
import { checkpointLine, create, headerLine } from './new-journal.js';
import type { JournalOptions } from './new-journal.js';
import { replay } from './replay.js';
import type { Damage, JournalHeader, LineListener, LinePlace, ReplayReport } from './replay.js';

export type { Relocate } from './compaction.js';
export type { JournalOptions } from './new-journal.js';
export type { Damage, LineListener, LinePlace, ReplayReport } from './replay.js';

interface Waiting {
  readonly payload: string;
  readonly resolve: (place: LinePlace) => void;
  readonly reject: (error: HalinaError) => void;
}

/** A batch takes no further line at this size, in bytes. */
const BATCH_LIMIT = 1024 * 1024;

export class Journal {
  /** What the replay at the opening found. */
  readonly replayed: ReplayReport;
  /** Made by chance when the journal began; stays for its life. */
  readonly id: string;
  readonly #options: JournalOptions;
  readonly #listener: LineListener;
  #file: StoredFile;
  #size: number;
  #lastSeq: number;
  #queue: Waiting[] = [];
  #writing: Promise<void> | undefined;
  /** Held by whoever changes the file: a batch, or the swap at the end of a compaction. */
  readonly #door = new Mutex();
  /** What a failure left behind and must be put right before the next batch. */
  #unsettled: { tail: boolean; name: boolean } = { tail: false, name: false };
  /** Unreadable lines of the present file, until a compaction has put them beside it. */
  #damaged: readonly Damage[];
  #compacting = false;
  #closed = false;
  readonly #reads = new Set<Promise<unknown>>();

  private constructor(options: JournalOptions, file: StoredFile, replayed: ReplayReport, listener: LineListener) {
    this.#options = options;
    this.#listener = listener;
    this.#file = file;
    this.#size = replayed.end;
    this.#lastSeq = replayed.lastSeq;
    this.#unsettled.tail = replayed.torn > 0 || replayed.closed;
    this.#damaged = replayed.damage.filter((damage) => damage.length > 0);
    this.replayed = replayed;
    this.id = replayed.header?.id ?? randomBytes(8).toString('hex');
  }

  /**
   * Opens the journal, makes it if there is none, hands every line to `listener`, and cuts off a torn end. The
   * listener must not throw and must not keep the payload's buffer. Throws `JOURNAL_FOREIGN` if the file is another's,
   * or of a later version.
   */
  static async open(options: JournalOptions, listener: LineListener): Promise<Journal> {
    const { files, path, name, version } = options;
    await files.remove(`${path}.new`);
    if (!(await files.stat(path))) await create(options);
    const bytes = (await files.stat(path))?.bytes ?? 0;
    const file = await files.open(path, 'write');
    try {
      const report = await judgeEnd(file, await replay(file, bytes, listener));
      const { header } = report;
      if (header && (header.name !== name || header.version > version)) {
        const hint = 'start the version of Halina that wrote it, or set storage.data to another folder';
        throw new HalinaError('JOURNAL_FOREIGN', `${path} is a journal of ${header.name} ${header.version}`, { hint });
      }
      const journal = new Journal(options, file, report, listener);
      await journal.#settle();
      return journal;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Bytes of the file, as far as it is durable. */
  get size(): number {
    return this.#size;
  }

  /** The number of the last durable line. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Appends a line; resolves when it is durable, rejects with `JOURNAL_FAILED` when it is not in the journal. */
  append(payload: string): Promise<LinePlace> {
    if (payload.includes('\n') || payload.startsWith('#')) {
      throw new TypeError('a line of a journal has no line break, and # begins only the lines of the journal itself');
    }
    if (this.#closed) return Promise.reject(this.#failed(new Error('it is closed')));
    return new Promise((resolve, reject) => {
      this.#queue.push({ payload, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  /** Reads a line again; see `readMany`. */
  async read(place: LinePlace): Promise<Buffer> {
    const [payload] = await this.readMany([place]);
    return payload ?? Buffer.alloc(0);
  }

  /**
   * Reads lines again, in the order of `places`, which are looked at before this returns, so that places that `compact`
   * moves are read rightly. Rejects with `JOURNAL_DAMAGED` if what is there is not what was written.
   */
  async readMany(places: readonly LinePlace[]): Promise<Buffer[]> {
    const reading = readLines(this.#file, places);
    this.#reads.add(reading);
    try {
      return (await reading).map((line) => {
        if (Buffer.isBuffer(line)) return line;
        const hint = 'run halina verify; it names what is affected';
        const message = `${this.#options.path}, byte ${line.offset}: ${line.what}`;
        throw new HalinaError('JOURNAL_DAMAGED', message, { hint });
      });
    } finally {
      this.#reads.delete(reading);
    }
  }

  /**
   * Leaves out every line that is not in `live`, which must come in the order of the file, and is asked for a moment later. Appends go on meanwhile and
   * are kept. `moved` is called once, at the instant from which the new places hold, and must give each place that the
   * caller keeps its new offset. Resolves with the bytes that were won; 0 if a compaction is under way already.
   */
  async compact(live: Iterable<LinePlace>, moved: (relocate: Relocate) => void): Promise<number> {
    if (this.#compacting || this.#closed) return 0;
    this.#compacting = true;
    const { files, path } = this.#options;
    try {
      // Asked for by a listener, it must not begin in the middle of a batch, of which the keeper knows only a part.
      await Promise.resolve();
      const lines = new LiveLines(live);
      const snapshot = { size: this.#size, seq: this.#lastSeq };
      await files.remove(`${path}.new`);
      const target = await files.open(`${path}.new`, 'write');
      let kept = false;
      try {
        const header = headerLine({ ...this.#header, id: this.id });
        await target.write(header, 0);
        let end = await copyRuns(this.#file, lines.runs(), target, header.length);
        const first = this.#size;
        end = await copyRuns(this.#file, [{ offset: snapshot.size, length: first - snapshot.size }], target, end);
        await target.sync();
        await this.#keepDamage();
        return await this.#door.run(async () => {
          const rest = { offset: first, length: this.#size - first };
          end = await copyRuns(this.#file, [rest], target, end);
          const mark = checkpointLine(this.#lastSeq + 1, lines.count + this.#lastSeq - snapshot.seq);
          await target.write(mark, end);
          await target.sync();
          await files.rename(`${path}.new`, path);
          kept = true;
          moved(lines.relocate(header.length, snapshot.size));
          return await this.#swap(target, end + mark.length);
        });
      } finally {
        if (!kept) {
          await target.close();
          // Nobody counts it, and a full disk needs its bytes. Where it stays, the next compaction begins with it.
          await Promise.allSettled([files.remove(`${path}.new`)]);
        }
      }
    } finally {
      this.#compacting = false;
    }
  }

  /**
   * Writes what waits, and a mark that it was closed in good order, then closes the file. The mark is a batch of its own, so
   * a bad line before it is damage and never mistaken for a torn end. Where it can't be written the journal is as after a crash.
   */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    const mark = this.#door.run(async () => {
      await this.#settle();
      this.#unsettled.tail = true;
      await this.#file.write(closedLine(this.#lastSeq + 1), this.#size);
      await this.#file.sync();
    });
    await Promise.allSettled([mark]);
    await Promise.allSettled(this.#reads);
    await this.#file.close();
  }

  get #header(): Omit<JournalHeader, 'id'> {
    return { name: this.#options.name, version: this.#options.version };
  }

  #failed(cause: unknown): HalinaError {
    const hint = 'see that the disk has room and is sound; Halina tries again with the next fact';
    const message = `cannot write ${this.#options.path}: ${errorMessage(cause)}`;
    return new HalinaError('JOURNAL_FAILED', message, { hint, cause });
  }

  /** From here the new file is the journal. */
  async #swap(target: StoredFile, size: number): Promise<number> {
    const won = this.#size - size;
    const old = this.#file;
    const reads = [...this.#reads];
    this.#file = target;
    this.#size = size;
    this.#damaged = [];
    this.#lastSeq += 1;
    this.#unsettled = { tail: false, name: true };
    await Promise.allSettled(reads);
    await old.close();
    await this.#settle();
    return won;
  }

  /** Unreadable lines do not go into the new file; they are kept beside it for whoever can make something of them. */
  async #keepDamage(): Promise<void> {
    if (this.#damaged.length === 0) return;
    const path = `${this.#options.path}.damaged`;
    const file = await this.#options.files.open(path, 'write');
    try {
      await copyRuns(this.#file, this.#damaged, file, (await this.#options.files.stat(path))?.bytes ?? 0);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #write(): Promise<void> {
    while (this.#queue.length > 0) await this.#door.run(() => this.#writeBatch());
    this.#writing = undefined;
  }

  /** Writes the next batch and tells everyone in it how it went. Never rejects. */
  async #writeBatch(): Promise<void> {
    const batch: { waiting: Waiting; place: LinePlace; line: Buffer }[] = [];
    let end = this.#size;
    while (end - this.#size < BATCH_LIMIT) {
      const waiting = this.#queue.shift();
      if (!waiting) break;
      const seq = this.#lastSeq + 1 + batch.length;
      const line = formatLine(seq, batch.length === 0, waiting.payload);
      batch.push({ waiting, line, place: { seq, offset: end, length: line.length } });
      end += line.length;
    }
    try {
      await this.#settle();
      this.#unsettled.tail = true;
      await this.#file.write(Buffer.concat(batch.map(({ line }) => line)), this.#size);
      await this.#file.sync();
      this.#unsettled.tail = false;
    } catch (error) {
      for (const { waiting } of batch) waiting.reject(this.#failed(error));
      return;
    }
    this.#size = end;
    this.#lastSeq += batch.length;
    for (const { waiting, place } of batch) {
      this.#listener(place, Buffer.from(waiting.payload));
      waiting.resolve(place);
    }
  }

  /** Puts right what a failure left: bytes of a failed batch are cut off, the new file's name is made durable. */
  async #settle(): Promise<void> {
    if (this.#unsettled.tail) {
      await this.#file.truncate(this.#size);
      await this.#file.sync();
      this.#unsettled.tail = false;
    }
    if (this.#unsettled.name) {
      await this.#options.files.syncFolder(dirname(this.#options.path));
      this.#unsettled.name = false;
    }
  }
}
