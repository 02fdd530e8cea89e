import { expect } from 'chai';
import { urgencyOf } from '../../../src/archive/encoding-urgency.js';
import type { EncodingUrgency } from '../../../src/archive/encoding-urgency.js';
import { openArchive, policy, recordCall } from '../../support/archive-fixture.js';

describe('how hard closed spools are encoded', () => {
  const quota = 1_000_000;
  const rows: [bytes: number, oldestMs: number, urgency: EncodingUrgency][] = [
    [0, 0, 'calm'],
    [50_000, 120_000, 'calm'],
    [50_001, 0, 'behind'],
    [0, 120_001, 'behind'],
    [150_000, 600_000, 'behind'],
    [150_001, 0, 'pressing'],
    [0, 600_001, 'pressing'],
  ];
  for (const [bytes, oldestMs, urgency] of rows) {
    it(`is ${urgency} with ${bytes / 10_000} % of the quota in closed spools, the oldest ${oldestMs} ms old`, () => {
      expect(urgencyOf({ bytes, quota, oldestMs })).to.equal(urgency);
    });
  }

  it('rises with the backlog, also while nothing happens, and falls when it is gone', async () => {
    const fixture = await openArchive();
    const { archive, encoder, clock } = fixture;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    encoder.before = () => held;
    // A megabyte and more, which is between 5 and 15 % of the quota.
    for (let call = 0; call < 5; call++) await recordCall(fixture, 10);
    expect(policy.quota).to.equal(20_000_000);
    expect(encoder.urgencies).to.deep.equal(['behind']);
    clock.advance(11 * 60_000);
    expect(encoder.urgencies).to.deep.equal(['behind', 'pressing']);
    release();
    await archive.idle();
    expect(encoder.urgencies.at(-1)).to.equal('calm');
    const timers = clock.pendingTimers;
    clock.advance(60_000);
    expect(clock.pendingTimers).to.be.at.most(timers);
    await archive.close();
  });
});
