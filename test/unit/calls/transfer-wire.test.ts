/** Transfers over the wire: the call application behind the real drachtio-srf and the real SIP server, peers on UDP. */
import { expect } from 'chai';
import { openDoors, PROVIDER, WireHandset, type Doors } from '../../support/calls/doors.js';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { sdp, type RawMessage } from '../../support/sip/raw-message.js';
import type { RawPeer, Sent } from '../../support/sip/raw-peer.js';
import { until } from '../../support/until.js';

let doors: Doors;
let provider: RawPeer;

/** A caller from outside and handset 201 talk; 202 is registered. */
async function talking(): Promise<{
  a: WireHandset;
  b: WireHandset;
  sent: Sent;
  answer: RawMessage;
  rung: RawMessage;
}> {
  doors = await openDoors();
  provider = await doors.peer(PROVIDER);
  const a = new WireHandset(await doors.peer('127.0.0.10'), '201');
  const b = new WireHandset(await doors.peer('127.0.0.11'), '202');
  for (const phone of [a, b]) expect((await phone.register()).status).to.equal(200);
  const sent = provider.request('INVITE', { uri: 'sip:+48227836000@127.0.0.1', body: sdp() });
  const answer = await provider.expectResponse(200, 'INVITE');
  provider.ack(sent, answer);
  await until('the notice', () => doors.media.sessions[0]?.done.some((one) => one.startsWith('play')) ?? false);
  doors.clock.advance(PROMPT_MS);
  const rung = await a.peer.expectRequest('INVITE');
  a.peer.answer(rung, 200, { body: sdp(40_100) });
  await a.peer.expectRequest('ACK');
  await until('the talk', () => doors.calls.calls[0]?.state === 'talking');
  return { a, b, sent, answer, rung };
}

/** The sender is told how far its REFER is. */
async function notified({ peer }: WireHandset, status: number, state: string): Promise<RawMessage> {
  const notify = await peer.expectRequest('NOTIFY');
  peer.answer(notify, 200);
  expect(notify.body).to.match(new RegExp(`^SIP/2.0 ${status} `));
  expect(notify.header('Event')).to.equal('refer');
  expect(notify.header('Content-Type')).to.equal('message/sipfrag;version=2.0');
  expect(notify.header('Subscription-State')).to.match(new RegExp(`^${state}`));
  return notify;
}

/** Answers a BYE to this handset. */
async function hungUpOn({ peer }: WireHandset): Promise<RawMessage> {
  const bye = await peer.expectRequest('BYE');
  peer.answer(bye, 200);
  return bye;
}

