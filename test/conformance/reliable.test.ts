/** Reliable provisional responses and UPDATE before the answer, in both directions (RFC 3262, 3311). */
import { expect } from 'chai';
import { agree, incoming, later, LOCAL, outgoing, served, type Incoming } from '../support/drachtio/calls.js';
import type { Request } from '../support/drachtio/srf.js';
import { Stand } from '../support/drachtio/stand.js';
import { sdp, type RawMessage } from '../support/sip/raw-message.js';

let stand: Stand;
/** Every describe of this file has a server of its own for each of its tests. */
function withStand(): void {
  beforeEach(async () => (stand = await Stand.open()));
  afterEach(() => stand.close());
}

const KNOWS = { extra: ['Supported: 100rel'] };
const reliably = (body = LOCAL) => ({ headers: { Require: '100rel' }, body });

/** The peer acknowledges our reliable response. */
function prack({ peer, sent }: Incoming, early: RawMessage, cseq: number, rseq = early.header('RSeq')) {
  return peer.within(sent, early, 'PRACK', cseq, { extra: [`RAck: ${rseq} 1 INVITE`] });
}

describe('a provisional response that the application sends reliably', () => {
  withStand();

  it('is repeated, doubling from T1, until its PRACK, which the application hears of', async () => {
    const call = await incoming(stand, KNOWS);
    const { client, peer, reply } = call;
    const heard = later<Request>();
    reply.send(183, reliably(), () => {}, heard.keep);
    const early = await peer.expectResponse(183);
    await served(client, 'RSeq:');
    for (const wait of [500, 1000, 2000, 4000, 8000]) {
      stand.clock.advance(wait);
      expect((await peer.expectResponse(183)).text).to.equal(early.text);
    }
    prack(call, early, 2);
    await peer.expectResponse(200, 'PRACK');
    expect((await heard.value).method).to.equal('PRACK');
    stand.clock.advance(31_000);
    await client.wire.settle();
    expect(peer.heard.filter(({ status }) => status === 183)).to.have.length(6);
  });

  it('has a PRACK that crosses the 200 answered, once (RFC 3262 § 3)', async () => {
    const call = await incoming(stand, KNOWS);
    const { client, peer, sent, request, reply } = call;
    reply.send(180, reliably(''));
    const early = await peer.expectResponse(180);
    const answered = client.srf.createUAS(request, reply, { localSdp: LOCAL });
    const answer = await peer.expectResponse(200, 'INVITE');
    expect((await peer.expectFinal(prack(call, early, 2))).status).to.equal(200);
    expect((await peer.expectFinal(prack(call, early, 3))).status).to.equal(481);
    peer.ack(sent, answer);
    await answered;
  });

  it('goes as an ordinary one to a caller who does not know 100rel', async () => {
    const { peer, reply } = await incoming(stand);
    reply.send(183, reliably());
    const early = await peer.expectResponse(183);
    expect([early.header('Require'), early.header('RSeq')]).to.deep.equal(['', '']);
  });

  it('holds back the next reliable one, and a 200 where it carried SDP', async () => {
    const call = await incoming(stand, KNOWS);
    const { client, peer, sent, request, reply } = call;
    reply.send(183, reliably());
    reply.send(180, reliably(''));
    const first = await peer.expectResponse(183);
    await client.wire.settle();
    expect(peer.heard.some(({ status }) => status === 180)).to.equal(false);
    prack(call, first, 2);
    const second = await peer.expectResponse(180);
    expect(Number(second.header('RSeq'))).to.equal(Number(first.header('RSeq')) + 1);
    prack(call, second, 3);
    await peer.expectResponse(200, 'PRACK');
    await peer.expectResponse(200, 'PRACK');
    reply.send(183, reliably());
    const third = await peer.expectResponse(183);
    const answered = client.srf.createUAS(request, reply, { localSdp: LOCAL });
    await client.wire.settle();
    expect(peer.heard.some((one) => one.status === 200 && one.header('CSeq') === '1 INVITE')).to.equal(false);
    prack(call, third, 4);
    await peer.expectResponse(200, 'PRACK');
    peer.ack(sent, await peer.expectResponse(200, 'INVITE'));
    await answered;
  });

  it('without SDP holds back no 200, and ends with it', async () => {
    const { client, peer, sent, request, reply } = await incoming(stand, KNOWS);
    reply.send(180, reliably(''));
    await peer.expectResponse(180);
    await client.srf.createUAS(request, reply, { localSdp: LOCAL });
    peer.ack(sent, await peer.expectResponse(200, 'INVITE'));
    await served(client, '\r\nACK ');
    stand.clock.advance(10_000);
    expect(peer.heard.filter(({ status }) => status === 180)).to.have.length(1);
  });

  it('that nobody acknowledges ends the INVITE with a 5xx after 64*T1', async () => {
    const { peer, request, reply } = await incoming(stand, KNOWS);
    const over = later<unknown>();
    request.on('cancel', over.keep);
    reply.send(183, reliably());
    await peer.expectResponse(183);
    stand.clock.advance(32_000);
    await peer.expectResponse(504);
    await over.value;
    expect(stand.server.load.dialogs).to.equal(0);
  });

  it('is not acknowledged by a PRACK that names another: 481', async () => {
    const call = await incoming(stand, KNOWS);
    call.reply.send(183, reliably());
    const early = await call.peer.expectResponse(183);
    prack(call, early, 2, '1');
    await call.peer.expectResponse(481, 'PRACK');
    call.peer.within(call.sent, early, 'PRACK', 3, { extra: [`RAck: ${early.header('RSeq')} 7 INVITE`] });
    await call.peer.expectResponse(481, 'PRACK');
  });
});

