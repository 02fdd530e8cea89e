/** The archive and its audit log agree after a crash or a power cut at any step of a recording's life. */
import { expect } from 'chai';
import { auditPort } from '../../../src/app/audit-parts.js';
import { catchUp } from '../../../src/app/audit-catch-up.js';
import { verifyAll } from '../../../src/app/verify-all.js';
import { silentLog } from '../../../src/base/log.js';
import { openArchive, recordCall } from '../../support/archive-fixture.js';
import { openAudit, searched } from '../../support/audit-fixture.js';
import { MemoryFiles } from '../../support/memory-files.js';
import { VirtualClock } from '../../support/virtual-clock.js';

/** Two calls, a hold, an erasure, searches; until the disk ends. */
async function someWork(files: MemoryFiles, clock: VirtualClock): Promise<void> {
  const { audit } = await openAudit({ files, clock, segmentBytes: 3000 });
  const fixture = await openArchive({ files, clock, audit: auditPort(audit) });
  const { archive } = fixture;
  const held = await recordCall(fixture, 3);
  await audit.append(searched('+48221'));
  const erased = await recordCall(fixture, 3);
  await archive.idle();
  await archive.hold(held.id, { by: 'A1', kind: 'request', reason: 'asked for' });
  await archive.erase(erased.id, { askedBy: 'A1', confirmedBy: 'A2', reason: 'objection' });
  await archive.close();
  await audit.close();
}

describe('the audit log and the archive', function () {
  this.timeout(300_000);

  for (const power of [false, true]) {
    it(`agree after ${power ? 'a power cut' : 'a kill'} at any step`, async () => {
      let crashes = 0;
      for (let last = 1; ; last += 3) {
        const files = new MemoryFiles();
        const clock = new VirtualClock();
        files.crashBefore(last);
        const work = { over: false };
        const ends = someWork(files, clock)
          .catch(() => undefined)
          .finally(() => (work.over = true));
        await Promise.race([ends, untilDead(files, work)]);
        if (!files.dead) break;
        crashes += 1;
        const after = files.afterCrash(power);
        const { audit } = await openAudit({ files: after, clock, segmentBytes: 3000 });
        const { archive } = await openArchive({ files: after, clock, audit: auditPort(audit) });
        await archive.idle();
        await catchUp(archive, audit, silentLog);
        const { differences } = await verifyAll(archive, audit, { hash: true });
        const said = differences.map(({ kind, path, id, what }) => `${kind}: ${path ?? id}: ${what}`);
        expect(said, `operation ${last}`).to.deep.equal([]);
        await archive.close();
        await audit.close();
      }
      expect(crashes).to.be.above(50);
    });
  }
});

/** Resolves some time after the disk died: whoever waits for something that never comes is left behind. */
async function untilDead(files: MemoryFiles, work: { readonly over: boolean }): Promise<void> {
  while (!files.dead && !work.over) await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 50 && !work.over; turn++) await new Promise((resolve) => setImmediate(resolve));
}