describe('transfers on the wire', () => {
  afterEach(() => doors.close());

  it('attended: the other handset gets an offer in its own dialog, both of the sender’s dialogs end', async () => {
    const { a, b, sent, answer, rung } = await talking();
    const consulting = a.ask('INVITE', 'sip:202@127.0.0.1', { body: sdp() });
    const asked = await b.peer.expectRequest('INVITE');
    b.peer.answer(asked, 200, { body: sdp(40_200) });
    await b.peer.expectRequest('ACK');
    const consult = await consulting;
    await until('the consultation', () => doors.calls.calls[1]?.state === 'talking');

    const replaces = `${consult.header('Call-ID')};to-tag=${consult.tag('To')};from-tag=${consult.tag('From')}`;
    const extra = [`Refer-To: <sip:202@127.0.0.1?Replaces=${encodeURIComponent(replaces)}>`];
    const refer = a.peer.asCallee(rung, 'REFER', 1, { extra });
    expect((await a.peer.expectFinal(refer)).status).to.equal(202);
    await notified(a, 100, 'active');
    const offer = await b.peer.expectRequest('INVITE');
    expect(offer.header('Call-ID')).to.equal(asked.header('Call-ID'));
    expect(offer.cseq).to.be.greaterThan(asked.cseq);
    expect(offer.body).to.equal('v=0 offer inside#1');
    b.peer.answer(offer, 200, { body: sdp(40_200) });
    await b.peer.expectRequest('ACK');
    await notified(a, 200, 'terminated;reason=noresource');
    const ended = [await hungUpOn(a), await hungUpOn(a)].map((bye) => bye.header('Call-ID'));
    expect(ended.toSorted()).to.deep.equal([rung.header('Call-ID'), consult.header('Call-ID')].toSorted());
    await until('one call', () => doors.calls.calls.length === 1);
    expect(doors.calls.calls[0]).to.include({ state: 'talking', extension: '202', direction: 'inbound' });

    provider.within(sent, answer, 'BYE', 2);
    expect((await hungUpOn(b)).header('Call-ID')).to.equal(asked.header('Call-ID'));
    await until('the end', () => doors.ledger.ended.length > 0);
    expect(doors.ledger.entry.parts.map(({ kind, extension }) => `${kind} ${extension ?? ''}`)).to.deep.equal([
      'talk 201',
      'ringing ',
      'talk 202',
    ]);
  });

  it('blind, to a handset that is busy: the sender is told, and keeps the call', async () => {
    const { a, b, rung } = await talking();
    const refer = a.peer.asCallee(rung, 'REFER', 1, { extra: ['Refer-To: <sip:202@127.0.0.1>'] });
    expect((await a.peer.expectFinal(refer)).status).to.equal(202);
    await notified(a, 100, 'active');
    b.peer.answer(await b.peer.expectRequest('INVITE'), 486);
    await notified(a, 486, 'terminated');
    expect(doors.calls.calls[0]).to.include({ state: 'talking', extension: '201' });
  });

  it('by the provider are refused, by REFER and by INVITE with Replaces', async () => {
    const { sent, answer, rung } = await talking();
    const refer = provider.within(sent, answer, 'REFER', 2, { extra: ['Refer-To: <sip:0900123@127.0.0.1>'] });
    expect((await provider.expectFinal(refer)).status).to.equal(403);
    const replaces = `Replaces: ${rung.header('Call-ID')};to-tag=${rung.tag('From')};from-tag=ans1`;
    const invite = provider.request('INVITE', { uri: 'sip:+48227836000@127.0.0.1', body: sdp(), extra: [replaces] });
    // It is a call like every other: the header means nothing from outside.
    const other = await provider.expectFinal(invite);
    provider.ack(invite, other);
    expect(doors.calls.calls[0]).to.include({ state: 'talking', extension: '201' });
    expect(doors.calls.calls).to.have.length(2);
  });

  it('INVITE with Replaces of the dialog that rings picks the call up', async () => {
    doors = await openDoors();
    provider = await doors.peer(PROVIDER);
    const a = new WireHandset(await doors.peer('127.0.0.10'), '201');
    const b = new WireHandset(await doors.peer('127.0.0.11'), '202');
    for (const phone of [a, b]) await phone.register();
    const sent = provider.request('INVITE', { uri: 'sip:+48227836000@127.0.0.1', body: sdp() });
    provider.ack(sent, await provider.expectResponse(200, 'INVITE'));
    await until('the notice', () => doors.media.sessions[0]?.done.some((one) => one.startsWith('play')) ?? false);
    doors.clock.advance(PROMPT_MS);
    const rung = await a.peer.expectRequest('INVITE');
    a.peer.answer(rung, 180);
    await until('the ringing', () => doors.calls.calls[0]?.ringing?.includes('201') ?? false);
    const name = `${rung.header('Call-ID')};to-tag=${rung.tag('From')};from-tag=ans1`;
    const taken = b.ask('INVITE', 'sip:201@127.0.0.1', { body: sdp(), extra: [`Replaces: ${name}`] });
    const cancelled = await a.peer.expectRequest('CANCEL');
    expect(cancelled.header('Reason')).to.contain('cause=200');
    a.peer.answer(cancelled, 200);
    a.peer.answer(rung, 487);
    expect((await taken).status).to.equal(200);
    await until('the talk', () => doors.calls.calls[0]?.state === 'talking');
    expect(doors.calls.calls[0]).to.include({ extension: '202' });
  });
});
