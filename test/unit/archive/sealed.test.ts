/** An archive that seals: its accounting, its readers, what verify names, and what an erasure leaves. */
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { Difference } from '../../../src/archive/verify.js';
import { HalinaError } from '../../../src/base/errors.js';
import { HEADER_BYTES, isSealed, MAGIC, PIECE_BYTES, plainBytes, TAG_BYTES } from '../../../src/vault/format.js';
import { KEYSTORE_NAME, KeyStore } from '../../../src/vault/keystore.js';
import { MasterKey } from '../../../src/vault/master-key.js';
import { ringOf, type SealKey } from '../../../src/vault/seal-key.js';
import { SoundFiles } from '../../../src/vault/sound-files.js';
import { Vault } from '../../../src/vault/vault.js';
import { DATA, diskBytes, openArchive, recordCall, type Fixture } from '../../support/archive-fixture.js';
import { MemoryFiles } from '../../support/memory-files.js';

const master = new MasterKey(randomBytes(32));
const KEYS = `${DATA}/keys/${KEYSTORE_NAME}`;

async function kept(fixture: Fixture): Promise<{ id: Awaited<ReturnType<typeof recordCall>>['id']; path: string }> {
  const { id } = await recordCall(fixture, 20);
  await fixture.archive.idle();
  return { id, path: fixture.archive.recordingPath(id) ?? '' };
}

async function differences({ archive }: Fixture): Promise<Difference[]> {
  const found: Difference[] = [];
  for await (const difference of archive.verify()) found.push(difference);
  return found;
}

async function soundOf({ archive }: Fixture, id: Awaited<ReturnType<typeof recordCall>>['id']): Promise<Buffer> {
  const reader = await archive.open(id);
  const bytes = await reader.read(0, reader.bytes);
  await reader.close();
  return bytes;
}

const code = (error: unknown): string => (error instanceof HalinaError ? error.code : String(error));

/** Opens whatever in the data folder can be opened with the master key: every keystore, every sealed file, anywhere. */
async function everything(files: MemoryFiles): Promise<Buffer[]> {
  const found: Buffer[] = [];
  const keys: SealKey[] = [];
  const places = files.paths().flatMap((path) => {
    const bytes = files.content(path) ?? Buffer.alloc(0);
    found.push(bytes);
    const at: Buffer[] = [];
    for (let i = bytes.indexOf('HLN'); i >= 0; i = bytes.indexOf('HLN', i + 1)) at.push(bytes.subarray(i));
    return at;
  });
  for (const place of places.filter((bytes) => bytes.toString('latin1', 0, 8) === 'HLNKEYS1')) {
    const disk = new MemoryFiles();
    disk.put(`/keys/${KEYSTORE_NAME}`, place);
    const store = await KeyStore.open({ files: disk, folder: '/keys', master }).catch(() => undefined);
    for (const { kind, owner } of store?.names() ?? []) keys.push(...(store?.keysOf(kind, owner) ?? []));
  }
  for (const place of places.filter(isSealed)) {
    const disk = new MemoryFiles();
    disk.put('/file', place);
    const sound = new SoundFiles(disk, ringOf(keys));
    for (const open of [() => sound.openRecording('/file'), () => sound.openSpool('/file', { salvage: true })]) {
      const file = await open().catch(() => undefined);
      if (file) found.push(await file.read(0, file.bytes));
    }
  }
  return found;
}

