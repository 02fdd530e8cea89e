import { expect } from 'chai';
import { troublesOf } from '../../../src/app/troubles.js';

const well = { spoolBytes: 0, waiting: 3, oldestWaitingMs: 5000, owed: 0, following: true };
const troubles = (work: Partial<typeof well>, alarms: readonly string[] = [], answers = true) =>
  troublesOf({
    archive: { work: { ...well, ...work } },
    alarms: { list: () => alarms.map((code) => ({ code, subject: 'the SIP server', message: '', since: 0 })) },
    sip: { answers: () => Promise.resolve(answers) },
  });

describe('what everybody is told of', () => {
  it('nothing, while all is well', async () => expect(await troubles({})).to.deep.equal([]));

  it('Redis that is not followed, recordings that are late, a SIP server that is silent', async () => {
    expect(await troubles({ following: false })).to.deep.equal(['redis']);
    expect(await troubles({ oldestWaitingMs: 3_600_000 })).to.deep.equal(['encoding']);
    expect(await troubles({}, [], false)).to.deep.equal(['sip']);
    expect(await troubles({}, ['PART_SILENT'])).to.deep.equal(['sip']);
  });

  it('alarms of the disk, the audit log and the lines, each once', async () => {
    const all = ['BUDGET_FULL', 'BUDGET_OVER', 'AUDIT_FAILED', 'TRUNK_DOWN', 'FRAUD_GUARD'];
    expect(await troubles({}, all)).to.deep.equal(['audit', 'disk', 'lines']);
  });
});
