import { expect } from 'chai';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { routeTo, settled } from '../../support/calls/office.js';
import { consult, refers, replacing, talking, told, type Talk } from '../../support/calls/talk.js';

const to = (target: string): string => `<sip:${target}@192.0.2.1>`;

/** The caller hangs up; the parts of the only recording. */
async function parts({ office, outside }: Talk, ms = 5_000) {
  await office.pass(ms);
  outside.hangUp();
  await settled();
  expect(office.calls.calls).to.have.length(0);
  expect(office.ledger.ended).to.have.length(1);
  return office.entry.parts;
}

describe('a call that is sent on (blind transfer)', () => {
  it('rings the other handset while the caller hears ringing tone, and goes on with it in the same recording', async () => {
    const talk = await talking();
    const { office, outside, inside } = talk;
    await office.pass(10_000);
    expect(await refers(inside, to('202'))).to.equal(202);
    expect(office.sip.to('202').options.sdp).to.equal('v=0 offer inside#1');
    expect(office.sip.to('202').options.headers).to.deep.include({ From: '<sip:+48601234567@localhost>' });
    expect(office.session.tones.outside).to.equal('ringback');
    expect(office.session.bridged).to.equal(false);
    expect(office.calls.calls[0]).to.include({ state: 'moving' });
    office.sip.to('202').progress();
    await office.pass(3_000);
    const second = await office.answer('202');
    expect(told(inside)).to.deep.equal(['100 active', '180 active', '200 terminated']);
    expect(inside.byes).to.have.length(1);
    expect(office.session.bridged).to.equal(true);
    expect(office.session.party).to.deep.equal({ extension: '202', why: 'transferred' });
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '202' });
    expect(outside.requests).to.have.length(0);
    expect(await parts(talk)).to.deep.equal([
      { kind: 'talk', from: 0, extension: '201', why: 'answered', to: 10_000 },
      { kind: 'ringing', from: 10_000, sender: '201', to: 13_000 },
      { kind: 'talk', from: 13_000, extension: '202', why: 'transferred', sender: '201', to: 18_000 },
    ]);
    expect(second.byes).to.have.length(1);
    expect(office.media.sessions).to.have.length(1);
    expect(office.ledger.done.filter((one) => one === 'openSpool')).to.have.length(1);
  });

  it('by a handset that hangs up at once goes on all the same', async () => {
    const talk = await talking();
    await refers(talk.inside, to('202'));
    talk.inside.hangUp();
    await settled();
    await talk.office.answer('202');
    expect(talk.office.calls.calls[0]).to.include({ state: 'talking', extension: '202' });
    expect((await parts(talk)).map(({ kind }) => kind)).to.deep.equal(['talk', 'ringing', 'talk']);
  });

  it('to a handset that is busy stays with the sender, who is told', async () => {
    const talk = await talking();
    const { office, inside } = talk;
    await refers(inside, to('202'));
    office.sip.to('202').refuse(486);
    await settled();
    expect(told(inside)).to.deep.equal(['100 active', '486 terminated']);
    expect(inside.byes).to.have.length(0);
    expect(office.session.bridged).to.equal(true);
    expect(office.session.done).to.include('forget inside#1');
    expect((await parts(talk)).map(({ kind, extension }) => `${kind} ${extension ?? ''}`.trim())).to.deep.equal([
      'talk 201',
      'ringing',
      'talk 201',
    ]);
  });

  it('that nobody answers goes back to a sender who has hung up, and rings there', async () => {
    const talk = await talking();
    const { office, inside } = talk;
    await refers(inside, to('202'));
    inside.hangUp();
    await settled();
    office.sip.to('202').progress();
    await office.pass(30_000);
    expect(office.sip.to('202').cancelled).to.not.equal(undefined);
    expect(office.calls.calls[0]).to.include({ state: 'moving' });
    await office.answer('201');
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '201' });
    expect((await parts(talk)).at(-1)).to.include({ kind: 'talk', extension: '201', why: 'returned' });
  });

  it('that nobody answers, the sender included, ends with an announcement', async () => {
    const { office, outside, inside } = await talking();
    await refers(inside, to('202'));
    inside.hangUp();
    await settled();
    office.sip.to('202').refuse(480);
    await settled();
    office.sip.to('201').refuse(480);
    await settled();
    expect(office.session.done).to.include('play outside no-answer');
    await office.pass(PROMPT_MS);
    expect(outside.byes).to.have.length(1);
    expect(office.entry.end).to.include({ by: 'halina', reason: 'no-answer' });
  });

  it('whose caller hangs up while it rings ends for everyone', async () => {
    const talk = await talking();
    const { office, outside, inside } = talk;
    await refers(inside, to('202'));
    outside.hangUp();
    await settled();
    expect(office.sip.to('202').cancelled).to.not.equal(undefined);
    expect(told(inside)).to.deep.equal(['100 active', '487 terminated']);
    expect(inside.byes).to.have.length(1);
    expect(office.calls.calls).to.have.length(0);
  });

  it('ends the hold that came before it; the music stops for the ringing tone', async () => {
    const talk = await talking();
    const { office, inside } = talk;
    office.session.emit('hold', { leg: 'inside', held: true });
    await office.pass(2_000);
    await refers(inside, to('202'));
    office.session.emit('hold', { leg: 'inside', held: false });
    await office.answer('202');
    const hold = (await parts(talk)).find(({ kind }) => kind === 'hold');
    expect(hold).to.deep.equal({ kind: 'hold', from: 0, by: 'employee', to: 2_000 });
  });

  it('rings on for the caller when the sender takes the call off hold meanwhile', async () => {
    const talk = await talking();
    const { office, inside } = talk;
    office.session.emit('hold', { leg: 'inside', held: true });
    await refers(inside, to('202'));
    office.session.emit('hold', { leg: 'inside', held: false });
    office.session.emit('hold', { leg: 'inside', held: true });
    expect(office.session.tones.outside).to.equal('ringback');
    office.session.emit('hold', { leg: 'inside', held: false });
    await office.answer('202');
    expect((await parts(talk)).filter(({ kind }) => kind === 'hold')).to.have.length(1);
  });

  it('ends the hold of which the provider was told', async () => {
    const trunks = [{ name: 'provider', addresses: ['192.0.2.10'], proxy: 'sip:192.0.2.10', tellHold: true }];
    const { office, outside, inside } = await talking({ trunks });
    outside.answerBody = 'v=0 recvonly';
    office.session.emit('hold', { leg: 'inside', held: true });
    await settled();
    await refers(inside, to('202'));
    office.session.emit('hold', { leg: 'inside', held: false });
    await office.answer('202');
    expect(outside.requests.map(({ body }) => body)).to.deep.equal(['v=0 offer outside sendonly', 'v=0 offer outside']);
  });

  it('to an answer with no use for our offer counts as refused', async () => {
    const { office, inside } = await talking();
    await refers(inside, to('202'));
    const second = office.sip.to('202').answer('bad');
    await settled();
    expect(second.byes).to.have.length(1);
    expect(told(inside).at(-1)).to.equal('488 terminated');
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '201' });
  });

  for (const { what, referTo, status } of [
    { what: 'nowhere', referTo: to('299'), status: 404 },
    { what: 'oneself', referTo: to('201'), status: 486 },
    { what: 'the party that it is with', referTo: to('0601234567'), status: 482 },
    { what: 'something that is no call', referTo: '<sip:202@192.0.2.1;method=MESSAGE>', status: 603 },
    { what: 'a web page', referTo: '<https://example.org>', status: 416 },
    { what: 'two at once', referTo: '<sip:202@x>, <sip:203@x>', status: 400 },
    { what: 'a dialog that is not there', referTo: to('202?Replaces=none%3Bto-tag%3Da%3Bfrom-tag%3Db'), status: 481 },
    { what: 'a dialog named wrongly', referTo: to('202?Replaces=none'), status: 400 },
  ])
    it(`to ${what} is refused with ${status}, and stays as it is`, async () => {
      const { office, inside } = await talking();
      expect(await refers(inside, referTo)).to.equal(status);
      expect(office.session.bridged).to.equal(true);
      expect(told(inside)).to.deep.equal([]);
      expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '201' });
    });

  it('into a circle of forwards ends where it has been everywhere, and stays with the sender', async () => {
    const talk = await talking();
    const { office, inside } = talk;
    for (const [extension, back] of [
      ['202', '203'],
      ['203', '202'],
    ] as const)
      await office.settings.change({ set: 'forward', extension, on: 'busy', to: back });
    expect(await refers(inside, to('202'))).to.equal(202);
    for (const extension of ['202', '203']) {
      office.sip.to(extension).refuse(486);
      await settled();
    }
    expect(office.ringing(), 'nobody rings any more').to.have.length(0);
    expect(told(inside).at(-1)).to.equal('486 terminated');
    expect(office.calls.calls[0]).to.include({ state: 'talking', extension: '201' });
  });

  it('twice is refused the second time', async () => {
    const { inside } = await talking();
    await refers(inside, to('202'));
    expect(await refers(inside, to('203'))).to.equal(491);
  });

  it('by the caller is refused: nobody outside sends our calls anywhere', async () => {
    const { office, outside } = await talking();
    expect(await refers(outside, to('0900123456'))).to.equal(403);
    expect(office.sip.invites).to.have.length(1);
  });

  it('when no ports are left stays with the sender', async () => {
    const { office, inside } = await talking();
    office.media.peering = Promise.reject(new Error('no ports'));
    office.media.peering.catch(() => undefined);
    await refers(inside, to('202'));
    expect(told(inside).at(-1)).to.equal('503 terminated');
    expect(office.session.bridged).to.equal(true);
  });
});

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

  async function ringing(handsets: string[], changes = {}) {
    const { Office } = await import('../../support/calls/office.js');
    const office = new Office({ ...routeTo(handsets), ...changes });
    const caller = await office.callerCalls();
    await office.hearNotice(caller);
    return { office, caller };
  }
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

