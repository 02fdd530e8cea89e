import { expect } from 'chai';
import { endedEntry, entryAt, openArchive, recordCall } from '../../support/archive-fixture.js';
import { VirtualClock } from '../../support/virtual-clock.js';

describe('statistics by day', () => {
  it('count the calls, recordings and minutes of each day of the office’s zone', async () => {
    const midnight = Date.UTC(2026, 2, 22, 23); // 23 March begins in Warsaw
    const fixture = await openArchive({ clock: new VirtualClock(midnight - 60_000) });
    const { archive, clock } = fixture;
    await recordCall(fixture, 20);
    clock.advance(60_000);
    await recordCall(fixture, 10);
    const missed = entryAt(clock.now(), { direction: 'outbound' });
    await archive.ledger.begin(missed);
    await archive.ledger.end(endedEntry({ ...missed, talkMs: 0 }, clock.now()), undefined);
    await archive.idle();
    const days = await archive.days({ from: midnight - 86_400_000, to: midnight + 86_400_000 });
    expect(
      days.map(({ day, calls, inbound, outbound, recorded }) => [day, calls, inbound, outbound, recorded]),
    ).to.deep.equal([
      ['2026-03-22', 1, 1, 0, 1],
      ['2026-03-23', 2, 1, 1, 1],
    ]);
    expect(days[0]?.talkMs).to.equal(15_000);
    expect(days.reduce((sum, { bytes }) => sum + bytes, 0)).to.be.greaterThan(50_000);
    expect(await archive.days({ from: midnight, to: midnight + 10 })).to.deep.equal([]);
    await archive.setQuota(1000);
    const [first] = await archive.days({ from: 0, to: midnight });
    expect(first).to.include({ recorded: 0, gone: 1, bytes: 0 });
  });
});