describe('an archive that seals', () => {
  it('keeps spools and recordings sealed, counts them as they are on the disk, and gives the sound', async () => {
    const fixture = await openArchive({ master });
    const { archive, files } = fixture;
    const { id, path } = await kept(fixture);
    const stored = files.content(path) as Buffer;
    expect(isSealed(stored)).to.equal(true);
    const record = await archive.find(id);
    if (record?.state.phase !== 'recorded') throw new Error('not recorded');
    const { recording } = record.state;
    expect(recording.stored?.bytes).to.equal(stored.length);
    expect(recording.bytes).to.equal(plainBytes(stored.length));
    expect((await soundOf(fixture, id)).length).to.equal(recording.bytes);
    expect(archive.usage().used).to.equal(diskBytes(files));
    expect(await differences(fixture)).to.deep.equal([]);
    expect(files.paths().filter((one) => (files.content(one) ?? Buffer.alloc(0)).includes('UUUUUUUU'))).to.deep.equal(
      [],
    );
    await archive.close();
  });

  it('has plain and sealed recordings beside one another, whatever is switched on', async () => {
    const files = new MemoryFiles();
    const plain = await openArchive({ files });
    const first = await kept(plain);
    await plain.archive.close();
    const sealed = await openArchive({ files, master });
    const second = await kept(sealed);
    await sealed.archive.close();
    const keys = await KeyStore.open({ files, folder: `${DATA}/keys`, master });
    const off = await openArchive({ files, vault: new Vault(files, keys, { seals: false }) });
    const third = await kept(off);
    expect([first, second, third].map(({ path }) => isSealed(files.content(path) as Buffer))).to.deep.equal([
      false,
      true,
      false,
    ]);
    for (const { id } of [first, second, third]) expect((await soundOf(off, id)).length).to.be.above(1000);
    expect(await differences(off)).to.deep.equal([]);
    await off.archive.close();
  });

  it('leaves nothing of an erased recording that the master key could open, wherever copies of its file are', async () => {
    const fixture = await openArchive({ master });
    const { archive, files } = fixture;
    const other = await kept(fixture);
    const { id, path } = await kept(fixture);
    const sound = (await soundOf(fixture, id)).subarray(0, 2000);
    const holds = async (): Promise<boolean> => (await everything(files)).some((bytes) => bytes.includes(sound));
    files.put(`${DATA}/somebody's copy`, files.content(path) as Buffer);
    expect(await holds()).to.equal(true);
    await archive.erase(id, { askedBy: 'a', confirmedBy: 'b', reason: 'an objection' });
    expect(await holds()).to.equal(false);
    expect((await soundOf(fixture, other.id)).length).to.be.above(1000);
    const copy = `${DATA}/somebody's copy`;
    expect(files.content(copy)?.subarray(0, 8).equals(MAGIC)).to.equal(true); // it is there, and opens nowhere
    await files.remove(copy);
    await archive.idle();
    expect((await differences(fixture)).map(({ what }) => what)).to.deep.equal([]);
    await archive.close();
  });

  it('destroys the keys of evicted recordings and of spools that are encoded, together, by the clock', async () => {
    const fixture = await openArchive({ master });
    const { archive, files, clock } = fixture;
    const gone = await kept(fixture);
    const entries = (): number => ((files.content(KEYS)?.length ?? 0) - 192) / 112;
    await archive.setQuota(1000);
    await archive.setQuota(20_000_000);
    const stays = await kept(fixture);
    expect(entries()).to.equal(4);
    for (let minute = 0; minute < 62; minute++) {
      clock.advance(60_000);
      await new Promise((resolve) => setImmediate(resolve));
      await archive.idle();
    }
    expect(entries()).to.equal(1);
    expect(archive.usage().used).to.equal(diskBytes(files));
    expect((await archive.find(gone.id))?.state.phase).to.equal('evicted');
    expect((await soundOf(fixture, stays.id)).length).to.be.above(1000);
    await archive.close();
  });

  it('is compared without a key by the hash of the file, and says which recording has lost its key', async () => {
    const fixture = await openArchive({ master });
    const { archive, files, clock } = fixture;
    const { id, path } = await kept(fixture);
    const [another] = [await kept(fixture)];
    await archive.close();
    const changed = Buffer.from(files.content(path) as Buffer);
    const at = HEADER_BYTES + 500;
    changed[at] = (changed[at] ?? 0) ^ 1;
    files.put(path, changed);
    const noKeys = new Vault(files);
    const without = await openArchive({ files, clock, vault: noKeys });
    const found = await differences(without);
    expect(found.filter(({ kind }) => kind === 'recording-changed').map((one) => one.id)).to.deep.equal([id]);
    expect(found.filter(({ kind }) => kind === 'key-missing').map((one) => one.id)).to.have.members([id, another.id]);
    expect(await without.archive.open(another.id).then(() => 'opened', code)).to.equal('SEAL_KEY_MISSING');
    await without.archive.close();
    files.put(KEYS, Buffer.alloc(0));
    const lost = await openArchive({ files, clock, master });
    await lost.archive.idle();
    expect((await differences(lost)).filter(({ kind }) => kind === 'key-missing')).to.have.length(2);
    await lost.archive.close();
  });

  it('serves no other file in the place of a recording', async () => {
    const fixture = await openArchive({ master });
    const { archive, files } = fixture;
    const one = await kept(fixture);
    const two = await kept(fixture);
    const mine = files.content(one.path) as Buffer;
    files.put(one.path, files.content(two.path) as Buffer);
    expect(await archive.open(one.id).then(() => 'opened', code)).to.equal('SEAL_OTHER');
    files.put(one.path, await soundOf(fixture, two.id));
    expect(await archive.open(one.id).then(() => 'opened', code)).to.equal('SEAL_OTHER');
    files.put(one.path, mine.subarray(0, HEADER_BYTES + PIECE_BYTES + TAG_BYTES));
    expect(await archive.open(one.id).then(() => 'opened', code)).to.be.oneOf(['SEAL_CUT', 'SEAL_DAMAGED']);
    await archive.close();
  });

  it('is entered again from files alone where the journal is gone, and names what it cannot open', async () => {
    const fixture = await openArchive({ master });
    const { archive, files, clock } = fixture;
    const one = await kept(fixture);
    const two = await kept(fixture);
    await archive.close();
    await files.remove(`${DATA}/journal/archive.journal`);
    const store = await KeyStore.open({ files, folder: `${DATA}/keys`, master });
    store.drop(two.id);
    await store.destroy();
    const again = await openArchive({ files, clock, master });
    await again.archive.idle();
    expect((await again.archive.find(one.id))?.state.phase).to.equal('recorded');
    expect((await soundOf(again, one.id)).length).to.be.above(1000);
    expect(await again.archive.find(two.id)).to.equal(undefined);
    const [named] = await differences(again);
    expect(named?.kind).to.equal('recording-unknown');
    expect(named?.what).to.include('there is no key').and.to.include(two.id);
    await again.archive.close();
  });

  it('destroys no key where recordings are missing or no call is known: a disk may not be mounted', async () => {
    const fixture = await openArchive({ master });
    const { archive, files, clock } = fixture;
    const one = await kept(fixture);
    await archive.close();
    const stored = files.content(one.path) as Buffer;
    await files.remove(one.path);
    const journal = `${DATA}/journal/archive.journal`;
    const said = files.content(journal) as Buffer;
    for (const content of [said, Buffer.alloc(0)]) {
      files.put(journal, content);
      const without = await openArchive({ files, clock, master });
      await without.archive.idle();
      await without.archive.close();
    }
    files.put(journal, said);
    files.put(one.path, stored);
    const again = await openArchive({ files, clock, master });
    expect((await soundOf(again, one.id)).length).to.be.above(1000);
    await again.archive.close();
  });

  it('opens the spool of a call that runs, and not that of a restricted one', async () => {
    const fixture = await openArchive({ master });
    const { archive, encoder } = fixture;
    encoder.before = () => Promise.reject(new HalinaError('SPOOL_UNREADABLE', 'the encoder is out of order'));
    const { id } = await recordCall(fixture, 3);
    await archive.idle();
    const spool = await archive.openSpool(id);
    expect(spool.sealed).to.equal(true);
    expect((await spool.read(0, 1)).toString()).to.equal('{');
    expect(spool.bytes).to.be.above(60_000);
    await spool.close();
    await archive.restrict(id, { by: 'x', kind: 'request', reason: 'contested' });
    expect(await archive.openSpool(id).then(() => 'opened', code)).to.equal('ARCHIVE_RESTRICTED');
    await archive.close();
  });
});
