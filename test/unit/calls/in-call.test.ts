import { expect } from 'chai';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { Office, routeTo, settled } from '../../support/calls/office.js';
import type { FakeDialog } from '../../support/calls/scripted-sip.js';

interface Talking {
  readonly office: Office;
  readonly outside: FakeDialog;
  readonly inside: FakeDialog;
}

/** Caller and handset 201 talk. */
async function talking(changes: ConstructorParameters<typeof Office>[0] = {}): Promise<Talking> {
  const office = new Office(changes);
  const caller = await office.callerCalls();
  await office.hearNotice(caller);
  const inside = await office.answer('201');
  if (!caller.dialog) throw new Error('the caller was not answered');
  return { office, outside: caller.dialog, inside };
}

const relay = { 'Content-Type': 'application/dtmf-relay' };
const signal = (digit: string): string => `Signal=${digit}\r\nDuration=120\r\n`;

describe('a hold', () => {
  it('is a part of the entry with who did it; the recording runs on', async () => {
    const { office, outside } = await talking();
    await office.pass(10_000);
    office.session.emit('hold', { leg: 'inside', held: true });
    await office.pass(5_000);
    office.session.emit('hold', { leg: 'inside', held: false });
    await office.pass(5_000);
    office.session.emit('hold', { leg: 'outside', held: true });
    await office.pass(1_000);
    outside.hangUp();
    await settled();
    expect(office.entry.parts).to.deep.equal([
      { kind: 'talk', from: 0, extension: '201', why: 'answered', to: 21_000 },
      { kind: 'hold', from: 10_000, by: 'employee', to: 15_000 },
      { kind: 'hold', from: 20_000, by: 'outside', to: 21_000 },
    ]);
    expect(office.session.spoolStopped).to.equal(false);
  });

  it('by both at once are two parts', async () => {
    const { office, outside } = await talking();
    office.session.emit('hold', { leg: 'inside', held: true });
    await office.pass(1_000);
    office.session.emit('hold', { leg: 'outside', held: true });
    office.session.emit('hold', { leg: 'outside', held: true });
    await office.pass(1_000);
    office.session.emit('hold', { leg: 'inside', held: false });
    await office.pass(1_000);
    outside.hangUp();
    await settled();
    expect(office.entry.parts.slice(1)).to.deep.equal([
      { kind: 'hold', from: 0, by: 'employee', to: 2_000 },
      { kind: 'hold', from: 1_000, by: 'outside', to: 3_000 },
    ]);
  });

  it('of a caller who is on hold already when the handset answers begins with the call', async () => {
    const office = new Office();
    const caller = await office.callerCalls();
    await office.hearNotice(caller);
    office.session.emit('hold', { leg: 'outside', held: true });
    await office.answer('201');
    await office.pass(1_000);
    caller.dialog?.hangUp();
    await settled();
    expect(office.entry.parts[1]).to.deep.equal({ kind: 'hold', from: 0, by: 'outside', to: 1_000 });
  });
});

