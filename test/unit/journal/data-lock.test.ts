import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HalinaError } from '../../../src/base/errors.js';
import { lockDataFolder } from '../../../src/journal/data-lock.js';

describe('the lock of the data folder', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'halina-lock-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function refusal(): HalinaError {
    try {
      lockDataFolder(folder).release();
    } catch (error) {
      expect(error).to.be.instanceOf(HalinaError);
      return error as HalinaError;
    }
    throw new Error('the lock was given');
  }

  it('is given once, and again after its release', () => {
    const lock = lockDataFolder(folder);
    expect(refusal().code).to.equal('DATA_FOLDER_IN_USE');
    expect(refusal().message).to.contain(`process ${process.pid}`);
    lock.release();
    lockDataFolder(folder).release();
  });

  it('names the other program, and falls free when that is killed', async () => {
    const module = new URL('../../../src/journal/data-lock.js', import.meta.url).href;
    const program = `
      const { lockDataFolder } = await import(${JSON.stringify(module)});
      lockDataFolder(${JSON.stringify(folder)});
      process.stdout.write('locked');
      setInterval(() => undefined, 60_000);`;
    const other = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(other.stdout, 'data');
    const error = refusal();
    expect(error.message).to.contain(`process ${other.pid}`);
    expect(error.hint).to.contain('stop that one');
    const ended = once(other, 'exit');
    other.kill('SIGKILL');
    await ended;
    lockDataFolder(folder).release();
  });
});
