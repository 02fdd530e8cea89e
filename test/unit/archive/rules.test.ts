import { expect } from 'chai';
import type { StoragePolicy } from '../../../src/archive/ports.js';
import type { CallId } from '../../../src/base/brands.js';
import { DAY, diskBytes, entryAt, openArchive, policy, recordCall } from '../../support/archive-fixture.js';
import type { Fixture } from '../../support/archive-fixture.js';

const phaseOf = async ({ archive }: Fixture, id: CallId): Promise<string | undefined> =>
  (await archive.find(id))?.state.phase;

class Bell {
  readonly standing = new Map<string, string>();
  readonly raise = (code: string, subject: string, message: string): void =>
    void this.standing.set(`${code} ${subject}`, message);
  readonly clear = (code: string, subject: string): void => void this.standing.delete(`${code} ${subject}`);
}

const crisis = {
  name: 'crisis',
  routes: ['hotline'],
  units: ['Crisis'],
  maxAge: 60 * DAY,
  keepAtLeast: 0,
  keepMetadata: 10 * DAY,
  purpose: 'evidence of alerts',
  legalBasis: 'art. 6(1)(c) GDPR',
};
const classed: StoragePolicy = {
  ...policy,
  maxAge: 30 * DAY,
  keepMetadata: 100 * DAY,
  purpose: 'complaints',
  classes: [crisis],
  units: new Map([['300', 'Crisis']]),
};

describe('classes of retention', () => {
  it('give calls of a route or unit their own terms, for the sound and for the entry', async () => {
    const fixture = await openArchive({ policy: classed });
    const { archive, clock } = fixture;
    const plain = await recordCall(fixture);
    const byUnit = await recordCall(fixture, 10, entryAt(clock.now(), { employee: { extension: '300' } }));
    const byRoute = await recordCall(fixture, 10, entryAt(clock.now(), { route: 'hotline' }));
    await archive.idle();
    expect(archive.retentionOf(byUnit.id)).to.include({
      name: 'crisis',
      maxAge: 60 * DAY,
      legalBasis: crisis.legalBasis,
    });
    expect(archive.retentionOf(plain.id)).to.include({ purpose: 'complaints', maxAge: 30 * DAY });
    const pass = async (days: number): Promise<void> => {
      for (let hour = 0; hour < 24 * days; hour++) clock.advance(3_600_000);
      await archive.idle();
      clock.advance(70_000);
      await archive.idle();
    };
    const phases = (): Promise<unknown[]> =>
      Promise.all([plain, byUnit, byRoute].map(({ id }) => phaseOf(fixture, id)));
    await pass(31);
    expect(await phases()).to.deep.equal(['evicted', 'recorded', 'recorded']);
    await pass(30);
    expect(await phases()).to.deep.equal(['evicted', 'evicted', 'evicted']);
    await pass(11);
    expect(await phases()).to.deep.equal(['evicted', undefined, undefined]);
  });

  it('keep their own promise when room is needed: what may go goes first, though it is younger', async () => {
    const fixture = await openArchive({ policy: { ...classed, classes: [{ ...crisis, keepAtLeast: 10 * DAY }] } });
    const { archive, clock } = fixture;
    const promised = await recordCall(fixture, 10, entryAt(clock.now(), { employee: { extension: '300' } }));
    const younger = await recordCall(fixture);
    await archive.idle();
    await archive.setQuota(1000);
    expect(await phaseOf(fixture, promised.id)).to.equal('recorded');
    expect(await phaseOf(fixture, younger.id)).to.equal('evicted');
  });
});

describe('a budget of which nothing may go any more', () => {
  const quota = 900_000;

  /** Recordings that are held, until there is no room. */
  async function full(more: Partial<StoragePolicy>): Promise<Fixture & { bell: Bell; made: number }> {
    const bell = new Bell();
    const fixture = await openArchive({ policy: { ...policy, quota, ...more }, alarms: bell });
    let made = 0;
    for (; made < 90; made++) {
      const entry = entryAt(fixture.clock.now());
      await fixture.archive.ledger.begin(entry);
      const ticket = await fixture.archive.ledger.openSpool(entry);
      if ('refused' in ticket) break;
      fixture.archive.spoolBudget.reserve(entry.id, 1).catch(() => undefined);
      await fixture.archive.ledger.end({ ...entry, talkMs: 0 }, undefined);
      const call = await recordCall(fixture, 8).catch(() => undefined);
      if (!call) break;
      await fixture.archive.idle();
      await fixture.archive.hold(call.id, { by: 'sekretarz', kind: 'request', reason: 'a request' });
    }
    fixture.clock.advance(61_000);
    await fixture.archive.idle();
    return { ...fixture, bell, made };
  }

  it('does not record, raises an alarm, and clears it when there is room again', async () => {
    const { archive, files, clock, bell, made } = await full({ watermarks: [0.3, 0.99] });
    expect(made).to.be.within(5, 60);
    expect(bell.standing.get('BUDGET_FULL archive')).to.include('nothing that may be evicted');
    expect(bell.standing.get('BUDGET_HELD 30 %')).to.match(/^\d+ % of the budget/);
    expect(diskBytes(files)).to.be.at.most(quota);
    await archive.setQuota(10 * quota);
    const entry = entryAt(clock.now());
    await archive.ledger.begin(entry);
    expect(await archive.ledger.openSpool(entry)).to.have.property('path');
    expect([...bell.standing.keys()]).to.deep.equal([]);
  });

  it('records over the budget, to the reserve and no further, where the policy says so', async () => {
    const over = await full({ whenFull: 'record-over-budget', reserve: 600_000 });
    const { files, bell, made } = over;
    expect(made).to.be.greaterThan((await full({})).made);
    expect(diskBytes(files)).to.be.within(quota - 200_000, quota + 600_000);
    expect(bell.standing.get('BUDGET_OVER archive')).to.include('over the budget');
    expect(bell.standing.get('BUDGET_FULL archive')).to.include('nothing that may be evicted');
  });

  it('rings before a promise breaks', async () => {
    const bell = new Bell();
    const fixture = await openArchive({ policy: { ...policy, quota: 3_000_000, keepAtLeast: 90 * DAY }, alarms: bell });
    for (let day = 0; day < 8; day++) {
      const at = fixture.clock.now();
      await recordCall(fixture, 30);
      await fixture.archive.idle();
      fixture.clock.advance(at + DAY - fixture.clock.now());
      await fixture.archive.idle();
    }
    expect(bell.standing.get('PROMISE_AT_RISK archive')).to.match(/reaches back \d+ days; .*90 days.*give more quota/);
    await fixture.archive.setQuota(60_000_000);
    fixture.clock.advance(3_610_000);
    await fixture.archive.idle();
    expect(bell.standing.has('PROMISE_AT_RISK archive')).to.equal(false);
  });
});
