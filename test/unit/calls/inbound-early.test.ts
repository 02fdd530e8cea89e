import { expect } from 'chai';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { Office, OFFICE, routeTo, settled } from '../../support/calls/office.js';
import { FakeInvite } from '../../support/calls/scripted-sip.js';

const early = { notice: { mode: 'early-media' } } as const;

describe('a call from outside whose notice is early media', () => {
  it('hears the notice after a 183, ringing tone after a 180, and is answered when the handset is', async () => {
    const office = new Office(early);
    const caller = await office.callerCalls();
    expect(caller.responses).to.deep.equal([{ status: 183, body: 'v=0 answer outside' }]);
    expect(office.session.done).to.include('play outside notice');
    await office.pass(PROMPT_MS);
    expect(caller.responses[1]).to.deep.equal({ status: 180, body: 'v=0 answer outside' });
    expect(office.session.tones.outside).to.equal('ringback');
    await office.pass(2_000);
    await office.answer('201');
    expect(caller.final).to.include({ status: 200, body: 'v=0 answer outside' });
    caller.dialog?.hangUp();
    await settled();
    expect(office.entry.notice?.mode).to.equal('early-media');
    expect(office.entry.answeredAt).to.equal(office.entry.connectedAt);
  });

  it('gets its provisional response again every minute while a handset rings', async () => {
    const office = new Office({ ...early, ...routeTo(['201'], { ring: '3min' }) });
    const caller = await office.callerCalls();
    await office.pass(PROMPT_MS);
    for (let minute = 0; minute < 2; minute++) await office.pass(60_000);
    expect(caller.statuses).to.deep.equal([183, 180, 180, 180]);
    await office.answer('201');
    await office.pass(120_000);
    expect(caller.statuses).to.deep.equal([183, 180, 180, 180, 200]);
  });

  for (const { name, status, expected, reason } of [
    { name: 'is busy', status: 486, expected: 486, reason: 'busy' },
    { name: 'declines', status: 603, expected: 603, reason: 'refused' },
    { name: 'refuses for a reason of its own', status: 488, expected: 603, reason: 'refused' },
    { name: 'breaks', status: 500, expected: 480, reason: 'unreachable' },
  ])
    it(`is refused with ${expected} when the handset ${name}`, async () => {
      const office = new Office(early);
      const caller = await office.callerCalls();
      await office.pass(PROMPT_MS);
      office.sip.to('201').refuse(status);
      await settled();
      expect(caller.final?.status).to.equal(expected);
      expect(caller.final?.headers?.['Reason']).to.match(/^Q\.850;cause=\d+/);
      expect(office.entry.end?.reason).to.equal(reason);
      expect(office.entry.answeredAt).to.equal(undefined);
      expect(office.entry.record).to.deep.equal({ wanted: false, why: 'not-connected' });
    });

  it('is refused with 480 when nobody answers', async () => {
    const office = new Office(early);
    const caller = await office.callerCalls();
    await office.pass(PROMPT_MS);
    office.sip.to('201').progress(180);
    await office.pass(20_000);
    expect(caller.final?.status).to.equal(480);
    expect(office.entry.end).to.include({ reason: 'no-answer', cause: 19, status: 480 });
    expect(office.sip.to('201').cancelled).to.not.equal(undefined);
  });

  it('but brought no offer is answered first: nothing can reach it before', async () => {
    const office = new Office(early);
    const caller = await office.callerCalls(new FakeInvite(OFFICE, ''));
    expect(caller.statuses).to.deep.equal([200]);
  });

  it('is answered first where there is a choice: keys do not pass before', async () => {
    const office = new Office({ notice: { mode: 'early-media', choice: 'opt-out' } });
    const caller = await office.callerCalls();
    expect(caller.statuses).to.deep.equal([200]);
  });
});