describe('a hold of which the provider is to be told', () => {
  const told = {
    trunks: [{ name: 'provider', addresses: ['192.0.2.10'], proxy: 'sip:192.0.2.10', tellHold: true }],
  };

  it('is offered as sendonly, and its end as sendrecv', async () => {
    const { office, outside, inside } = await talking(told);
    outside.answerBody = 'v=0 recvonly';
    office.session.emit('hold', { leg: 'inside', held: true });
    await settled();
    office.session.emit('hold', { leg: 'inside', held: false });
    await settled();
    expect(outside.requests.map(({ method, body }) => `${method} ${body}`)).to.deep.equal([
      'INVITE v=0 offer outside sendonly',
      'INVITE v=0 offer outside',
    ]);
    expect(inside.requests).to.have.length(0);
  });

  it('is no hold of the provider, even if its answer says inactive', async () => {
    const { office, outside } = await talking(told);
    outside.answerBody = 'v=0 inactive';
    const { session } = office;
    const take = session.acceptAnswer.bind(session);
    session.acceptAnswer = (leg, sdp) => {
      take(leg, sdp);
      if (sdp.includes('inactive')) session.emit('hold', { leg, held: true });
    };
    session.emit('hold', { leg: 'inside', held: true });
    await office.pass(1_000);
    outside.hangUp();
    await settled();
    expect(office.entry.parts.filter(({ kind }) => kind === 'hold').map(({ by }) => by)).to.deep.equal(['employee']);
  });

  it('that crosses an offer of the provider: theirs gets 491, ours is made again', async () => {
    const { office, outside } = await talking(told);
    let give = (_status: number): void => {};
    outside.answers = [new Promise((resolve) => (give = resolve))];
    outside.answerBody = 'v=0 recvonly';
    office.session.emit('hold', { leg: 'inside', held: true });
    const crossing = outside.peer('INVITE', 'v=0 offer');
    await settled();
    expect(crossing.final?.status).to.equal(491);
    give(491);
    await settled();
    const theirs = outside.peer('INVITE', 'v=0 offer');
    await settled();
    expect(theirs.final?.status).to.equal(200);
    await office.pass(4_000);
    expect(outside.requests).to.have.length(2);
  });

  it('stands in what the provider is answered in the meantime, with or without an offer of its own', async () => {
    const { office, outside } = await talking(told);
    const answered = async (method: string, body?: string) => {
      const request = outside.peer(method, body);
      await settled();
      return request.final;
    };
    outside.answerBody = 'v=0 recvonly';
    office.session.emit('hold', { leg: 'inside', held: true });
    await settled();
    for (const method of ['INVITE', 'UPDATE'])
      expect(await answered(method, 'v=0 offer')).to.deep.equal({ status: 200, body: 'v=0 answer outside sendonly' });
    expect(await answered('INVITE')).to.deep.equal({ status: 200, body: 'v=0 offer outside sendonly' });
    outside.ack('v=0 recvonly');
    office.session.emit('hold', { leg: 'inside', held: false });
    await settled();
    expect(await answered('INVITE', 'v=0 offer')).to.deep.equal({ status: 200, body: 'v=0 answer outside' });
    expect(await answered('INVITE')).to.deep.equal({ status: 200, body: 'v=0 offer outside' });
  });

  it('is no hold of the provider either where an ACK says inactive', async () => {
    const { office, outside } = await talking(told);
    outside.answerBody = 'v=0 recvonly';
    const { session } = office;
    const take = session.acceptAnswer.bind(session);
    session.acceptAnswer = (leg, sdp) => {
      take(leg, sdp);
      if (sdp.includes('inactive')) session.emit('hold', { leg, held: true });
    };
    session.emit('hold', { leg: 'inside', held: true });
    await settled();
    outside.peer('INVITE');
    await settled();
    outside.ack('v=0 inactive');
    await office.pass(1_000);
    outside.hangUp();
    await settled();
    expect(office.entry.parts.filter(({ kind }) => kind === 'hold').map(({ by }) => by)).to.deep.equal(['employee']);
  });

  it('that the provider refused is not in what it is answered: it would hear of no end of it', async () => {
    const { office, outside } = await talking(told);
    outside.answers = [488];
    office.session.emit('hold', { leg: 'inside', held: true });
    await settled();
    const theirs = outside.peer('INVITE', 'v=0 offer');
    await settled();
    expect(theirs.final?.body).to.equal('v=0 answer outside');
  });

  it('is forgotten over a fax: the sound after it goes both ways', async () => {
    const { office, outside, inside } = await talking(told);
    outside.answerBody = 'v=0 recvonly';
    office.session.emit('hold', { leg: 'inside', held: true });
    await settled();
    inside.answerBody = 'v=0 fax 14400';
    outside.peer('INVITE', 'v=0 fax 14400');
    await settled();
    inside.answerBody = 'v=0 answer';
    for (let n = 0; n < 2; n++) {
      const sound = outside.peer('INVITE', 'v=0 offer');
      await settled();
      expect(sound.final).to.deep.equal({ status: 200, body: 'v=0 answer outside' });
    }
  });

  it('at a provider that has forgotten the call ends it', async () => {
    const { office, outside } = await talking(told);
    outside.answers = [481];
    office.session.emit('hold', { leg: 'inside', held: true });
    await settled();
    expect(office.entry.end).to.include({ by: 'outside', reason: 'peer-lost' });
  });

  it('is the affair of the employee alone where that is not configured', async () => {
    const { office, outside } = await talking();
    office.session.emit('hold', { leg: 'inside', held: true });
    await settled();
    expect(outside.requests).to.have.length(0);
  });
});

