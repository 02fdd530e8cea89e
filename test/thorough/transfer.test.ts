import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import { Capture } from '../support/e2e/capture.js';
import { decode, type Decoded } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { anchored, expectInStep, expectSilence, type Truth } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideSound, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { level } from '../support/e2e/sound.js';
import { soundOf } from '../support/e2e/truth.js';
import { voice } from '../support/e2e/voices.js';
import { Wire } from '../support/e2e/wire.js';

const at = (target: string): string => `sip:${target}@${address.officeFace}`;

async function keptCall(halina: Halina) {
  const { path, callId } = (await halina.logged('recording kept')) as unknown as { path: string; callId: string };
  const { entry } = await halina.record(callId);
  return { recording: await decode(path), entry };
}

/** Seconds by which a busy machine's media process may do later what the program asked it to do when a part began. */
const LATE = 0.8;

/** Seconds into the recording of a part's ends. */
const span = (part: { from: number; to?: number | undefined } | undefined): [number, number] => [
  (part?.from ?? Number.NaN) / 1000,
  (part?.to ?? Number.NaN) / 1000,
];

/** What the outside party gets is one stream from first to last: one source, no number left out, time rising. */
function expectOneStream({ toCaller }: Wire): void {
  expect(new Set(toCaller.map(({ ssrc }) => ssrc)).size, 'sources').to.equal(1);
  const gaps = toCaller.slice(1).map((packet, n) => ({
    sequence: (packet.sequence - (toCaller[n]?.sequence ?? 0)) & 0xffff,
    timestamp: (packet.timestamp - (toCaller[n]?.timestamp ?? 0)) | 0,
  }));
  expect(
    gaps.filter(({ sequence }) => sequence !== 1),
    'breaks in the numbers',
  ).to.deep.equal([]);
  expect(
    gaps.filter(({ timestamp }) => timestamp < 0),
    'steps back in time',
  ).to.deep.equal([]);
}

describe('a call that passes from handset to handset', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  async function office() {
    const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
    const first = await handset();
    const second = await handset(1, { audio: (await voice('caller')).wav, answer: 'manual' });
    const capture = await Capture.start();
    await outsideSound();
    return { halina, first, second, capture };
  }

  const truthOf = (recording: Decoded, wire: Wire, from = wire.answeredBy(address.handset(0))): Truth =>
    anchored(recording, { outside: wire.fromCaller, employee: wire.fromHandset, from });

  it('sent on (blind): one recording, both employees in it each in their part, ringing tone in between', async () => {
    const { halina, first, second, capture } = await office();
    const caller = await outsideCall('caller-waits', { wait: 60_000 });
    await first.event('CALL_ESTABLISHED');
    await wait(5_000);
    await first.command('transfer', at('202'));
    await second.event('CALL_INCOMING');
    await wait(2_500);
    await second.command('accept');
    await second.event('CALL_ESTABLISHED');
    await first.event('CALL_CLOSED');
    await wait(5_000);
    await second.command('hangup');
    await caller.done();
    const { recording, entry } = await keptCall(halina);
    const wire = new Wire(await capture.stop());

    const [talk, ringing, again] = entry.parts;
    expect(entry.parts.map(({ kind, extension, why }) => [kind, extension, why])).to.deep.equal([
      ['talk', '201', 'answered'],
      ['ringing', undefined, undefined],
      ['talk', '202', 'transferred'],
    ]);
    const truth = truthOf(recording, wire);
    const [, t1] = span(talk);
    const [r0, r1] = span(ringing);
    const [a0, a1] = span(again);
    expect(r1 - r0, 'seconds of ringing, at least until it is answered').to.be.within(2.4, 10);
    expectInStep(recording, truth, [
      [0.5, t1 - 0.3],
      [a0 + LATE, a1 - 0.5],
    ]);
    expectSilence(recording, r0 + LATE, r1 - 0.2);
    expectOneStream(wire);
    const heard = soundOf(wire.toCaller, truth.from + r0 + 0.1, truth.from + r0 + 1);
    expect(level(heard), 'level of the ringing tone').to.be.within(-30, -10);
    const said = wire
      .all(address.officeFace, address.handset(0), /^NOTIFY/)
      .map(({ text }) => /\r\n\r\nSIP\/2.0 (\d+)/.exec(text)?.[1]);
    expect(said[0]).to.equal('100');
    expect(said.at(-1)).to.equal('200');
    expect(await halina.stop()).to.equal(0);
  });

  it('parked, and taken up at another handset: one recording, music in between', async () => {
    const { halina, first, second, capture } = await office();
    const caller = await outsideCall('caller-waits', { wait: 60_000 });
    await first.event('CALL_ESTABLISHED');
    await wait(4_000);
    await first.command('transfer', at('*61'));
    await first.event('CALL_CLOSED');
    await wait(3_000);
    await second.command('dial', at('*61'));
    await second.event('CALL_ESTABLISHED');
    await wait(5_000);
    await second.command('hangup');
    await caller.done();
    const { recording, entry } = await keptCall(halina);
    const wire = new Wire(await capture.stop());

    const [talk, parked, again] = entry.parts;
    expect(parked).to.include({ kind: 'parked', orbit: '1', sender: '201' });
    expect(again).to.include({ kind: 'talk', extension: '202', why: 'retrieved' });
    const truth = truthOf(recording, wire);
    const [p0, p1] = span(parked);
    const [a0, a1] = span(again);
    expectInStep(recording, truth, [
      [0.5, span(talk)[1] - 0.3],
      [a0 + LATE, a1 - 0.5],
    ]);
    expectSilence(recording, p0 + LATE, p1 - 0.2);
    expectOneStream(wire);
    const music = soundOf(wire.toCaller, truth.from + p0 + 0.5, truth.from + p1 - 0.2);
    expect(level(music), 'level of the music').to.be.within(-40, -8);
    expect(await halina.stop()).to.equal(0);
  });

  it('picked up by code while it rings elsewhere', async () => {
    const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
    const first = await handset(0, { answer: 'manual' });
    const second = await handset(1, { answer: 'manual' });
    const capture = await Capture.start();
    await outsideSound();
    const caller = await outsideCall('caller-waits', { wait: 60_000 });
    await first.event('CALL_INCOMING');
    await second.command('dial', at('*8'));
    await second.event('CALL_ESTABLISHED');
    await first.event('CALL_CLOSED');
    await wait(4_000);
    await second.command('hangup');
    await caller.done();
    const { recording, entry } = await keptCall(halina);
    const wire = new Wire(await capture.stop());
    expect(entry.parts.map(({ extension, why }) => [extension, why])).to.deep.equal([['202', 'picked-up']]);
    const from = wire.at(address.officeFace, address.handset(1), /^SIP\/2.0 200/, /CSeq: \d+ INVITE/i);
    expectInStep(recording, truthOf(recording, wire, from), [[0.7, recording.seconds - 0.5]]);
    expect(await halina.stop()).to.equal(0);
  });
});
