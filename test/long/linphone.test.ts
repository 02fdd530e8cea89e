/**
 * Attended transfer by a telephone that others made: linphone, which asks first and then hands the call over, after a talk
 * or while the other one still rings. The recording is compared part by part.
 */
import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import { Capture, type RtpSeen } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { expectBothTalk, expectSilence } from '../support/e2e/likeness.js';
import { Linphone } from '../support/e2e/linphone.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { outsideCall, outsideSound, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { voice } from '../support/e2e/voices.js';
import { Wire } from '../support/e2e/wire.js';

/** What a handset sent by the port that it used last. */
function lastStream(wire: Wire, n: number): readonly RtpSeen[] {
  const own = wire.fromHandset.filter(({ from }) => from === address.handset(n));
  const port = own.at(-1)?.fromPort;
  return own.filter(({ fromPort }) => fromPort === port);
}

describe('linphone hands a call over to somebody whom it asked first', function () {
  this.timeout(180_000);
  let halina: Halina;
  let sender: Linphone;
  let taker: Linphone;
  before(needsNamespace);
  before(async () => {
    halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
    [sender, taker] = await Promise.all([phone(0, 'employee'), phone(1, 'caller')]);
  });
  after(async () => {
    const ended = await halina.stop();
    await stopAll();
    expect(ended).to.equal(0);
  });

  async function phone(n: number, who: 'caller' | 'employee'): Promise<Linphone> {
    return Linphone.start({
      extension: String(201 + n),
      password: `secret-${201 + n}`,
      address: address.handset(n),
      registrar: address.officeFace,
      audio: (await voice(who)).wav,
      mediaPort: 30_000 + 100 * n,
      sip: ['100rel_support_level=1'],
    });
  }

  for (const [n, early] of [false, true].entries())
    it(`${early ? 'while the other one still rings' : 'after a talk between the two'}: one recording, each in its part`, async () => {
      const capture = await Capture.start();
      const sound = await outsideSound();
      const caller = await outsideCall('caller-waits', { wait: 60_000 });
      const talk = await sender.called();
      await sender.command('answer');
      await sender.state('StreamsRunning');
      await sender.speak(talk);
      await wait(3_000);

      await sender.command(`call-pause ${talk}`);
      await sender.state('Paused');
      const asking = await sender.call(`sip:202@${address.officeFace}`);
      const asked = await taker.called();
      await sender.state('OutgoingRinging');
      if (!early) {
        await taker.command('answer');
        await sender.state('StreamsRunning');
        await sender.speak(asking);
        await wait(1_500);
      }
      await sender.command(`call-transfer ${talk} ${asking}`);
      if (early) {
        await halina.loggedTimes('a call is sent on', n + 1);
        await taker.command('answer');
      }
      await halina.loggedTimes('another party talks', n + 1);
      await taker.speak(asked);
      await wait(3_500);
      await taker.command('terminate');
      await caller.done();
      await sound.stop();

      const kept = (await halina.loggedTimes('recording kept', n + 1))[n] as unknown as {
        path: string;
        callId: string;
      };
      const { path, callId } = kept;
      const { entry } = await halina.record(callId);
      const wire = new Wire(await capture.stop());
      const talks = entry.parts.filter(({ kind }) => kind === 'talk');
      expect(talks.map(({ extension, why, sender: by }) => [extension, why, by])).to.deep.equal([
        ['201', 'answered', undefined],
        ['202', 'transferred', '201'],
      ]);
      const held = entry.parts.find(({ kind }) => kind === 'hold');
      const [holdAt, again] = [(held?.from ?? Number.NaN) / 1000, (talks[1]?.from ?? Number.NaN) / 1000];
      const recording = await decode(path);
      const from = wire.answeredBy(address.handset(0));
      const outside = wire.fromCaller;
      const first = wire.fromHandset.filter((one) => one.from === address.handset(0) && one.time < from + holdAt);
      expectBothTalk(recording, { outside, employee: first, from }, 0.7, holdAt - 0.3);
      expectBothTalk(recording, { outside, employee: lastStream(wire, 1), from }, again + 1, recording.seconds - 0.5);
      expectSilence(recording, holdAt + 0.3, again - 0.3);

      // Reliable progress to linphone, which acknowledges it; REFER, of which it hears to the end.
      const toSender = wire.all(address.officeFace, address.handset(0), /^/).map(({ text }) => text);
      expect(toSender.some((text) => /^SIP\/2.0 180/.test(text) && /^RSeq: /m.test(text))).to.equal(true);
      expect(wire.all(address.handset(0), address.officeFace, /^PRACK/)).to.have.length.at.least(1);
      expect(toSender.filter((text) => /^SIP\/2.0 [45]\d\d .*\r\n(.*\r\n)*CSeq: \d+ PRACK/.test(text))).to.deep.equal(
        [],
      );
      const told = toSender
        .filter((text) => text.startsWith('NOTIFY'))
        .map((text) => /\r\n\r\nSIP\/2.0 (\d+)/.exec(text)?.[1]);
      expect([told[0], told.at(-1)]).to.deep.equal(['100', '200']);
      expect(await halina.calls(), 'calls with an entry').to.have.length(n + 1);
    });
});
