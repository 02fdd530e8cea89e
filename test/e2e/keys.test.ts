import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import type { Baresip } from '../support/e2e/baresip.js';
import { Capture, type RtpSeen } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { officeConfig, sharedHalina } from '../support/e2e/halina.js';
import { anchored, expectBothTalk } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import {
  handset,
  OFFICE,
  outsideCall,
  outsideCallee,
  outsideSound,
  OUTSIDE_MEDIA,
  shortNotice,
  sippHandset,
} from '../support/e2e/office.js';
import { keep, stopAll } from '../support/e2e/process.js';
import { Scenario } from '../support/e2e/scenario.js';
import { level, slice, toneLevel } from '../support/e2e/sound.js';
import { soundOf } from '../support/e2e/truth.js';
import { Wire } from '../support/e2e/wire.js';

/** The number of a telephone that sends its keys in INFO. */
const BY_INFO = '48227836001';
const KEYS = '0123456789*#';
/** SIPp's own port for media, from which it plays the captured keys. */
const sippMedia = { mediaPort: OUTSIDE_MEDIA };

/** The presses among telephone-events, one character each; every press must have said its end. */
function pressesIn(packets: readonly RtpSeen[]): string {
  const events = packets.filter((one) => one.payloadType === 101);
  const presses = new Map<number, { key: string; ends: number }>();
  for (const { timestamp, media } of events) {
    const press = presses.get(timestamp) ?? { key: KEYS[media[0] ?? 99] ?? '?', ends: 0 };
    if ((media[1] ?? 0) & 0x80) press.ends++;
    presses.set(timestamp, press);
  }
  for (const { key, ends } of presses.values()) expect(ends, `ends of ${key}`).to.be.at.least(1);
  return [...presses.values()].map(({ key }) => key).join('');
}

/** One source whose numbers only rise: what a phone needs to hear every key. `gaps`: its sender leaves some out. */
function expectOneLine(packets: readonly RtpSeen[], gaps = false): void {
  expect(new Set(packets.map(({ ssrc }) => ssrc)).size, 'sources').to.equal(1);
  const steps = packets.slice(1).map(({ sequence }, n) => (sequence - (packets[n]?.sequence ?? 0)) & 0xffff);
  const largest = gaps ? 200 : 1;
  expect(
    steps.filter((step) => step < 1 || step > largest),
    'steps of the sequence that are none',
  ).to.deep.equal([]);
}

/** Whether one of the tones of a telephone's keys stands out in a sound: no key may be heard as sound either. */
function expectNoKeyTones(sound: Float32Array): void {
  for (let at = 0; at + 0.05 <= sound.length / 8000; at += 0.025) {
    const part = slice(sound, at, at + 0.05);
    const strongest = (tones: readonly number[]): number => Math.max(...tones.map((hz) => toneLevel(part, hz)));
    const [low, high] = [strongest([697, 770, 852, 941]), strongest([1209, 1336, 1477, 1633])];
    const total = level(part);
    const share = 10 ** ((low - total) / 10) + 10 ** ((high - total) / 10);
    expect(low > -40 && high > -40 && Math.abs(low - high) < 8 && share > 0.7, `a key is heard at ${at} s`).to.equal(
      false,
    );
  }
}

async function dials(phone: Baresip, keys: string): Promise<void> {
  for (const key of keys) {
    await phone.command('sndcode', key);
    await wait(350);
  }
}

