/** The keys of a backup, taken into an archive that has lost its own: what opens again, and what must not come back. */
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { Difference } from '../../../src/archive/verify.js';
import type { CallId } from '../../../src/base/brands.js';
import { keysOfBackup } from '../../../src/ops/backup/restore.js';
import { Backup } from '../../../src/ops/backup/take-backup.js';
import { KEYSTORE_NAME } from '../../../src/vault/keystore.js';
import { MasterKey } from '../../../src/vault/master-key.js';
import type { SealKey } from '../../../src/vault/seal-key.js';
import { DATA, openArchive, recordCall, type Fixture } from '../../support/archive-fixture.js';
import type { MemoryFiles } from '../../support/memory-files.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const KEYS = `${DATA}/keys/${KEYSTORE_NAME}`;
const TARGET = '/backup';
const passphrase = 'zażółć gęślą jaźń';
const secret = randomBytes(32);
const master = new MasterKey(secret);

async function kept(fixture: Fixture): Promise<CallId> {
  const { id } = await recordCall(fixture, 20);
  await fixture.archive.idle();
  return id;
}

async function differences({ archive }: Fixture): Promise<Difference[]> {
  const found: Difference[] = [];
  for await (const difference of archive.verify()) found.push(difference);
  return found;
}

const backUp = (files: MemoryFiles, clock: VirtualClock): Promise<unknown> =>
  Backup.take({
    files,
    data: DATA,
    target: TARGET,
    passphrase,
    cost: 10,
    masterKey: secret,
    now: () => clock.now(),
    progress: () => {},
  });

/** Other master keys than the backup's: its own is in it. */
const backupKeys = (files: MemoryFiles): Promise<SealKey[]> =>
  keysOfBackup({ files, source: TARGET, passphrase, masters: [new MasterKey(randomBytes(32))] });

describe('an archive whose keystore is lost', () => {
  it('takes from a backup the keys of what it has, keeps those made since, and none of what was erased', async () => {
    const first = await openArchive({ master });
    const { files, clock } = first;
    const [one, erased, evicted] = [await kept(first), await kept(first), await kept(first)];
    await backUp(files, clock);
    const between = await kept(first);
    await first.archive.erase(erased, { askedBy: 'a', confirmedBy: 'b', reason: 'an objection' });
    await first.archive.close();
    files.put(KEYS, Buffer.alloc(0));

    const second = await openArchive({ files, clock, master });
    await second.archive.idle();
    const since = await kept(second);
    const keys = await backupKeys(files);
    expect(new Set(keys.map(({ owner }) => owner))).to.include(erased);
    expect(await second.archive.takeKeys(keys)).to.deep.equal({ taken: 2, missing: 1 });
    expect(await second.archive.takeKeys(keys), 'once').to.deep.equal({ taken: 0, missing: 1 });
    for (const id of [one, evicted, since]) await (await second.archive.open(id)).close();
    const left = await differences(second);
    expect(left.map(({ kind, id }) => [kind, id])).to.deep.equal([['key-missing', between]]);
    expect(files.content(KEYS)?.includes(erased), 'the key of what was erased').to.equal(false);
    await second.archive.close();

    const third = await openArchive({ files, clock, master });
    await third.archive.idle();
    for (const id of [one, evicted, since]) await (await third.archive.open(id)).close();
    await third.archive.close();
  });

  it('does not take a key that does not open the file that is there', async () => {
    const first = await openArchive({ master });
    const { files, clock } = first;
    const id = await kept(first);
    await backUp(files, clock);
    await first.archive.close();
    files.put(KEYS, Buffer.alloc(0));
    const second = await openArchive({ files, clock, master });
    await second.archive.idle();
    const wrong = (await backupKeys(files)).map((key) => ({ ...key, keyId: randomBytes(16).toString('hex') }));
    expect(await second.archive.takeKeys(wrong)).to.deep.equal({ taken: 0, missing: 1 });
    expect(files.content(KEYS)?.includes(id)).to.equal(false);
    await second.archive.close();
  });
});