describe('an offer within the call', () => {
  it('of either side is answered with our own address, and the other side is left alone', async () => {
    const { office, outside, inside } = await talking();
    for (const [dialog, leg] of [
      [outside, 'outside'],
      [inside, 'inside'],
    ] as const)
      for (const method of ['INVITE', 'UPDATE']) {
        const request = dialog.peer(method, 'v=0 hold');
        await settled();
        expect(request.final).to.deep.equal({ status: 200, body: `v=0 answer ${leg}` });
      }
    expect([...outside.requests, ...inside.requests]).to.have.length(0);
    expect(office.calls.calls).to.have.length(1);
  });

  it('with nothing for us is refused with 488, and the call goes on', async () => {
    const { office, inside } = await talking();
    const request = inside.peer('INVITE', 'bad');
    await settled();
    expect(request.final?.status).to.equal(488);
    expect(request.final?.headers).to.have.property('Warning');
    expect(office.calls.calls[0]?.state).to.equal('talking');
  });

  it('that is missing (a re-INVITE without SDP) is ours, and the ACK brings the answer', async () => {
    const { office, outside } = await talking();
    const request = outside.peer('INVITE');
    await settled();
    expect(request.final).to.deep.equal({ status: 200, body: 'v=0 offer outside' });
    const glare = outside.peer('INVITE', 'v=0 hold');
    await settled();
    expect(glare.final?.status, 'an offer while ours is open').to.equal(491);
    outside.ack('v=0 answer');
    await settled();
    expect(office.session.done.at(-1)).to.equal('take answer outside');
    const after = outside.peer('INVITE', 'v=0 hold');
    await settled();
    expect(after.final?.status).to.equal(200);
  });

  it('UPDATE without SDP is a refresh', async () => {
    const { outside } = await talking();
    const update = outside.peer('UPDATE');
    await settled();
    expect(update.final).to.deep.equal({ status: 200 });
  });
});

describe('other requests within the call', () => {
  for (const [method, status] of [
    ['OPTIONS', 200],
    ['MESSAGE', 405],
  ] as const)
    it(`${method} gets ${status} with Allow`, async () => {
      const { outside } = await talking();
      const request = outside.peer(method);
      await settled();
      expect(request.final?.status).to.equal(status);
      expect(request.final?.headers?.['Allow']).to.contain('INVITE');
    });

  for (const { what, body, headers, status } of [
    { what: 'without a body', body: '', headers: {}, status: 200 },
    { what: 'of a package', body: 'x', headers: { 'Info-Package': 'conference' }, status: 469 },
    { what: 'with another body', body: '<xml/>', headers: { 'Content-Type': 'application/media_control+xml' }, status: 415 }, // prettier-ignore
    { what: 'with a key that is none', body: signal('X'), headers: relay, status: 415 },
  ])
    it(`INFO ${what} gets ${status}`, async () => {
      const { outside, inside } = await talking();
      const info = outside.peer('INFO', body, headers);
      await settled();
      expect(info.final?.status).to.equal(status);
      // RFC 3261 § 21.4.13, RFC 6086 § 4.2.2.
      const accept = status === 415 ? 'application/dtmf-relay, application/dtmf' : undefined;
      expect(info.final?.headers?.['Accept']).to.equal(accept);
      expect(inside.requests).to.have.length(0);
    });
});