describe('a parked call', () => {
  it('waits with music, is taken at any handset by its code, and is one recording', async () => {
    const talk = await talking();
    const { office, inside } = talk;
    await office.pass(1_000);
    expect(await refers(inside, to('*61'))).to.equal(202);
    expect(told(inside)).to.deep.equal(['100 active', '200 terminated']);
    expect(inside.byes).to.have.length(1);
    expect(office.calls.calls[0]).to.include({ state: 'parked' });
    expect(office.session.done.at(-1)).to.equal('play outside waiting');
    await office.pass(4_000);
    expect((await office.dials('203', '*62')).final?.status).to.equal(480);
    expect((await office.dials('203', '*61')).final?.status).to.equal(200);
    expect(await parts(talk)).to.deep.equal([
      { kind: 'talk', from: 0, extension: '201', why: 'answered', to: 1_000 },
      { kind: 'parked', from: 1_000, orbit: '1', sender: '201', to: 5_000 },
      { kind: 'talk', from: 5_000, extension: '203', why: 'retrieved', sender: '201', to: 10_000 },
    ]);
  });

  it('frees its orbit for the next', async () => {
    const { office, inside } = await talking();
    await refers(inside, to('*61'));
    const taker = await office.dials('202', '*61');
    expect((await office.dials('203', '*61')).final?.status).to.equal(480);
    expect(taker.dialog && (await refers(taker.dialog, to('*61')))).to.equal(202);
  });

  it('goes back to who parked it when nobody takes it', async () => {
    const talk = await talking({ features: { park: { timeout: '60s' } } });
    const { office, inside } = talk;
    await refers(inside, to('*61'));
    await office.pass(60_000);
    expect((await office.dials('203', '*61')).final?.status).to.equal(480);
    await office.answer('201');
    expect((await parts(talk)).at(-1)).to.include({ extension: '201', why: 'returned' });
  });

  it('whose caller hangs up leaves its orbit', async () => {
    const { office, outside, inside } = await talking();
    await refers(inside, to('*61'));
    outside.hangUp();
    await settled();
    expect(office.calls.calls).to.have.length(0);
    expect((await office.dials('203', '*61')).final?.status).to.equal(480);
  });
});

