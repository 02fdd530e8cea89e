/**
 * The index of calls in Redis: a projection of the journal and nothing more. It follows the catalogue's changes in the
 * order of the journal, and keeps in Redis itself the number of the line up to which it is complete. Redis may be away,
 * slow, or emptied: calls never wait for it, changes are noted within a bound, and whatever was missed is caught up
 * from the catalogue by that number.
 *
 *     away ──ready──▶ catching up ──▶ following ──error, or too much to note──▶ away
 */
import type { CallId } from '../base/brands.js';
import type { Clock, Timer } from '../base/clock.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Item } from './catalogue.js';
import { entryOf } from './index-entry.js';
import { clearIndex, sweepIndex } from './index-upkeep.js';
import { IndexWriter } from './index-writer.js';
import type { Change } from './index-writer.js';
import { WholeIndex } from './index-whole.js';
import type { RecordStore } from './record-store.js';
import { nodesOf } from './redis-link.js';
import type { RedisLink } from './redis-link.js';
import type { RedisKeys } from './redis-keys.js';

export interface CallIndexParts {
  readonly redis: RedisLink;
  readonly store: RecordStore;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  readonly log: Log;
}

type State = 'away' | 'catching-up' | 'following';

/** Changes noted while Redis is slow; with more than that it is caught up from the catalogue instead. */
const NOTED = 20_000;
const BATCH = 200;
/** A call that begins or ends changes several times at once, and so do others meanwhile: milliseconds to gather that. */
const GATHER_MS = 200;
const AGAIN_MS = 2000;
const EMPTIED = 'the index in Redis was emptied';

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: HalinaError) => void;
  /** Waits on when Redis goes away. */
  readonly patient: boolean;
}

/** A call to be written, and its line's number as of then: the item itself moves on. */
interface Due {
  readonly item: Item;
  readonly seq: number;
}

const due = (item: Item): Due => ({ item, seq: item.seq });

export class CallIndex {
  readonly #parts: CallIndexParts;
  readonly #writer: IndexWriter;
  #state: State = 'away';
  /** Calls that changed since they were written, in the order of the journal. */
  readonly #noted = new Map<CallId, Item>();
  #work: Promise<void> | undefined;
  #again: Timer | undefined;
  #gathering: Timer | undefined;
  #closed = false;
  #purgeDue = false;
  #progress: (calls: number) => void = () => {};
  #waiting: Waiting[] = [];

