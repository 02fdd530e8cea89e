/** A handset gives its call up: whatever moment that is, whoever was called is let go, and nothing is left. */
import { expect } from 'chai';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { Office, settled } from '../../support/calls/office.js';
import { sdpOf, type FakeInvite } from '../../support/calls/scripted-sip.js';

const NUMBER = '+48601234567';
const DIALLED = '0601234567';
const automatic = {
  outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'provider' }], notice: 'automatic' as const },
};
const normal = { Reason: 'Q.850;cause=16;text="Normal call clearing"' };

/** Whom the handset calls: someone outside, or another handset. */
const callees = [
  { who: 'to the outside', dialled: DIALLED, user: NUMBER },
  { who: 'to another handset', dialled: '202', user: '202' },
];

/** Everything closed, no timer left; one entry of a call outside, none of one within the house. */
function expectOver(office: Office, isOutside: boolean, end: object = { by: 'employee', reason: 'cancelled' }): void {
  expect(office.calls.calls).to.have.length(0);
  expect(office.clock.pendingTimers, 'timers left').to.equal(0);
  for (const session of office.media.sessions) expect(session.closed).to.equal(true);
  expect(office.ledger.ended).to.have.length(isOutside ? 1 : 0);
  if (isOutside) expect(office.entry.end).to.include(end);
}

/** Holds our 200 back until the test lets it go. */
function holdAnswer(handset: FakeInvite): () => void {
  let accept = (): void => {};
  handset.accepting = new Promise((resolve) => (accept = resolve));
  return accept;
}

for (const { who, dialled, user } of callees)
  describe(`a call of a handset ${who} that the handset gives up`, () => {
    const isOutside = user === NUMBER;

    it('while the callee rings: it is cancelled with the reason', async () => {
      const office = new Office();
      const handset = await office.dials('201', dialled);
      office.sip.to(user).progress(180);
      await settled();
      handset.cancel();
      await settled();
      expect(office.sip.to(user).cancelled).to.deep.equal(normal);
      expect(
        handset.statuses.filter((status) => status >= 200),
        'the 487 is the server’s',
      ).to.deep.equal([487]);
      expectOver(office, isOutside);
    });

    it('when the callee’s 200 has come and waits its turn: the callee is hung up on', async () => {
      const office = new Office();
      const handset = await office.dials('201', dialled);
      const callee = office.sip.to(user).answer();
      handset.cancel();
      await settled();
      expect(callee.byes).to.have.length(1);
      expect(handset.statuses).to.not.include(200);
      expect(office.session.bridged).to.equal(false);
      expectOver(office, isOutside);
    });

    it('while our 200 is on its way: the callee is hung up on, and nothing is connected', async () => {
      const office = new Office();
      const handset = await office.dials('201', dialled);
      const accept = holdAnswer(handset);
      const callee = await office.answer(user);
      handset.cancel();
      await settled();
      expect(callee.byes).to.deep.equal([normal]);
      accept();
      await settled();
      expect(handset.statuses).to.not.include(200);
      expect(office.session.bridged).to.equal(false);
      expectOver(office, isOutside);
    });

    it('though its CANCEL was lost, so that only our 200 finds the transaction gone', async () => {
      const office = new Office();
      const handset = await office.dials('201', dialled);
      handset.responses.push({ status: 487 });
      const callee = await office.answer(user);
      expect(callee.byes).to.have.length(1);
      expectOver(office, isOutside);
    });

    it('by a BYE in the moment of our 200', async () => {
      const office = new Office();
      const handset = await office.dials('201', dialled);
      const accept = holdAnswer(handset);
      const callee = await office.answer(user);
      accept();
      await handset.accepting;
      await Promise.resolve();
      handset.dialog?.hangUp();
      await settled();
      expect(callee.byes).to.have.length(1);
      expectOver(office, isOutside, { by: 'employee', reason: 'completed' });
    });

    it('and whose callee has hung up while our 200 is on its way: the handset is told', async () => {
      const office = new Office();
      const handset = await office.dials('201', dialled);
      const accept = holdAnswer(handset);
      const callee = await office.answer(user);
      callee.hangUp();
      await settled();
      accept();
      await settled();
      expect(handset.statuses.some((status) => status >= 400) || handset.dialog?.byes.length === 1).to.equal(true);
      expectOver(office, isOutside, { by: 'outside', reason: 'refused' });
    });
  });

describe('a call of a handset to the outside that the handset gives up', () => {
  it('while its entry is being written: the trunk hears nothing', async () => {
    const office = new Office();
    let begin = (): void => {};
    office.ledger.beginning = new Promise((resolve) => (begin = resolve));
    const handset = await office.dials('201', DIALLED);
    handset.cancel();
    begin();
    await settled();
    expect(office.sip.invites).to.have.length(0);
    expectOver(office, true);
  });

  it('while the reminder plays: it is cut, and the entry says so', async () => {
    const office = new Office();
    const handset = await office.dials('201', DIALLED);
    await office.pass(1_000);
    handset.cancel();
    await settled();
    expect(office.entry.outboundNotice).to.include({ reminded: false });
    expectOver(office, true);
  });

  it('while the callee hears the notice: it is hung up on', async () => {
    const office = new Office(automatic);
    const handset = await office.dials('201', DIALLED);
    const callee = await office.answer(NUMBER);
    await office.pass(PROMPT_MS / 2);
    handset.cancel();
    await settled();
    expect(callee.byes).to.deep.equal([normal]);
    expect(handset.statuses).to.not.include(200);
    expectOver(office, true);
  });

  it('after early media: what the provider sends later changes nothing', async () => {
    const office = new Office();
    const handset = await office.dials('201', DIALLED);
    const trunk = office.sip.to(NUMBER);
    trunk.progress(183, sdpOf('announcement'));
    await settled();
    handset.cancel();
    await settled();
    const { done } = office.session;
    const before = [...done];
    trunk.progress(183, sdpOf('late'));
    await settled();
    expect(done).to.deep.equal(before);
    expectOver(office, true);
  });
});

describe('a call between handsets', () => {
  for (const [what, answer] of [
    ['an SDP with nothing in it for us', 'bad'],
    ['no SDP at all', ''],
  ] as const)
    it(`that is answered with ${what}: the callee is hung up on, the caller refused`, async () => {
      const office = new Office();
      const caller = await office.dials('201', '202');
      const callee = office.sip.to('202').answer(answer);
      await settled();
      expect(callee.byes).to.have.length(1);
      expect(caller.final?.status).to.equal(488);
      expectOver(office, false);
    });

  it('that nobody answers is cancelled there and refused here', async () => {
    const office = new Office();
    const caller = await office.dials('201', '202');
    office.sip.to('202').progress(180);
    await office.pass(60_000);
    expect(office.sip.to('202').cancelled?.['Reason']).to.include('cause=19');
    expect(caller.final?.status).to.equal(480);
    expectOver(office, false);
  });
});
