/** Redis stands still for half a minute with calls up, then loses the end of its file, then the middle of it. */
import { expect } from 'chai';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reply } from '../../src/app/control-api.js';
import { crowd } from '../support/e2e/crowd.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { needsNamespace } from '../support/e2e/network.js';
import { shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';

/** The part of the append-only file that grows. */
function growingFile(data: string): string {
  const folder = join(data, 'redis', 'appendonlydir');
  const name = readdirSync(folder).find((one) => one.endsWith('.incr.aof'));
  if (name === undefined) throw new Error(`there is no append-only file in ${folder}`);
  return join(folder, name);
}

describe('Redis, with calls up', function () {
  this.timeout(300_000);
  before(needsNamespace);
  afterEach(stopAll);

  async function isWhole(halina: Halina, calls: number): Promise<void> {
    const page = await halina.cli<Reply<'calls'>>('calls');
    expect([page.answeredBy, page.calls.length]).to.deep.equal(['index', calls]);
    expect((await halina.cli<Reply<'verify'>>('verify')).differences).to.deep.equal([]);
  }

  it('stands still for 30 s, loses the end of its file, and has its file damaged: each is said and heals', async () => {
    const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
    const pidOf = (n: number): number => Number(halina.log().filter(({ msg }) => msg === 'Redis started')[n]?.['pid']);
    const all = await crowd({ calls: 3, rate: 3, talkMs: 45_000 });
    await halina.loggedTimes('call connected', 3);
    const pid = pidOf(0);
    process.kill(pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 30_000)); // the thirty seconds that are the matter here
    process.kill(pid, 'SIGCONT');
    await all.caller.done();
    await halina.loggedTimes('recording kept', 3);
    await isWhole(halina, 3);

    const file = growingFile(halina.data);
    process.kill(pid, 'SIGKILL');
    truncateSync(file, Math.max(0, readFileSync(file).length - 700));
    await halina.logged('Redis is there again');
    await halina.loggedTimes('the index in Redis has caught up', 3);
    await isWhole(halina, 3);

    const bytes = readFileSync(growingFile(halina.data));
    const child = Number(readFileSync(join(halina.data, 'redis', 'redis.pid'), 'utf8'));
    process.kill(child, 'SIGKILL');
    bytes.fill('!', 40, 60);
    writeFileSync(growingFile(halina.data), bytes);
    await halina.logged('the append-only file of Redis is damaged: it is put aside, and Redis begins anew');
    await halina.loggedTimes('the index in Redis was made anew', 2);
    await isWhole(halina, 3);
    expect(await halina.stop()).to.equal(0);
  });
});
