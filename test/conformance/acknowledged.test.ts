/** 2xx and their ACKs: repetition, loss, and what must wait for them (RFC 3261 §§ 13.3.1.4, 13.2.2.4, 15). */
import { expect } from 'chai';
import { agree, callIn, callOut, incoming, later, LOCAL, outgoing, served } from '../support/drachtio/calls.js';
import { Stand } from '../support/drachtio/stand.js';
import { sdp } from '../support/sip/raw-message.js';

let stand: Stand;
/** Every describe of this file has a server of its own for each of its tests. */
function withStand(): void {
  beforeEach(async () => (stand = await Stand.open()));
  afterEach(() => stand.close());
}

describe('a 2xx of ours', () => {
  withStand();

  it('is repeated at T1, doubling up to T2, until 64*T1; then BYE, and the application is told', async () => {
    const { client, peer, request, reply } = await incoming(stand);
    const dialog = await client.srf.createUAS(request, reply, { localSdp: LOCAL });
    const ended = later<{ get(name: string): string | undefined }>();
    dialog.on('destroy', ended.keep);
    await peer.expectResponse(200);
    const times = [500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000];
    for (const time of times) {
      stand.clock.advance(time - 1);
      const before = peer.heard.length;
      stand.clock.advance(1);
      await peer.expectResponse(200);
      expect(peer.heard).to.have.length(before + 1);
    }
    stand.clock.advance(500);
    const bye = await peer.expectRequest('BYE');
    expect(bye.header('Reason')).to.equal('SIP;cause=200;text="ACK timeout"');
    expect((await ended.value).get('Reason')).to.include('ACK timeout');
    expect(stand.server.load.dialogs).to.equal(0);
  });

  it('is not repeated after its ACK, which the application gets once', async () => {
    const { client, peer, sent, ok } = await callIn(stand);
    peer.ack(sent, ok);
    stand.clock.advance(60_000);
    await client.wire.settle();
    expect(peer.heard.filter(({ status }) => status === 200)).to.have.length(1);
    expect(client.wire.frames.filter(({ text }) => text.includes('\r\nACK '))).to.have.length(1);
  });

  it('goes again when the INVITE does, and the BYE of the application waits for the ACK (§ 15)', async () => {
    const { client, peer, sent, request, reply } = await incoming(stand);
    const dialog = await client.srf.createUAS(request, reply, { localSdp: LOCAL });
    const ok = await peer.expectResponse(200);
    const ended = dialog.destroy();
    await client.wire.settle();
    expect(peer.heard.some(({ method }) => method === 'BYE')).to.equal(false);
    peer.ack(sent, ok);
    await agree(peer, 'BYE');
    await ended;
  });

  it('that is never acknowledged: a BYE of the application that waited goes after 64*T1, and is answered to it', async () => {
    const { client, peer, request, reply } = await incoming(stand);
    const dialog = await client.srf.createUAS(request, reply, { localSdp: LOCAL });
    await peer.expectResponse(200);
    const ended = dialog.destroy();
    await client.wire.settle();
    stand.clock.advance(31_999);
    expect(peer.heard.some(({ method }) => method === 'BYE')).to.equal(false);
    stand.clock.advance(1);
    await agree(peer, 'BYE');
    await ended;
    expect(stand.server.load.dialogs).to.equal(0);
  });

  it('whose caller hangs up without an ACK: what waited is told that there is no call any more', async () => {
    const { client, peer, sent, request, reply } = await incoming(stand);
    const dialog = await client.srf.createUAS(request, reply, { localSdp: LOCAL });
    const ok = await peer.expectResponse(200);
    const ended = dialog.destroy();
    await client.wire.settle();
    peer.within(sent, ok, 'BYE', 3);
    await peer.expectResponse(200, 'BYE');
    await served(client, 'unable to find dialog');
    await ended.catch(() => undefined);
    expect(stand.server.load.dialogs).to.equal(0);
  });

  it('whose ACK has the branch of the INVITE, as broken peers send it, is acknowledged all the same', async () => {
    const { client, peer, sent, request, reply } = await incoming(stand);
    await client.srf.createUAS(request, reply, { localSdp: LOCAL });
    peer.ack(sent, await peer.expectResponse(200), { branch: sent.branch });
    await served(client, '\r\nACK ');
  });

  it('without an offer in the INVITE: the ACK brings the answer', async () => {
    const { client, peer, sent, request, reply } = await incoming(stand, { body: '' });
    const dialog = await client.srf.createUAS(request, reply, { localSdp: LOCAL });
    const acked = later<{ body?: string }>();
    dialog.on('ack', acked.keep);
    peer.ack(sent, await peer.expectResponse(200), { body: sdp(40_006) });
    expect((await acked.value).body).to.include('m=audio 40006');
  });
});

describe('a 2xx to an INVITE of ours', () => {
  withStand();

  it('that comes again gets the same ACK again, also when the INVITE’s transaction is over', async () => {
    const { peer, invite } = await callOut(stand);
    const [first] = peer.heard.filter(({ method }) => method === 'ACK');
    peer.answer(invite, 200, { body: sdp() });
    expect((await peer.expectRequest('ACK')).text).to.equal(first?.text);
    stand.clock.advance(33_000);
    peer.answer(invite, 200, { body: sdp() });
    expect((await peer.expectRequest('ACK')).text).to.equal(first?.text);
  });

  it('from a second fork is acknowledged and ended by the server; the first goes on', async () => {
    const { client, peer, invite, dialog } = await outgoing(stand);
    peer.answer(invite, 180, { toTag: 'f1' });
    peer.answer(invite, 180, { toTag: 'f2' });
    await served(client, 'tag=f2');
    peer.answer(invite, 200, { toTag: 'f2', body: sdp() });
    await peer.expectRequest('ACK');
    for (const late of ['f1', 'f3']) {
      peer.answer(invite, 200, { toTag: late, body: sdp() });
      expect((await peer.expectRequest('ACK')).tag('To')).to.equal(late);
      expect((await agree(peer, 'BYE')).tag('To')).to.equal(late);
    }
    const answered = await dialog;
    expect(answered.sip.remoteTag).to.equal('f2');
    const ended = answered.destroy();
    expect((await agree(peer, 'BYE')).tag('To')).to.equal('f2');
    await ended;
  });

  it('that brings the offer is acknowledged with the answer (3pcc)', async () => {
    const client = await stand.application();
    const peer = await stand.peer();
    const open = client.srf.createUAC(peer.uri('201'), { noAck: true, localSdp: '' });
    peer.answer(await peer.expectRequest('INVITE'), 200, { body: sdp(40_008) });
    const { sdp: offer, ack } = await open;
    expect(offer).to.include('m=audio 40008');
    await ack(sdp(50_008));
    expect((await peer.expectRequest('ACK')).body).to.include('m=audio 50008');
  });
});

describe('an INVITE of ours that gets no answer', () => {
  withStand();

  it('goes again until timer B, then 408', async () => {
    const { peer, dialog } = await outgoing(stand);
    stand.clock.advance(32_000);
    expect(await dialog.catch((error: { status: number }) => error.status)).to.equal(408);
    const invites = 6;
    for (let i = 0; i < invites; i++) await peer.expectRequest('INVITE');
    expect(stand.server.load.dialogs).to.equal(0);
  });
});
