import { expect } from 'chai';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { Office, settled } from '../../support/calls/office.js';
import { sdpOf } from '../../support/calls/scripted-sip.js';

const NUMBER = '+48601234567';

describe('a call of a handset to the outside', () => {
  it('goes to the trunk with our offer, is answered when the callee is, and is recorded with outside on the left', async () => {
    const office = new Office();
    const handset = await office.dials('201', '0601234567');
    const trunk = office.sip.to(NUMBER);
    expect(trunk.options).to.include({ nextHop: 'sip:192.0.2.10', sdp: 'v=0 offer outside' });
    trunk.progress(180);
    await settled();
    expect(handset.answered).to.equal(false);
    await office.pass(PROMPT_MS + 2_000);
    const callee = await office.answer(NUMBER);
    expect(handset.final).to.include({ status: 200, body: 'v=0 answer inside' });
    expect(handset.final?.headers?.['Supported'], 'what a telephone needs to transfer').to.include('replaces');
    expect(trunk.options.headers, 'nothing of that to the provider').to.not.have.any.keys('Supported', 'Allow');
    expect(office.session.bridged).to.equal(true);
    expect(office.session.spool).to.not.equal(undefined);
    expect(office.calls.calls[0]).to.include({
      direction: 'outbound',
      state: 'talking',
      outside: NUMBER,
      recording: true,
    });
    await office.pass(30_000);
    handset.dialog?.hangUp();
    await settled();
    expect(callee.byes).to.have.length(1);
    expect(office.entry).to.deep.include({
      direction: 'outbound',
      trunk: 'provider',
      dialled: NUMBER,
      outside: { number: NUMBER, signalled: NUMBER, withheld: false },
      employee: { extension: '201' },
      outboundNotice: { mode: 'employee', confirmed: false, reminded: true },
      record: { wanted: true },
      talkMs: 30_000,
    });
    expect(office.entry.end).to.include({ by: 'employee', reason: 'completed' });
    expect(office.clock.pendingTimers, 'timers left').to.equal(0);
  });

  for (const by of ['employee', 'outside'] as const)
    it(`that ${by} ends before both are connected, though both have answered, is a talk of no length`, async () => {
      const office = new Office();
      // Our offer stands in the 200, and the ACK that answers it does not come.
      const handset = await office.dials('201', '0601234567', '');
      const callee = await office.answer(NUMBER);
      await office.pass(700);
      expect(office.session.bridged).to.equal(false);
      (by === 'outside' ? callee : handset.dialog)?.hangUp();
      await settled();
      expect((by === 'outside' ? handset.dialog : callee)?.byes).to.have.length(1);
      expect(office.entry.end).to.include({ by, reason: 'completed' });
      const { startedAt, end, ...entry } = office.entry;
      expect(entry).to.deep.include({
        answeredAt: startedAt,
        connectedAt: end?.at,
        talkMs: 0,
        parts: [{ kind: 'talk', from: 0, to: 0, extension: '201', why: 'answered' }],
        record: { wanted: false, why: 'not-connected' },
      });
      expect(office.calls.calls).to.have.length(0);
      expect(office.clock.pendingTimers, 'timers left').to.equal(0);
    });

  it('reminds the employee at once, then lets ringing tone be heard', async () => {
    const office = new Office();
    const handset = await office.dials('201', '0601234567');
    expect(handset.responses[0]).to.deep.equal({ status: 183, body: 'v=0 answer inside' });
    expect(office.session.done).to.include('play inside reminder');
    office.sip.to(NUMBER).progress(180);
    await settled();
    expect(office.session.tones.inside, 'tone over the reminder').to.equal(undefined);
    await office.pass(PROMPT_MS);
    expect(office.session.tones.inside).to.equal('ringback');
  });

  it('hears a callee who answers within the reminder at once; the entry says that it was cut, and *1 still counts', async () => {
    const office = new Office();
    const handset = await office.dials('201', '0601234567');
    await office.pass(500);
    await office.answer(NUMBER);
    const { done } = office.session;
    expect(done.filter((one) => one === 'play inside reminder')).to.have.length(1);
    expect(done.slice(done.indexOf('bridge')).filter((one) => /^(play|tone)/.test(one))).to.deep.equal([]);
    await office.pass(2_000);
    office.session.emit('code', { leg: 'inside', code: '*1' });
    handset.dialog?.hangUp();
    await settled();
    expect(office.entry.outboundNotice).to.include({ reminded: false, confirmed: true });
  });

  it('hears early media of the callee once the reminder is over, each 18x taken anew', async () => {
    const office = new Office();
    const handset = await office.dials('201', '0601234567');
    office.sip.to(NUMBER).progress(183, sdpOf('announcement'));
    await settled();
    expect(office.session.bridged).to.equal(false);
    await office.pass(PROMPT_MS);
    expect(office.session.bridged).to.equal(true);
    expect(office.session.spool, 'recording before the answer').to.equal(undefined);
    office.sip.to(NUMBER).progress(183, sdpOf('another fork'));
    await settled();
    expect(office.session.done.filter((one) => one === 'take answer outside')).to.have.length(2);
    expect(handset.statuses).to.deep.equal([183, 183, 183]);
  });

  it('goes on where early media is of no use', async () => {
    const office = new Office();
    await office.dials('201', '0601234567');
    office.sip.to(NUMBER).progress(183, 'bad');
    await office.answer(NUMBER);
    expect(office.calls.calls[0]?.state).to.equal('talking');
  });

  for (const [what, answer] of [
    ['an SDP with nothing in it for us', 'bad'],
    ['no SDP at all', ''],
  ] as const)
    it(`is refused where the provider answers with ${what}; the provider is hung up on, and nothing is left`, async () => {
      const office = new Office();
      const handset = await office.dials('201', '0601234567');
      const dialog = office.sip.to(NUMBER).answer(answer);
      await settled();
      expect(dialog.byes).to.have.length(1);
      expect(handset.final?.status).to.be.within(400, 699);
      expect(office.calls.calls).to.have.length(0);
      expect(office.entry.end?.reason).to.equal('refused');
      expect(office.entry.record).to.deep.equal({ wanted: false, why: 'not-connected' });
    });

  for (const [theirs, ours, reason] of [
    [486, 486, 'busy'],
    [600, 600, 'busy'],
    [480, 480, 'no-answer'],
    [404, 404, 'unreachable'],
    [403, 603, 'refused'],
    [407, 480, 'refused'],
    [503, 503, 'unreachable'],
    [302, 480, 'unreachable'],
    [699, 603, 'refused'],
  ] as const)
    it(`gives the handset ${ours} where the provider says ${theirs}`, async () => {
      const office = new Office();
      const handset = await office.dials('201', '0601234567');
      office.sip.to(NUMBER).refuse(theirs);
      await settled();
      expect(handset.final?.status).to.equal(ours);
      expect(office.entry.end).to.include({ by: 'outside', reason, status: ours });
      expect(office.entry.record).to.deep.equal({ wanted: false, why: 'not-connected' });
    });

  it('follows a redirect within the provider, once', async () => {
    const office = new Office();
    const handset = await office.dials('201', '0601234567');
    const to = { Contact: '<sip:+48601234567@192.0.2.10:5070>' };
    office.sip.to(NUMBER).refuse(302, to);
    await settled();
    expect(office.sip.invites).to.have.length(2);
    expect(office.sip.to(NUMBER).options.uri).to.equal('sip:+48601234567@192.0.2.10:5070');
    office.sip.to(NUMBER).refuse(302, to);
    await settled();
    expect(office.sip.invites).to.have.length(2);
    expect(handset.final?.status).to.equal(480);
  });

  it('does not follow a redirect to elsewhere', async () => {
    const office = new Office();
    await office.dials('201', '0601234567');
    office.sip.to(NUMBER).refuse(302, { Contact: '<sip:+1900555@198.51.100.1>' });
    await settled();
    expect(office.sip.invites).to.have.length(1);
  });

  it('is given up when the callee does not answer in time', async () => {
    const office = new Office();
    const handset = await office.dials('201', '0601234567');
    await office.pass(60_000);
    expect(office.sip.to(NUMBER).cancelled).to.deep.equal({ Reason: 'Q.850;cause=19;text="No answer from user"' });
    expect(handset.final?.status).to.equal(480);
    expect(office.entry.end).to.include({ by: 'halina', reason: 'no-answer' });
  });

  it('is cancelled at the trunk when the employee gives up', async () => {
    const office = new Office();
    const handset = await office.dials('201', '0601234567');
    handset.cancel();
    await settled();
    expect(office.sip.to(NUMBER).cancelled).to.not.equal(undefined);
    expect(office.entry.end).to.include({ by: 'employee', reason: 'cancelled' });
  });

  it('does not reach the trunk where the employee gives up before the media session is there', async () => {
    const office = new Office();
    let open = (): void => {};
    office.media.opening = new Promise((resolve) => (open = resolve));
    const handset = await office.dials('201', '0601234567');
    handset.cancel();
    open();
    await settled();
    expect(office.sip.invites).to.have.length(0);
    expect(office.session.closed).to.equal(true);
    expect(office.entry.end?.reason).to.equal('cancelled');
  });

  it('hangs the callee up where the handset gave up while its 200 was on its way', async () => {
    const office = new Office();
    const handset = await office.dials('201', '0601234567');
    let accept = (): void => {};
    handset.accepting = new Promise((resolve) => (accept = resolve));
    const callee = await office.answer(NUMBER);
    handset.cancel();
    accept();
    await settled();
    expect(callee.byes).to.have.length(1);
    expect(office.entry.end).to.include({ by: 'employee', reason: 'cancelled' });
  });

  it('without an offer gets ours in the 200, and no reminder before it', async () => {
    const office = new Office();
    const handset = await office.dials('201', '0601234567', '');
    expect(handset.responses).to.have.length(0);
    office.sip.to(NUMBER).progress(180);
    await office.answer(NUMBER);
    expect(handset.final).to.include({ status: 200, body: 'v=0 offer inside' });
    expect(office.session.bridged, 'before the ACK').to.equal(false);
    handset.dialog?.ack('v=0 the answer');
    await settled();
    expect(office.session.done).to.include('take answer inside');
    expect(office.session.bridged).to.equal(true);
  });

  it('is not recorded and not reminded of where the outbound route says never', async () => {
    const office = new Office({
      outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'provider', record: 'never' }] },
    });
    const handset = await office.dials('201', '0601234567');
    await office.answer(NUMBER);
    expect(office.session.done).to.not.include('play inside reminder');
    handset.dialog?.hangUp();
    await settled();
    expect(office.session.spool).to.equal(undefined);
    expect(office.entry.record).to.deep.equal({ wanted: false, why: 'route-never' });
    expect(office.entry.outboundNotice).to.equal(undefined);
  });

  it('over the limit of the trunk is refused with 486 and has its entry', async () => {
    const trunk = { name: 'provider', addresses: ['192.0.2.10'], proxy: 'sip:192.0.2.10', maxCalls: 1 };
    const office = new Office({ trunks: [trunk] });
    await office.dials('201', '0601234567');
    const second = await office.dials('202', '0601234568');
    expect(second.final?.status).to.equal(486);
    expect(office.entry).to.deep.include({ direction: 'outbound', employee: { extension: '202' } });
    expect(office.entry.end).to.include({ reason: 'limit', status: 486 });
    const emergency = await office.dials('203', '112');
    expect(emergency.answered, 'an emergency call knows no limit').to.equal(false);
    expect(office.sip.to('112').options.uri).to.equal('sip:112@192.0.2.10');
  });

  it('is agreed on by early media where the 200 has none', async () => {
    const office = new Office();
    const handset = await office.dials('201', '0601234567');
    office.sip.to(NUMBER).progress(183, sdpOf('early'));
    const callee = office.sip.to(NUMBER).answer('');
    await settled();
    expect(callee.byes).to.have.length(0);
    expect(handset.final?.status).to.equal(200);
    expect(office.calls.calls[0]?.state).to.equal('talking');
  });

  it('is reserved its place on the disk, saved and shown as it goes', async () => {
    const office = new Office();
    await office.dials('201', '0601234567');
    expect(office.session.options.codes).to.deep.equal({ inside: ['*7', '*9', '*1', '*4'] });
    expect(office.ledger.done, 'before anybody has answered').to.deep.equal(['begin', 'openSpool']);
    expect(office.calls.calls[0]).to.include({ state: 'calling', trunk: 'provider', startedAt: office.clock.now() });
    expect(office.calls.calls[0]).to.not.have.any.keys('connectedAt', 'ringing');
    await office.answer(NUMBER);
    expect(office.ledger.dialogs.at(-1)).to.have.length(2);
    expect(office.calls.calls[0]?.connectedAt).to.equal(office.clock.now());
  });

  it('plays nothing early to a handset whose sound it does not know', async () => {
    const office = new Office();
    await office.dials('201', '0601234567', '');
    office.sip.to(NUMBER).progress(183, sdpOf('announcement'));
    await settled();
    expect(office.session.bridged).to.equal(false);
    expect(office.session.done.filter((one) => /^(play|tone)/.test(one))).to.deep.equal([]);
  });

  it('cannot be picked up, nor is it anybody’s to replace', async () => {
    const office = new Office();
    const handset = await office.dials('201', '0601234567', undefined, { From: '<sip:201@192.0.2.1>;tag=desk' });
    expect((await office.dials('202', '*8201')).final?.status).to.equal(480);
    const named = `${handset.callId};to-tag=any;from-tag=desk`;
    expect((await office.dials('201', '202', 'v=0', { Replaces: named })).final?.status).to.equal(481);
    expect(office.sip.to(NUMBER).cancelled).to.equal(undefined);
  });
});
