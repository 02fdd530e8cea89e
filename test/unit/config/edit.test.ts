/** One setting is changed in a file and everything else stays byte for byte. */
import { expect } from 'chai';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { editConfig, editText } from '../../../src/config/edit.js';
import { ConfigError } from '../../../src/config/problems.js';

describe('an edit of the configuration text', () => {
  const cases: readonly [name: string, before: string, after: string][] = [
    [
      'changes a value and keeps comments, quotes and layout',
      '# the office\nstorage:   # disk\n  quota: 20GB   # half of the disk\n\n  maxAge: "365d"\n\nhandsets: [ ]\n',
      '# the office\nstorage:   # disk\n  quota: 50GB   # half of the disk\n\n  maxAge: "365d"\n\nhandsets: [ ]\n',
    ],
    ['changes a quoted value', 'storage: { quota: "20GB" , maxAge: 1d }', 'storage: { quota: 50GB , maxAge: 1d }'],
    [
      'puts a setting that was not there into its section',
      'storage:\n    # decided by the Mayor\n    maxAge: 1d\nmedia: {}\n',
      'storage:\n    # decided by the Mayor\n    quota: 50GB\n    maxAge: 1d\nmedia: {}\n',
    ],
    ['the same in a section on one line', 'storage: { maxAge: 1d }', 'storage: { quota: 50GB, maxAge: 1d }'],
    ['the same in an empty section', 'storage: {} # later\n', 'storage: { quota: 50GB } # later\n'],
    ['adds a section that was not there', 'media: {}', 'media: {}\nstorage:\n  quota: 50GB\n'],
    ['keeps line ends of Windows', 'storage:\r\n  quota: 1GB\r\n  maxAge: 1d\r\n', 'storage:\r\n  quota: 50GB\r\n  maxAge: 1d\r\n'],
  ]; // prettier-ignore
  for (const [name, before, after] of cases)
    it(name, () => expect(editText(before, ['storage', 'quota'], '50GB')).to.equal(after));

  it('quotes what would otherwise be read as something else', () => {
    expect(editText('a: x', ['a'], '0201')).to.equal('a: "0201"');
    expect(editText('a: x', ['a'], 'yes # no')).to.equal('a: "yes # no"');
  });

  it('refuses to put a value in the place of a section', () => {
    expect(() => editText('storage: { maxAge: 1d }', ['storage'], 'x')).to.throw('storage cannot be set');
  });
});

describe('an edit of the configuration file', () => {
  let folder = '';
  let file = '';
  const text = '# kept\nstorage:\n  quota: 20GB\n  maxAge: 30d\n';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halina-edit-'));
    file = join(folder, 'halina.yaml');
    await writeFile(file, text);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('resolves with what the file then says', async () => {
    const config = await editConfig(file, ['storage', 'quota'], '50GB');
    expect(config.storage.quota).to.equal(50e9);
    expect(await readFile(file, 'utf8')).to.equal(text.replace('20GB', '50GB'));
    expect(await readdir(folder)).to.deep.equal(['halina.yaml']);
  });

  for (const mask of [0o022, 0o077])
    it(`keeps the mode of the file, and a link as a link, under the umask ${mask.toString(8)}`, async () => {
      await chmod(file, 0o640);
      const link = join(folder, 'link.yaml');
      await symlink(file, link);
      const before = process.umask(mask);
      try {
        await editConfig(link, ['storage', 'quota'], '50GB');
      } finally {
        process.umask(before);
      }
      expect((await stat(file)).mode & 0o777).to.equal(0o640);
      expect(await readFile(file, 'utf8')).to.contain('50GB');
    });

  it('writes nothing that would not be good', async () => {
    const failed = await editConfig(file, ['storage', 'keepAtLeast'], '60d').catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(ConfigError);
    expect(await readFile(file, 'utf8')).to.equal(text);
  });
});
