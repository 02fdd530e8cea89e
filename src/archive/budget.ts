/**
 * The sum of all bytes under the data folder (its `redis/` and logs aside), kept exactly, each file with the whole blocks
 * that it takes of the file system (folders take a block more, and are not counted), and with it the bytes that are promised and not written yet. What is promised is always enough to bring the calls in progress to their end:
 * with every byte of a spool goes the room for its MP3, and the journal's next facts and the copy of it that a
 * compaction makes have theirs. So nothing that was begun is ever stopped for lack of room except a spool that asks
 * for more, and the disk never holds more than was promised.
 */
import type { CallId } from '../base/brands.js';

/** What one call has on the disk, or may put there, beside its recording. In bytes. */
interface Claim {
  /** Granted to the spool; once that is closed, what it has. */
  spool: number;
  /** For the MP3 that is, or will be, made of it. */
  mp3: number;
  /** Of `spool`: granted when it was opened, and not asked for yet. */
  credit: number;
}

/** What the journal is, looked at whenever the sum is needed. */
export interface JournalBytes {
  /** Of the file now. */
  readonly size: number;
  /** Of the lines that count. */
  readonly live: number;
}

export interface BudgetSum {
  readonly recordings: number;
  readonly spools: number;
  readonly journal: number;
  /** Everything else under the data folder: audit, letters, keys, what is not ours. */
  readonly other: number;
  /** Recordings whose eviction is in the journal and whose files are not gone yet. */
  readonly leaving: number;
  /** Promised and not (known to be) written: MP3s to come, the journal's growth and its copy. */
  readonly promised: number;
}

/** Facts that a call in progress will still write: its end, its encoding and changes on the way, in bytes. */
const FACTS_OF_A_CALL = 12 * 1024;

/** Room for facts that ask nobody (evictions, calls that begin between two looks), by the size of the quota. */
const slack = (quota: number): number => Math.min(Math.max(quota / 80, 64 * 1024), 8 * 1024 * 1024);

export class Budget {
  readonly #journal: () => JournalBytes;
  readonly #block: number;
  readonly #claims = new Map<CallId, Claim>();
  #recordings = 0;
  #spools = 0;
  #mp3s = 0;
  #leaving = 0;
  #peak = 0;
  /** Bytes outside the archive's own folders (audit, letters, keys…), and inside them what is not the archive's. */
  other = 0;
  foreign = 0;
  /** Of the keystore, always as the file is. */
  keys = 0;
  /** Calls in progress. */
  running = 0;

  /** `block`: the bytes by which the file system allocates. */
  constructor(journal: () => JournalBytes, block = 1) {
    this.#journal = journal;
    this.#block = block;
  }

  /** What a file of so many bytes takes of the disk. */
  onDisk(bytes: number): number {
    return Math.ceil(bytes / this.#block) * this.#block;
  }

  /** Bytes that are on the disk or promised, under a quota of `quota` bytes. */
  committed(quota: number): number {
    return this.#sum() + this.#promised(quota);
  }

  sum(quota: number): BudgetSum {
    const { size } = this.#journal();
    return {
      recordings: this.#recordings,
      spools: this.#spools,
      journal: this.onDisk(size),
      other: this.other + this.foreign + this.onDisk(this.keys),
      leaving: this.#leaving,
      promised: this.#promised(quota),
    };
  }

  /** Bytes that are on the disk, spools as far as they are granted. */
  get used(): number {
    return this.#sum();
  }

  /** Bytes more than now that calls in progress have claimed at once since the start. */
  get claimsToCome(): number {
    return this.#peak - this.#spools - this.#mp3s;
  }

  addRecording(bytes: number): void {
    this.#recordings += this.onDisk(bytes);
  }

  removeRecording(bytes: number): void {
    this.#recordings -= this.onDisk(bytes);
  }

  /** A recording's eviction is durable; its file is still there. */
  recordingLeaves(bytes: number): void {
    this.removeRecording(bytes);
    this.#leaving += this.onDisk(bytes);
  }

  /** A file that was to leave is gone. */
  recordingLeft(bytes: number): void {
    this.#leaving -= this.onDisk(bytes);
  }

  /** What the call has claimed; nothing if it has no claim. */
  claim(id: CallId): Readonly<Claim> | undefined {
    return this.#claims.get(id);
  }

  /** Sets parts of a call's claim (in whole blocks: what a spool is granted beyond its wish is credit), and makes it if there is none. */
  setClaim(id: CallId, parts: Partial<Claim>): void {
    const before = this.#claims.get(id) ?? { spool: 0, mp3: 0, credit: 0 };
    const wished = { ...before, ...parts };
    const after = { ...wished, spool: this.onDisk(wished.spool), mp3: this.onDisk(wished.mp3) };
    this.#spools += after.spool - before.spool;
    this.#mp3s += after.mp3 - before.mp3;
    this.#claims.set(id, after);
    this.#peak = Math.max(this.#peak, this.#spools + this.#mp3s);
  }

  dropClaim(id: CallId): void {
    const claim = this.#claims.get(id);
    if (!claim) return;
    this.#spools -= claim.spool;
    this.#mp3s -= claim.mp3;
    this.#claims.delete(id);
  }

  #sum(): number {
    const own = this.onDisk(this.#journal().size) + this.onDisk(this.keys);
    return this.#recordings + this.#spools + own + this.other + this.foreign + this.#leaving;
  }

  #promised(quota: number): number {
    const facts = this.running * FACTS_OF_A_CALL;
    // A compaction's copy holds the lines that count and what is written meanwhile: hence the facts and slack twice.
    // So does the keystore's, and every running call adds two keys to it.
    const copies = this.onDisk(this.#journal().live) + this.onDisk(this.keys);
    return this.#mp3s + copies + 2 * (facts + slack(quota));
  }
}
