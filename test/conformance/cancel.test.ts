/** CANCEL at every moment of a call, in both directions (RFC 3261 §§ 9, 15.1.2). */
import { expect } from 'chai';
import { callIn, callOut, incoming, later, LOCAL, outgoing, served } from '../support/drachtio/calls.js';
import type { Reply } from '../support/drachtio/srf.js';
import { Stand } from '../support/drachtio/stand.js';
import { sdp } from '../support/sip/raw-message.js';

describe('a call that its caller cancels', () => {
  let stand: Stand;
  beforeEach(async () => (stand = await Stand.open()));
  afterEach(() => stand.close());

  const late = (reply: Reply): Promise<unknown> =>
    new Promise((resolve) => {
      reply.send(200, { body: LOCAL }, resolve);
    });

  it('before the application said anything', async () => {
    const { peer, sent, request, reply, client } = await incoming(stand);
    const cancelled = later<unknown>();
    request.on('cancel', cancelled.keep);
    peer.cancel(sent);
    const [ok, terminated] = [await peer.expectResponse(200, 'CANCEL'), await peer.expectResponse(487)];
    expect(ok.header('To')).to.include(';tag=');
    peer.ackFailure(sent, terminated);
    await cancelled.value;
    expect(await late(reply)).to.equal('Response not sent due to unknown transaction');
    await client.wire.settle();
    expect(stand.server.load.dialogs).to.equal(0);
  });

  for (const [status, what] of [
    [180, 'rings'],
    [183, 'hears early media'],
  ] as const)
    it(`while it ${what}: the 487 has the tag of the ${status}`, async () => {
      const { peer, sent, request, reply } = await incoming(stand);
      const cancelled = later<{ get(name: string): string | undefined }>();
      request.on('cancel', cancelled.keep);
      reply.send(status, { body: status === 183 ? LOCAL : '' });
      const early = await peer.expectResponse(status);
      peer.cancel(sent, { extra: ['Reason: SIP;cause=200'] });
      await peer.expectResponse(200, 'CANCEL');
      const terminated = await peer.expectResponse(487);
      expect(terminated.tag('To')).to.equal(early.tag('To'));
      peer.ackFailure(sent, terminated);
      expect((await cancelled.value).get('Reason')).to.equal('SIP;cause=200');
      expect(stand.server.load.dialogs).to.equal(0);
    });

  it('when the 200 is on its way: the CANCEL is answered and changes nothing', async () => {
    const { peer, sent, ok, dialog } = await callIn(stand);
    peer.cancel(sent);
    await peer.expectResponse(200, 'CANCEL');
    peer.within(sent, ok, 'INFO', 2);
    dialog.on('info', (_, reply) => reply.send(200));
    await peer.expectResponse(200, 'INFO');
    expect(peer.heard.filter(({ status }) => status === 487)).to.deep.equal([]);
  });

  it('whose CANCEL is repeated: the answer is, and the application hears it once', async () => {
    const { peer, sent, client } = await incoming(stand);
    peer.cancel(sent);
    peer.cancel(sent);
    await peer.expectResponse(200, 'CANCEL');
    await peer.expectResponse(200, 'CANCEL');
    peer.ackFailure(sent, await peer.expectResponse(487));
    await client.wire.settle();
    const told = client.wire.frames.filter(({ sender, text }) => sender === 'server' && text.includes('CANCEL sip:'));
    expect(told).to.have.length(1);
  });

  it('by a BYE in the early dialog: the INVITE ends with 487, and the application hears a CANCEL', async () => {
    const { peer, sent, request, reply } = await incoming(stand);
    const cancelled = later<unknown>();
    request.on('cancel', cancelled.keep);
    reply.send(180);
    const ringing = await peer.expectResponse(180);
    peer.within(sent, ringing, 'BYE', 2);
    await peer.expectResponse(200, 'BYE');
    peer.ackFailure(sent, await peer.expectResponse(487));
    await cancelled.value;
  });

  it('though there is no such INVITE: 481', async () => {
    const peer = await stand.peer();
    peer.request('CANCEL');
    await peer.expectResponse(481);
  });

  it('in its re-INVITE: the call goes on as it was', async () => {
    const { peer, sent, ok, dialog } = await callIn(stand);
    const asked = later<Reply>();
    dialog.on('modify', (request, reply) => request.on('cancel', () => asked.keep(reply)));
    const again = peer.within(sent, ok, 'INVITE', 2, { body: sdp(40_002, 'sendrecv', 2) });
    await peer.expectResponse(100);
    peer.cancel(again);
    await peer.expectResponse(200, 'CANCEL');
    peer.ackFailure({ ...again }, await peer.expectResponse(487));
    await asked.value;
    expect(stand.server.load.dialogs).to.equal(1);
  });
});

