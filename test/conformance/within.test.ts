/** Requests within a call that stands, in both directions (RFC 3261 §§ 12.2, 14; RFC 3311, 3515, 6086). */
import { expect } from 'chai';
import { agree, callIn, callOut, later, outgoing, served } from '../support/drachtio/calls.js';
import type { Reply } from '../support/drachtio/srf.js';
import { Stand } from '../support/drachtio/stand.js';
import { sdp } from '../support/sip/raw-message.js';

let stand: Stand;
/** Every describe of this file has a server of its own for each of its tests. */
function withStand(): void {
  beforeEach(async () => (stand = await Stand.open()));
  afterEach(() => stand.close());
}

describe('a request of the peer within a call', () => {
  withStand();

  for (const [method, event] of [
    ['INFO', 'info'],
    ['MESSAGE', 'message'],
    ['OPTIONS', 'options'],
    ['NOTIFY', 'notify'],
    ['REFER', 'refer'],
    ['UPDATE', 'update'],
  ] as const)
    it(`${method} reaches the dialog, and its answer the peer`, async () => {
      const { peer, sent, ok, dialog } = await callIn(stand);
      dialog.on(event, (request, reply) => reply.send(202, { headers: { 'X-Method': request.method } }));
      const extra = ['Event: refer', 'Subscription-State: active', 'Refer-To: <sip:202@127.0.0.1>'];
      peer.within(sent, ok, method, 2, { extra });
      expect((await peer.expectResponse(202, method)).header('X-Method')).to.equal(method);
    });

  it('a REFER with Replaces keeps its target whole', async () => {
    const { peer, sent, ok, dialog } = await callIn(stand);
    const target = '<sip:202@127.0.0.1?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>';
    dialog.on('refer', (request, reply) => reply.send(202, { headers: { 'X-To': request.get('Refer-To') ?? '' } }));
    peer.within(sent, ok, 'REFER', 2, { extra: [`Refer-To: ${target}`] });
    expect((await peer.expectResponse(202)).header('X-To')).to.equal(target);
  });

  it('a re-INVITE changes the session; its answer is repeated until the ACK; it refreshes the target', async () => {
    const { client, peer, sent, ok, dialog } = await callIn(stand);
    const moved = await stand.peer();
    dialog.on('modify', (_, reply) => reply.send(200, { body: sdp(50_000, 'sendrecv', 2) }));
    const again = peer.within(sent, ok, 'INVITE', 2, {
      body: sdp(40_002, 'sendrecv', 2),
      contact: `<sip:moved@${moved.address}>`,
    });
    const second = await peer.expectResponse(200, 'INVITE');
    stand.clock.advance(500);
    await peer.expectResponse(200, 'INVITE');
    peer.ack(again, second);
    await served(client, 'CSeq: 2 ACK');
    stand.clock.advance(40_000);
    const ended = dialog.destroy();
    expect((await agree(moved, 'BYE')).requestUri).to.equal(`sip:moved@${moved.address}`);
    await ended;
  });

  it('with a CSeq lower than one before is refused with 500 and Retry-After', async () => {
    const { peer, sent, ok, dialog } = await callIn(stand);
    dialog.on('info', (_, reply) => reply.send(200));
    peer.within(sent, ok, 'INFO', 5);
    await peer.expectResponse(200, 'INFO');
    peer.within(sent, ok, 'MESSAGE', 4);
    expect((await peer.expectResponse(500)).header('Retry-After')).to.match(/^\d$/);
    peer.within(sent, ok, 'INFO', 6);
    await peer.expectResponse(200, 'INFO');
  });

  it('an INVITE while another of the peer is open is refused with 500 and Retry-After', async () => {
    const { peer, sent, ok, dialog } = await callIn(stand);
    const open = later<Reply>();
    dialog.on('modify', (_, reply) => open.keep(reply));
    const first = peer.within(sent, ok, 'INVITE', 2, { body: sdp(40_002, 'sendrecv', 2) });
    const reply = await open.value;
    const second = peer.within(sent, ok, 'INVITE', 3, { body: sdp(40_004, 'sendrecv', 3) });
    const refused = await peer.expectResponse(500);
    expect(refused.header('Retry-After')).to.match(/^\d$/);
    peer.ackFailure(second, refused);
    reply.send(200, { body: sdp(50_000) });
    peer.ack(first, await peer.expectResponse(200));
  });

  it('an INVITE while one of ours is open is refused with 491', async () => {
    const { peer, sent, ok, dialog } = await callIn(stand);
    const asked = dialog.request({ method: 'INVITE', body: sdp(50_000, 'sendrecv', 2) });
    const ours = await peer.expectRequest('INVITE');
    const theirs = peer.within(sent, ok, 'INVITE', 2, { body: sdp(40_002, 'sendrecv', 2) });
    peer.ackFailure(theirs, await peer.expectResponse(491));
    peer.answer(ours, 200, { body: sdp() });
    expect((await asked).status).to.equal(200);
    await peer.expectRequest('ACK');
  });

  it('an INVITE while our offer waits for its ACK is refused with 491, and the ACK is heard when it comes', async () => {
    const { client, peer, sent, ok, dialog } = await callIn(stand);
    dialog.on('modify', (_, reply) => reply.send(200, { body: sdp(50_000, 'sendrecv', 2) }));
    const asking = peer.within(sent, ok, 'INVITE', 2);
    const offer = await peer.expectResponse(200, 'INVITE');
    const crossing = peer.within(sent, ok, 'INVITE', 3, { body: sdp(40_002, 'sendrecv', 2) });
    peer.ackFailure(crossing, await peer.expectResponse(491));
    stand.clock.advance(500);
    await peer.expectResponse(200, 'INVITE');
    peer.ack(asking, offer, { body: sdp(40_004, 'sendrecv', 2) });
    await served(client, 'CSeq: 2 ACK');
    const next = peer.within(sent, ok, 'INVITE', 4, { body: sdp(40_006, 'sendrecv', 3) });
    peer.ack(next, await peer.expectResponse(200, 'INVITE'));
  });

  it('with tags that belong to no dialog gets 481, whatever its method', async () => {
    const { peer, sent, ok } = await callIn(stand);
    for (const [cseq, method] of ['BYE', 'INFO', 'UPDATE', 'NOTIFY', 'OPTIONS', 'PRACK'].entries()) {
      peer.within(sent, ok, method, cseq + 2, { toTag: 'another' });
      await peer.expectResponse(481, method);
    }
  });

  it('BYE ends it: what comes after gets 481', async () => {
    const { peer, sent, ok, dialog } = await callIn(stand);
    const ended = later<unknown>();
    dialog.on('destroy', ended.keep);
    peer.within(sent, ok, 'BYE', 2, { extra: ['Reason: Q.850;cause=16'] });
    await peer.expectResponse(200, 'BYE');
    await ended.value;
    peer.within(sent, ok, 'INFO', 3);
    await peer.expectResponse(481, 'INFO');
    expect(stand.server.load.dialogs).to.equal(0);
  });
});

