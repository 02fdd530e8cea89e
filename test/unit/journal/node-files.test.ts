import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemErrorCode } from '../../../src/journal/file-store.js';
import { NodeFileStore } from '../../../src/journal/node-files.js';

describe('the file store on the real disk', () => {
  const files = new NodeFileStore();
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'halina-files-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('makes folders that only the owner can enter', async () => {
    const path = join(folder, 'a/b/c');
    await files.makeFolder(path);
    await files.makeFolder(path);
    expect(statSync(path).mode & 0o777).to.equal(0o700);
  });

  it('writes, reads, cuts and syncs a private file', async () => {
    const path = join(folder, 'file');
    const file = await files.open(path, 'write');
    await file.write(Buffer.from('hello world'), 0);
    await file.write(Buffer.from('W'), 6);
    expect((await file.read(6, 100)).toString()).to.equal('World');
    await file.truncate(5);
    await file.sync();
    await file.close();
    expect(await files.stat(path)).to.include({ bytes: 5 });
    expect(statSync(path).mode & 0o777).to.equal(0o600);
  });

  it('renames, lists and removes', async () => {
    writeFileSync(join(folder, 'one'), 'x');
    await files.makeFolder(join(folder, 'inner'));
    await files.rename(join(folder, 'one'), join(folder, 'inner/two'));
    await files.syncFolder(folder);
    expect(await files.list(folder)).to.deep.equal([{ name: 'inner', kind: 'folder' }]);
    expect(await files.removeFolder(join(folder, 'inner'))).to.equal(false);
    expect(await files.remove(join(folder, 'inner/two'))).to.equal(true);
    expect(await files.remove(join(folder, 'inner/two'))).to.equal(false);
    expect(await files.removeFolder(join(folder, 'inner'))).to.equal(true);
    expect(await files.stat(join(folder, 'one'))).to.equal(undefined);
    expect(await files.list(join(folder, 'nowhere'))).to.deep.equal([]);
    expect(await files.free(folder)).to.be.greaterThan(0);
  });

  for (const mode of ['read', 'write'] as const) {
    it(`asks nothing of a closed file, and closes after what is under way (${mode})`, async () => {
      const path = join(folder, 'file');
      const bytes = 1_000_000;
      writeFileSync(path, Buffer.alloc(bytes));
      const file = await files.open(path, mode);
      // More than are read at a time.
      const reading = Array.from({ length: 16 }, () => file.read(0, bytes));
      await Promise.all([file.close(), file.close()]);
      for (const read of reading) expect(await read).to.have.lengthOf(bytes);
      // Its descriptor may be another file's by now.
      const other = await files.open(join(folder, 'other'), 'write');
      await other.write(Buffer.from('other'), 0);
      const late = await Promise.allSettled([file.read(0, 5), file.write(Buffer.from('late'), 0), file.sync()]);
      expect(late.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected', 'rejected']);
      expect((await other.read(0, 10)).toString()).to.equal('other');
      await other.close();
    });
  }

  it('lets errors of the system through with their code', async () => {
    const code = await files.open(join(folder, 'missing'), 'read').catch(systemErrorCode);
    expect(code).to.equal('ENOENT');
  });
});