describe('keys in INFO', () => {
  it('go on to the other party', async () => {
    const { outside, inside } = await talking();
    inside.peer('INFO', signal('5'), relay);
    await settled();
    expect(outside.requests).to.deep.equal([{ method: 'INFO', headers: relay, body: 'Signal=5\r\nDuration=120\r\n' }]);
    outside.peer('INFO', '7', { 'Content-Type': 'application/dtmf' });
    await settled();
    expect(inside.requests[0]?.body).to.equal('Signal=7\r\nDuration=160\r\n');
  });

  it('that make a code are obeyed and do not go on', async () => {
    const { office, outside, inside } = await talking();
    for (const digit of ['*', '9']) inside.peer('INFO', signal(digit), relay);
    await settled();
    expect(outside.requests).to.have.length(0);
    expect(office.session.spoolStopped).to.equal(true);
  });

  it('that might have made a code go on when they do not, or not in time', async () => {
    const { office, outside, inside } = await talking();
    for (const digit of ['*', '5']) inside.peer('INFO', signal(digit), relay);
    await settled();
    expect(outside.requests.map(({ body }) => body?.[7])).to.deep.equal(['*', '5']);
    inside.peer('INFO', signal('*'), relay);
    await office.pass(1_999);
    expect(outside.requests).to.have.length(2);
    await office.pass(1);
    expect(outside.requests).to.have.length(3);
  });

  it('codes of the outside party mean nothing and go on', async () => {
    const { office, outside, inside } = await talking();
    for (const digit of ['*', '9']) outside.peer('INFO', signal(digit), relay);
    await settled();
    expect(inside.requests).to.have.length(2);
    expect(office.session.spoolStopped).to.equal(false);
  });

  it('to a party that has forgotten the call end it', async () => {
    const { office, outside, inside } = await talking();
    outside.answers = [481];
    inside.peer('INFO', signal('5'), relay);
    await settled();
    expect(office.entry.end).to.include({ by: 'outside', reason: 'peer-lost' });
    expect(inside.byes).to.have.length(1);
  });

  it('to a party that does not know INFO change nothing', async () => {
    const { office, outside, inside } = await talking();
    outside.answers = [501];
    inside.peer('INFO', signal('5'), relay);
    await settled();
    expect(office.calls.calls[0]?.state).to.equal('talking');
  });
});

describe('*9', () => {
  it('stops the recording, says so to both, quarantines what there is, and the call goes on', async () => {
    const { office, outside } = await talking();
    await office.pass(10_000);
    office.session.emit('code', { leg: 'inside', code: '*9' });
    office.session.emit('code', { leg: 'inside', code: '*9' });
    await office.pass(5_000);
    expect(office.session.spoolStopped).to.equal(true);
    expect(office.session.done).to.include.members(['play outside recording-stopped', 'play inside recording-stopped']);
    expect(office.calls.calls[0]).to.include({ state: 'talking', recording: false });
    outside.hangUp();
    await settled();
    expect(office.entry.quarantine).to.deep.equal({ why: 'stopped', at: (office.entry.connectedAt ?? 0) + 10_000 });
    expect(office.entry.parts).to.deep.include({ kind: 'stopped', from: 10_000, to: 15_000, by: 'employee' });
    expect(office.entry.record).to.deep.equal({ wanted: true });
  });

  it('on a route that is never recorded quarantines nothing', async () => {
    const office = new Office(routeTo(['201'], { record: 'never' }));
    const caller = await office.callerCalls();
    await office.answer('201');
    office.session.emit('code', { leg: 'inside', code: '*9' });
    caller.dialog?.hangUp();
    await settled();
    expect(office.entry.quarantine).to.equal(undefined);
    expect(office.entry.record).to.deep.equal({ wanted: false, why: 'route-never' });
  });
});

