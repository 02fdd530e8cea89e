/**
 * When anchors are made and with which key. Nothing here ever refuses an event: a chain that can be written but not anchored is an
 * alarm.
 */
import { join } from 'node:path';
import type { AlarmBell } from '../base/alarms.js';
import type { Clock, Timer } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { Mutex } from '../base/mutex.js';
import type { FileStore } from '../journal/file-store.js';
import { Anchors, type AnchorPlace } from './anchors.js';
import type { Chain } from './chain.js';
import { readAudit } from './reader.js';
import { destroyKey, makeKey, privateKeys, settleKey, type SigningKey } from './signing-keys.js';

export interface AnchoringOptions {
  readonly files: FileStore;
  readonly data: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly alarms: AlarmBell;
  readonly places: readonly AnchorPlace[];
  /** An anchor is made after so long, in milliseconds, where there is something new… */
  readonly everyMs: number;
  /** …and after so many events. */
  readonly events: number;
}

/** A signature: Ed25519, 64 bytes. */
export interface Seal {
  readonly key: string;
  readonly signature: Buffer;
}

const ALARM = 'AUDIT_NOT_ANCHORED';

export const auditFolder = (data: string): string => join(data, 'audit');
export const keysFolder = (data: string): string => join(data, 'keys');

export class Anchoring {
  readonly #options: AnchoringOptions;
  readonly #chain: Pick<Chain, 'append' | 'end'>;
  readonly #door = new Mutex();
  #anchors: Anchors | undefined;
  #key: SigningKey | undefined;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: AnchoringOptions, chain: Pick<Chain, 'append' | 'end'>) {
    this.#options = options;
    this.#chain = chain;
    this.#schedule();
  }

  /** When the last anchor was made, Unix milliseconds. */
  get lastAt(): number | undefined {
    return this.#anchors?.at;
  }

  /** Makes an anchor of the chain as it stands, unless there is one. Never rejects. */
  now(): Promise<void> {
    return this.#door.run(() => this.#attempt(() => this.#anchor()));
  }

  /** After an event: whether so many have come that an anchor is due. */
  async noted(seq: number): Promise<void> {
    if (seq - (this.#anchors?.seq ?? 0) >= this.#options.events) await this.now();
  }

  /** Replaces the key; gives the new one's id. The old one vouches for the new one, then its private half is destroyed. */
  rotate(): Promise<string> {
    return this.#door.run(async () => {
      await this.#anchor();
      const { files, data } = this.#options;
      const key = await makeKey(files, keysFolder(data));
      await this.#introduce(key, this.#key);
      await this.#anchor();
      return key.id;
    });
  }

  /** Signs a text with the key that is in use. */
  seal(text: string): Promise<Seal> {
    return this.#door.run(async () => {
      await this.#anchor();
      const key = (this.#key ??= await this.#findKey());
      return { key: key.id, signature: Buffer.from(key.sign(text), 'base64') };
    });
  }

  /** Runs a task while no anchor is made. */
  quietly<T>(task: () => Promise<T>): Promise<T> {
    return this.#door.run(task);
  }

  /** A last anchor, and the end. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.now();
    this.#closed = true;
    await this.#anchors?.close();
  }

  #schedule(): void {
    this.#timer = this.#options.clock.setTimer(this.#options.everyMs, () => {
      this.#schedule();
      void this.now();
    });
  }

  async #attempt(task: () => Promise<void>): Promise<void> {
    const { alarms } = this.#options;
    try {
      await task();
      alarms.clear(ALARM, 'audit');
    } catch (error) {
      const message = `no anchor of the audit log can be made: ${errorMessage(error)}; until then a change of it would not be seen`;
      alarms.raise(ALARM, 'audit', message);
    }
  }

  async #anchor(): Promise<void> {
    if (this.#closed) throw new Error('it is closed');
    this.#anchors ??= await Anchors.open({ ...this.#options, folder: auditFolder(this.#options.data) });
    this.#key ??= await this.#findKey();
    await this.#anchors.make(this.#chain.end, this.#key);
  }

  /** The key that is in use; a first one where there is none; what a crash left undone is brought to its end. */
  async #findKey(): Promise<SigningKey> {
    const { files, data } = this.#options;
    const folder = keysFolder(data);
    const keys = await privateKeys(files, folder);
    const [only] = keys;
    if (only && keys.length === 1 && !only.pending) return only;
    const named = keys.length > 0 ? await this.#namedInChain() : [];
    const latest = named.findLast((id) => keys.some((key) => key.id === id));
    const current = keys.find((key) => key.id === latest);
    const vouching = keys.find((key) => key.id !== latest && named.includes(key.id));
    if (current && vouching) await this.#anchors?.make(this.#chain.end, vouching);
    for (const { id } of keys) {
      if (id !== latest) await destroyKey(files, folder, id, { named: named.includes(id) });
    }
    if (!current) return this.#introduce(await makeKey(files, folder), undefined);
    await settleKey(files, folder, current);
    return current;
  }

  async #namedInChain(): Promise<string[]> {
    const { files, data } = this.#options;
    const ids: string[] = [];
    for (let cursor: string | undefined; ;) {
      const query = { events: ['chain_key'] as const, oldestFirst: true, limit: 500, ...(cursor ? { cursor } : {}) };
      const page = await readAudit(files, auditFolder(data), this.#chain.end.seq, query);
      ids.push(...page.lines.map(({ facts }) => String(facts['key'])));
      if (page.next === undefined) return ids;
      cursor = page.next;
    }
  }

  /** The chain names the new key; the old one signs that; then the new one takes its place. */
  async #introduce(key: SigningKey, old: SigningKey | undefined): Promise<SigningKey> {
    const { files, data } = this.#options;
    const replaces = old ? { replaces: old.id } : {};
    await this.#chain.append({
      event: 'chain_key',
      actor: { by: 'system' },
      facts: { key: key.id, spki: key.spki, ...replaces },
    });
    if (old) await this.#anchors?.make(this.#chain.end, old);
    await settleKey(files, keysFolder(data), key);
    if (old) await destroyKey(files, keysFolder(data), old.id, { named: true });
    this.#key = key;
    return key;
  }
}
