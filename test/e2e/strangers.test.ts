/** The whole program as strangers on the network meet it. */
import { expect } from 'chai';
import type { OfficeStatus } from '../../src/calls/office-status.js';
import { DigestClient } from '../../src/calls/digest/client.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { Caller } from '../support/e2e/caller.js';

/** REGISTER of an extension with a password; the status of its answer, where one comes within the time. */
async function guess(
  caller: Caller,
  extension: string,
  password: string,
  ms: number,
  challengedMs = ms,
): Promise<number | undefined> {
  const target = address.trunkFace;
  const challenged = await caller.ask('REGISTER', `sip:${target}`, { extension, ms: challengedMs });
  if (challenged?.status !== 401) return challenged?.status;
  const digest = new DigestClient({ username: extension, password });
  const header = (): string => challenged.headers('WWW-Authenticate').join(', ');
  const answer = digest.answer({ status: 401, header }, { method: 'REGISTER', uri: `sip:${target}` });
  const again = await caller.ask('REGISTER', `sip:${target}`, { extension, ms, extra: [`Authorization: ${answer?.value}`] }); // prettier-ignore
  return again?.status;
}

describe('strangers at the running program', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('get not a byte for their calls; who guesses is banned, over a restart too, and calls go on', async () => {
    const config = officeConfig({ defence: { guesses: 4 } });
    let halina = await Halina.start(config);
    const stranger = await Caller.open(address.stranger, address.trunkFace);
    for (const method of ['INVITE', 'OPTIONS', 'SUBSCRIBE', 'MESSAGE', 'INVITE'])
      stranger.send(method, `sip:+48227836000@${address.trunkFace}`);
    // Its REGISTER is answered, and came after all of those.
    expect((await stranger.ask('REGISTER', `sip:${address.trunkFace}`, { extension: '201', ms: 20_000 }))?.status).to.equal(401); // prettier-ignore
    expect(stranger.heard).to.have.length(1);
    for (let n = 0; n < 3; n++) expect(await guess(stranger, '201', `guess-${n}`, 20_000)).to.equal(401);
    expect(await guess(stranger, '201', 'guess-4', 500, 20_000)).to.equal(undefined);
    await halina.logged('source banned');
    const told = await halina.cli<OfficeStatus>('status');
    expect(told.counters.authentication).to.include({ wrong: 4, bans: 1 });
    expect(told.counters.admission).to.include({ strangers: 5 });
    expect(told.bans.map(({ address: banned }) => banned)).to.deep.equal([address.stranger]);
    const heard = stranger.heard.length;
    expect(await guess(stranger, '201', 'secret-201', 1000), 'the right one, too late').to.equal(undefined);
    expect(await halina.stop()).to.equal(0);

    halina = await Halina.start(config, { data: halina.data });
    expect(await guess(stranger, '201', 'secret-201', 1000), 'after a restart').to.equal(undefined);
    expect(stranger.heard.slice(heard).map((one) => one.startLine)).to.deep.equal([]);
    const phone = await handset();
    const call = await outsideCall('caller-hangs-up', { talk: 1500 });
    await call.done();
    await phone.stop();
    await stranger.close();
    expect(await halina.stop()).to.equal(0);
  });
});
