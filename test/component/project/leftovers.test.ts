/** Whatever ends a benchmark or a run of tests, the programs that it started end with it. */
import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Starts a program that never ends by itself, says who that is, and ends as it is told. */
const starter = `
import { start } from ${JSON.stringify(new URL('../../support/e2e/process.js', import.meta.url).href)};
const { child, until } = start('sh', ['-c', 'echo there; trap "" TERM; while :; do sleep 1000 & wait $!; done']);
await until(/there/);
process.stdout.write(String(child.pid));
process.on('message', () => { throw new Error('out of luck'); });`;

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function gone(pid: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (isThere(pid)) return;
      clearInterval(look);
      resolve();
    }, 20);
  });
}

describe('programs that a benchmark started', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'halina-leftovers-'));
    writeFileSync(join(folder, 'starter.mjs'), starter);
  });
  after(() => rmSync(folder, { recursive: true }));

  async function started(): Promise<{ readonly child: ChildProcess; readonly pid: number }> {
    const child = spawn(process.execPath, [join(folder, 'starter.mjs')], {
      stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    });
    const [said] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    return { child, pid: Number(said.toString()) };
  }

  it('end where it fails, with nobody who waits for them', async () => {
    const { child, pid } = await started();
    child.send('fail');
    expect((await once(child, 'exit'))[0]).to.equal(1);
    await gone(pid);
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const) {
    it(`end where it is ended by ${signal}`, async function () {
      if (signal === 'SIGKILL' && process.platform !== 'linux') return this.skip();
      const { child, pid } = await started();
      child.kill(signal);
      await once(child, 'exit');
      await gone(pid);
    });
  }
});
