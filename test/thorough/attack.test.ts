/**
 * Attack with the tools that robots use (sipvicious): they find no telephone server, no extension and no password, are
 * shut out, and the office's calls go on all the while.
 */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { OfficeStatus } from '../../src/calls/office-status.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideSound, shortNotice } from '../support/e2e/office.js';
import { start, stopAll } from '../support/e2e/process.js';

/** Runs a tool of sipvicious to its end (or for `ms`), and gives what it printed. */
async function attack(tool: string, args: readonly string[], ms: number): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'halina-attack-'));
  const running = start(tool, args, { cwd: home, env: { HOME: home, PYTHONUNBUFFERED: '1' } });
  const timer = setTimeout(() => void running.stop('SIGINT'), ms);
  await running.ended;
  clearTimeout(timer);
  return running.output();
}

describe('an attack by sipvicious', function () {
  this.timeout(200_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('finds nothing, cracks nothing, is banned, and calls go on', async () => {
    const config = officeConfig({ defence: { guesses: 5, requestsPerSecond: 50, burst: 100 } });
    const halina = await Halina.start({ ...config, notice: { folder: await shortNotice() } });
    const phone = await handset();
    await outsideSound();
    const call = await outsideCall('caller-waits', { wait: 180_000 }); // however long the attack takes
    await phone.event('CALL_ESTABLISHED');

    const map = await attack('svmap', [`${address.trunkFace}/32`, '-b', address.stranger], 15_000);
    expect(map, 'svmap').not.to.match(/Halina|SIP Device\s*\|.*5060/i);
    const invited = await attack('svwar', ['-e', '200-210', '-m', 'INVITE', '-b', address.stranger, '--force', address.trunkFace], 20_000); // prettier-ignore
    expect(invited, 'svwar by INVITE').not.to.match(/reqauth|noauth|\b201\b.*\|/);
    const found = await attack('svwar', ['-e', '200-299', '-m', 'REGISTER', '-b', address.stranger, '--force', address.trunkFace], 30_000); // prettier-ignore
    const claimed = [...found.matchAll(/^\|\s*(\d{3})\s*\|/gm)].map(([, extension]) => extension);
    // Either it tells none from the other, or it takes all for extensions: those that are do not stand out.
    expect(claimed.filter((one) => !/^20[1-4]$/.test(one ?? '')).length === 0 && claimed.length > 0, found).to.equal(false); // prettier-ignore

    const words = join(await mkdtemp(join(tmpdir(), 'halina-words-')), 'words.txt');
    await writeFile(words, [...Array(400).keys()].map((n) => `guess-${n}`).join('\n') + '\nsecret-202\n');
    // The first run stumbles over SHA-256 and dies; the second is offered MD5 alone, as an old handset would be.
    await attack('svcrack', ['-u', '202', '-d', words, '-b', address.stranger, address.trunkFace], 15_000);
    const cracked = await attack('svcrack', ['-u', '202', '-d', words, '-b', address.stranger, address.trunkFace], 60_000); // prettier-ignore
    expect(cracked, 'svcrack').not.to.contain('secret-202');
    const status = await halina.cli<OfficeStatus>('status');
    // svcrack takes the address that the kernel gives it, whatever it was told.
    expect(status.bans.map((ban) => ban.times)).to.deep.equal([1]);
    expect(status.counters.admission?.['banned'], 'packets of the banned').to.be.greaterThan(10);
    expect(status.calls.running, 'the call is up').to.equal(1);
    await phone.command('hangup');
    await call.done();
    const kept = await halina.logged('recording kept');
    expect(kept).to.have.property('path');
    expect(await halina.stop()).to.equal(0);
  });
});
