/**
 * Calls over the wire: the call application behind the real drachtio-srf and the real SIP server, with scripted peers on
 * UDP. Sound and records are faked; time stands still until a test turns it.
 */
import { expect } from 'chai';
import { PROVIDER, type Doors, type WireHandset } from '../../support/calls/doors.js';
import { PROMPT_MS } from '../../support/calls/fake-media.js';
import { sdp, type RawMessage } from '../../support/sip/raw-message.js';
import type { RawPeer, Sent } from '../../support/sip/raw-peer.js';
import { until } from '../../support/until.js';
import { openWireOffice } from '../../support/calls/wire-office.js';

const OFFICE = 'sip:+48227836000@127.0.0.1';
const early = { notice: { mode: 'early-media' } } as const;
const handsets = ['201', '202'];
const together = { routes: [{ name: 'office', numbers: ['+48227836000'], handsets }] };

let doors: Doors;
let provider: RawPeer;

/** An office with its provider and with registered handsets. */
async function open(changes: Parameters<typeof openWireOffice>[0] = {}, extensions = ['201']): Promise<WireHandset[]> {
  const opened = await openWireOffice(changes, extensions);
  ({ doors, provider } = opened);
  return opened.phones;
}

/** Until the application is in this state. */
const untilState = (state: string): Promise<void> => until(state, () => doors.calls.calls[0]?.state === state);
const untilOver = (): Promise<void> => until('the end of the call', () => doors.ledger.ended.length > 0);
const playing = (): Promise<void> =>
  until('the notice', () => doors.media.sessions[0]?.done.some((one) => one.startsWith('play outside')) ?? false);

async function hearNotice(): Promise<void> {
  await playing();
  doors.clock.advance(PROMPT_MS);
}

const call = (body = sdp()): Sent => provider.request('INVITE', { uri: OFFICE, body });
const one = <T>(items: readonly T[]): T => {
  const [item] = items;
  if (!item) throw new Error('there is none');
  return item;
};

/** A call from outside in which both talk. */
async function talking(): Promise<{ phone: WireHandset; sent: Sent; answer: RawMessage; rung: RawMessage }> {
  const phone = one(await open());
  const sent = call();
  const answer = await provider.expectResponse(200, 'INVITE');
  provider.ack(sent, answer);
  await hearNotice();
  const rung = await phone.peer.expectRequest('INVITE');
  phone.peer.answer(rung, 180);
  phone.peer.answer(rung, 200, { body: sdp(40_100) });
  await phone.peer.expectRequest('ACK');
  await untilState('talking');
  return { phone, sent, answer, rung };
}

