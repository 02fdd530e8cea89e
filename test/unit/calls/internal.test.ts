import { expect } from 'chai';
import { Office, settled } from '../../support/calls/office.js';
import { refers, replacing, talking } from '../../support/calls/talk.js';

describe('a call from handset to handset', () => {
  it('is connected without notice, recording or entry', async () => {
    const office = new Office();
    const caller = await office.dials('201', '202');
    expect(office.sip.to('202').options.headers).to.deep.include({ From: '<sip:201@localhost>' });
    office.sip.to('202').progress(180);
    await settled();
    expect(caller.responses).to.deep.equal([{ status: 180 }]);
    const callee = await office.answer('202');
    expect(caller.final?.status).to.equal(200);
    expect(office.session.bridged).to.equal(true);
    expect(office.session.options.codes).to.equal(undefined);
    expect(office.calls.calls[0]).to.include({ direction: 'internal', dialled: '202', recording: false });
    caller.dialog?.hangUp();
    await settled();
    expect(callee.byes).to.have.length(1);
    expect(office.session.done).to.not.include('play inside reminder');
    expect(office.ledger.done).to.deep.equal([]);
    expect(office.ledger.dialogs).to.deep.equal([]);
    expect(office.calls.calls).to.have.length(0);
  });

  for (const [status, given] of [
    [486, 486],
    [603, 603],
    [500, 480],
  ] as const)
    it(`gives the caller ${given} where the callee says ${status}`, async () => {
      const office = new Office();
      const caller = await office.dials('201', '202');
      office.sip.to('202').refuse(status);
      await settled();
      expect(caller.final?.status).to.equal(given);
    });

  it('to a handset that is not registered gets 480', async () => {
    const office = new Office();
    office.registered.delete('202');
    const caller = await office.dials('201', '202');
    expect(caller.final?.status).to.equal(480);
  });

  it('is refused where nothing is dialled that leads anywhere', async () => {
    const office = new Office();
    const caller = await office.dials('201', '299');
    expect(caller.final?.status).to.equal(404);
    expect(office.ledger.done).to.deep.equal([]);
  });

  it('shows who is rung for it', async () => {
    const office = new Office();
    await office.dials('201', '202');
    expect(office.calls.calls[0]).to.deep.include({ state: 'calling', extension: '201', ringing: ['202'] });
    await office.answer('202');
    expect(office.calls.calls[0]).to.not.have.property('ringing');
  });

  it('that somebody picked up cannot be picked up again', async () => {
    const office = new Office();
    await office.dials('201', '202');
    await office.dials('203', '*8202');
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '201' });
    expect(office.sip.to('202').cancelled).to.deep.equal({ Reason: 'SIP;cause=200;text="Call completed elsewhere"' });
    expect((await office.dials('202', '*8')).final?.status).to.equal(480);
  });

  it('whose callee is wanted in another call goes on for that one only, whatever forwards it outside', async () => {
    const { office, inside } = await talking();
    await office.settings.change({ set: 'forward', extension: '203', on: 'busy', to: '0501000000' });
    const consulting = await office.dials('201', '203', 'v=0', { From: '<sip:201@192.0.2.1>;tag=desk' });
    const mine = { callId: consulting.callId, localTag: 'any', remoteTag: 'desk' };
    expect(await refers(inside, replacing('203', mine as typeof inside))).to.equal(202);
    expect(await refers(inside, replacing('203', mine as typeof inside)), 'it is wanted already').to.equal(491);
    office.sip.to('203').refuse(486);
    await settled();
    expect(office.sip.invites.map(({ options }) => options.uri)).to.not.include('sip:+48501000000@192.0.2.10');
    expect(consulting.final?.status).to.equal(480);
    expect(office.calls.calls).to.have.length(1);
  });
});