describe('*7', () => {
  it('ends a private call after its grace time, with what was recorded in quarantine', async () => {
    const { office, outside, inside } = await talking();
    await office.pass(10_000);
    office.session.emit('code', { leg: 'inside', code: '*7' });
    await office.pass(5_000);
    office.session.emit('code', { leg: 'inside', code: '*7' });
    await office.pass(4_999);
    expect(outside.byes).to.have.length(0);
    await office.pass(1);
    expect(outside.byes).to.have.length(1);
    expect(inside.byes).to.have.length(1);
    expect(office.session.done).to.include('play outside private');
    expect(office.session.spoolStopped).to.equal(true);
    expect(office.entry.end).to.include({ by: 'employee', reason: 'private' });
    expect(office.entry.quarantine?.why).to.equal('private');
    expect(office.entry.talkMs).to.equal(20_000);
  });

  it('leaves no timer when the caller hangs up within the grace time', async () => {
    const { office, outside } = await talking();
    office.session.emit('code', { leg: 'inside', code: '*7' });
    outside.hangUp();
    await settled();
    await office.pass(PROMPT_MS);
    expect(office.clock.pendingTimers).to.equal(0);
    expect(office.entry.end?.reason).to.equal('completed');
  });
});

describe('a call that breaks', () => {
  it('with whom no keys could be agreed on is ended, as nothing passes', async () => {
    const { office, outside } = await talking();
    office.session.emit('unsecured', { leg: 'inside' });
    await settled();
    expect(office.entry.end).to.include({ by: 'employee', reason: 'media-lost' });
    expect(outside.byes).to.have.length(1);
  });

  it('because a side sends no sound any more is ended', async () => {
    const { office, outside, inside } = await talking();
    office.session.emit('silence', { leg: 'inside', forMs: 60_000 });
    await settled();
    expect(office.entry.end).to.include({ by: 'employee', reason: 'media-lost' });
    expect(outside.byes[0]).to.deep.equal({ Reason: 'Q.850;cause=27;text="Destination out of order"' });
    expect(inside.byes).to.have.length(1);
  });

  it('because the media process died is ended on both sides', async () => {
    const { office, outside, inside } = await talking();
    office.session.emit('lost');
    await settled();
    expect(outside.byes).to.have.length(1);
    expect(inside.byes).to.have.length(1);
    expect(office.entry.end).to.include({ by: 'halina', reason: 'engine-lost' });
  });

  it('because the SIP server is gone has its entry', async () => {
    const { office, outside, inside } = await talking();
    outside.hangUp({ by: 'lost' });
    inside.hangUp({ by: 'lost' });
    await settled();
    expect(office.entry.end).to.include({ by: 'halina', reason: 'error' });
  });

  it('because a session refresh failed is the fault of that side', async () => {
    const { office, inside } = await talking();
    inside.hangUp({ by: 'server' });
    await settled();
    expect(office.entry.end).to.include({ by: 'employee', reason: 'peer-lost' });
  });

  it('only in its recording goes on, and the entry has a part without recording', async () => {
    const { office, outside } = await talking();
    await office.pass(2_000);
    office.session.emit('recordingCut', { reason: 'no-room' });
    await office.pass(3_000);
    expect(office.calls.calls[0]).to.include({ state: 'talking', recording: false });
    outside.hangUp();
    await settled();
    expect(office.entry.parts).to.deep.include({ kind: 'stopped', from: 2_000, to: 5_000, by: 'halina' });
    expect(office.entry.record).to.deep.equal({ wanted: true });
  });

  it('in the recorder at its beginning goes on unrecorded', async () => {
    const office = new Office();
    const caller = await office.callerCalls();
    await office.hearNotice(caller);
    office.media.spooling = Promise.reject(new Error('disk on fire'));
    await office.answer('201');
    expect(office.calls.calls[0]).to.include({ state: 'talking', recording: false });
    caller.dialog?.hangUp();
    await settled();
    expect(office.entry.record).to.deep.equal({ wanted: false, why: 'failed' });
  });

  it('in the archive at its beginning goes on all the same', async () => {
    const office = new Office();
    office.ledger.beginning = Promise.reject(new Error('disk on fire'));
    const caller = await office.callerCalls();
    await office.hearNotice(caller);
    await office.answer('201');
    expect(office.calls.calls[0]?.state).to.equal('talking');
  });
});
