import { expect } from 'chai';
import type { CallId } from '../../../src/base/brands.js';
import type { SavedDialog } from '../../../src/entry/ledger.js';
import type { Difference } from '../../../src/archive/verify.js';
import { diskBytes, endedEntry, entryAt, FakeSpool, openArchive, policy } from '../../support/archive-fixture.js';
import type { Fixture } from '../../support/archive-fixture.js';
import { MemoryFiles } from '../../support/memory-files.js';
import { until } from '../../support/until.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const QUOTA = 640_000;
const tight = { ...policy, quota: QUOTA };

const dialog: SavedDialog = {
  callId: 'a@b',
  localUri: 'sip:halina@192.0.2.1',
  localTag: '1',
  remoteUri: 'sip:+48221234567@192.0.2.2',
  remoteTag: '2',
  remoteTarget: 'sip:192.0.2.2',
  routeSet: [],
  localCSeq: 7,
  nextHop: 'sip:192.0.2.2;transport=udp',
};

/** What was acknowledged before the end. */
class Acknowledged {
  readonly begun = new Set<CallId>();
  readonly spooled = new Set<CallId>();
  readonly dialogs = new Set<CallId>();
  /** Whose end was asked for, acknowledged or not. */
  readonly ending = new Set<CallId>();
}

/** Three calls that are recorded, of which the quota holds two, and a fourth that is still open at the end. */
async function life({ archive, files, clock }: Fixture, done: Acknowledged): Promise<void> {
  for (let call = 0; call < 4; call++) {
    const entry = entryAt(clock.now());
    const { id } = entry;
    await archive.ledger.begin(entry);
    done.begun.add(id);
    await archive.ledger.saveDialogs(id, [dialog]);
    done.dialogs.add(id);
    const ticket = await archive.ledger.openSpool(entry);
    if ('refused' in ticket) throw new Error('the budget of this test is too small');
    const spool = new FakeSpool(files, ticket.path, entry, clock.now());
    for (let i = 0; i < 2; i++) {
      if (await archive.spoolBudget.reserve(id, 60_000)) await spool.write(60_000);
      done.spooled.add(id);
      clock.advance(14_000);
    }
    if (call === 3) break;
    done.ending.add(id);
    await archive.ledger.end(endedEntry(entry, clock.now()), {
      path: ticket.path,
      bytes: spool.bytes,
      dropped: 0,
      cut: undefined,
    });
    await archive.idle();
  }
}

async function collect(differences: AsyncIterable<Difference>): Promise<Difference[]> {
  const found: Difference[] = [];
  for await (const difference of differences) found.push(difference);
  return found;
}

/** Lives until operation `n`; undefined when it got through without reaching it. */
async function liveUntil(
  n: number,
): Promise<{ files: MemoryFiles; clock: VirtualClock; done: Acknowledged } | undefined> {
  const files = new MemoryFiles();
  const clock = new VirtualClock();
  const done = new Acknowledged();
  files.crashBefore(n);
  try {
    const fixture = await openArchive({ files, clock, policy: tight });
    await life(fixture, done);
    await fixture.archive.idle();
  } catch (error) {
    if (!files.dead) throw error;
  }
  return files.dead ? { files, clock, done } : undefined;
}

async function expectOrder(files: MemoryFiles, clock: VirtualClock, done: Acknowledged, where: string): Promise<void> {
  const { archive } = await openArchive({ files, clock, policy: tight });
  const interrupted = new Map(archive.recovered.interrupted.map(({ entry, dialogs }) => [entry.id, dialogs]));
  for (const id of done.dialogs) {
    if (!done.ending.has(id)) expect(interrupted.get(id), `${where}: dialogs of ${id}`).to.deep.equal([dialog]);
  }
  await archive.idle();
  expect(await collect(archive.verify()), where).to.deep.equal([]);
  expect(archive.usage().used, where).to.equal(diskBytes(files));
  expect(diskBytes(files), where).to.be.at.most(QUOTA);
  for (const id of done.begun) {
    const record = await archive.find(id);
    const phases = done.spooled.has(id) ? ['recorded', 'evicted'] : ['recorded', 'evicted', 'unrecorded'];
    expect(record?.state.phase, `${where}: call ${id}`).to.be.oneOf(phases);
    expect(record?.entry.end, `${where}: call ${id}`).to.not.equal(undefined);
  }
  await archive.close();
}

