/**
 * Makes what was written to spools durable, while others go on being written: all that was written when a sync begins is on the
 * disk with it, by one syncfs of the file system, since a sync of each of some hundred files costs more than all the relaying.
 * Where that takes long (others write to the same file system) the files are synced one by one for a while. Where it fails the sync
 * of each file says whose data is concerned. There is one sync at a time, whatever its kind: a disk that stalls holds one of libuv's
 * four threads then, of which the sockets need one too.
 */

export interface SyncedFile {
  /** Why a part of it that was written may not be on the disk: what is behind that does not count, until the file was cut. */
  lost: string | undefined;
}

/** One append: it was written whole, or failed to be. */
export interface Written<F extends SyncedFile> {
  /** Undefined: it was not open. */
  readonly file: F | undefined;
  readonly error: string | undefined;
}

export interface SpoolSyncOptions<F extends SyncedFile> {
  /** Everything that was written to the file's file system. False: it cannot be done, or failed. */
  readonly syncAll: (file: F) => Promise<boolean>;
  /** Rejects where what was written to the file may not be on the disk. */
  readonly syncOne: (file: F) => Promise<void>;
  /** So many batches, oldest first, are on the disk, but for what failed of their appends, in order; undefined: nothing did. */
  readonly onDurable: (batches: number, errors: readonly (string | undefined)[] | undefined) => void;
  readonly message: (error: unknown) => string;
  /** Milliseconds. */
  readonly now: () => number;
}

/**
 * A sync of everything that takes longer is not tried again for a while, milliseconds, unless syncing the files one by one takes
 * as long, which costs more for nothing.
 */
const LONG_MS = 300;
const AVOID_MS = 30_000;

export class SpoolSync<F extends SyncedFile> {
  readonly #options: SpoolSyncOptions<F>;
  /** Written since the sync that is under way began. */
  #batches: (readonly Written<F>[])[] = [];
  #isAtWork = false;
  #avoidUntil = 0;
  /** How long the last sync of everything took. */
  #allMs = 0;

  constructor(options: SpoolSyncOptions<F>) {
    this.#options = options;
  }

  /** A batch was written: it is synced as soon as no other sync is under way. */
  add(batch: readonly Written<F>[]): void {
    this.#batches.push(batch);
    if (!this.#isAtWork) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isAtWork = true;
    while (this.#batches.length > 0) {
      const batches = this.#batches;
      this.#batches = [];
      const written = batches.flat();
      await this.#sync(new Set(written.flatMap(({ file, error }) => (error === undefined && file) || [])));
      const errors = written.map(({ file, error }) => error ?? file?.lost);
      const failed = errors.some((why) => why !== undefined);
      this.#options.onDurable(batches.length, failed ? errors : undefined);
    }
    this.#isAtWork = false;
  }

  async #sync(files: ReadonlySet<F>): Promise<void> {
    if (files.size > 1 && (await this.#syncedTogether(files))) return;
    const { syncOne, message, now } = this.#options;
    const began = now();
    for (const file of files)
      await syncOne(file).catch((error: unknown) => {
        file.lost ??= message(error);
      });
    if (now() - began > this.#allMs) this.#avoidUntil = 0;
  }

  /** False: it cannot be done, failed (the single files will say which) or is not tried at present. */
  async #syncedTogether([first]: Iterable<F>): Promise<boolean> {
    const { syncAll, now } = this.#options;
    const began = now();
    if (!first || began < this.#avoidUntil) return false;
    const done = await syncAll(first);
    const ended = now();
    this.#allMs = ended - began;
    if (this.#allMs > LONG_MS) this.#avoidUntil = ended + AVOID_MS;
    return done;
  }
}
