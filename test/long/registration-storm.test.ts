/** Ten thousand handsets that register at once after a restart, while calls come in. */
import { expect } from 'chai';
import type { OfficeStatus } from '../../src/calls/office-status.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideSound, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { Storm } from '../support/e2e/storm.js';

const HANDSETS = 10_000;

describe('a storm of registrations after a restart', function () {
  this.timeout(220_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('settles, and no call fails meanwhile', async () => {
    const extensions = [...Array(HANDSETS).keys()].map((n) => String(20_000 + n));
    const own = officeConfig({ notice: { folder: await shortNotice() } });
    const more = extensions.map((extension) => ({ extension, password: `secret-${extension}` }));
    const config = { ...own, handsets: [...(own.handsets ?? []), ...more], log: { level: 'info' as const } };
    const before = await Halina.start(config);
    const phone = await handset();
    expect(await before.stop()).to.equal(0);

    const halina = await Halina.start(config, { data: before.data });
    await outsideSound();
    const addresses = [...Array(39).keys()].map((n) => address.handset(n + 1));
    const storm = await Storm.open({ addresses, extensions, password: (one) => `secret-${one}`, target: address.officeFace }); // prettier-ignore
    const settled = storm.blow(120_000);
    let calls = 0;
    const over = new AbortController();
    const calling = (async (): Promise<void> => {
      while (!over.signal.aborted || calls < 3) {
        const call = await outsideCall('caller-hangs-up', { talk: 6_000 });
        await call.done();
        calls++;
      }
    })();
    await settled.finally(() => over.abort());
    await calling;
    const status = await halina.cli<OfficeStatus>('status');
    const registered = status.handsets.filter(({ contacts }) => contacts.length > 0).length;
    storm.close();
    expect(registered).to.equal(HANDSETS + 1);
    expect(status.bans).to.deep.equal([]);
    const entries = await halina.calls();
    expect(entries.filter(({ talkMs }) => talkMs === undefined)).to.deep.equal([]);
    expect(entries).to.have.length(calls);
    await phone.stop();
    expect(await halina.stop()).to.equal(0);
  });
});
