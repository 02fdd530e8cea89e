import { expect } from 'chai';
import { settled } from '../../support/calls/office.js';
import { consult, parts, refers, replacing, talking, to, told } from '../../support/calls/talk.js';

describe('a call that is handed over (attended transfer)', () => {
  it('goes on with whom the sender asked first; that call between the two is not recorded', async () => {
    const talk = await talking();
    const { office, inside } = talk;
    const asked = await consult(office, '201', '202');
    expect(office.calls.calls).to.have.length(2);
    expect(await refers(inside, replacing('202', asked.from))).to.equal(202);
    expect(asked.to.requests.map(({ method, body }) => `${method} ${body}`)).to.deep.equal([
      'INVITE v=0 offer inside#1',
    ]);
    expect(told(inside)).to.deep.equal(['100 active', '200 terminated']);
    expect(inside.byes).to.have.length(1);
    expect(asked.from.byes).to.have.length(1);
    expect(asked.to.byes).to.have.length(0);
    expect(office.calls.calls).to.have.length(1);
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '202' });
    expect(office.media.sessions.map(({ closed }) => closed)).to.deep.equal([false, true]);
    const [, , last] = await parts(talk);
    expect(last).to.include({ kind: 'talk', extension: '202', why: 'transferred', sender: '201' });
    expect(asked.to.byes).to.have.length(1);
  });

  it('continues the description that the taken party has of us', async () => {
    const { office, inside } = await talking();
    const asked = await consult(office, '201', '202');
    await refers(inside, replacing('202', asked.from));
    expect(office.media.sessions[0]?.done.find((one) => one.startsWith('continue'))).to.match(/^continue inside#1 v=0/);
  });

  it('works the other way round: by a REFER in the call between the handsets', async () => {
    const talk = await talking();
    const { office, inside } = talk;
    const asked = await consult(office, '201', '202');
    expect(await refers(asked.from, replacing('48601234567', inside))).to.equal(202);
    expect(told(asked.from)).to.deep.equal(['100 active', '200 terminated']);
    expect(office.calls.calls).to.have.length(1);
    expect(office.calls.calls[0]).to.include({ direction: 'inbound', extension: '202' });
    expect((await parts(talk)).at(-1)).to.include({ extension: '202', why: 'transferred' });
  });

  it('while the other one still rings goes to it when it answers', async () => {
    const talk = await talking();
    const { office, inside } = talk;
    const invite = await office.dials('201', '202', 'v=0');
    office.sip.to('202').progress();
    const early = { callId: invite.callId, localTag: 'any', remoteTag: 'desk' };
    expect(await refers(inside, replacing('202', early as typeof inside))).to.equal(481);
    const named = await office.dials('201', '203', 'v=0', { From: '<sip:201@192.0.2.1>;tag=desk' });
    office.sip.to('203').progress();
    const mine = { callId: named.callId, localTag: 'any', remoteTag: 'desk' };
    expect(await refers(inside, replacing('203', mine as typeof inside))).to.equal(202);
    named.cancel();
    inside.hangUp();
    await settled();
    expect(office.sip.to('203').cancelled).to.equal(undefined);
    const third = office.sip.to('203').answer();
    third.answerBody = 'v=0 answer';
    await settled();
    expect(third.requests[0]?.body).to.equal('v=0 offer inside#1');
    expect(office.calls.calls.find(({ direction }) => direction === 'inbound')).to.include({ extension: '203' });
    expect(third.byes).to.have.length(0);
  });

  it('while the other one rings, which nobody answers, goes back to the sender', async () => {
    const { office, inside } = await talking();
    const named = await office.dials('201', '203', 'v=0', { From: '<sip:201@192.0.2.1>;tag=desk' });
    const mine = { callId: named.callId, localTag: 'any', remoteTag: 'desk' };
    await refers(inside, replacing('203', mine as typeof inside));
    named.cancel();
    inside.hangUp();
    await settled();
    office.sip.to('203').refuse(480);
    await settled();
    await office.answer('201');
    expect(office.calls.calls).to.have.length(1);
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '201' });
  });

  it('to one who refuses our offer stays with the sender, and the other call goes on', async () => {
    const { office, inside } = await talking();
    const asked = await consult(office, '201', '202');
    asked.to.answers = [488];
    await refers(inside, replacing('202', asked.from));
    expect(told(inside).at(-1)).to.equal('480 terminated');
    expect(office.calls.calls.map(({ state }) => state)).to.deep.equal(['talking', 'talking']);
    asked.from.hangUp();
    await settled();
    expect(asked.to.byes).to.have.length(1);
    expect(office.calls.calls).to.have.length(1);
  });

  it('crosses an offer of the taken party’s and is tried again', async () => {
    const { office, inside } = await talking();
    const asked = await consult(office, '201', '202');
    asked.to.answers = [491];
    await refers(inside, replacing('202', asked.from));
    expect(asked.to.peer('INVITE', 'v=0 mine').final?.status).to.equal(491);
    await office.pass(4_000);
    expect(office.calls.calls).to.have.length(1);
    expect(office.calls.calls[0]).to.include({ extension: '202' });
  });

  it('is refused while the party that is wanted is on its way to someone, who rings on', async () => {
    const { office, inside, outside } = await talking();
    const second = await office.dials('201', '0501502503');
    await office.answer('+48501502503');
    expect(await refers(inside, to('203'))).to.equal(202);
    const other = second.dialog ?? expect.fail('not answered');
    expect(await refers(other, replacing('48601234567', inside))).to.equal(480);
    expect(office.calls.calls).to.have.length(2);
    await office.answer('203');
    expect(told(inside)).to.deep.equal(['100 active', '200 terminated']);
    expect(outside.byes).to.have.length(0);
  });

  it('with a dialog of someone else’s is refused', async () => {
    const { office, inside } = await talking();
    const others = await consult(office, '202', '203');
    expect(await refers(inside, replacing('203', others.from))).to.equal(403);
    expect(office.calls.calls).to.have.length(2);
  });

  it('to itself is refused', async () => {
    const { inside } = await talking();
    expect(await refers(inside, replacing('201', inside))).to.equal(482);
  });

  it('whose caller hangs up in the middle ends, and the taken party stays in its own call', async () => {
    const { office, outside, inside } = await talking();
    const asked = await consult(office, '201', '202');
    let answer: (status: number) => void = () => undefined;
    asked.to.answers = [new Promise((resolve) => (answer = resolve))];
    await refers(inside, replacing('202', asked.from));
    outside.hangUp();
    await settled();
    answer(200);
    await settled();
    expect(office.calls.calls).to.have.length(1);
    expect(office.calls.calls[0]).to.include({ direction: 'internal', state: 'talking' });
    expect(asked.to.requests.at(-1)).to.include({ method: 'INVITE' });
    asked.from.hangUp();
    await settled();
    expect(asked.to.byes).to.have.length(1);
  });
});
