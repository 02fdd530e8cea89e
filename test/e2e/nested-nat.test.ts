import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { outsideCall, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import type { Scenario } from '../support/e2e/scenario.js';
import { sipp, type SippOptions } from '../support/e2e/sipp.js';

/** What a handset believes its address to be: behind a router of its own within the office's network. */
const BELIEVED = '192.168.77.5';

const scenarios = resolve(import.meta.dirname, '../../../test/e2e/scenarios');
/** The steps of a scenario whose peer names that address in its Contact. */
const believing = (name: string): SippOptions['scenario'] => {
  const xml = readFileSync(`${scenarios}/${name}.xml`, 'utf8');
  return { toString: () => xml.replaceAll(/^( *Contact: <sip:.*)\[local_ip\]/gm, `$1${BELIEVED}`) } as Scenario;
};

describe('a handset behind a router within the office’s private network', function () {
  this.timeout(120_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('gets the ACK of its answer, and the end of the call', async () => {
    const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
    const registration = await sipp({
      scenario: believing('handset-registers'),
      address: address.handset(0),
      to: `${address.officeFace}:5060`,
      fields: ['201;[authentication username=201 password=secret-201]'],
      values: { port: 5060 },
    });
    await registration.done();
    const callee = await sipp({
      scenario: believing('callee-answers'),
      address: address.handset(0),
      values: { media: 9100, ring: 300, wait: 20_000 },
    });
    const caller = await outsideCall('caller-hangs-up', { talk: 4_000 });
    await callee.done();
    await caller.done();
    expect(await halina.stop()).to.equal(0);
  });
});