describe('a request of the application within a call', () => {
  withStand();

  it('INFO, MESSAGE, OPTIONS, UPDATE and NOTIFY go to the peer with rising CSeq', async () => {
    const { peer, dialog, invite } = await callOut(stand);
    const methods = ['INFO', 'MESSAGE', 'OPTIONS', 'UPDATE', 'NOTIFY'];
    for (const [index, method] of methods.entries()) {
      const asked = dialog.request({ method, headers: { 'X-Index': index }, body: '' });
      const request = await agree(peer, method);
      expect([request.cseq, request.header('X-Index'), request.tag('To')]).to.deep.equal([
        invite.cseq + index + 1,
        String(index),
        'ans1',
      ]);
      expect((await asked).status).to.equal(200);
    }
  });

  for (const kind of ['loose', 'strict'] as const)
    it(`goes by the route set of a ${kind} router (§ 12.2.1.1)`, async () => {
      const proxy = await stand.peer();
      const uri = `sip:${proxy.address}`;
      const { peer, invite, dialog } = await outgoing(stand);
      peer.answer(invite, 200, { body: sdp(), extra: [`Record-Route: <${uri}${kind === 'loose' ? ';lr' : ''}>`] });
      const ack = await proxy.expectRequest('ACK');
      const asked = (await dialog).request({ method: 'INFO' });
      const info = await agree(proxy, 'INFO');
      await asked;
      for (const request of [ack, info]) {
        expect(request.requestUri).to.equal(kind === 'loose' ? peer.uri('peer') : uri);
        expect(request.header('Route')).to.equal(kind === 'loose' ? `<${uri};lr>` : `<${peer.uri('peer')}>`);
      }
    });

  it('re-INVITE: the 2xx refreshes the target, the ACK goes there and is repeated for a repeated 2xx', async () => {
    const { peer, dialog } = await callOut(stand);
    const modified = dialog.modify(sdp(50_000, 'sendonly', 2));
    const invite = await peer.expectRequest('INVITE');
    const moved = await stand.peer();
    const answer = {
      contact: false,
      extra: [`Contact: <sip:moved@${moved.address}>`],
      body: sdp(40_000, 'recvonly', 2),
    };
    peer.answer(invite, 200, answer);
    const ack = await moved.expectRequest('ACK');
    expect(ack.cseq).to.equal(invite.cseq);
    expect(await modified).to.include('a=recvonly');
    peer.answer(invite, 200, answer);
    expect((await moved.expectRequest('ACK')).branch).to.equal(ack.branch);
  });

  it('re-INVITE refused: the call goes on', async () => {
    const { peer, dialog } = await callOut(stand);
    const asked = dialog.request({ method: 'INVITE', body: sdp(50_000, 'sendonly', 2) });
    peer.answer(await peer.expectRequest('INVITE'), 488, { contact: false });
    expect((await asked).status).to.equal(488);
    await peer.expectRequest('ACK');
    const info = dialog.request({ method: 'INFO' });
    await agree(peer, 'INFO');
    expect((await info).status).to.equal(200);
  });

  it('INVITE while one of the peer is open is told 491, and does not go out', async () => {
    const { peer, sent, ok, dialog } = await callIn(stand);
    const open = later<Reply>();
    dialog.on('modify', (_, reply) => open.keep(reply));
    const first = peer.within(sent, ok, 'INVITE', 2, { body: sdp(40_002, 'sendrecv', 2) });
    const reply = await open.value;
    expect((await dialog.request({ method: 'INVITE', body: sdp(50_002) })).status).to.equal(491);
    reply.send(200, { body: sdp(50_000) });
    peer.ack(first, await peer.expectResponse(200));
    expect(peer.heard.filter(({ method }) => method === 'INVITE')).to.deep.equal([]);
  });

  it('BYE while a re-INVITE of ours is open cancels that first', async () => {
    const { client, peer, dialog } = await callOut(stand);
    void dialog.request({ method: 'INVITE', body: sdp(50_000, 'sendonly', 2) }).catch(() => {});
    const invite = await peer.expectRequest('INVITE');
    peer.answer(invite, 100, { contact: false });
    await served(client, 'INVITE sip:');
    const ended = dialog.destroy();
    const cancel = await peer.expectRequest('CANCEL');
    expect(cancel.branch).to.equal(invite.branch);
    peer.answer(cancel, 200, { contact: false });
    peer.answer(invite, 487, { contact: false });
    await agree(peer, 'BYE');
    await ended;
    expect(stand.server.load.dialogs).to.equal(0);
  });

  it('with a Call-ID of the call and no dialog id is sent within it', async () => {
    const { client, peer, dialog, invite } = await callOut(stand);
    const options = { method: 'INFO', headers: { 'Call-ID': dialog.sip.callId } };
    client.srf.request(peer.uri('201'), options, () => {});
    const info = await agree(peer, 'INFO');
    expect([info.tag('To'), info.tag('From'), info.cseq]).to.deep.equal(['ans1', invite.tag('From'), invite.cseq + 1]);
  });

  it('that nobody answers is told 408, one that cannot be delivered 503', async () => {
    const { peer, dialog } = await callOut(stand);
    const silent = dialog.request({ method: 'INFO' });
    await peer.expectRequest('INFO');
    stand.clock.advance(32_000);
    expect((await silent).status).to.equal(408);
    await peer.close();
    expect((await dialog.request({ method: 'INFO' })).status).to.equal(503);
  });

  it('in a dialog that is no more is refused with a text that drachtio-srf knows', async () => {
    const { peer, sent, ok, dialog } = await callIn(stand);
    peer.within(sent, ok, 'BYE', 2);
    await peer.expectResponse(200, 'BYE');
    const error = await dialog.request({ method: 'INFO' }).catch((refused: { code?: string }) => refused);
    expect(error).to.have.property('code', 'ENODIALOG');
  });
});
