/** Where the master key comes from, and what is said where it does not. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HalinaError } from '../../../src/base/errors.js';
import { readMasterKey } from '../../../src/config/encryption.js';
import { parseConfig } from '../../../src/config/load.js';
import { ConfigError } from '../../../src/config/problems.js';

const digits = '0123456789abcdef'.repeat(4);

describe('the master key', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'halina-master-'));
    file = join(folder, 'master.key');
    writeFileSync(file, `${digits}\n`, { mode: 0o600 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const failure = (source: Parameters<typeof readMasterKey>[0], environment: NodeJS.ProcessEnv = {}): HalinaError => {
    try {
      readMasterKey(source, environment);
    } catch (error) {
      if (error instanceof HalinaError) return error;
    }
    throw new Error('it was read');
  };

  it('is read from a file, the environment or a credential of systemd', () => {
    const key = Buffer.from(digits, 'hex');
    expect(readMasterKey({ file }).equals(key)).to.equal(true);
    expect(readMasterKey({ env: 'KEY' }, { KEY: digits.toUpperCase() }).equals(key)).to.equal(true);
    expect(readMasterKey({ credential: 'master.key' }, { CREDENTIALS_DIRECTORY: folder }).equals(key)).to.equal(true);
  });

  it('is refused where others may read the file, and says how to mend that', () => {
    for (const mode of [0o640, 0o604, 0o660, 0o644]) {
      chmodSync(file, mode);
      const error = failure({ file });
      expect(error.code).to.equal('MASTER_KEY_OPEN');
      expect(error.message).to.include(file);
      expect(error.hint).to.equal(`chmod 600 ${file}`);
    }
    chmodSync(file, 0o400);
    expect(readMasterKey({ file }).length).to.equal(32);
  });

  it('that is missing or none is named, and no part of it is said', () => {
    expect(failure({ file: join(folder, 'none') }).code).to.equal('MASTER_KEY_MISSING');
    expect(failure({ env: 'KEY' }).code).to.equal('MASTER_KEY_MISSING');
    expect(failure({ credential: 'x' }).message).to.include('CREDENTIALS_DIRECTORY');
    writeFileSync(file, 'topsecret');
    const wrong = failure({ file });
    expect(wrong.code).to.equal('MASTER_KEY_WRONG');
    expect(`${wrong.message} ${wrong.hint}`).not.to.include('topsecret');
  });

  it('is a mistake of the configuration with its place, before anything starts', () => {
    chmodSync(file, 0o644);
    const text = `storage:\n  maxAge: 30d\n  encryption:\n    key: { file: ${file} }\n`;
    expect(parseConfig(text, 'halina.yaml').storage.encryption?.enabled).to.equal(true);
    try {
      parseConfig(text, 'halina.yaml', { secrets: true });
    } catch (error) {
      const [problem] = error instanceof ConfigError ? error.problems : [];
      expect(problem).to.include({ line: 4, setting: 'storage.encryption.key' });
      expect(problem?.message).to.include('can be read by others');
      return;
    }
    throw new Error('it was taken');
  });
});
