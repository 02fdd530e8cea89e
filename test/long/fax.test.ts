import { expect } from 'chai';
import { access } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Folders } from '../../src/archive/folders.js';
import type { CallId } from '../../src/base/brands.js';
import { ask } from '../../src/cli/client.js';
import { Capture, sipOf, type Datagram } from '../support/e2e/capture.js';
import { callingTone, UdptlPeer } from '../support/e2e/fax-machine.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { outsideCall, outsideSound, OUTSIDE_MEDIA, shortNotice, sippHandset } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { Scenario } from '../support/e2e/scenario.js';
import { until } from '../support/until.js';

const HANDSET_MEDIA = 9100;

/** The port that we named for fax to this address, in an offer or an answer. */
function faxPort(seen: readonly Datagram[], to: string): number {
  const told = sipOf(seen).findLast((one) => one.to === to && /\r\nm=image [1-9]/.test(one.text));
  return Number(/\r\nm=image (\d+) udptl t38/.exec(told?.text ?? '')?.[1]);
}

describe('a fax', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  /** What is kept of the call that ended so: no MP3, and no spool any more. */
  async function expectUnrecorded(halina: Halina, id: string): Promise<void> {
    const { entry, state } = await halina.record(id);
    expect(entry.record).to.deep.equal({ wanted: false, why: 'fax' });
    expect(state).to.include({ phase: 'unrecorded', why: 'fax' });
    const spool = new Folders(halina.data).spoolOf(id as CallId);
    expect(await access(spool).then(String, () => 'gone')).to.equal('gone');
  }

  it('in sound, by T.38, and in sound after T.38 was refused: known, passed on, and not recorded', async () => {
    const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
    const face = { outside: address.trunkFace, inside: address.officeFace };

    // In sound: the machine that calls is known by its second tone.
    const machine = await outsideSound({ audio: await callingTone() });
    const first = await sippHandset(Scenario.callee(200).isHungUpOn(), {});
    const calling = await outsideCall(Scenario.caller().pause(9_000).hangsUp());
    await halina.logged('the call is a fax');
    await until('the call is a fax for who looks at it, and not recorded', async () => {
      const [live] = (await ask(halina.data, 'live', {})).calls;
      return live?.fax === 'g711' && !live.recording;
    });
    await Promise.all([calling.done(), first.done()]);
    await machine.stop();
    await halina.loggedTimes('call ended', 1);

    // By T.38, which the machine at the handset's place asks for.
    const capture = await Capture.start();
    const second = await sippHandset(Scenario.callee(200).pause(500).offers({ fax: true }).isHungUpOn());
    const ours = [await UdptlPeer.open(address.provider, OUTSIDE_MEDIA, true), await UdptlPeer.open(address.handset(0), HANDSET_MEDIA)] as const; // prettier-ignore
    const passing = await outsideCall(
      Scenario.caller()
        .takesOffer(/m=image [1-9][0-9]* udptl t38/, { fax: true })
        .pause(6_000)
        .hangsUp(),
    );
    await halina.loggedTimes('the call is a fax', 2);
    const isAgreed = (seen: readonly Datagram[]): boolean =>
      [address.handset(0), address.provider].every((to) => faxPort(seen, to) > 0);
    await capture.until('an offer and an answer of fax', isAgreed);
    const seen = await capture.stop();
    const port = faxPort(seen, address.handset(0));
    const sent = Array.from({ length: 40 }, (_, n) => n);
    for (const sequence of sent) {
      ours[1].send(sequence, port, face.inside);
      await wait(20);
    }
    await Promise.all([passing.done(), second.done()]);
    expect(port).to.not.equal(faxPort(seen, address.provider)).and.not.equal(HANDSET_MEDIA);
    expect(ours[0].numbers, 'what reached the outside').to.deep.equal(sent);
    expect(ours[1].numbers, 'what came back').to.deep.equal(sent);
    for (const peer of ours) peer.close();

    // T.38 refused by the outside: the one who asked is told, and the call goes on.
    const third = await sippHandset(Scenario.callee(200).pause(500).offersInVain({ fax: true }, 488).isHungUpOn());
    const refusing = await outsideCall(
      Scenario.caller().refusesOffer('488 Not Acceptable Here').pause(1_500).hangsUp(),
    );
    await Promise.all([refusing.done(), third.done()]);
    await halina.loggedTimes('call ended', 3);

    const calls = (await halina.calls()).toReversed();
    expect(calls.map(({ fax, end }) => [fax, end])).to.deep.equal([
      ['g711', 'completed'],
      ['t38', 'completed'],
      ['g711', 'completed'],
    ]);
    const entries = await Promise.all(calls.map(async ({ id }) => (await halina.record(id)).entry));
    expect(entries.map(({ fax }) => fax?.by)).to.deep.equal(['cng', 't38', 't38']);
    expect(await halina.stop()).to.equal(0);
    for (const { id } of calls) await expectUnrecorded(halina, id);
  });
});
