import { expect } from 'chai';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { Office, settled } from '../../support/calls/office.js';

const NUMBER = '+48601234567';

describe('the notice of a call to the outside', () => {
  it('given by the employee is confirmed by *1', async () => {
    const office = new Office();
    const handset = await office.dials('201', '0601234567');
    await office.answer(NUMBER);
    await office.pass(7_000);
    office.session.emit('code', { leg: 'inside', code: '*1' });
    await office.pass(1_000);
    office.session.emit('code', { leg: 'inside', code: '*1' });
    handset.dialog?.hangUp();
    await settled();
    const { outboundNotice, answeredAt } = office.entry;
    expect(outboundNotice).to.include({ mode: 'employee', confirmed: true, at: (answeredAt ?? 0) + 7_000 });
  });

  it('unconfirmed, with `stop`: recording begins with *1', async () => {
    const office = new Office(outboundWith({ unconfirmed: 'stop' }));
    const handset = await office.dials('201', '0601234567');
    await office.answer(NUMBER);
    await office.pass(5_000);
    expect(office.session.spool).to.equal(undefined);
    office.session.emit('code', { leg: 'inside', code: '*1' });
    await settled();
    expect(office.session.spool).to.not.equal(undefined);
    handset.dialog?.hangUp();
    await settled();
    expect(office.entry.record).to.deep.equal({ wanted: true });
    expect(office.entry.parts).to.deep.include({ kind: 'stopped', from: 0, to: 5_000, by: 'halina' });
  });

  it('unconfirmed, with `stop`: without *1 nothing is recorded', async () => {
    const office = new Office(outboundWith({ unconfirmed: 'stop' }));
    const handset = await office.dials('201', '0601234567');
    await office.answer(NUMBER);
    handset.dialog?.hangUp();
    await settled();
    expect(office.session.spool).to.equal(undefined);
    expect(office.entry.record).to.deep.equal({ wanted: false, why: 'unconfirmed' });
  });

  it('unconfirmed, with `erase`: what was recorded goes into quarantine', async () => {
    const office = new Office(outboundWith({ unconfirmed: 'erase' }));
    const handset = await office.dials('201', '0601234567');
    await office.answer(NUMBER);
    await office.pass(5_000);
    handset.dialog?.hangUp();
    await settled();
    expect(office.entry.quarantine?.why).to.equal('unconfirmed');
    expect(office.entry.record).to.deep.equal({ wanted: true });
  });

  it('automatic: the callee hears it whole before the employee is answered', async () => {
    const office = new Office(outboundWith({ notice: 'automatic' }));
    const handset = await office.dials('201', '0601234567');
    expect(office.session.done).to.not.include('play inside reminder');
    const callee = await office.answer(NUMBER);
    expect(office.session.done).to.include('play outside notice');
    expect(office.session.tones.inside).to.equal('ringback');
    expect(handset.answered).to.equal(false);
    await office.pass(PROMPT_MS);
    expect(handset.final?.status).to.equal(200);
    expect(office.session.bridged).to.equal(true);
    callee.hangUp();
    await settled();
    expect(office.entry.outboundNotice).to.include({ mode: 'automatic', confirmed: true });
    expect(office.entry.outboundNotice?.evidence).to.include({ framesSent: 150, framesTotal: 150 });
    expect(office.entry.end).to.include({ by: 'outside', reason: 'completed' });
  });

  it('automatic: a callee who hangs up while it plays ends the call as refused', async () => {
    const office = new Office(outboundWith({ notice: 'automatic' }));
    const handset = await office.dials('201', '0601234567');
    const callee = await office.answer(NUMBER);
    await office.pass(2_000);
    callee.hangUp();
    await settled();
    expect(handset.final?.status).to.equal(603);
    expect(office.entry.end).to.include({ by: 'outside', reason: 'refused' });
    expect(office.entry.outboundNotice?.confirmed).to.not.equal(true);
  });

  it('automatic: where it cannot be played, notice.onFailure says what becomes of the call', async () => {
    for (const [onFailure, status] of [
      ['reject', 503],
      ['connect-unrecorded', 200],
    ] as const) {
      const office = new Office({ ...outboundWith({ notice: 'automatic' }), notice: { onFailure } });
      office.media.missing.add('notice');
      const handset = await office.dials('201', '0601234567');
      const callee = await office.answer(NUMBER);
      expect(handset.final?.status, onFailure).to.equal(status);
      if (status === 200) callee.hangUp();
      await settled();
      const why = onFailure === 'reject' ? 'not-connected' : 'notice-failed';
      expect(office.entry.record, onFailure).to.deep.equal({ wanted: false, why });
    }
  });

  it('automatic: the caller is told that it rings meanwhile, with our address, and the talk begins after it', async () => {
    const office = new Office(outboundWith({ notice: 'automatic' }));
    const handset = await office.dials('201', '0601234567');
    const answeredAt = office.clock.now();
    await office.answer(NUMBER);
    expect(handset.responses.at(-1)).to.deep.equal({ status: 180, body: 'v=0 answer inside' });
    await office.pass(PROMPT_MS);
    expect(office.calls.calls[0]?.connectedAt).to.equal(answeredAt + PROMPT_MS);
    handset.dialog?.hangUp();
    await settled();
    expect(office.entry.outboundNotice?.at).to.equal(answeredAt + PROMPT_MS);
    expect(office.entry.answeredAt).to.equal(answeredAt);
    expect(office.entry.parts).to.deep.include({ kind: 'talk', from: 0, to: 0, extension: '201', why: 'answered' });
  });

  it('given by the employee: no ringing tone begins over the talk when the reminder is cut', async () => {
    const office = new Office();
    await office.dials('201', '0601234567');
    office.sip.to(NUMBER).progress(180);
    await office.pass(500);
    await office.answer(NUMBER);
    const { done } = office.session;
    expect(done.slice(done.indexOf('bridge')).filter((one) => /^(play|tone)/.test(one))).to.deep.equal([]);
  });
});

const outboundWith = (changes: object) => ({
  outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'provider' }], ...changes },
});
