import { expect } from 'chai';
import type { Difference } from '../../../src/archive/verify.js';
import type { CallId } from '../../../src/base/brands.js';
import {
  DAY,
  diskBytes,
  endedEntry,
  entryAt,
  FakeSpool,
  openArchive,
  policy,
  recordCall,
} from '../../support/archive-fixture.js';
import type { Fixture } from '../../support/archive-fixture.js';
import { Alarms } from '../../../src/base/alarms.js';
import { silentLog } from '../../../src/base/log.js';
import type { CallEntry } from '../../../src/entry/call-entry.js';
import { systemError } from '../../support/memory-files.js';
import { until } from '../../support/until.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const STEP_S = 4;

async function collect(differences: AsyncIterable<Difference>): Promise<Difference[]> {
  const found: Difference[] = [];
  for await (const difference of differences) found.push(difference);
  return found;
}

interface LineCall {
  readonly entry: CallEntry;
  readonly spool: FakeSpool | undefined;
  /** Steps. */
  left: number;
  cut: boolean;
}

/** A handset line that makes one call after another of 20 to 40 s, a step of some seconds at a time. */
class Line {
  readonly #fixture: Fixture;
  readonly #chance: () => number;
  #call: LineCall | undefined;
  calls = 0;
  cuts = 0;
  refused = 0;
  seconds = 0;

  constructor(fixture: Fixture, chance: () => number) {
    this.#fixture = fixture;
    this.#chance = chance;
  }

  async step(): Promise<void> {
    const { archive } = this.#fixture;
    this.#call ??= await this.#begin();
    const call = this.#call;
    if (call.spool && !call.cut) {
      if (await archive.spoolBudget.reserve(call.entry.id, STEP_S * 22_000)) {
        await call.spool.write(STEP_S * 22_000);
        this.seconds += STEP_S;
      } else {
        call.cut = true;
        this.cuts += 1;
      }
    }
    call.left -= 1;
    if (call.left === 0) await this.end();
  }

  async end(): Promise<void> {
    const { archive, clock } = this.#fixture;
    const call = this.#call;
    if (!call) return;
    const { entry, spool } = call;
    const cut = call.cut ? 'no-room' : undefined;
    const end = spool && ({ path: spool.path, bytes: spool.bytes, dropped: 0, cut } as const);
    await archive.ledger.end(endedEntry(entry, clock.now() + 1000), end);
    this.#call = undefined;
    this.calls += 1;
  }