describe('the notice that cannot be played', () => {
  for (const { name, arrange } of [
    { name: 'is not there', arrange: (office: Office) => office.media.missing.add('notice') },
    { name: 'breaks off', arrange: (office: Office) => (office.media.breaksAfterMs = 1_000) },
  ]) {
    it(`because it ${name}, ends an early call with 503`, async () => {
      const office = new Office(early);
      arrange(office);
      const caller = await office.callerCalls();
      await office.pass(PROMPT_MS);
      expect(caller.final?.status).to.equal(503);
      expect(office.sip.invites).to.have.length(0);
      expect(office.entry.end).to.include({ by: 'halina', reason: 'notice-failed' });
    });

    it(`because it ${name}, hangs up on an answered call`, async () => {
      const office = new Office();
      arrange(office);
      const caller = await office.callerCalls();
      await office.hearNotice(caller);
      expect(caller.dialog?.byes).to.have.length(1);
      expect(office.entry.end?.reason).to.equal('notice-failed');
    });

    it(`because it ${name}, lets the call go on unrecorded where that is configured`, async () => {
      const office = new Office({ notice: { onFailure: 'connect-unrecorded' } });
      arrange(office);
      const caller = await office.callerCalls();
      await office.hearNotice(caller);
      await office.answer('201');
      expect(office.session.bridged).to.equal(true);
      caller.dialog?.hangUp();
      await settled();
      expect(office.session.spool).to.equal(undefined);
      expect(office.entry.record).to.deep.equal({ wanted: false, why: 'notice-failed' });
    });
  }

  it('leaves its evidence: how far it came', async () => {
    const office = new Office();
    office.media.breaksAfterMs = 1_000;
    const caller = await office.callerCalls();
    await office.hearNotice(caller);
    expect(office.entry.notice).to.include({ framesSent: 50, framesTotal: 150 });
  });
});

describe('the notice while handsets ring', () => {
  const meanwhile = { notice: { order: 'while-ringing' } } as const;

  it('is heard whole before a handset that answered is connected', async () => {
    const office = new Office(meanwhile);
    const caller = await office.callerCalls();
    caller.dialog?.ack();
    await settled();
    expect(office.sip.invites).to.have.length(1);
    await office.pass(1_000);
    await office.answer('201');
    expect(office.session.bridged).to.equal(false);
    await office.pass(PROMPT_MS - 1_000);
    expect(office.session.bridged).to.equal(true);
    expect(office.calls.calls[0]?.state).to.equal('talking');
  });

  it('ends in ringing tone where nobody has answered yet', async () => {
    const office = new Office(meanwhile);
    const caller = await office.callerCalls();
    await office.hearNotice(caller);
    expect(office.session.tones.outside).to.equal('ringback');
    expect(office.sip.invites).to.have.length(1);
    await office.answer('201');
    expect(office.session.bridged).to.equal(true);
  });

  it('is heard whole before the caller learns that the handset is busy', async () => {
    const office = new Office({ notice: { order: 'while-ringing', mode: 'early-media' } });
    const caller = await office.callerCalls();
    office.sip.to('201').refuse(486);
    await settled();
    expect(caller.answered).to.equal(false);
    await office.pass(PROMPT_MS);
    expect(caller.final?.status).to.equal(486);
  });

  it('outlasts an employee who answers and hangs up again', async () => {
    const office = new Office({ notice: { order: 'while-ringing', mode: 'early-media' } });
    const caller = await office.callerCalls();
    const handset = await office.answer('201');
    handset.hangUp();
    await office.pass(PROMPT_MS);
    expect(caller.final?.status).to.equal(480);
    expect(office.entry.end?.reason).to.equal('no-answer');
  });

  it('that fails hangs up on a handset that has answered', async () => {
    const office = new Office({ notice: { order: 'while-ringing', mode: 'early-media' } });
    office.media.breaksAfterMs = 2_000;
    const caller = await office.callerCalls();
    const handset = await office.answer('201');
    await office.pass(2_000);
    expect(handset.byes).to.have.length(1);
    expect(caller.final?.status).to.equal(503);
  });
});
