import { expect } from 'chai';
import { Office, OFFICE, CALLER, settled } from '../../support/calls/office.js';
import { FakeInvite, sdpOf } from '../../support/calls/scripted-sip.js';

const stranger = { protocol: 'udp', address: '198.51.100.66', port: 5060 } as const;
const trunk = { name: 'provider', addresses: ['192.0.2.10'], proxy: 'sip:192.0.2.10' };

describe('the call application', () => {
  it('gives strangers no answer', async () => {
    const office = new Office();
    const invite = await office.callerCalls(new FakeInvite(OFFICE, sdpOf('stranger'), {}, stranger));
    expect(invite.abandoned).to.equal(true);
    expect(invite.responses).to.have.length(0);
    expect(office.ledger.done).to.have.length(0);
  });

  it('refuses strangers with 403 where that is configured', async () => {
    const office = new Office({ unknownTrunk: 'reject' });
    const invite = await office.callerCalls(new FakeInvite(OFFICE, sdpOf('stranger'), {}, stranger));
    expect(invite.statuses).to.deep.equal([403]);
  });

  it('leaves a handset that is not authenticated to the registrar', async () => {
    const office = new Office();
    const source = { protocol: 'udp', address: '192.0.2.201', port: 5060 } as const;
    const invite = await office.callerCalls(new FakeInvite('sip:202@192.0.2.1', sdpOf('handset'), {}, source));
    expect(invite.responses).to.have.length(0);
    expect(office.calls.calls).to.have.length(0);
  });

  it('refuses a number that no route has with 404, and keeps an entry of it', async () => {
    const office = new Office();
    const invite = await office.callerCalls(
      new FakeInvite('sip:+48229999999@192.0.2.1', sdpOf('caller'), { From: CALLER }),
    );
    expect(invite.final?.status).to.equal(404);
    expect(office.entry.end).to.include({ reason: 'unreachable', status: 404, cause: 1 });
    expect(office.entry.outside.number).to.equal('+48601234567');
    expect(office.entry.record).to.deep.equal({ wanted: false, why: 'not-connected' });
  });

  it('refuses extensions of SIP that it is required to have and has not', async () => {
    const office = new Office();
    const invite = await office.callerCalls(
      new FakeInvite(OFFICE, sdpOf('caller'), { Require: 'timer, precondition' }),
    );
    expect(invite.final).to.deep.include({ status: 420, headers: { Unsupported: ['precondition'] } });
  });

  it('takes no more calls than sip.maxCalls: 503 with Retry-After, and an entry', async () => {
    const office = new Office({ sip: { maxCalls: 1, faces: [{ name: 'office', address: '192.0.2.1' }] } });
    await office.callerCalls();
    const second = await office.callerCalls();
    expect(second.final?.status).to.equal(503);
    expect(second.final?.headers).to.include({ 'Retry-After': '30' });
    expect(office.entry.end).to.include({ by: 'halina', reason: 'limit', status: 503 });
    const internal = await office.dials('201', '202');
    expect(internal.final?.status).to.equal(503);
  });

  it('takes no more calls of a trunk than its maxCalls: 486', async () => {
    const office = new Office({ trunks: [{ ...trunk, maxCalls: 1 }] });
    await office.callerCalls();
    const second = await office.callerCalls();
    expect(second.final?.status).to.equal(486);
    expect(office.entry.end?.reason).to.equal('limit');
  });

  it('has room again when a call has ended', async () => {
    const office = new Office({ trunks: [{ ...trunk, maxCalls: 1 }] });
    const first = await office.callerCalls();
    first.dialog?.hangUp();
    await settled();
    const second = await office.callerCalls();
    expect(second.final?.status).to.equal(200);
  });

  it('refuses a call for which there is no media with 503', async () => {
    const office = new Office();
    const { HalinaError } = await import('../../../src/base/errors.js');
    office.media.opening = Promise.reject(new HalinaError('MEDIA_NO_PORTS', 'all ports are in use'));
    const invite = await office.callerCalls();
    expect(invite.final?.status).to.equal(503);
    expect(office.entry.end).to.include({ by: 'halina', reason: 'error', status: 503 });
  });

  it('takes another configuration for the calls that begin after it', async () => {
    const office = new Office();
    const before = await office.callerCalls();
    const { configSchema } = await import('../../../src/config/schema.js');
    office.calls.configure(configSchema.parse({ trunks: [trunk], storage: { maxAge: '1d' } }));
    const after = await office.callerCalls();
    expect(after.final?.status).to.equal(404);
    await office.hearNotice(before);
    await office.answer('201');
    expect(office.calls.calls[0]?.state).to.equal('talking');
  });

  it('when it stops ends every call in good order, and takes no more', async () => {
    const office = new Office();
    const talking = await office.callerCalls();
    await office.hearNotice(talking);
    const handset = await office.answer('201');
    const ringing = await office.dials('202', '203');
    const stopped = office.calls.stop();
    const late = await office.callerCalls();
    await stopped;
    expect(talking.dialog?.byes[0]).to.deep.equal({ Reason: 'Q.850;cause=41;text="Temporary failure"' });
    expect(handset.byes).to.have.length(1);
    expect(ringing.final?.status).to.equal(503);
    expect(late.final?.status).to.equal(503);
    expect(office.entry.end).to.include({ by: 'halina', reason: 'restart' });
    expect(office.clock.pendingTimers).to.equal(0);
  });

  it('when it drains takes no more, and lets those that run go on: to their end, or as long as it may', async () => {
    for (const endsItself of [true, false]) {
      const office = new Office();
      const talking = await office.callerCalls();
      await office.hearNotice(talking);
      await office.answer('201');
      let drained = false;
      const draining = office.calls.drain(60_000).then(() => (drained = true));
      expect((await office.callerCalls()).final?.status).to.equal(503);
      office.clock.advance(59_000);
      await Promise.resolve();
      expect(drained).to.equal(false);
      expect(talking.dialog?.byes).to.deep.equal([]);
      if (endsItself) talking.dialog?.hangUp();
      else office.clock.advance(1000);
      await draining;
      expect(office.calls.calls).to.have.length(endsItself ? 0 : 1);
      await office.calls.stop();
      expect(office.clock.pendingTimers).to.equal(0);
    }
    await new Office().calls.drain(60_000);
  });

  it('takes emergency calls while it drains, and waits for their end', async () => {
    const trunk = { name: 'provider', addresses: ['192.0.2.10'], proxy: 'sip:192.0.2.10', callerId: '+48227836000' };
    const office = new Office({ trunks: [trunk] });
    const talking = await office.callerCalls();
    await office.hearNotice(talking);
    await office.answer('201');
    let drained = false;
    const draining = office.calls.drain(60_000).then(() => (drained = true));
    expect((await office.dials('202', '0601234567')).final?.status).to.equal(503);
    const urgent = await office.dials('202', '112');
    await office.answer('112');
    expect(urgent.final?.status).to.equal(200);
    office.clock.advance(90_000);
    talking.dialog?.hangUp();
    await settled();
    expect(drained).to.equal(false);
    urgent.dialog?.hangUp();
    await draining;
    await office.calls.stop();
  });

  it('stops at once where there is nothing to end', async () => {
    await new Office().calls.stop();
  });
});