  async #begin(): Promise<LineCall> {
    const { archive, clock, files } = this.#fixture;
    const entry = entryAt(clock.now(), { connectedAt: clock.now() });
    await archive.ledger.begin(entry);
    const ticket = await archive.ledger.openSpool(entry);
    if ('refused' in ticket) this.refused += 1;
    const spool = 'path' in ticket ? new FakeSpool(files, ticket.path, entry, clock.now()) : undefined;
    return { entry, spool, left: 5 + Math.floor(this.#chance() * 6), cut: false };
  }
}

describe('the budget of 20 MB, four calls at a time, until five times as much was recorded', () => {
  it('is never exceeded, not between any two operations on the disk; the newest stay, and no call is cut', async function () {
    this.timeout(180_000);
    const fixture = await openArchive({ workers: 2 });
    const { archive, files, clock } = fixture;
    let most = 0;
    files.onOperation = ({ name }) => {
      if (name !== 'stat' && name !== 'read' && name !== 'free') most = Math.max(most, files.bytes());
    };
    let seed = 7;
    const chance = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const lines = Array.from({ length: 4 }, () => new Line(fixture, chance));
    const recorded = (): number => lines.reduce((sum, line) => sum + line.seconds, 0) * 4000;
    while (recorded() < 5 * policy.quota) {
      await Promise.all(lines.map((line) => line.step()));
      clock.advance(STEP_S * 1000);
    }
    for (const line of lines) await line.end();
    await archive.idle();
    const usage = archive.usage();
    expect(most).to.be.at.most(policy.quota);
    expect(most).to.be.greaterThan(0.85 * policy.quota);
    expect(usage.used).to.equal(diskBytes(files));
    expect(lines.reduce((sum, line) => sum + line.cuts + line.refused, 0)).to.equal(0);
    expect(lines.reduce((sum, line) => sum + line.calls, 0)).to.be.greaterThan(500);
    // what is left are the newest, without a gap
    const kept = files.paths().filter((path) => path.endsWith('.mp3'));
    expect(usage.recordings).to.equal(kept.length);
    expect(usage.recordings).to.be.greaterThan(80);
    expect(clock.now() - (usage.oldest ?? 0)).to.be.lessThan(((kept.length + 12) / 4) * 31_000 * 1.2);
  });
});

describe('the budget, when everything does not fit', () => {
  it('cuts the spool that asks for too much, lets the call go on, and still has room to encode it', async () => {
    const fixture = await openArchive({ policy: { ...policy, quota: 1_000_000 } });
    const entry = await recordCall(fixture, 60);
    await fixture.archive.idle();
    const record = await fixture.archive.find(entry.id);
    expect(record?.state).to.have.nested.property('recording.cut', 'no-room');
    expect(record?.entry.end?.reason).to.equal('completed');
    expect(diskBytes(fixture.files)).to.be.at.most(1_000_000);
  });

  it('refuses a spool when nothing can go, and the entry says why there is no recording', async () => {
    const fixture = await openArchive({ policy: { ...policy, quota: 420_000, keepAtLeast: DAY } });
    const { archive, clock } = fixture;
    await recordCall(fixture, 5);
    await archive.idle();
    const open: CallId[] = [];
    let refused: CallEntry | undefined;
    for (let i = 0; i < 4 && !refused; i++) {
      const entry = entryAt(clock.now());
      await archive.ledger.begin(entry);
      if ('refused' in (await archive.ledger.openSpool(entry))) refused = entry;
      else open.push(entry.id);
    }
    if (!refused) throw new Error('every spool found room');
    await archive.ledger.end(endedEntry(refused, clock.now() + 9000), undefined);
    expect((await archive.find(refused.id))?.state).to.include({ phase: 'unrecorded', why: 'no-room' });
  });

  it('keeps the room of an MP3 ahead of a call in which nobody speaks', async () => {
    const fixture = await openArchive({ policy: { ...policy, quota: 1_500_000 } });
    const { archive, clock } = fixture;
    for (let i = 0; i < 3; i++) await recordCall(fixture, 30);
    await archive.idle();
    const before = archive.usage();
    const entry = entryAt(clock.now());
    await archive.ledger.begin(entry);
    await archive.ledger.openSpool(entry);
    for (let i = 0; i < 60; i++) {
      clock.advance(5000);
      await archive.idle();
    }
    expect(archive.usage().recordings).to.be.lessThan(before.recordings);
  });
});

describe('retention', () => {
  it('lets a recording go at its age, and its entry when that is past its term too', async () => {
    const fixture = await openArchive({ policy: { ...policy, maxAge: 10 * DAY, keepMetadata: 20 * DAY } });
    const { archive, clock, files } = fixture;
    const entry = await recordCall(fixture);
    await archive.idle();
    clock.advance(10 * DAY - 60_000);
    await archive.idle();
    expect((await archive.find(entry.id))?.state.phase).to.equal('recorded');
    clock.advance(120_000);
    await archive.idle();
    expect((await archive.find(entry.id))?.state).to.include({ phase: 'evicted', why: 'age' });
    expect(files.paths().some((path) => path.endsWith('.mp3'))).to.equal(false);
    clock.advance(20 * DAY + 3_600_000);
    await archive.idle();
    expect(await archive.find(entry.id)).to.equal(undefined);
    expect(archive.usage().used).to.equal(diskBytes(files));
  });

  it('lets a quarantined recording go after its own term', async () => {
    const fixture = await openArchive();
    const { archive, clock } = fixture;
    const entry = entryAt(clock.now(), { quarantine: { why: 'private', at: clock.now() } });
    await recordCall(fixture, 5, entry);
    const other = await recordCall(fixture, 5);
    await archive.idle();
    clock.advance(30 * DAY);
    await archive.idle();
    expect((await archive.find(entry.id))?.state).to.include({ phase: 'evicted', why: 'quarantine' });
    expect((await archive.find(other.id))?.state.phase).to.equal('recorded');
  });

  it('takes the oldest first, but none that is listened to or younger than keepAtLeast', async () => {
    const fixture = await openArchive({ policy: { ...policy, keepAtLeast: 100_000 } });
    const { archive, clock } = fixture;
    const entries: CallEntry[] = [];
    for (let i = 0; i < 4; i++) entries.push(await recordCall(fixture, 30));
    await archive.idle();
    const [first, second, third, fourth] = entries.map(({ id }) => id);
    if (!first || !second || !third || !fourth) throw new Error('four calls');
    clock.advance(0);
    const phase = async (id: CallId): Promise<string | undefined> => (await archive.find(id))?.state.phase;
    const listening = archive.listening(first);
    await archive.setQuota(1000);
    expect(await phase(first)).to.equal('recorded');
    expect(await phase(second)).to.equal('recorded'); // 90 s old
    clock.advance(20_000);
    await archive.evict();
    expect([await phase(first), await phase(second), await phase(third)]).to.deep.equal([
      'recorded',
      'evicted',
      'recorded',
    ]);
    listening.close();
    await archive.evict();
    expect(await phase(first)).to.equal('evicted');
    expect(await phase(fourth)).to.equal('recorded');
  });

  describe('where an older call is still to be made', () => {
    const never = (): Promise<void> => new Promise(() => {});
    const phaseIn = async ({ archive }: Fixture, id: CallId): Promise<string | undefined> =>
      (await archive.find(id))?.state.phase;

    /** Three calls; the recordings of the first two are being made, or wait for their turn. */
    async function behind(workers: number, held = false): Promise<{ fixture: Fixture; ids: CallId[] }> {
      const fixture = await openArchive({ workers });
      const { archive, encoder, clock } = fixture;
      const entries = [0, 1, 2].map((n) => entryAt(clock.now() + n));
      encoder.before = ({ id }) => (id === entries[2]?.id ? Promise.resolve() : never());
      for (const entry of entries) await recordCall(fixture, 30, entry);
      const ids = entries.map(({ id }) => id);
      if (held && ids[0]) await archive.hold(ids[0], { by: 'a', kind: 'request', reason: 'a request' });
      return { fixture, ids };
    }

    for (const [workers, what] of [
      [3, 'are being made'],
      [1, 'is being made and waits'],
    ] as const)
      // prettier-ignore
      it(`lets it go first, with its spool, and keeps the younger: those that go ${what}`, async () => {
        const { fixture, ids } = await behind(workers);
        const { archive, files, encoder } = fixture;
        const [first, second, third] = ids as [CallId, CallId, CallId];
        if (workers > 1) await until('the youngest is made', async () => (await phaseIn(fixture, third)) === 'recorded');
        const { used } = archive.usage();
        const { recordings } = await archive.setQuota(used - 1000, { dryRun: true });
        expect(recordings).to.equal(1);
        await archive.setQuota(used - 1000);
        expect(await phaseIn(fixture, first)).to.equal('evicted');
        expect(await phaseIn(fixture, second)).to.equal('closed');
        expect(files.paths().filter((path) => path.includes(first))).to.deep.equal([]);
        encoder.before = () => Promise.resolve();
        await archive.setQuota(policy.quota);
        const after = await archive.evict();
        expect(after.recordings).to.equal(0);
        expect(await phaseIn(fixture, third)).to.equal(workers > 1 ? 'recorded' : 'closed');
        await archive.close();
        const again = await openArchive({ files, clock: fixture.clock });
        await again.archive.idle();
        expect([await phaseIn(again, first), await phaseIn(again, second)]).to.deep.equal(['evicted', 'recorded']);
        expect(again.archive.usage().used).to.equal(diskBytes(files));
        expect(await collect(again.archive.verify())).to.deep.equal([]);
      });

    it('keeps it where it is held, and makes its recording', async () => {
      const { fixture, ids } = await behind(3, true);
      const { archive, files } = fixture;
      const [first, second, third] = ids as [CallId, CallId, CallId];
      await until('the youngest is made', async () => (await phaseIn(fixture, third)) === 'recorded');
      await archive.setQuota(1000);
      expect(await Promise.all(ids.map((id) => phaseIn(fixture, id)))).to.deep.equal(['closed', 'evicted', 'evicted']);
      expect(files.paths().filter((path) => path.includes(second) || path.includes(third))).to.deep.equal([]);
      await archive.close();
      const again = await openArchive({ files, clock: fixture.clock });
      await again.archive.idle();
      expect(await phaseIn(again, first)).to.equal('recorded');
    });

    it('goes on with it where its eviction cannot be written', async () => {
      const { fixture, ids } = await behind(3);
      const { archive, files, encoder } = fixture;
      const [first] = ids as [CallId];
      await until('all are begun', () => encoder.requests.length === 3);
      files.onOperation = ({ name, path }) => {
        if (name === 'write' && path.endsWith('archive.journal')) throw systemError('EIO');
      };
      encoder.before = () => Promise.resolve();
      await archive.setQuota(1000);
      files.onOperation = () => undefined;
      expect(await phaseIn(fixture, first)).to.be.oneOf(['closed', 'evicted']);
      await archive.setQuota(policy.quota);
      fixture.clock.advance(20_000);
      await archive.idle();
      expect(await collect(archive.verify())).to.deep.equal([]);
      expect(archive.usage().used).to.equal(diskBytes(files));
    });

    it('goes by its age as others do', async () => {
      const { fixture, ids } = await behind(1);
      const { archive, clock } = fixture;
      clock.advance(366 * DAY);
      clock.advance(7_200_000); // the clock is trusted again
      await archive.evict();
      expect(await Promise.all(ids.map((id) => phaseIn(fixture, id)))).to.deep.equal(['evicted', 'evicted', 'evicted']);
    });
  });

  it('says what a smaller quota would take, takes exactly that, and reaches back as said', async () => {
    const fixture = await openArchive();
    const { archive, clock } = fixture;
    for (let i = 0; i < 20; i++) {
      await recordCall(fixture, 30);
      clock.advance(DAY);
    }
    await archive.idle();
    const before = archive.usage();
    const plan = await archive.setQuota(1_500_000, { dryRun: true });
    expect(archive.usage()).to.deep.equal(before);
    expect(plan.recordings).to.be.within(5, 19);
    expect(plan.fits).to.equal(true);
    await archive.setQuota(1_500_000);
    const after = archive.usage();
    expect(before.recordings - after.recordings).to.equal(plan.recordings);
    expect(before.oldest).to.be.lessThan(plan.reachesBackTo ?? 0);
    expect(after.oldest).to.equal(plan.reachesBackTo);
    expect(after.reachesBackDays).to.be.closeTo(after.recordings, 0.5);
    expect(diskBytes(fixture.files)).to.be.at.most(1_500_000);
  });

  it('obeys a quota that was made smaller between two runs from the start on', async () => {
    const fixture = await openArchive();
    for (let i = 0; i < 10; i++) await recordCall(fixture, 30);
    await fixture.archive.idle();
    await fixture.archive.close();
    const { files, clock } = fixture;
    const { archive } = await openArchive({ files, clock, policy: { ...policy, quota: 700_000 } });
    await archive.idle();
    expect(diskBytes(files)).to.be.at.most(700_000);
    expect(archive.usage().recordings).to.be.greaterThan(0);
  });

  it('keeps bytes free on the file system when something else fills it', async () => {
    const fixture = await openArchive({ policy: { ...policy, minFree: 1_000_000 } });
    const { archive, clock, files } = fixture;
    for (let i = 0; i < 5; i++) await recordCall(fixture, 30);
    await archive.idle();
    files.capacity = files.bytes() + 800_000;
    clock.advance(15_000);
    await archive.idle();
    expect(await files.free('/')).to.be.at.least(1_000_000);
    expect(archive.usage().recordings).to.be.within(1, 3);
  });

  it('forgets the oldest entries early when entries alone would fill the budget', async () => {
    const fixture = await openArchive({ policy: { ...policy, quota: 400_000 } });
    const { archive, clock, files } = fixture;
    for (let i = 0; i < 200; i++) {
      const entry = entryAt(clock.now());
      await archive.ledger.begin(entry);
      clock.advance(1000);
      await archive.ledger.end(
        { ...endedEntry(entry, clock.now()), record: { wanted: false, why: 'route-never' } },
        undefined,
      );
    }
    clock.advance(3_600_000);
    await archive.idle();
    clock.advance(15_000);
    await archive.idle();
    expect(files.bytes()).to.be.lessThan(150_000);
  });

  it('lets nothing go by its age for an hour after the clock was set on', async () => {
    class WrongClock extends VirtualClock {
      leapMs = 0;
      override now(): number {
        return super.now() + this.leapMs;
      }
    }
    const clock = new WrongClock();
    const errors: string[] = [];
    const log = { ...silentLog, error: (_: object, message: string) => void errors.push(message) };
    const fixture = await openArchive({ clock, log });
    const { archive } = fixture;
    const entry = await recordCall(fixture);
    clock.advance(10_000);
    await archive.idle();
    clock.leapMs = 400 * DAY;
    clock.advance(10_000);
    await archive.idle();
    expect(errors).to.have.length(1);
    expect(errors[0]).to.contain('the clock was set on');
    expect((await archive.find(entry.id))?.state.phase).to.equal('recorded');
    clock.advance(3_600_000);
    await archive.idle();
    expect((await archive.find(entry.id))?.state.phase).to.equal('evicted');
  });

  it('complains, but not at every turn, when there is no room and nothing may go', async () => {
    const errors: string[] = [];
    const log = { ...silentLog, error: (_: object, message: string) => void errors.push(message) };
    const clock = new VirtualClock();
    const alarms = new Alarms(clock, log);
    const fixture = await openArchive({ clock, log, alarms, policy: { ...policy, keepAtLeast: DAY } });
    const { archive } = fixture;
    await recordCall(fixture);
    await archive.idle();
    await archive.setPolicy({ ...policy, keepAtLeast: DAY, quota: 1000 });
    for (let i = 0; i < 5; i++) {
      clock.advance(60_000);
      await archive.idle();
    }
    expect(errors).to.have.length(1);
    expect(errors[0]).to.contain('nothing may be evicted');
    expect(archive.usage()).to.include({ recordings: 1, free: 0 });
  });
});