describe('a call that the application cancels', () => {
  let stand: Stand;
  beforeEach(async () => (stand = await Stand.open()));
  afterEach(() => stand.close());

  it('before any provisional response: the CANCEL waits for one (§ 9.1)', async () => {
    const { peer, invite, request, client, dialog } = await outgoing(stand);
    request.cancel();
    await served(client, 'CANCEL sip:');
    await client.wire.settle();
    expect(peer.heard.map(({ method }) => method)).to.deep.equal(['INVITE']);
    peer.answer(invite, 100, { contact: false });
    const cancel = await peer.expectRequest('CANCEL');
    expect([cancel.branch, cancel.requestUri, cancel.header('CSeq')]).to.deep.equal([
      invite.branch,
      invite.requestUri,
      invite.header('CSeq').replace('INVITE', 'CANCEL'),
    ]);
    peer.answer(cancel, 200, { contact: false });
    peer.answer(invite, 487, { contact: false });
    await peer.expectRequest('ACK');
    expect(await dialog.catch((error: { status: number }) => error.status)).to.equal(487);
  });

  it('and that is refused before the CANCEL could go: no CANCEL goes', async () => {
    const { peer, invite, request, client, dialog } = await outgoing(stand);
    request.cancel();
    await served(client, 'CANCEL sip:');
    peer.answer(invite, 486, { contact: false });
    await peer.expectRequest('ACK');
    expect(await dialog.catch((error: { status: number }) => error.status)).to.equal(486);
    expect(peer.heard.map(({ method }) => method)).to.deep.equal(['INVITE', 'ACK']);
  });

  it('when the 200 crosses: ACK and BYE, and the application hears that it is over', async () => {
    const { peer, invite, request, dialog, client } = await outgoing(stand);
    peer.answer(invite, 180);
    await served(client, '180');
    request.cancel();
    peer.answer(await peer.expectRequest('CANCEL'), 200, { contact: false });
    peer.answer(invite, 200, { body: sdp() });
    await peer.expectRequest('ACK');
    const bye = await peer.expectRequest('BYE');
    expect(bye.header('Reason')).to.include('cancel race');
    peer.answer(bye, 200, { contact: false });
    const ended = later<unknown>();
    (await dialog).on('destroy', ended.keep);
    expect(stand.server.load.dialogs).to.equal(0);
  });

  it('whose peer never ends its INVITE: it is not waited for longer than 64*T1', async () => {
    const { peer, invite, request, dialog, client } = await outgoing(stand);
    peer.answer(invite, 180);
    await served(client, '180');
    request.cancel();
    peer.answer(await peer.expectRequest('CANCEL'), 200, { contact: false });
    await client.wire.settle();
    stand.clock.advance(32_000);
    expect(await dialog.catch((error: { status: number }) => error.status)).to.equal(487);
    expect(stand.server.load.dialogs).to.equal(0);
  });

  it('and that is answered already: NOK', async () => {
    const { request } = await callOut(stand);
    const refused = await new Promise((resolve) => request.cancel({ headers: {} }, (error) => resolve(error)));
    expect(String(refused)).to.include('unable to cancel unknown transaction id');
  });

  it('just when it was challenged: the CANCEL goes to the INVITE with the credentials', async () => {
    const auth = { username: 'office', password: 'secret' };
    const { peer, invite, request, client } = await outgoing(stand, { auth });
    const challenge = 'Proxy-Authenticate: Digest realm="provider", nonce="n", algorithm=MD5, qop="auth"';
    const release = client.wire.hold((text) => text.includes('Proxy-Authorization'));
    peer.answer(invite, 407, { contact: false, extra: [challenge] });
    await peer.expectRequest('ACK');
    const again = await peer.expectRequest('INVITE');
    request.cancel();
    release();
    await served(client, 'CANCEL sip:');
    peer.answer(again, 180);
    const cancel = await peer.expectRequest('CANCEL');
    expect(cancel.branch).to.equal(again.branch);
  });
});
