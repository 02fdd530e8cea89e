import { expect } from 'chai';
import { Office, routeTo, settled, OFFICE } from '../../support/calls/office.js';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { FakeInvite } from '../../support/calls/scripted-sip.js';

describe('a call from outside', () => {
  it('is answered, hears the notice, rings the handset, is connected and recorded until the caller hangs up', async () => {
    const office = new Office();
    const caller = await office.callerCalls();
    expect(caller.final).to.include({ status: 200, body: 'v=0 answer outside' });
    expect(office.ledger.begun).to.have.length(1);
    caller.dialog?.ack();
    await settled();
    expect(office.session.done).to.include('play outside notice');
    expect(office.sip.invites, 'INVITEs before the notice has ended').to.have.length(0);

    await office.pass(PROMPT_MS);
    expect(office.sip.to('201').options).to.include({
      uri: 'sip:201@192.0.2.201:5060',
      nextHop: 'sip:192.0.2.201:5060;transport=udp',
      sdp: 'v=0 offer inside',
    });
    expect(office.session.tones.outside).to.equal('ringback');
    office.sip.to('201').progress(180);
    await office.pass(4_000);
    const handset = await office.answer('201');
    expect(office.session.bridged).to.equal(true);
    expect(office.session.spool?.path).to.equal('/data/spool/call.pcap');
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '201', recording: true });

    await office.pass(60_000);
    caller.dialog?.hangUp({ reason: 'Q.850;cause=16;text="bye"' });
    await settled();
    expect(handset.byes).to.have.length(1);
    expect(office.session.closed).to.equal(true);
    expect(office.calls.calls).to.have.length(0);
    const { entry } = office;
    expect(entry).to.deep.include({
      direction: 'inbound',
      trunk: 'provider',
      route: 'office',
      dialled: '+48227836000',
      employee: { extension: '201' },
      record: { wanted: true },
      talkMs: 60_000,
      parts: [{ kind: 'talk', from: 0, extension: '201', why: 'answered', to: 60_000 }],
    });
    expect(entry.outside).to.include({ number: '+48601234567', withheld: false });
    expect(entry.end).to.include({ by: 'outside', reason: 'completed', cause: 16 });
    expect(entry.answeredAt).to.equal(entry.startedAt);
    expect(entry.connectedAt).to.equal(entry.startedAt + PROMPT_MS + 4_000);
    expect(entry.notice).to.include({ mode: 'answered', prompt: 'notice', framesSent: 150, framesTotal: 150 });
    expect(office.ledger.ended[0]?.spool?.bytes).to.equal(1000);
    expect(office.clock.pendingTimers, 'timers left').to.equal(0);
  });

  it('is hung up on when the employee hangs up', async () => {
    const office = new Office();
    const caller = await office.callerCalls();
    await office.hearNotice(caller);
    const handset = await office.answer('201');
    handset.hangUp();
    await settled();
    expect(caller.dialog?.byes[0]).to.deep.equal({ Reason: 'Q.850;cause=16;text="Normal call clearing"' });
    expect(office.entry.end).to.include({ by: 'employee', reason: 'completed' });
  });

  it('hears the notice after mediaWait where its ACK does not come', async () => {
    const office = new Office();
    await office.callerCalls();
    await office.pass(999);
    expect(office.session.done).not.to.include('play outside notice');
    await office.pass(1);
    expect(office.session.done).to.include('play outside notice');
  });

  it('without an offer gets ours in the 200, and its answer is taken from the ACK', async () => {
    const office = new Office();
    const caller = await office.callerCalls(new FakeInvite(OFFICE, ''));
    expect(caller.final).to.include({ status: 200, body: 'v=0 offer outside' });
    expect(office.session.done).not.to.include('play outside notice');
    caller.dialog?.ack('v=0 the answer');
    await settled();
    expect(office.session.done).to.include.members(['take answer outside', 'play outside notice']);
  });

  it('without an offer, whose ACK brings an answer that is of no use, is hung up on', async () => {
    const office = new Office();
    const caller = await office.callerCalls(new FakeInvite(OFFICE, ''));
    caller.dialog?.ack('bad');
    await settled();
    expect(caller.dialog?.byes).to.have.length(1);
    expect(office.entry.end).to.include({ reason: 'refused', status: 488 });
  });

  it('with nothing in its offer for us is refused with 488 and a Warning, and has its entry', async () => {
    const office = new Office();
    const caller = await office.callerCalls(new FakeInvite(OFFICE, 'bad'));
    expect(caller.final?.status).to.equal(488);
    expect(caller.final?.headers).to.include({ Warning: '305 halina "no codec in common"' });
    expect(office.entry.end).to.include({ by: 'halina', reason: 'refused', status: 488 });
    expect(office.entry.record).to.deep.equal({ wanted: false, why: 'not-connected' });
    expect(office.session.closed).to.equal(true);
  });

  it('to a route that is never recorded hears no notice, and is answered when the handset is', async () => {
    const office = new Office(routeTo(['201'], { record: 'never' }));
    const caller = await office.callerCalls();
    expect(caller.statuses).to.deep.equal([]);
    office.sip.to('201').progress(180);
    await settled();
    expect(caller.responses).to.deep.equal([{ status: 180 }]);
    await office.pass(2_000);
    await office.answer('201');
    expect(caller.final?.status).to.equal(200);
    expect(office.session.bridged).to.equal(true);
    caller.dialog?.hangUp();
    await settled();
    expect(office.session.spool, 'spool').to.equal(undefined);
    expect(office.ledger.done).to.deep.equal(['begin', 'end']);
    expect(office.entry.record).to.deep.equal({ wanted: false, why: 'route-never' });
    expect(office.entry.notice).to.equal(undefined);
    expect(office.entry.answeredAt).to.equal(office.entry.startedAt + 2_000);
  });

  it('is connected unrecorded where the budget has no room, and its entry says so', async () => {
    const office = new Office();
    office.ledger.ticket = Promise.resolve({ refused: 'no-room' });
    const caller = await office.callerCalls();
    await office.hearNotice(caller);
    await office.answer('201');
    expect(office.session.bridged).to.equal(true);
    caller.dialog?.hangUp();
    await settled();
    expect(office.entry.record).to.deep.equal({ wanted: false, why: 'no-room' });
    expect(office.entry.end?.reason).to.equal('completed');
  });
});
