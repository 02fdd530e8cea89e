/** What the control socket does with keys and spools. */
import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { vaultControlOf } from '../../../src/app/vault-control.js';
import type { AuditEvent } from '../../../src/audit/events.js';
import { HalinaError } from '../../../src/base/errors.js';
import { MasterKey } from '../../../src/vault/master-key.js';
import { Vault } from '../../../src/vault/vault.js';
import { openArchive, recordCall, sealing, type Fixture } from '../../support/archive-fixture.js';
import { MemoryFiles } from '../../support/memory-files.js';

async function arranged(): Promise<
  Fixture & { vault: Vault; events: AuditEvent[]; control: ReturnType<typeof vaultControlOf>; next: MasterKey }
> {
  const files = new MemoryFiles();
  const vault = await sealing(files, new MasterKey(randomBytes(32)));
  const fixture = await openArchive({ files, vault });
  const events: AuditEvent[] = [];
  const next = new MasterKey(randomBytes(32));
  const audit = { append: (event: AuditEvent) => Promise.resolve(void events.push(event)) };
  const control = vaultControlOf({
    archive: fixture.archive,
    audit: audit as never,
    vault,
    masterKey: () => Promise.resolve(next),
  });
  return { ...fixture, vault, events, control, next };
}

describe('the vault behind the control socket', () => {
  it('changes the master key while it runs, on record, and recordings are heard on', async () => {
    const { archive, vault, events, control, next, ...rest } = await arranged();
    const { id } = await recordCall({ archive, ...rest }, 5);
    await archive.idle();
    const before = await control.keys({});
    const after = await control.rotateKeys({});
    expect(after).to.include({ sealing: true, masterKey: next.id, epoch: (before.epoch ?? 0) + 1, keys: 1, left: 0 });
    expect(vault.keys?.masterId).to.equal(next.id);
    expect(events.map(({ event, facts }) => [event, facts])).to.deep.equal([
      ['encryption', { change: 'master-key', epoch: after.epoch, recordings: 1 }],
    ]);
    const reader = await archive.open(id);
    expect((await reader.read(0, 16)).length).to.equal(16);
    await reader.close();
    await archive.close();
  });

  it('gives a spool from its beginning on, on record once a reading, also where somebody begins in the middle', async () => {
    const { archive, encoder, events, control, ...rest } = await arranged();
    encoder.before = () => Promise.reject(new HalinaError('SPOOL_UNREADABLE', 'out of order'));
    const { id } = await recordCall({ archive, encoder, ...rest }, 30);
    await archive.idle();
    let bytes = 0;
    for (;;) {
      const { data, sealed } = await control.spool({ id, offset: bytes, reason: 'a fault', uid: 7 });
      expect(sealed).to.equal(true);
      if (data === '') break;
      bytes += Buffer.from(data, 'base64').length;
    }
    expect(bytes).to.be.above(600_000);
    const [said] = events;
    expect(events).to.have.length(1);
    expect(said).to.deep.include({
      event: 'spool',
      object: { kind: 'recording', id },
      personal: { reason: 'a fault' },
    });
    await control.spool({ id, offset: 1000, reason: 'another', uid: 7 });
    expect(events).to.have.length(2);
    await archive.close();
  });
});
