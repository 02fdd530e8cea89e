/** What befalls the running program from outside of it: a second one, a port that is taken, Redis that hangs or dies, a full disk. */
import { expect } from 'chai';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { crowd } from '../support/e2e/crowd.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, halinaCommand, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { shortNotice } from '../support/e2e/office.js';
import { run, start, stopAll } from '../support/e2e/process.js';
import { level } from '../support/e2e/sound.js';

/** Starts the program where it cannot run; what it said and its exit status. */
async function startsInVain(configFile: string, data: string): Promise<{ said: string; status: number | string }> {
  const program = start('node', [...halinaCommand, 'start', '--config', configFile, '--data', data]);
  return { status: await program.ended, said: program.output() };
}

async function configFileOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'halina-config-'));
  const file = join(folder, 'halina.yaml');
  await writeFile(file, text);
  return file;
}

async function expectNoDifferences(halina: Halina): Promise<void> {
  expect((await halina.cli<{ differences: unknown[] }>('verify')).differences).to.deep.equal([]);
}

describe('the running program', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('refuses a second one on its data folder, and goes on', async () => {
    const halina = await Halina.start(officeConfig());
    const second = await startsInVain(halina.configFile, halina.data);
    expect(second.status).to.equal(1);
    expect(second.said).to.contain(halina.data);
    expect(second.said).to.match(/in use|already runs|another/i);
    expect(await halina.calls()).to.deep.equal([]);
    expect(await halina.stop()).to.equal(0);
  });

  it('does not start on a port that is taken: it says which address', async () => {
    const other = dgram.createSocket('udp4').bind(5060, address.officeFace);
    await once(other, 'listening');
    const file = await configFileOf(stringify(officeConfig()));
    const { status, said } = await startsInVain(file, join(file, '..', 'data'));
    other.close();
    expect(status).to.equal(1);
    expect(said).to.contain(`${address.officeFace}:5060`);
  });

  it('does not start with a configuration that has mistakes: each is told with its line', async () => {
    const lines = [
      'storage: { quota: 1GB, maxAge: 365d, kwota: 3 }',
      'handsets:',
      '  - { extension: abc, password: x }',
    ];
    const file = await configFileOf(`${lines.join('\n')}\n`);
    const { status, said } = await startsInVain(file, join(file, '..', 'data'));
    expect(status).to.be.oneOf([1, 2]);
    expect(said).to.match(/:1:\d+.*kwota|1:\d+[^]*kwota/);
    expect(said).to.match(/:3:\d+|3:\d+/);
  });

  it('takes calls and records them while Redis hangs, and after Redis died; the index catches up', async () => {
    const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
    const redis = Number((await halina.logged('Redis started'))['pid']);
    process.kill(redis, 'SIGSTOP');
    const talkMs = 5_000;
    const hanging = await crowd({ calls: 2, rate: 2, talkMs, takes: 4 });
    await hanging.caller.done();
    await halina.loggedTimes('recording kept', 2);
    process.kill(redis, 'SIGCONT');
    await hanging.outside.stop();
    process.kill(redis, 'SIGKILL');
    const dead = await crowd({ calls: 2, rate: 2, talkMs, after: hanging });
    await dead.caller.done();
    const stored = await halina.loggedTimes('recording kept', 4);
    for (const { path } of stored) {
      const { left, seconds } = await decode(String(path));
      expect(seconds).to.be.within(2, 15);
      expect(level(left)).to.be.greaterThan(-30);
    }
    await halina.logged('Redis is there again');
    expect(await halina.calls()).to.have.length(4);
    await expectNoDifferences(halina);
    expect(await halina.stop()).to.equal(0);
  });

  it('goes on with its calls when the disk is full, says so, and records again when there is room', async function () {
    const data = await mkdtemp(join(tmpdir(), 'halina-small-'));
    const mount = start('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', data]);
    if ((await mount.ended) !== 0) {
      if (process.env['CI']) throw new Error(`no small disk can be made here: ${mount.output()}`);
      this.skip();
    }
    try {
      const storage = { quota: '1GB', minFree: '1B', maxAge: '365d' };
      const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() }, storage }), { data });
      const all = await crowd({ calls: 4, rate: 4, talkMs: 14_000, takes: 6 });
      await halina.loggedTimes('call connected', 4);
      const ballast = join(data, 'ballast');
      // All that is left of the disk, to the last byte.
      await start('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4096']).ended;
      await halina.loggedTimes('the recording of a call was cut', 4);
      await all.caller.done();
      await halina.loggedTimes('call ended', 4);
      await all.outside.stop();
      await rm(ballast);
      const after = await crowd({ calls: 2, rate: 2, talkMs: 5_000, after: all });
      await after.caller.done();
      await halina.loggedTimes('recording kept', 6);
      const calls = await halina.calls();
      expect(calls.map(({ recording }) => recording.state)).to.deep.equal(Array(6).fill('recorded'));
      await expectNoDifferences(halina);
      expect(await halina.stop()).to.equal(0);
    } finally {
      await stopAll();
      await run('umount', [data]);
    }
  });
});
