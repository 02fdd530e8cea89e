import { expect } from 'chai';
import { Capture, rtpOf, sipOf } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { officeConfig, sharedHalina } from '../support/e2e/halina.js';
import { expectDuration, likeness } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { fromHandset, handset, outsideCall, outsideSound, OUTSIDE_MEDIA, shortNotice } from '../support/e2e/office.js';
import { keep, stopAll } from '../support/e2e/process.js';
import { level, slice } from '../support/e2e/sound.js';
import { soundOf } from '../support/e2e/truth.js';

/** Bad networks: what the outside party's packets suffer. `floor`: the least correlation where sound is missing for good. */
const networks = [
  { name: 'with 3 % loss', bad: { loss: 3 } },
  { name: 'out of order and doubled', bad: { reorder: 10, duplicate: 5 } },
  { name: 'with 40 ms of jitter', bad: { jitter: 40 } },
  { name: 'from a clock that is 200 ppm off', bad: { ppm: 200 } },
  { name: 'whose SSRC changes in mid-call', bad: { ssrcChange: 6 } },
] as const;

describe('a caller on a bad network', function () {
  this.timeout(180_000);
  before(needsNamespace);
  const halina = sharedHalina(async () => officeConfig({ notice: { folder: await shortNotice() } }));
  before(async () => keep((await handset()).process));
  afterEach(stopAll);

  for (const network of networks) {
    it(`${network.name} is recorded as they spoke`, async () => {
      const capture = await Capture.start();
      await outsideSound(network.bad);
      const caller = await outsideCall('caller-hangs-up', { talk: 14_000 });
      await caller.done();
      const { path } = (await halina().logged('recording kept')) as unknown as { path: string };
      const seen = await capture.stop();
      const sip = sipOf(seen);
      const at = (from: string, first: string): number =>
        sip.find((one) => one.from === from && one.firstLine.startsWith(first))?.time ?? Number.NaN;
      const inviteAnswer = sip.find(
        (one) => one.from === address.handset(0) && /^SIP\/2.0 200/.test(one.firstLine) && /INVITE/.test(one.text),
      );
      const connected = inviteAnswer?.time ?? Number.NaN;
      const ended = at(address.provider, 'BYE');
      const recording = await decode(path);
      expectDuration(recording.seconds, sip, connected, ended);
      const rtp = rtpOf(seen).filter((one) => one.from === address.provider && one.fromPort === OUTSIDE_MEDIA);
      const truth = soundOf(rtp, connected, ended);
      const employee = soundOf(rtpOf(seen).filter(fromHandset), connected, ended);
      for (const from of [2, Math.floor(recording.seconds) - 5]) {
        const left = likeness(slice(truth, from, from + 4), recording.left, from);
        const right = likeness(slice(employee, from, from + 4), recording.right, from);
        expect(left.correlation, `outside party from ${from} s`).to.be.at.least(0.95);
        expect(right.correlation, `employee from ${from} s`).to.be.at.least(0.95);
        expect(Math.abs(left.lag - right.lag) / 8, `ms between the channels from ${from} s`).to.be.at.most(20);
      }
      expect(level(recording.left)).to.be.greaterThan(-40);
    });
  }
});
