import { expect } from 'chai';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { settled } from '../../support/calls/office.js';
import { consult, parts, refers, talking, to, told } from '../../support/calls/talk.js';

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
