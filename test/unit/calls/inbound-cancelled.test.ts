import { expect } from 'chai';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { Office, routeTo, settled } from '../../support/calls/office.js';
import { OFFICE, CALLER } from '../../support/calls/office.js';
import { FakeInvite } from '../../support/calls/scripted-sip.js';

const early = { notice: { mode: 'early-media' } } as const;

/** A caller whose BYE comes with the news that our 200 went out. */
class LeavesAtOnce extends FakeInvite {
  override async accept(options: Parameters<FakeInvite['accept']>[0]): ReturnType<FakeInvite['accept']> {
    const dialog = await super.accept(options);
    this.dialog?.hangUp();
    return dialog;
  }
}

/** Whatever the moment: one entry, everything closed, no timer left. */
function expectOver(office: Office, reason: string, by = 'outside'): void {
  expect(office.entry.end).to.include({ by, reason });
  expect(office.ledger.ended).to.have.length(1);
  expect(office.calls.calls).to.have.length(0);
  expect(office.clock.pendingTimers, 'timers left').to.equal(0);
  for (const session of office.media.sessions) expect(session.closed).to.equal(true);
}

describe('an inbound call that is cancelled', () => {
  it('before anything was done for it: its media session is closed as soon as it is there', async () => {
    const office = new Office(early);
    let open = (): void => {};
    office.media.opening = new Promise((resolve) => (open = resolve));
    const caller = await office.callerCalls();
    caller.cancel();
    await settled();
    open();
    await settled();
    expectOver(office, 'cancelled');
    expect(caller.statuses).to.deep.equal([487]);
    expect(office.session.done).to.deep.equal([]);
  });

  it('while its entry is being written', async () => {
    const office = new Office(early);
    let begin = (): void => {};
    office.ledger.beginning = new Promise((resolve) => (begin = resolve));
    const caller = await office.callerCalls();
    caller.cancel();
    await settled();
    begin();
    await settled();
    expectOver(office, 'cancelled');
    expect(office.ledger.done).to.deep.equal(['begin', 'end']);
  });

  it('while the notice plays: no handset rings, and the evidence says how far it came', async () => {
    const office = new Office(early);
    const caller = await office.callerCalls();
    await office.pass(1_000);
    caller.cancel();
    await settled();
    expectOver(office, 'cancelled');
    expect(office.sip.invites).to.have.length(0);
    expect(office.entry.notice).to.include({ framesSent: 50, framesTotal: 150 });
  });

  it('while handsets ring: every one of them is cancelled', async () => {
    const office = new Office({ ...early, ...routeTo(['201', '202']) });
    const caller = await office.callerCalls();
    await office.pass(PROMPT_MS);
    caller.cancel();
    await settled();
    expectOver(office, 'cancelled');
    for (const { cancelled } of office.sip.invites)
      expect(cancelled).to.deep.equal({ Reason: 'Q.850;cause=16;text="Normal call clearing"' });
  });

  it('because somebody else took it at the provider: handsets are told so, and show no missed call (RFC 3326)', async () => {
    const office = new Office({ ...early, ...routeTo(['201', '202']) });
    const caller = await office.callerCalls();
    await office.pass(PROMPT_MS);
    caller.cancel('Q.850;cause=16, SIP ;cause=200;text="Call completed elsewhere"');
    await settled();
    expectOver(office, 'cancelled');
    for (const { cancelled } of office.sip.invites)
      expect(cancelled).to.deep.equal({ Reason: 'SIP;cause=200;text="Call completed elsewhere"' });
  });

  it('by its own Expires, while handsets ring: 487 (RFC 3261 § 13.3.1)', async () => {
    const office = new Office({ ...early, ...routeTo(['201', '202']) });
    const invite = new FakeInvite(OFFICE, undefined, { From: CALLER, Expires: '8' });
    const caller = await office.callerCalls(invite);
    await office.pass(PROMPT_MS);
    await office.pass(7_999 - PROMPT_MS);
    expect(caller.answered).to.equal(false);
    await office.pass(1);
    expect(caller.final?.status).to.equal(487);
    expectOver(office, 'cancelled');
    for (const { cancelled } of office.sip.invites) expect(cancelled).to.not.equal(undefined);
  });

  it('by no Expires once it was answered', async () => {
    const office = new Office();
    const caller = await office.callerCalls(new FakeInvite(OFFICE, undefined, { From: CALLER, Expires: '1' }));
    caller.dialog?.ack();
    await office.pass(2_000);
    expect(office.calls.calls).to.have.length(1);
    expect(caller.statuses).to.deep.equal([200]);
  });

  it('in the moment when the handset answers: the handset is hung up on', async () => {
    const office = new Office(early);
    const caller = await office.callerCalls();
    await office.pass(PROMPT_MS);
    let accept = (): void => {};
    caller.accepting = new Promise((resolve) => (accept = resolve));
    const handset = await office.answer('201');
    caller.cancel();
    accept();
    await settled();
    expectOver(office, 'cancelled');
    expect(handset.byes).to.have.length(1);
    expect(caller.statuses).to.not.include(200);
  });

  it('in the moment when we answer it for the notice', async () => {
    const office = new Office();
    const invite = new FakeInvite(OFFICE, undefined, { From: CALLER });
    let accept = (): void => {};
    invite.accepting = new Promise((resolve) => (accept = resolve));
    const caller = await office.callerCalls(invite);
    caller.cancel();
    accept();
    await settled();
    expectOver(office, 'cancelled');
    expect(office.session.done).to.not.include('play outside notice');
  });

  it('whose CANCEL was lost, so that only our 200 finds the transaction gone', async () => {
    const office = new Office();
    const invite = new FakeInvite(OFFICE, undefined, { From: CALLER });
    invite.responses.push({ status: 487 });
    await office.callerCalls(invite);
    expectOver(office, 'cancelled');
  });
});