describe('a call that is sent outside', () => {
  it('goes from trunk to trunk: the first party left, the second right, one recording', async () => {
    const talk = await talking();
    const { office, inside, outside } = talk;
    await office.pass(1_000);
    expect(await refers(inside, to('0501502503'))).to.equal(202);
    const second = office.sip.invites.at(-1)?.answer();
    await settled();
    expect(inside.byes).to.have.length(1);
    office.session.emit('code', { leg: 'inside', code: '*7' });
    expect(office.session.done.slice(-2)).to.deep.equal(['key outside *', 'key outside 7']);
    expect(second && (await refers(second, to('202')))).to.equal(403);
    expect((await parts(talk)).at(-1)).to.deep.include({
      kind: 'talk',
      number: '+48501502503',
      why: 'transferred',
      sender: '201',
    });
    expect(office.entry.end).to.include({ by: 'outside', reason: 'completed' });
    expect(office.entry.quarantine).to.equal(undefined);
    expect(outside.byes).to.have.length(0);
    expect(second?.byes).to.have.length(1);
  });

  it('takes a channel more of its trunk, if there is one', async () => {
    const trunks = [{ name: 'provider', addresses: ['192.0.2.10'], proxy: 'sip:192.0.2.10', maxCalls: 2 }];
    const { office, inside } = await talking({ trunks });
    expect(await refers(inside, to('0501502503'))).to.equal(202);
    office.sip.invites.at(-1)?.answer();
    await settled();
    const next = await office.callerCalls();
    expect(next.final?.status).to.equal(486);
  });

  it('by a handset that may not call outside is refused', async () => {
    const handsets = ['201', '202', '203'].map((extension) => ({ extension, password: 'x', external: false }));
    const { inside } = await talking({ handsets });
    expect(await refers(inside, to('0501502503'))).to.equal(403);
  });
});

describe('a call between handsets', () => {
  it('can be sent on by either of the two', async () => {
    for (const who of ['from', 'to'] as const) {
      const { office } = await talking();
      const pair = await consult(office, '202', '203');
      office.registered.add('204');
      expect(await refers(pair[who], to('201'))).to.equal(202);
      await office.answer('201');
      expect(pair[who].byes).to.have.length(1);
      expect(office.calls.calls).to.have.length(2);
    }
  });
});
