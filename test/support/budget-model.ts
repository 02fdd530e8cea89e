/**
 * An archive under random events (calls, sizes, quotas, holds, listeners, erasures, kills, power cuts), and what must be
 * true after each of them. Time is the model's own.
 */
import { expect } from 'chai';
import type { CallState } from '../../src/archive/lifecycle.js';
import type { Listening } from '../../src/archive/reader.js';
import type { StoragePolicy } from '../../src/archive/ports.js';
import type { CallId } from '../../src/base/brands.js';
import { HalinaError } from '../../src/base/errors.js';
import type { CallEntry } from '../../src/entry/call-entry.js';
import { Archive } from '../../src/archive/archive.js';
import { silentLog } from '../../src/base/log.js';
import type { FileStore } from '../../src/journal/file-store.js';
import {
  DATA,
  DAY,
  diskBytes,
  endedEntry,
  entryAt,
  FakeEncoder,
  FakeFound,
  FakeSpool,
  policy,
} from './archive-fixture.js';
import type { Chance } from './chance.js';
import { MemoryFiles } from './memory-files.js';
import { VirtualClock } from './virtual-clock.js';

/** Where a model's archive lives. */
export interface ModelDisk {
  readonly files: FileStore;
  /** The data folder. */
  readonly data: string;
  /** What is taken of the disk, in bytes. */
  bytes(): number;
  /** How much of that may be the file system's own: lists of the pieces that a file lies in, which nobody can foresee. */
  lists(): number;
  /** The program ends at this instant, or the power does; gives the disk as the next program finds it. */
  crash(chance: Chance): Promise<ModelDisk>;
}

class MemoryDisk implements ModelDisk {
  readonly data = DATA;

  constructor(readonly files: MemoryFiles) {}

  bytes(): number {
    return diskBytes(this.files);
  }

  lists(): number {
    return 0;
  }

  crash(chance: Chance): Promise<ModelDisk> {
    return Promise.resolve(new MemoryDisk(this.files.afterCrash(chance.below(2) === 0, chance.next)));
  }
}

interface Fixture {
  readonly disk: ModelDisk;
  readonly clock: VirtualClock;
  readonly archive: Archive;
}

async function opened(disk: ModelDisk, clock: VirtualClock, policy: StoragePolicy): Promise<Fixture> {
  const { files, data } = disk;
  if (files instanceof MemoryFiles) files.now = () => clock.now();
  const parts = { encoder: new FakeEncoder(files), found: new FakeFound(files), workers: 1, log: silentLog };
  return { disk, clock, archive: await Archive.open({ data, files, policy, clock, ...parts }) };
}

interface Running {
  readonly entry: CallEntry;
  readonly spool: FakeSpool | undefined;
}

interface Known {
  readonly startedAt: number;
  /** Ids of what holds it. */
  readonly guards: Set<string>;
  gone: boolean;
}

const two = { askedBy: 'a', confirmedBy: 'b', reason: 'an objection' };
const wish = { by: 'a', kind: 'request', reason: 'a request' } as const;
const QUOTAS = [450_000, 700_000, 1_200_000, 2_500_000];
/** How often each comes. */
const EVENTS = {
  begin: 5,
  write: 7,
  end: 5,
  tick: 5,
  hold: 1,
  restrict: 1,
  release: 1,
  listen: 1,
  hush: 1,
  erase: 1,
  quota: 1,
  evict: 1,
  crash: 1,
  day: 1,
} as const;
type Event = keyof typeof EVENTS;
const hasSound = (state: CallState | undefined): boolean =>
  state?.phase === 'recorded' || state?.phase === 'closed' || state?.phase === 'failed';
const urn = (Object.keys(EVENTS) as Event[]).flatMap((event) => Array<Event>(EVENTS[event]).fill(event));

export class BudgetModel {
  readonly #chance: Chance;
  #fixture: Fixture;
  #policy: StoragePolicy;
  #running: Running[] = [];
  #listening: { readonly id: CallId; readonly listening: Listening }[] = [];
  /** The quota is smaller than what was promised before. */
  #promisedMore = false;
  readonly #calls = new Map<CallId, Known>();
  /** Of everything that was tried. */
  readonly counts: Record<string, number> = {};

  private constructor(chance: Chance, fixture: Fixture, policy: StoragePolicy) {
    this.#chance = chance;
    this.#fixture = fixture;
    this.#policy = policy;
  }

  /** On a disk in memory, unless another is given. */
  static async start(chance: Chance, disk?: ModelDisk): Promise<BudgetModel> {
    const whenFull = chance.of(['do-not-record', 'record-over-budget'] as const);
    const chosen = { ...policy, quota: chance.of(QUOTAS), whenFull, reserve: 300_000, maxAge: 20 * DAY };
    const files = new MemoryFiles();
    files.block = chance.of([1, 512, 4096]);
    const fixture = await opened(disk ?? new MemoryDisk(files), new VirtualClock(), chosen);
    return new BudgetModel(chance, fixture, chosen);
  }