describe('an inbound caller who was answered and hangs up', () => {
  it('while the notice plays', async () => {
    const office = new Office();
    const caller = await office.callerCalls();
    caller.dialog?.ack();
    await office.pass(1_000);
    caller.dialog?.hangUp();
    await settled();
    expectOver(office, 'cancelled');
    expect(office.entry.answeredAt).to.equal(office.entry.startedAt);
    expect(office.entry.connectedAt).to.equal(undefined);
    expect(office.sip.invites).to.have.length(0);
  });

  it('while the choice is awaited', async () => {
    const office = new Office({ notice: { choice: 'opt-in' } });
    const caller = await office.callerCalls();
    await office.hearNotice(caller);
    caller.dialog?.hangUp();
    await settled();
    expectOver(office, 'caller-declined');
    expect(office.entry.record).to.deep.equal({ wanted: false, why: 'not-connected' });
  });

  it('while handsets ring', async () => {
    const office = new Office();
    const caller = await office.callerCalls();
    await office.hearNotice(caller);
    caller.dialog?.hangUp();
    await settled();
    expectOver(office, 'cancelled');
    expect(office.sip.to('201').cancelled).to.not.equal(undefined);
  });

  it('in the moment of our 200, when the handset has answered: a talk of no length, of which nothing is kept', async () => {
    const office = new Office(early);
    const caller = await office.callerCalls(new LeavesAtOnce(OFFICE, undefined, { From: CALLER }));
    await office.pass(PROMPT_MS);
    const handset = await office.answer('201');
    expectOver(office, 'completed');
    expect(caller.statuses.at(-1)).to.equal(200);
    expect(handset.byes).to.deep.equal([{ Reason: 'Q.850;cause=16;text="Normal call clearing"' }]);
    const { end, ...entry } = office.entry;
    expect(entry).to.deep.include({
      answeredAt: end?.at,
      connectedAt: end?.at,
      talkMs: 0,
      employee: { extension: '201' },
      parts: [{ kind: 'talk', from: 0, to: 0, extension: '201', why: 'answered' }],
      record: { wanted: false, why: 'not-connected' },
    });
  });

  for (const by of ['outside', 'employee'] as const)
    it(`with the ACK outstanding that brings its answer, as ${by} does here: a talk of no length`, async () => {
      const office = new Office(routeTo(['201'], { record: 'never' }));
      const caller = await office.callerCalls(new FakeInvite(OFFICE, '', { From: CALLER }));
      const handset = await office.answer('201');
      await office.pass(700);
      expect(office.session.bridged).to.equal(false);
      (by === 'outside' ? caller.dialog : handset)?.hangUp();
      await settled();
      expectOver(office, 'completed', by);
      expect((by === 'outside' ? handset : caller.dialog)?.byes).to.have.length(1);
      const { startedAt, end, ...entry } = office.entry;
      expect(end?.at).to.equal(startedAt + 700);
      expect(entry).to.deep.include({ answeredAt: end?.at, connectedAt: end?.at, talkMs: 0 });
      expect(entry.record).to.deep.equal({ wanted: false, why: 'route-never' });
    });

  it('while the busy tone is heard: the call was busy all the same', async () => {
    const office = new Office();
    const caller = await office.callerCalls();
    await office.hearNotice(caller);
    office.sip.to('201').refuse(486);
    await settled();
    caller.dialog?.hangUp();
    await settled();
    expectOver(office, 'busy', 'employee');
  });

  it('without ever having sent its ACK: the SIP server gives it up', async () => {
    const office = new Office();
    const caller = await office.callerCalls();
    await office.pass(5_000);
    caller.dialog?.hangUp({ by: 'server', reason: 'ACK timeout' });
    await settled();
    expectOver(office, 'peer-lost');
  });
});