describe('keys', function () {
  this.timeout(180_000);
  before(needsNamespace);
  const halina = sharedHalina(async () =>
    officeConfig({
      notice: { folder: await shortNotice() },
      recording: { privateGrace: '3s' },
      outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'provider' }], unconfirmed: 'erase' },
      routes: [
        { name: 'office', numbers: [`+${OFFICE}`], handsets: ['201'] },
        { name: 'by-info', numbers: [`+${BY_INFO}`], handsets: ['202'] },
      ],
    }),
  );
  let phone: Baresip;
  before(async () => {
    phone = await handset();
    keep(phone.process);
  });
  beforeEach(() => phone.forget());
  afterEach(stopAll);

  it('of both parties reach the other one as telephone-events on one line', async () => {
    const capture = await Capture.start();
    const steps = Scenario.caller({ media: '[media_port]' }).pause(2_500).presses(KEYS).pause(3_000).hangsUp();
    const caller = await outsideCall(steps, {}, sippMedia);
    await phone.event('CALL_ESTABLISHED');
    // `*5` and `**` are no codes: they go on, late, in their order.
    await dials(phone, '159#*5**');
    await caller.done();
    await halina().logged('call ended');
    await phone.event('CALL_CLOSED'); // all that it told before has come
    const wire = new Wire(await capture.stop());
    expect(pressesIn(wire.toHandset)).to.equal(KEYS);
    const heard = phone.events('CALL_DTMF_START');
    expect(heard.map(({ param }) => param).join(''), 'what the handset understood').to.equal(KEYS);
    const toCaller = wire.toCaller.filter(({ time }) => time > wire.answeredBy(address.handset(0)));
    expect(pressesIn(toCaller)).to.equal('159#*5**');
    expectOneLine(wire.toCaller);
    // Debian's captures are of one long call: between them numbers are missing.
    expectOneLine(wire.toHandset, true);
  });

  it('in INFO reach the other one in INFO, in both directions, codes excepted', async () => {
    const capture = await Capture.start();
    const other = await sippHandset(
      Scenario.callee(300).takesInfo('4').takesInfo('#').sendsInfo('7').sendsInfo('*').sendsInfo('5').sendsInfo('*')
        .sendsInfo('9').isHungUpOn(), // prettier-ignore
      {},
      1,
    );
    const caller = await outsideCall(
      Scenario.caller().pause(3_000).sendsInfo('4').sendsInfo('#').takesInfo('7').takesInfo('*').takesInfo('5')
        .pause(2_500).hangsUp(), // prettier-ignore
      { number: BY_INFO },
    );
    await Promise.all([caller.done(), other.done()]);
    expect((await halina().logged('the employee dialled a code'))['code']).to.equal('*9');
    await halina().logged('call ended');
    const wire = new Wire(await capture.stop());
    expect(wire.all(address.trunkFace, address.provider, /^INFO/), 'to the provider').to.have.length(3);
  });

  it('*9 stops the recording: the call goes on, nobody outside hears the code, the rest is in quarantine', async () => {
    const capture = await Capture.start();
    await outsideSound();
    const caller = await outsideCall(Scenario.caller().isHungUpOn());
    await phone.event('CALL_ESTABLISHED');
    await wait(4_000);
    await dials(phone, '*9');
    const code = await halina().logged('the employee dialled a code');
    await wait(5_000);
    await phone.command('hangup');
    await caller.done();
    const { callId, path } = (await halina().logged('recording kept')) as unknown as { callId: string; path: string };
    const wire = new Wire(await capture.stop());
    const from = wire.answeredBy(address.handset(0));
    expect(code['code']).to.equal('*9');
    expect(pressesIn(wire.toCaller), 'keys that leaked').to.equal('');
    expect(wire.all(address.trunkFace, address.provider, /^INFO/), 'INFO that leaked').to.have.length(0);
    const stopped = Date.parse(String(code['time'])) / 1000;
    expectNoKeyTones(soundOf(wire.toCaller, stopped - 1, stopped));
    const spoken = soundOf(wire.toCaller, stopped + 1, stopped + 4.5);
    expect(level(spoken), 'the call goes on').to.be.greaterThan(-40);
    const { entry, state } = await halina().record(callId);
    expect(entry.quarantine?.why).to.equal('stopped');
    expect(entry.end?.reason).to.equal('completed');
    expect(state.phase).to.equal('recorded');
    const recording = await decode(path);
    const truth = anchored(recording, { outside: wire.fromCaller, employee: wire.fromHandset, from });
    const codeAt = stopped - truth.from;
    expectBothTalk(recording, truth, 0.5, codeAt - 1);
    // The media process may do it later than the program asked for it; the call goes on for five seconds.
    expect(recording.seconds, 'of the recording').to.be.within(codeAt - 1, codeAt + 2);
  });

  it('*7 says that the call is private: both are told, and it ends after the grace time', async () => {
    const capture = await Capture.start();
    await outsideSound();
    const caller = await outsideCall(Scenario.caller().isHungUpOn());
    await phone.event('CALL_ESTABLISHED');
    await wait(2_000);
    await dials(phone, '*7');
    const code = await halina().logged('the employee dialled a code');
    await caller.done();
    await phone.event('CALL_CLOSED');
    const { callId } = (await halina().logged('recording kept')) as unknown as { callId: string };
    const wire = new Wire(await capture.stop());
    const dialled = Date.parse(String(code['time'])) / 1000;
    const ended = wire.at(address.trunkFace, address.provider, /^BYE/);
    // Not before its time; a machine that has much to do may be late.
    expect(ended - dialled, 'grace time').to.be.within(2.7, 6);
    expect(wire.at(address.officeFace, address.handset(0), /^BYE/)).to.be.closeTo(ended, 3);
    expect(pressesIn(wire.toCaller), 'keys that leaked').to.equal('');
    const { entry } = await halina().record(callId);
    expect(entry.quarantine?.why).to.equal('private');
    expect(entry.end).to.include({ reason: 'private', by: 'employee' });
  });

  for (const confirms of [true, false]) {
    it(`*1 ${confirms ? 'confirms' : 'not dialled leaves unconfirmed'} the notice of an outbound call`, async () => {
      const capture = await Capture.start();
      await outsideSound();
      const callee = await outsideCallee(Scenario.callee(300).isHungUpOn());
      await phone.command('dial', `sip:0601234567@${address.officeFace}`);
      await phone.event('CALL_ESTABLISHED');
      await wait(2_500);
      if (confirms) {
        await dials(phone, '*1');
        expect((await halina().logged('the employee dialled a code'))['code']).to.equal('*1');
      }
      await wait(1_500);
      await phone.command('hangup');
      await callee.done();
      const ended = await halina().logged('call ended');
      const wire = new Wire(await capture.stop());
      expect(pressesIn(wire.toCaller), 'keys that leaked').to.equal('');
      const { entry } = await halina().record(String(ended['callId']));
      expect(entry.outboundNotice).to.include({ mode: 'employee', confirmed: confirms });
      expect(entry.quarantine?.why).to.equal(confirms ? undefined : 'unconfirmed');
    });
  }
});
