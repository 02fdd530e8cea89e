import { expect } from 'chai';
import { Capture } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { anchored, changesOf, expectDuration, expectHolds, type Truth } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideSound, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { Scenario, type SdpForm } from '../support/e2e/scenario.js';
import { slice, level } from '../support/e2e/sound.js';
import { Wire } from '../support/e2e/wire.js';
import { setTimeout as wait } from 'node:timers/promises';

const reInvite = /^CSeq: \d+ INVITE/im;

/** The holds of an entry: from and to in seconds, and who held. */
async function holdsOf(halina: Halina, id: string) {
  const { entry } = await halina.record(id);
  return entry.parts
    .filter((part) => part.kind === 'hold')
    .map(({ from, to = Number.NaN, by }) => ({ from: from / 1000, to: to / 1000, by }));
}

async function keptCall(halina: Halina) {
  const { path, callId } = (await halina.logged('recording kept')) as unknown as { path: string; callId: string };
  return { recording: await decode(path), id: callId };
}

const truthOf = (wire: Wire): Truth => ({
  outside: wire.fromCaller,
  employee: wire.fromHandset,
  from: wire.answeredBy(address.handset(0)),
});

describe('a call on hold', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('by the employee, twice: silence of the real length, both in step after it, the provider hears of nothing', async () => {
    const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
    const phone = await handset();
    const capture = await Capture.start();
    await outsideSound();
    const caller = await outsideCall('caller-waits', { wait: 60_000 });
    await phone.event('CALL_ESTABLISHED');
    for (const holdMs of [5_000, 2_500]) {
      await wait(3_500);
      await phone.command('hold');
      await wait(holdMs);
      await phone.command('resume');
    }
    await wait(4_000);
    await phone.command('hangup');
    await caller.done();
    const { recording, id } = await keptCall(halina);
    const wire = new Wire(await capture.stop());
    const [trunk, office] = [address.trunkFace, address.officeFace];

    // Every offer of the handset was answered: hold, resume, hold, resume.
    const offers = wire.all(address.handset(0), office, /^INVITE/);
    expect(offers.map(({ text }) => /^a=(sendonly|sendrecv|inactive|recvonly)/m.exec(text)?.[1])).to.deep.equal([
      'sendonly',
      'sendrecv',
      'sendonly',
      'sendrecv',
    ]);
    const answers = wire.all(office, address.handset(0), /^SIP\/2.0 200/, reInvite);
    expect(answers.map(({ text }) => /^a=(sendonly|sendrecv|inactive|recvonly)/m.exec(text)?.[1])).to.deep.equal([
      'recvonly',
      'sendrecv',
      'recvonly',
      'sendrecv',
    ]);
    expect(wire.all(trunk, address.provider, /^(INVITE|UPDATE)/), 'what the provider hears of it').to.have.length(0);

    const connected = truthOf(wire);
    const ended = wire.at(address.handset(0), office, /^BYE/);
    const truth = anchored(recording, connected);
    const changes = changesOf(offers, answers, truth.from);
    expectHolds(recording, truth, changes);
    expectDuration(recording.seconds, wire.sip, connected.from, ended);
    const holds = await holdsOf(halina, id);
    expect(holds.map(({ by }) => by)).to.deep.equal(['employee', 'employee']);
    const told = holds.flatMap(({ from, to }) => [from, to]);
    for (const [n, { asked, done }] of changes.entries())
      expect(told[n], `change ${n} in the entry`).to.be.within(asked - 0.1, done + 0.1);
    expect(await halina.stop()).to.equal(0);
  });

  it('by the outside party in each form (sendonly, inactive, c=0.0.0.0): the same', async () => {
    const forms: readonly SdpForm[] = [
      { direction: 'sendonly' },
      { direction: 'inactive' },
      { connection: '0.0.0.0' },
      { direction: 'inactive', connection: '0.0.0.0' },
    ];
    const steps = Scenario.caller();
    steps.pause(3_000); // the notice, and until the handset has answered
    for (const form of forms) steps.pause(3_000).offers(form).pause(2_500).offers({ direction: 'sendrecv' });
    const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
    const phone = await handset();
    const capture = await Capture.start();
    await outsideSound();
    const caller = await outsideCall(steps.pause(3_000).hangsUp());
    await caller.done();
    await phone.event('CALL_CLOSED');
    const { recording, id } = await keptCall(halina);
    const wire = new Wire(await capture.stop());
    const [trunk, provider] = [address.trunkFace, address.provider];

    const answers = wire.all(trunk, provider, /^SIP\/2.0 200/, /^CSeq: [2-9] INVITE/im);
    expect(answers.map(({ text }) => /^a=(sendonly|sendrecv|inactive|recvonly)/m.exec(text)?.[1])).to.deep.equal([
      'recvonly',
      'sendrecv',
      'inactive',
      'sendrecv',
      // c=0.0.0.0 says nothing of the direction (RFC 3264 § 8.4): nothing is sent all the same.
      'sendrecv',
      'sendrecv',
      'inactive',
      'sendrecv',
    ]);
    expect(wire.all(address.officeFace, address.handset(0), /^(INVITE|UPDATE)/), 'only the first').to.have.length(1);
    const connected = truthOf(wire);
    const ended = wire.at(provider, trunk, /^BYE/);
    expectDuration(recording.seconds, wire.sip, connected.from, ended);
    const truth = anchored(recording, connected);
    const offers = wire.all(provider, trunk, /^INVITE/, /^CSeq: [2-9] INVITE/im);
    expectHolds(recording, truth, changesOf(offers, answers, truth.from));
    const holds = await holdsOf(halina, id);
    expect(holds.map(({ by }) => by)).to.deep.equal(forms.map(() => 'outside'));
    expect(await halina.stop()).to.equal(0);
  });

  it('which the provider wants to be told of: it is, and of its end', async () => {
    const config = officeConfig({ notice: { folder: await shortNotice() } });
    const trunks = config.trunks?.map((trunk) => ({ ...trunk, tellHold: true })) ?? [];
    const halina = await Halina.start({ ...config, trunks });
    const phone = await handset();
    const capture = await Capture.start();
    await outsideSound();
    const steps = Scenario.caller()
      .takesOffer(/a=sendonly/, { direction: 'recvonly' })
      .takesOffer(/a=sendrecv/, { direction: 'sendrecv' });
    const caller = await outsideCall(steps.pause(2_500).hangsUp());
    await phone.event('CALL_ESTABLISHED');
    await wait(3_000);
    await phone.command('hold');
    await wait(3_000);
    await phone.command('resume');
    await caller.done();
    const { recording, id } = await keptCall(halina);
    const wire = new Wire(await capture.stop());
    const truth = anchored(recording, truthOf(wire));
    const told = wire.all(address.trunkFace, address.provider, /^INVITE/);
    expect(told.map(({ text }) => /^a=(sendonly|sendrecv)/m.exec(text)?.[1])).to.deep.equal(['sendonly', 'sendrecv']);
    const offers = wire.all(address.handset(0), address.officeFace, /^INVITE/);
    const answers = wire.all(address.officeFace, address.handset(0), /^SIP\/2.0 200/, reInvite);
    const changes = changesOf(offers, answers, truth.from);
    expect(changes).to.have.length(2);
    expectHolds(recording, truth, changes);
    // The provider's answer is no hold of its own.
    expect((await holdsOf(halina, id)).map(({ by }) => by)).to.deep.equal(['employee']);
    expect(level(slice(recording.left, (changes[1]?.done ?? 0) + 0.3, recording.seconds))).to.be.greaterThan(-35);
    expect(await halina.stop()).to.equal(0);
  });
});
