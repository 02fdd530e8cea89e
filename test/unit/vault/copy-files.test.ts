/** Copies and sealed exports that wait to be handed over are sealed as recordings are. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { CopyFiles } from '../../../src/vault/copy-files.js';
import { isSealed } from '../../../src/vault/format.js';
import { MasterKey } from '../../../src/vault/master-key.js';
import { Vault } from '../../../src/vault/vault.js';
import { DATA, openArchive, recordCall, sealing } from '../../support/archive-fixture.js';
import { MemoryFiles } from '../../support/memory-files.js';

const PATH = `${DATA}/letters/r1/copy.zip`;
const zip = randomBytes(200_000);

function* blocks(): Generator<Buffer> {
  for (let at = 0; at < zip.length; at += 17_000) yield zip.subarray(at, at + 17_000);
}

async function make(files: MemoryFiles, vault: Vault, path = PATH): Promise<CopyFiles> {
  const copies = new CopyFiles(files, vault);
  await copies.makeFolder(`${DATA}/letters/r1`);
  await copies.write(path, Readable.from(blocks(), { objectMode: false }), 1);
  return copies;
}

async function readWhole(copies: CopyFiles, path = PATH): Promise<Buffer> {
  const file = await copies.open(path, 'read');
  try {
    return await file.read(0, zip.length + 1);
  } finally {
    await file.close();
  }
}

describe('a copy that waits to be handed over', () => {
  it('is sealed where the vault seals, reads as what was written, and its key goes with it', async () => {
    const files = new MemoryFiles();
    const vault = await sealing(files, new MasterKey(randomBytes(32)));
    const copies = await make(files, vault);
    expect(isSealed(files.content(PATH) as Buffer)).to.equal(true);
    expect((await readWhole(copies)).equals(zip)).to.equal(true);
    expect(vault.keys?.count).to.equal(1);
    expect(await copies.remove(PATH)).to.equal(true);
    expect([vault.keys?.count, vault.keys?.doomed]).to.deep.equal([0, 1]);
    expect(await copies.remove(PATH)).to.equal(false);
  });

  it('is plain where it does not, and then reads as well', async () => {
    const files = new MemoryFiles();
    const copies = await make(files, new Vault(files));
    expect((files.content(PATH) as Buffer).equals(zip)).to.equal(true);
    expect((await readWhole(copies)).equals(zip)).to.equal(true);
  });

  it('keeps its key over a restart as long as it is there', async () => {
    const files = new MemoryFiles();
    const master = new MasterKey(randomBytes(32));
    const gone = `${DATA}/letters/r1/gone.zip`;
    const vault = await sealing(files, master);
    await make(files, vault);
    await make(files, vault, gone);
    await files.remove(gone);
    const again = await sealing(files, master);
    const fixture = await openArchive({ files, vault: again });
    const { archive, clock } = fixture;
    await recordCall(fixture); // an archive in which no call is known destroys nothing
    await archive.idle();
    await archive.close();
    const keys = await sealing(files, master);
    const later = await openArchive({ files, vault: keys, clock });
    await later.archive.idle();
    expect([keys.keys?.count, keys.keys?.doomed]).to.deep.equal([2, 0]);
    expect((await readWhole(new CopyFiles(files, keys))).equals(zip)).to.equal(true);
    await later.archive.close();
  });
});