  constructor(parts: CallIndexParts) {
    this.#parts = parts;
    this.#writer = new IndexWriter(parts.redis, parts.keys);
    parts.store.catalogue.onChange((item) => this.#note(item));
    parts.redis.on('ready', () => this.#start());
    parts.redis.on('close', () => this.#lose());
    if (parts.redis.status === 'ready') this.#start();
  }

  /** Whether what is asked of it is answered with everything that the journal knows, but for the last instant. */
  get following(): boolean {
    return this.#state === 'following';
  }

  /** Resolves when every change so far is in Redis. Rejects with `INDEX_AWAY` if that is away, unless `patient`. */
  async caughtUp({ patient = false } = {}): Promise<void> {
    if (this.#state === 'following' && this.#noted.size === 0 && !this.#work) return;
    if (this.#state === 'away' && !patient) throw away();
    if (this.#gathering) this.#run();
    await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject, patient }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#again?.cancel();
    this.#gathering?.cancel();
    await this.#work;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** Looks whether Redis still has what was written; where it was emptied, all is written again. */
  async check(): Promise<void> {
    const { redis, keys } = this.#parts;
    if (this.#state !== 'following' || this.#work) return;
    if ((await redis.get(keys.position)) !== null) return this.#purge();
    this.#parts.log.warn({}, EMPTIED);
    this.#lose();
    this.#start();
  }

  /** What was taken out is to leave the append-only file of Redis too, when the index is up to date. */
  purge(): void {
    this.#purgeDue = true;
  }

  /** Forgets what is in Redis and writes it anew; `progress` is told how many calls of it are written. */
  async rebuild(progress: (calls: number) => void = () => {}): Promise<void> {
    await this.#work;
    this.#state = 'away';
    await clearIndex(this.#parts);
    this.#progress = progress;
    this.#start();
    await this.caughtUp().finally(() => (this.#progress = () => {}));
  }

  async #purge(): Promise<void> {
    if (!this.#purgeDue || this.#noted.size > 0) return;
    this.#purgeDue = false;
    try {
      for (const node of nodesOf(this.#parts.redis)) await node.bgrewriteaof();
    } catch (error) {
      const facts = { error: errorMessage(error) };
      this.#parts.log.warn(facts, 'Redis cannot write its append-only file anew: erased numbers may still stand in it');
    }
  }

  #note(item: Item): void {
    if (this.#closed) return;
    this.#noted.delete(item.id);
    this.#noted.set(item.id, item);
    if (this.#state === 'following') this.#gather();
    else if (this.#noted.size > NOTED) this.#noted.clear(); // all of it is caught up from the catalogue
  }

  #gather(): void {
    if (this.#work || this.#gathering) return;
    this.#gathering = this.#parts.clock.setTimer(GATHER_MS, () => this.#run());
  }

  #lose(): void {
    this.#state = 'away';
    this.#gathering?.cancel();
    this.#gathering = undefined;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ patient }) => patient);
    for (const { patient, reject } of waiting) if (!patient) reject(away());
  }

  #start(): void {
    if (this.#closed || this.#state !== 'away') return;
    this.#again?.cancel();
    this.#state = 'catching-up';
    this.#run();
  }

  /** One piece of work at a time; starts over, later, after an error. */
  #run(): void {
    this.#gathering?.cancel();
    this.#gathering = undefined;
    this.#work ??= this.#project()
      .catch((error: unknown) => {
        const { log, clock } = this.#parts;
        if (this.#closed) return;
        const emptied = error instanceof HalinaError && error.code === 'INDEX_EMPTIED';
        if (emptied) log.warn({}, EMPTIED);
        else log.warn({ error: errorMessage(error), noted: this.#noted.size }, 'the index in Redis is behind');
        this.#lose();
        this.#again = clock.setTimer(AGAIN_MS, () => this.#parts.redis.status === 'ready' && this.#start());
      })
      .finally(() => {
        this.#work = undefined;
        if (this.#closed) return;
        const isBehind = this.#state === 'following' && this.#noted.size > 0;
        if (this.#state === 'catching-up' || (isBehind && this.#waiting.length > 0)) this.#run();
        else if (isBehind) this.#gather();
        else if (this.#state === 'following') for (const { resolve } of this.#waiting.splice(0)) resolve();
      });
  }

  async #project(): Promise<void> {
    if (this.#state === 'catching-up') await this.#catchUp();
    for (let more = true; more && this.#state === 'following' && this.#noted.size > 0;) {
      if (this.#noted.size > NOTED) {
        this.#state = 'catching-up';
        return;
      }
      const batch = [...this.#noted.values()].slice(0, BATCH).map(due);
      more = batch.length === BATCH;
      await this.#write(batch);
      for (const { item, seq } of batch) if (item.seq === seq) this.#noted.delete(item.id);
      const [first] = this.#noted.values();
      await this.#setPosition(first ? first.seq - 1 : Math.max(...batch.map(({ seq }) => seq)));
    }
  }

  /** Writes everything that changed after the position that Redis has. */
  async #catchUp(): Promise<void> {
    const { redis, keys, store, log } = this.#parts;
    const said = Number((await redis.get(keys.position)) ?? 0);
    // A position beyond the journal's end is that of a journal which is no more.
    const isSound = !store.catalogue.unnumbered && said > 0 && said <= store.journal.lastSeq;
    const position = isSound ? said : await this.#writeWhole();
    await this.#writer.begin();
    let written = 0;
    let batch: Due[] = [];
    // The catalogue is in the order of the journal, and what changes meanwhile comes up at its end.
    for (const item of store.catalogue.items()) {
      if (item.seq <= position) continue;
      batch.push(due(item));
      if (batch.length < BATCH) continue;
      await this.#write(batch);
      await this.#setPosition(batch.at(-1)?.seq ?? position);
      written += batch.length;
      batch = [];
    }
    const end = store.journal.lastSeq;
    await this.#write(batch);
    const forgotten = await sweepIndex(this.#parts, this.#writer);
    await this.#setPosition(end);
    for (const [id, item] of this.#noted) if (item.seq <= end && !item.forgotten) this.#noted.delete(id);
    this.#state = 'following';
    log.info({ written: written + batch.length, forgotten }, 'the index in Redis has caught up');
  }

  /** Writes all calls into an index that is empty; gives the line up to which it is complete then. */
  async #writeWhole(): Promise<number> {
    const { redis, keys, store, log } = this.#parts;
    await clearIndex(this.#parts);
    await redis.set(keys.position, '0');
    const position = store.journal.lastSeq;
    const written = await new WholeIndex(this.#parts).write(this.#progress);
    await this.#setPosition(position);
    log.info({ written }, 'the index in Redis was made anew');
    return position;
  }

  /** Moves the position on. Where there is none any more, Redis was emptied. */
  async #setPosition(seq: number): Promise<void> {
    const before = await this.#parts.redis.getset(this.#parts.keys.position, String(seq));
    if (before !== null) return;
    await this.#parts.redis.del(this.#parts.keys.position);
    throw new HalinaError('INDEX_EMPTIED', EMPTIED);
  }

  async #write(batch: readonly Due[]): Promise<void> {
    const { store } = this.#parts;
    const changes = await Promise.all(
      batch.map(async ({ item, seq }): Promise<Change> => {
        const { n } = item;
        if (item.forgotten) return { n, entry: undefined };
        const record = item.noted ? await store.read(item.id) : undefined;
        return { n, entry: entryOf(item, seq, record ?? {}) };
      }),
    );
    await this.#writer.write(changes);
  }
}

const away = (): HalinaError =>
  new HalinaError('INDEX_AWAY', 'Redis does not answer', { hint: 'calls and recordings do not need it; see its log' });