describe('a provisional response that the peer sends reliably', () => {
  withStand();

  const CALL = { headers: { Supported: '100rel' } };
  const early = (rseq: number, toTag = 'ans1') => ({
    toTag,
    extra: ['Require: 100rel', `RSeq: ${rseq}`],
    body: sdp(),
  });

  it('is acknowledged at its target; repetitions, and what came too early, are not passed on', async () => {
    const { client, peer, invite } = await outgoing(stand, CALL);
    peer.answer(invite, 183, early(7));
    const first = await agree(peer, 'PRACK');
    expect([first.header('RAck'), first.requestUri]).to.deep.equal([`7 ${invite.cseq} INVITE`, peer.uri('peer')]);
    peer.answer(invite, 183, early(7));
    peer.answer(invite, 183, early(9));
    peer.answer(invite, 183, early(8));
    expect((await agree(peer, 'PRACK')).header('RAck')).to.equal(`8 ${invite.cseq} INVITE`);
    await client.wire.settle();
    expect(client.wire.frames.filter(({ text }) => text.includes('SIP/2.0 183'))).to.have.length(2);
  });

  it('of two forks is acknowledged in each of them', async () => {
    const { peer, invite } = await outgoing(stand, CALL);
    peer.answer(invite, 183, early(1, 'f1'));
    expect((await agree(peer, 'PRACK')).tag('To')).to.equal('f1');
    peer.answer(invite, 183, early(5, 'f2'));
    const second = await agree(peer, 'PRACK');
    expect([second.tag('To'), second.cseq]).to.deep.equal(['f2', invite.cseq + 1]);
  });
});

describe('an UPDATE before the answer', () => {
  withStand();

  it('from the caller reaches the application with its INVITE', async () => {
    const { peer, sent, request, reply } = await incoming(stand);
    request.on('update', (update, answer) => answer.send(200, { body: `${update.body ?? ''}a=seen\r\n` }));
    reply.send(183, { body: LOCAL });
    const progress = await peer.expectResponse(183);
    peer.within(sent, progress, 'UPDATE', 2, { body: sdp(40_010, 'sendrecv', 2) });
    const updated = await peer.expectResponse(200, 'UPDATE');
    expect(updated.body).to.match(/m=audio 40010[^]*a=seen/);
    expect(updated.contact).to.equal(`sip:127.0.0.1:${stand.sipPort}`);
  });

  it('from the callee reaches the application, which answers with its offer', async () => {
    const { client, peer, invite, dialog } = await outgoing(stand);
    peer.answer(invite, 183, { body: sdp() });
    await served(client, '183');
    peer.asCallee(invite, 'UPDATE', 1, { body: sdp(40_012, 'sendrecv', 2) });
    expect((await peer.expectResponse(200, 'UPDATE')).body).to.equal(LOCAL);
    peer.answer(invite, 200, { body: sdp() });
    await dialog;
  });

  it('that belongs to no dialog is answered 481 by the server', async () => {
    const peer = await stand.peer();
    peer.request('UPDATE', { body: sdp() });
    await peer.expectResponse(481);
    peer.request('UPDATE', { body: sdp(), toTag: 'no' });
    await peer.expectResponse(481);
  });
});