describe('calls from outside on the wire', () => {
  afterEach(() => doors.close());

  it('are answered, announced, connected and ended by the caller', async () => {
    const { phone, sent, answer, rung } = await talking();
    expect(rung.header('From')).to.contain('sip:+48221234567@');
    const bye = provider.within(sent, answer, 'BYE', 2);
    const ended = await phone.peer.expectRequest('BYE');
    expect(ended.header('Reason')).to.equal('Q.850;cause=16;text="Normal call clearing"');
    phone.peer.answer(ended, 200);
    expect((await provider.expectFinal(bye)).status).to.equal(200);
    await untilOver();
    expect(doors.ledger.entry.end).to.include({ by: 'outside', reason: 'completed' });
    expect(doors.ledger.dialogs.at(-1)).to.have.length(2);
  });

  it('hear the notice as early media, and are refused with the status of a busy handset', async () => {
    const phone = one(await open(early));
    const sent = call();
    const progress = await provider.expectResponse(183);
    expect(progress.body).to.equal('v=0 answer outside');
    await hearNotice();
    expect((await provider.expectResponse(180)).body).to.equal('v=0 answer outside');
    const rung = await phone.peer.expectRequest('INVITE');
    phone.peer.answer(rung, 486);
    const refused = await provider.expectFinal(sent);
    expect(refused.status).to.equal(486);
    expect(refused.header('Reason')).to.equal('Q.850;cause=17;text="User busy"');
    provider.ackFailure(sent, refused);
    await untilOver();
  });

  it('cancelled before anything was sent end without a sound', async () => {
    await open(early);
    const sent = call();
    const cancelled = provider.expectFinal(sent);
    provider.cancel(sent);
    expect((await cancelled).status).to.equal(200); // of the CANCEL: it has the branch of the INVITE
    expect((await provider.expectResponse(487, 'INVITE')).status).to.equal(487);
    await untilOver();
    expect(doors.ledger.entry.end).to.include({ by: 'outside', reason: 'cancelled' });
    expect(doors.calls.calls).to.have.length(0);
  });

  it('cancelled while the notice plays ring no handset', async () => {
    const phone = one(await open(early));
    const sent = call();
    await provider.expectResponse(183);
    await playing();
    provider.cancel(sent);
    await provider.expectResponse(487, 'INVITE');
    await untilOver();
    expect(phone.peer.heard.filter(({ method }) => method === 'INVITE')).to.have.length(0);
  });

  it('cancelled while handsets ring stop every one of them', async () => {
    const phones = await open({ ...early, ...together }, handsets);
    const sent = call();
    await hearNotice();
    const rung = await Promise.all(phones.map(({ peer }) => peer.expectRequest('INVITE')));
    for (const [index, { peer }] of phones.entries()) peer.answer(rung[index] ?? one(rung), 180);
    await provider.expectResponse(180);
    provider.cancel(sent);
    await provider.expectResponse(487, 'INVITE');
    await Promise.all(phones.map(({ peer }) => peer.expectRequest('CANCEL')));
    await untilOver();
  });

  it('rung in parallel are connected to the first; a 200 that crosses our CANCEL gets its ACK and BYE', async () => {
    const [first, second] = await open({ ...early, ...together }, handsets);
    if (!first || !second) throw new Error('two handsets');
    const sent = call();
    await hearNotice();
    const rung = await Promise.all([first.peer.expectRequest('INVITE'), second.peer.expectRequest('INVITE')]);
    first.peer.answer(rung[0], 180);
    second.peer.answer(rung[1], 180);
    first.peer.answer(rung[0], 200, { body: sdp(40_100) });
    await first.peer.expectRequest('ACK');
    const answer = await provider.expectFinal(sent);
    expect(answer.status).to.equal(200);
    await second.peer.expectRequest('CANCEL');
    second.peer.answer(rung[1], 200, { body: sdp(40_200) });
    await second.peer.expectRequest('ACK');
    const bye = await second.peer.expectRequest('BYE');
    second.peer.answer(bye, 200);
    await untilState('talking');
    expect(doors.calls.calls[0]?.extension).to.equal('201');
    const taken = doors.media.last.done.filter((what) => what === 'take answer inside');
    expect(taken, 'answers that were applied').to.have.length(1);
  });

  it('without an offer are given ours, and the ACK brings the answer', async () => {
    await open();
    const sent = call('');
    const answer = await provider.expectFinal(sent);
    expect(answer.body).to.equal('v=0 offer outside');
    expect(doors.media.last.done).to.not.include('take answer outside');
    provider.ack(sent, answer, { body: sdp() });
    await playing();
    expect(doors.media.last.done).to.include('take answer outside');
  });

  it('put on hold from either side are answered locally, keys in INFO go through', async () => {
    const { phone, sent, answer, rung } = await talking();
    const hold = provider.within(sent, answer, 'INVITE', 2, { body: sdp(40_000, 'sendonly', 2) });
    const held = await provider.expectFinal(hold);
    expect(held.body).to.equal('v=0 answer outside');
    provider.ack(hold, held);
    const resume = phone.peer.asCallee(rung, 'INVITE', 2, { body: sdp(40_100, 'inactive', 2) });
    const resumed = await phone.peer.expectFinal(resume);
    expect(resumed.body).to.equal('v=0 answer inside');
    phone.peer.ack(resume, resumed, { uri: rung.contact });
    const info = phone.peer.asCallee(rung, 'INFO', 3, {
      body: 'Signal=5\r\nDuration=160\r\n',
      contentType: 'application/dtmf-relay',
    });
    const passed = await provider.expectRequest('INFO');
    expect(passed.body).to.equal('Signal=5\r\nDuration=160\r\n');
    expect(passed.header('Content-Type')).to.equal('application/dtmf-relay');
    provider.answer(passed, 200);
    expect((await phone.peer.expectFinal(info)).status).to.equal(200);
    expect(provider.heard.filter(({ method }) => method === 'INVITE')).to.have.length(0);
  });

  it('whose handset forgot the call at a key are ended', async () => {
    const { phone, sent, answer } = await talking();
    provider.within(sent, answer, 'INFO', 2, {
      body: 'Signal=5\r\nDuration=160\r\n',
      contentType: 'application/dtmf-relay',
    });
    phone.peer.answer(await phone.peer.expectRequest('INFO'), 481);
    expect((await provider.expectRequest('BYE')).header('Reason')).to.contain('cause=27');
    await untilOver();
    expect(doors.ledger.entry.end).to.include({ by: 'employee', reason: 'peer-lost' });
  });

  it('end on both sides when the program stops', async () => {
    const { phone } = await talking();
    const stopped = doors.calls.stop();
    provider.answer(await provider.expectRequest('BYE'), 200);
    phone.peer.answer(await phone.peer.expectRequest('BYE'), 200);
    await stopped;
    expect(doors.ledger.entry.end?.reason).to.equal('restart');
  });

  it('end in the archive when the SIP server is lost', async () => {
    await talking();
    doors.line.break();
    await untilOver();
    expect(doors.ledger.entry.end).to.include({ by: 'halina', reason: 'error' });
    expect(doors.calls.calls).to.have.length(0);
  });
});

describe('a dialog of before a crash, on the wire', () => {
  afterEach(() => doors.close());

  it('is ended by a BYE that its peer knows', async () => {
    await open();
    const sending = doors.calls.endDialogsAfterCrash([
      {
        callId: 'before@crash',
        localUri: 'sip:+48227836000@127.0.0.1',
        localTag: 'ours',
        remoteUri: `sip:+48601234567@${PROVIDER}`,
        remoteTag: 'theirs',
        remoteTarget: provider.uri('peer'),
        routeSet: ['<sip:proxy.example;lr>'],
        localCSeq: 3,
        nextHop: provider.uri('x').replace('x@', ''),
      },
    ]);
    const bye = await provider.expectRequest('BYE');
    expect(bye.requestUri).to.equal(provider.uri('peer'));
    expect(bye.header('Call-ID')).to.equal('before@crash');
    expect(bye.cseq).to.equal(103);
    expect([bye.tag('From'), bye.tag('To')]).to.deep.equal(['ours', 'theirs']);
    expect(bye.header('Route')).to.equal('<sip:proxy.example;lr>');
    provider.answer(bye, 200);
    await sending;
  });
});