/** A chance that is the same in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe('the archive, killed before any operation on the disk', () => {
  for (const power of [false, true]) {
    it(`comes back whole ${power ? 'after a power cut' : 'after kill -9'}`, async function () {
      this.timeout(180_000);
      let n = 1;
      for (; ; n++) {
        const end = await liveUntil(n);
        if (!end) break;
        const files = end.files.afterCrash(power, seeded(n));
        await expectOrder(files, end.clock, end.done, `operation ${n}`);
      }
      expect(n).to.be.greaterThan(100);
    });
  }

  it('may be killed again while it recovers', async function () {
    this.timeout(180_000);
    const chance = seeded(5);
    for (let n = 20; ; n += 7) {
      const end = await liveUntil(n);
      if (!end) break;
      let { files } = end;
      for (let round = 0; round < 2; round++) {
        files = files.afterCrash(round === 1, chance);
        files.crashBefore(1 + Math.floor(chance() * 40));
        try {
          const { archive } = await openArchive({ files, clock: end.clock, policy: tight });
          await archive.idle();
        } catch (error) {
          if (!files.dead) throw error;
        }
      }
      await expectOrder(files.afterCrash(true, chance), end.clock, end.done, `operation ${n}`);
    }
  });
});

/** Three calls whose recordings are never made, and then a quota that holds only the last of them. */
async function lateLife(n: number, files: MemoryFiles, clock: VirtualClock, ids: CallId[]): Promise<void> {
  const { archive, encoder } = await openArchive({ files, clock, workers: 2 });
  encoder.before = () => new Promise(() => {});
  for (let call = 0; call < 3; call++) {
    const entry = entryAt(clock.now());
    ids.push(entry.id);
    await archive.ledger.begin(entry);
    const ticket = await archive.ledger.openSpool(entry);
    if ('refused' in ticket) throw new Error('the budget of this test is too small');
    const spool = new FakeSpool(files, ticket.path, entry, clock.now());
    if (await archive.spoolBudget.reserve(entry.id, 120_000)) await spool.write(120_000);
    clock.advance(14_000);
    const end = { path: ticket.path, bytes: spool.bytes, dropped: 0, cut: undefined };
    await archive.ledger.end(endedEntry(entry, clock.now()), end);
  }
  await until('two are begun', () => encoder.requests.length === 2);
  files.crashBefore(n);
  // Too little for two spools and what is promised with them.
  await archive.setQuota(700_000 - 340_000);
}

describe('the archive, killed while calls go whose recordings are not made', () => {
  for (const power of [false, true]) {
    it(`comes back whole, the oldest gone first, ${power ? 'after a power cut' : 'after kill -9'}`, async function () {
      this.timeout(180_000);
      let evicted = 0;
      for (let n = 1; ; n++) {
        const [files, clock, ids] = [new MemoryFiles(), new VirtualClock(), [] as CallId[]];
        await lateLife(n, files, clock, ids).catch((error: unknown) => {
          if (!files.dead) throw error;
        });
        if (!files.dead) break;
        const left = files.afterCrash(power, seeded(n));
        const { archive } = await openArchive({ files: left, clock });
        await archive.idle();
        const where = `operation ${n}`;
        expect(await collect(archive.verify()), where).to.deep.equal([]);
        expect(archive.usage().used, where).to.equal(diskBytes(left));
        const records = await Promise.all(ids.map((id) => archive.find(id)));
        const phases = records.map((record) => record?.state.phase);
        const gone = phases.lastIndexOf('evicted') + 1;
        const kept = ids.slice(gone).map(() => 'recorded');
        expect(phases, where).to.deep.equal([...ids.slice(0, gone).map(() => 'evicted'), ...kept]);
        for (const id of ids.slice(0, gone)) expect(left.paths().join(), where).to.not.include(id);
        evicted = Math.max(evicted, gone);
        await archive.close();
      }
      expect(evicted).to.be.within(1, 2);
    });
  }
});
