/** Whatever single byte of the archive is another than was written, `halina verify` names the file that it is in. */
import { expect } from 'chai';
import type { Archive } from '../../../src/archive/archive.js';
import type { AuditLog } from '../../../src/audit/audit-log.js';
import { auditPort } from '../../../src/app/audit-parts.js';
import { verifyAll } from '../../../src/app/verify-all.js';
import { DATA, openArchive, recordCall } from '../../support/archive-fixture.js';
import { openAudit, searched } from '../../support/audit-fixture.js';
import type { MemoryFiles } from '../../support/memory-files.js';
import { MasterKey } from '../../../src/vault/master-key.js';
import type { VirtualClock } from '../../support/virtual-clock.js';
import { chance, fuzzSeed } from '../../support/chance.js';

const random = chance(fuzzSeed()).next;

/** The second is sealed. */
const cases: readonly { readonly flips: number; readonly sealing: Sealing }[] = [
  { flips: 500, sealing: {} },
  { flips: 250, sealing: { master: new MasterKey(Buffer.alloc(32, 5)) } },
];

interface Whole {
  readonly archive: Archive;
  readonly audit: AuditLog;
  readonly close: () => Promise<void>;
}

type Sealing = { readonly master?: MasterKey };

async function open(files: MemoryFiles, clock: VirtualClock, sealing: Sealing): Promise<Whole> {
  const { audit } = await openAudit({ files, clock, segmentBytes: 4000 });
  const { archive } = await openArchive({ files, clock, audit: auditPort(audit), ...sealing });
  const close = async (): Promise<void> => {
    await archive.close();
    await audit.close();
  };
  return { archive, audit, close };
}

/** Seven calls: one held, one erased, one restricted; a key that was replaced; closed in good order. */
async function someArchive(sealing: Sealing): Promise<{ files: MemoryFiles; clock: VirtualClock }> {
  const { files, clock, audit } = await openAudit({ segmentBytes: 4000 });
  const fixture = await openArchive({ files, clock, audit: auditPort(audit), ...sealing });
  const { archive } = fixture;
  const calls = [];
  for (let i = 0; i < 7; i++) {
    calls.push((await recordCall(fixture)).id);
    await archive.idle();
    await audit.append(searched(`+48221234${i}`));
  }
  const [held, erased, restricted] = calls;
  if (!held || !erased || !restricted) throw new Error('no calls');
  await archive.hold(held, { by: 'A1', kind: 'request', reason: 'asked for' });
  await archive.restrict(restricted, { by: 'A1', kind: 'administrator', reason: 'disputed' });
  await archive.erase(erased, { askedBy: 'A1', confirmedBy: 'A2', reason: 'objection' });
  await audit.rotateKey();
  await archive.close();
  await audit.close();
  return { files, clock };
}

async function named(files: MemoryFiles, clock: VirtualClock, sealing: Sealing): Promise<string[]> {
  const { archive, audit, close } = await open(files, clock, sealing);
  await archive.idle();
  const { differences } = await verifyAll(archive, audit, { hash: true });
  await close();
  return differences.map(({ path, id, what }) => path ?? `${id}: ${what}`);
}

describe('a byte that is another than was written', function () {
  this.timeout(600_000);

  for (const { flips, sealing } of cases)
    it(`is named wherever it is: ${flips} at random, each file several times${sealing.master ? ', sealed' : ''}`, async () => {
      const { files, clock } = await someArchive(sealing);
      expect(await named(files.afterCrash(false), clock, sealing)).to.deep.equal([]);
      const paths = files.paths().filter((path) => files.content(path)?.length);
      for (const kind of [
        'recordings/',
        'archive.journal',
        'erasures.journal',
        'chain-',
        'details-',
        'anchors.log',
        'keys/',
      ]) {
        expect(
          paths.some((path) => path.includes(kind)),
          kind,
        ).to.equal(true);
      }
      for (let i = 0; i < flips; i++) {
        const path = paths[i % paths.length] ?? '';
        const damaged = files.afterCrash(false);
        const bytes = Buffer.from(files.content(path) ?? []);
        const at = Math.floor(random() * bytes.length);
        const bit = Math.floor(random() * 8);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        damaged.put(path, bytes);
        expect(
          await named(damaged, clock, sealing),
          `bit ${bit} of byte ${at} of ${bytes.length} in ${path}`,
        ).to.include(path);
      }
      expect(paths.every((path) => path.startsWith(DATA))).to.equal(true);
    });
});
