/**
 * Backups beside the running program: its own by the clock, one by hand while calls are up, restored on another folder.
 * Runs alone: a backup has the lowest priority, and files beside it would starve it.
 */
import { expect } from 'chai';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reply } from '../../src/app/control-api.js';
import { crowd } from '../support/e2e/crowd.js';
import { Halina, halinaCommand, officeConfig } from '../support/e2e/halina.js';
import { needsNamespace } from '../support/e2e/network.js';
import { shortNotice } from '../support/e2e/office.js';
import { run, stopAll } from '../support/e2e/process.js';

const PASSPHRASE = 'zażółć gęślą jaźń';

describe('a backup of the running program', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('is taken by itself, and by hand while calls are up; restored elsewhere it is the same archive', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'halina-backup-'));
    const [target, data] = [join(folder, 'backup'), join(folder, 'restored')];
    const backup = { target, at: '02:30', passphrase: PASSPHRASE };
    const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() }, backup }));
    const first = await halina.logged('a backup was taken');
    expect(first).to.include({ target });
    const { backup: state } = await halina.cli<Reply<'status'>>('status');
    expect(state).to.include({ target, running: false });
    expect(state?.nextAt).to.be.greaterThan(state?.lastAt ?? Number.NaN);

    const before = await crowd({ calls: 2, rate: 2, talkMs: 4_000, takes: 4 });
    await before.caller.done();
    await halina.loggedTimes('recording kept', 2);
    await before.outside.stop();
    const during = await crowd({ calls: 2, rate: 2, talkMs: 12_000, after: before });
    await halina.loggedTimes('call connected', 4);
    process.env['HALINA_BACKUP_PASSPHRASE'] = PASSPHRASE;
    const taken = await halina.cli<{ newFiles: number; pruned: { files: number } }>('backup', target, '--prune');
    expect(taken.newFiles).to.be.at.least(2);
    await during.caller.done();
    await halina.loggedTimes('recording kept', 4);
    expect(await halina.stop()).to.equal(0);

    const options = ['--config', halina.configFile, '--data', data, '--json'];
    const command = (...args: string[]): Promise<string> => run('node', [...halinaCommand, ...args, ...options]);
    const restored = JSON.parse(await command('restore', target)) as Reply<'verify'> & { configuration: string };
    expect(restored.differences).to.deep.equal([]);
    expect(await readFile(restored.configuration)).to.deep.equal(await readFile(halina.configFile));
    const { calls } = JSON.parse(await command('calls')) as Reply<'calls'>;
    expect(calls.filter(({ recording }) => recording.state === 'recorded')).to.have.length.of.at.least(2);
    const reindexed = JSON.parse(await command('reindex')) as Reply<'reindex'>;
    expect(reindexed).to.deep.equal({ calls: calls.length, entered: 0, lost: [] });
  });
});
