import { expect } from 'chai';
import { Office, routeTo, settled } from '../../support/calls/office.js';
import type { FakeInvite } from '../../support/calls/scripted-sip.js';
import { parts, refers, talking, to, told } from '../../support/calls/talk.js';

/** A caller from outside has heard the notice, and these handsets ring. */
async function ringing(handsets: string[], changes = {}) {
  const office = new Office({ ...routeTo(handsets), ...changes });
  const caller = await office.callerCalls();
  await office.hearNotice(caller);
  return { office, caller };
}

/** A handset calls another one, which rings. */
async function dialling(from: string, number: string) {
  const office = new Office();
  return { office, caller: await office.dials(from, number) };
}

/** Its 200 goes out when the test lets it. */
function held(taker: FakeInvite): readonly [FakeInvite, () => void] {
  let accept = (): void => {};
  taker.accepting = new Promise((resolve) => (accept = resolve));
  return [taker, accept];
}

/** Of whom the inside leg was, one after the other. */
const takenOffers = (done: readonly string[]): string[] => done.filter((one) => one.startsWith('take offer inside'));

describe('a call that is picked up', () => {
  it('by code is the taker’s, and the handset that rang stops without a missed call', async () => {
    const { office, caller } = await ringing(['201']);
    const taker = await office.dials('202', '*8');
    expect(taker.final).to.include({ status: 200 });
    expect(office.sip.to('201').cancelled).to.deep.equal({ Reason: 'SIP;cause=200;text="Call completed elsewhere"' });
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '202' });
    caller.dialog?.hangUp();
    await settled();
    expect(taker.dialog?.byes).to.have.length(1);
    expect(office.entry.parts).to.deep.equal([{ kind: 'talk', from: 0, extension: '202', why: 'picked-up', to: 0 }]);
    expect(office.entry.employee).to.deep.equal({ extension: '202' });
  });

  it('by code with an extension is the one that rings there', async () => {
    const { office } = await ringing(['201']);
    expect((await office.dials('202', '*8203')).final?.status).to.equal(480);
    expect((await office.dials('202', '*8201')).final?.status).to.equal(200);
  });

  it('by a handset without an offer is agreed on with the ACK', async () => {
    const { office } = await ringing(['201']);
    const taker = await office.dials('202', '*8', '');
    expect(taker.final?.body).to.equal('v=0 offer inside#1');
    taker.dialog?.ack('v=0 mine');
    await settled();
    expect(office.session.done).to.include('take answer inside#1');
  });

  it('not by one of another group, nor by the handset that rings itself', async () => {
    const handsets = ['201', '202', '203'].map((extension) => ({ extension, password: 'x' }));
    const { office } = await ringing(['201'], {
      handsets: handsets.map((one) => (one.extension === '202' ? { ...one, pickUpGroup: 'desk' } : one)),
    });
    expect((await office.dials('202', '*8')).final?.status).to.equal(480);
    expect((await office.dials('201', '*8')).final?.status).to.equal(480);
    expect((await office.dials('203', '*8')).final?.status).to.equal(200);
  });

  it('by INVITE with Replaces of the dialog that rings', async () => {
    const { office } = await ringing(['201']);
    office.sip.to('201').progressAs({ callId: 'ring', localTag: 'we', remoteTag: 'desk' });
    const wrong = await office.dials('202', '201', 'v=0', { Replaces: 'ring;to-tag=desk;from-tag=xx' });
    expect(wrong.final?.status).to.equal(481);
    const taker = await office.dials('202', '201', 'v=0', { Replaces: 'ring;to-tag=we;from-tag=desk;early-only' });
    expect(taker.final?.status).to.equal(200);
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '202' });
  });

  it('while a transfer rings', async () => {
    const talk = await talking();
    await refers(talk.inside, to('203'));
    expect((await talk.office.dials('202', '*8')).final?.status).to.equal(200);
    expect(talk.office.sip.to('203').cancelled).to.not.equal(undefined);
    expect(told(talk.inside).at(-1)).to.equal('200 terminated');
    expect((await parts(talk)).at(-1)).to.include({ extension: '202', why: 'picked-up', sender: '201' });
  });

  it('between handsets too', async () => {
    const { office } = await talking();
    const invite = await office.dials('202', '203');
    expect((await office.dials('201', '*8203')).final?.status).to.equal(200);
    expect(invite.final?.status).to.equal(200);
    expect(office.sip.to('203').cancelled).to.not.equal(undefined);
  });

  it('by two at once is that one’s who came first; its sound is not taken away from it', async () => {
    const { office } = await ringing(['201']);
    const [first, accept] = held(office.invite('202', '*8'));
    const [second, acceptLater] = held(office.invite('203', '*8'));
    for (const taker of [first, second]) office.calls.invite(taker);
    await settled();
    accept();
    acceptLater();
    await settled();
    expect(first.final?.status).to.equal(200);
    expect(second.final?.status).to.equal(480);
    expect(takenOffers(office.session.done)).to.deep.equal(['take offer inside#1']);
    expect(office.session.done).to.include('forget inside#2');
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '202' });
  });

  for (const [what, call] of [
    ['from outside', () => ringing(['201'])],
    ['of a handset', () => dialling('203', '201')],
  ] as const)
    it(`just when the handset that rings has answered, in a call ${what}, stays with that one, sound and all`, async () => {
      const { office } = await call();
      let opened = (): void => {};
      office.media.peering = new Promise((resolve) => (opened = resolve));
      const taker = await office.dials('202', '*8201');
      const handset = await office.answer('201');
      opened();
      await settled();
      expect(taker.final?.status).to.equal(480);
      expect(takenOffers(office.session.done)).to.deep.equal([]);
      expect(handset.byes).to.have.length(0);
      expect(office.calls.calls[0]?.state).to.equal('talking');
    });

  it('by a handset with which there is nothing in common rings on, and lets go of what was opened for it', async () => {
    const { office } = await ringing(['201']);
    expect((await office.dials('202', '*8', 'bad')).final?.status).to.equal(488);
    expect(office.session.done).to.include('forget inside#1');
    expect(office.sip.to('201').cancelled).to.equal(undefined);
    expect((await office.dials('203', '*8')).final?.status).to.equal(200);
  });

  it('by one who gives up at once can be picked up by the next', async () => {
    const { office } = await ringing(['201']);
    const [first, accept] = held(office.invite('202', '*8'));
    office.calls.invite(first);
    await settled();
    first.cancel();
    accept();
    await settled();
    expect((await office.dials('203', '*8')).final?.status).to.equal(200);
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '203' });
  });

  it('when its caller gives up in the same moment hangs up on the taker', async () => {
    const { office, caller } = await ringing(['201']);
    let accept: () => void = () => undefined;
    const taker = office.invite('202', '*8');
    taker.accepting = new Promise((resolve) => (accept = resolve));
    office.calls.invite(taker);
    await settled();
    caller.dialog?.hangUp();
    await settled();
    accept();
    await settled();
    expect(taker.dialog?.byes).to.have.length(1);
    expect(office.calls.calls).to.have.length(0);
  });
});

describe('INVITE with Replaces', () => {
  it('of one’s own dialog moves the call to another telephone of the same extension', async () => {
    const talk = await talking();
    const { office, inside } = talk;
    const { callId, localTag, remoteTag } = inside;
    const name = `${callId};to-tag=${localTag};from-tag=${remoteTag}`;
    expect((await office.dials('202', '201', 'v=0', { Replaces: name })).final?.status).to.equal(403);
    expect((await office.dials('201', '201', 'v=0', { Replaces: `${name};early-only` })).final?.status).to.equal(486);
    const taker = await office.dials('201', '201', 'v=0', { Replaces: name, Require: 'replaces' });
    expect(taker.final?.status).to.equal(200);
    expect(inside.byes).to.have.length(1);
    expect((await parts(talk)).at(-1)).to.include({ extension: '201', why: 'picked-up' });
  });

  it('of the outside party’s dialog is refused', async () => {
    const { office, outside } = await talking();
    const name = `${outside.callId};to-tag=${outside.localTag};from-tag=${outside.remoteTag}`;
    expect((await office.dials('202', '201', 'v=0', { Replaces: name })).final?.status).to.equal(403);
  });
});