  async run(events: number): Promise<void> {
    for (let i = 0; i < events; i++) {
      const event = this.#chance.of(urn);
      this.counts[event] = (this.counts[event] ?? 0) + 1;
      await this.#do(event);
      await this.#fixture.archive.idle();
      await this.#check(`${i}: ${event}`);
    }
    for (const call of this.#running.splice(0)) await this.#end(call);
    await this.#fixture.archive.idle();
    await this.#check('the end');
    const differences: unknown[] = [];
    for await (const difference of this.#fixture.archive.verify()) differences.push(difference);
    expect(differences).to.deep.equal([]);
    await this.#fixture.archive.close();
  }

  async #do(event: Event): Promise<void> {
    const { clock, archive } = this.#fixture;
    switch (event) {
      case 'begin':
        return this.#begin();
      case 'write':
        return this.#write();
      case 'end': {
        const [call] = this.#running.splice(this.#chance.below(this.#running.length), 1);
        return call && this.#end(call);
      }
      case 'tick':
        return clock.advance(1000 * (1 + this.#chance.below(60)));
      case 'day':
        return clock.advance(DAY);
      case 'quota':
        this.#policy = { ...this.#policy, quota: this.#chance.of(QUOTAS) };
        await archive.setPolicy(this.#policy);
        this.#promisedMore = archive.usage().free === 0;
        return;
      case 'evict':
        return void (await archive.evict());
      case 'crash':
        return this.#crash();
      case 'hold':
      case 'restrict':
      case 'release':
      case 'listen':
      case 'hush':
      case 'erase':
        return this.#touch(event);
    }
  }

  async #begin(): Promise<void> {
    const { archive, clock, disk } = this.#fixture;
    if (this.#running.length >= 3) return;
    clock.advance(1);
    const entry = entryAt(clock.now());
    await archive.ledger.begin(entry);
    this.#calls.set(entry.id, { startedAt: entry.startedAt, guards: new Set(), gone: false });
    const ticket = await archive.ledger.openSpool(entry);
    const spool = 'path' in ticket ? new FakeSpool(disk.files, ticket.path, entry, clock.now()) : undefined;
    this.#running.push({ entry, spool });
  }

  async #write(): Promise<void> {
    const call = this.#running[this.#chance.below(this.#running.length)];
    const bytes = 5000 + this.#chance.below(60_000);
    if (!call?.spool || !(await this.#fixture.archive.spoolBudget.reserve(call.entry.id, bytes))) return;
    await call.spool.write(bytes);
    this.#fixture.clock.advance(1000 * (1 + this.#chance.below(20)));
  }

  async #end({ entry, spool }: Running): Promise<void> {
    const { archive, clock } = this.#fixture;
    const end =
      spool && spool.bytes > 0 ? { path: spool.path, bytes: spool.bytes, dropped: 0, cut: undefined } : undefined;
    await archive.ledger.end(endedEntry(entry, clock.now()), end);
  }

  /** Something that may be refused, and is then to leave everything as it was. */
  async #touch(event: 'hold' | 'restrict' | 'release' | 'listen' | 'hush' | 'erase'): Promise<void> {
    const { archive } = this.#fixture;
    const all = [...this.#calls.keys()];
    const id = all[this.#chance.below(all.length)];
    const call = id && this.#calls.get(id);
    if (!id || !call) return;
    try {
      if (event === 'hold' || event === 'restrict') call.guards.add((await archive[event](id, wish)).id);
      else if (event === 'listen') this.#listening.push({ id, listening: archive.listening(id) });
      else if (event === 'hush') this.#listening.shift()?.listening.close();
      else if (event === 'erase') {
        await archive.erase(id, two);
        expect([...call.guards], 'erased though held').to.deep.equal([]);
      } else {
        const [guard] = call.guards;
        if (guard !== undefined) await archive.release(id, guard, wish);
        if (guard !== undefined) call.guards.delete(guard);
      }
    } catch (error) {
      if (!(error instanceof HalinaError)) throw error;
      expect(error.code).to.match(/^(ARCHIVE|GUARD)_/);
    }
  }

  /** Killed, or the power fails; the next start finds what was there. */
  async #crash(): Promise<void> {
    const { disk, clock } = this.#fixture;
    const left = await disk.crash(this.#chance);
    this.#running = [];
    this.#listening = [];
    this.#fixture = await opened(left, clock, this.#policy);
    await this.#fixture.archive.idle();
    // An encoding may meet the removal of its day's empty folder, and is then tried again.
    clock.advance(2000);
  }

  async #check(where: string): Promise<void> {
    const { archive, disk } = this.#fixture;
    const [bytes, lists] = [disk.bytes(), disk.lists()];
    const { used } = archive.usage();
    expect(used, `${where}: sum`).to.be.at.least(bytes - lists);
    if (this.#running.length === 0) expect(used, `${where}: sum`).to.be.at.most(bytes);
    const { quota, whenFull, reserve = 0 } = this.#policy;
    const most = quota + (whenFull === 'record-over-budget' ? reserve : 0);
    if (this.#promisedMore) {
      // The quota was made smaller than what was promised to calls in progress: those keep it, all else goes.
      await archive.evict();
      if (disk.bytes() > most) expect((await archive.evict({ dryRun: true })).recordings, where).to.equal(0);
      this.#promisedMore = archive.usage().free === 0;
    } else expect(bytes, where).to.be.at.most(most + lists);
    let youngestGone = Number.NEGATIVE_INFINITY;
    let oldestFree = Number.POSITIVE_INFINITY;
    for (const [id, call] of this.#calls) {
      if (call.gone) continue;
      const state = (await archive.find(id))?.state;
      expect(state, `${where}: ${id} is forgotten`).to.not.equal(undefined);
      if (state?.phase === 'evicted' || state?.phase === 'erased') {
        expect([...call.guards], `${where}: ${id} went though held`).to.deep.equal([]);
        call.gone = true;
        if (!('why' in state) || state.why !== 'quota') continue;
        this.counts.evicted = (this.counts.evicted ?? 0) + 1;
        youngestGone = Math.max(youngestGone, call.startedAt);
      } else if (hasSound(state) && call.guards.size === 0 && !this.#isHeard(id)) {
        oldestFree = Math.min(oldestFree, call.startedAt);
      }
    }
    expect(youngestGone, `${where}: a younger one went first`).to.be.below(oldestFree);
  }

  #isHeard(id: CallId): boolean {
    return this.#listening.some((one) => one.id === id);
  }
}
