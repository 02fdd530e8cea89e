/** Session timers (RFC 4028): as refresher and as refreshee, each leg its own. */
import { expect } from 'chai';
import { agree, callIn, callOut, incoming, later, LOCAL, served } from '../support/drachtio/calls.js';
import type { Request } from '../support/drachtio/srf.js';
import { Stand } from '../support/drachtio/stand.js';
import { sdp } from '../support/sip/raw-message.js';
import type { RawPeer } from '../support/sip/raw-peer.js';

const timer = (refresher: 'uac' | 'uas', seconds = 90): readonly string[] => [
  'Supported: timer',
  `Session-Expires: ${seconds};refresher=${refresher}`,
];
const count = (peer: RawPeer, method: string): number => peer.heard.filter((one) => one.method === method).length;

let stand: Stand;
function withStand(): void {
  beforeEach(async () => (stand = await Stand.open()));
  afterEach(() => stand.close());
}

describe('a session timer that a caller asks for', () => {
  withStand();

  for (const refresher of ['uac', 'uas'] as const)
    it(`is agreed to as it asks, refresher=${refresher}, with Require: timer (§ 9)`, async () => {
      const { ok } = await callIn(stand, { extra: timer(refresher) });
      expect([ok.header('Session-Expires'), ok.header('Require')]).to.deep.equal([
        `90;refresher=${refresher}`,
        'timer',
      ]);
    });

  it('without a refresher is refreshed by the caller', async () => {
    const { ok } = await callIn(stand, { extra: ['Supported: timer', 'Session-Expires: 1800'] });
    expect(ok.header('Session-Expires')).to.equal('1800;refresher=uac');
  });

  it('that a proxy put in, and the caller knows nothing of, is refreshed by us, and required of nobody', async () => {
    const { ok } = await callIn(stand, { extra: ['Session-Expires: 1800'] });
    expect([ok.header('Session-Expires'), ok.header('Require')]).to.deep.equal(['1800;refresher=uas', '']);
  });

  it('shorter than 90 s is refused with 422 and Min-SE (§ 6)', async () => {
    const client = await stand.application();
    client.srf.invite((_, reply) => reply.send(486));
    await client.routed();
    const peer = await stand.peer();
    peer.request('INVITE', { body: sdp(), extra: ['Supported: timer', 'Session-Expires: 60'] });
    expect((await peer.expectResponse(422)).header('Min-SE')).to.equal('90');
  });

  it('ends the call when the caller should refresh and does not, told to both (§ 10)', async () => {
    const { peer, dialog } = await callIn(stand, { extra: timer('uac') });
    const ended = later<Request>();
    dialog.on('destroy', ended.keep);
    stand.clock.advance(89_999);
    expect(count(peer, 'BYE')).to.equal(0);
    stand.clock.advance(1);
    expect((await peer.expectRequest('BYE')).header('Reason')).to.contain('Session timer expired');
    await ended.value;
  });

  it('within a call that had none is refreshed by us with the session as it stands then', async () => {
    const { client, peer, sent, ok, dialog } = await callIn(stand);
    dialog.on('modify', (_, reply) => reply.send(200, { body: LOCAL }));
    const again = peer.within(sent, ok, 'INVITE', 2, { extra: timer('uas'), body: sdp() });
    peer.ack(again, await peer.expectResponse(200, 'INVITE'));
    await served(client, 'CSeq: 2 ACK');
    stand.clock.advance(45_000);
    expect((await peer.expectRequest('INVITE')).body).to.equal(LOCAL);
  });

  it('lasts anew with each refresh of the caller, by INVITE or by UPDATE', async () => {
    const { peer, sent, ok, dialog } = await callIn(stand, { extra: timer('uac') });
    dialog.on('modify', (_, reply) => reply.send(200, { body: LOCAL }));
    for (const [cseq, method] of [
      [2, 'UPDATE'],
      [3, 'INVITE'],
      [4, 'UPDATE'],
    ] as const) {
      stand.clock.advance(60_000);
      const refresh = peer.within(sent, ok, method, cseq, { extra: timer('uac'), body: method === 'INVITE' ? sdp() : '' }); // prettier-ignore
      const agreed = await peer.expectResponse(200, method);
      expect(agreed.header('Session-Expires')).to.equal('90;refresher=uac');
      if (method === 'INVITE') peer.ack(refresh, agreed);
      await served200(peer);
    }
    expect(count(peer, 'BYE')).to.equal(0);
    stand.clock.advance(90_000);
    await peer.expectRequest('BYE');
  });
});

describe('a session that we refresh', () => {
  withStand();

  it('is refreshed at half the interval by the INVITE as it was, where the peer takes no UPDATE; unseen by the application', async () => {
    const { peer, client } = await callIn(stand, { extra: timer('uas') });
    const frames = client.wire.frames.length;
    for (let times = 0; times < 3; times++) {
      stand.clock.advance(45_000);
      const refresh = await peer.expectRequest('INVITE');
      expect([refresh.body, refresh.header('Session-Expires')]).to.deep.equal([LOCAL, '90;refresher=uac']);
      peer.answer(refresh, 200, { body: sdp(), extra: ['Require: timer', 'Session-Expires: 90;refresher=uac'] });
      await peer.expectRequest('ACK');
    }
    await client.wire.settle();
    expect(client.wire.frames).to.have.length(frames);
  });

  it('is refreshed by UPDATE without a session description where the peer takes that (§ 7.4)', async () => {
    const { peer } = await callIn(stand, { extra: [...timer('uas'), 'Allow: INVITE, ACK, BYE, UPDATE'] });
    stand.clock.advance(45_000);
    const refresh = await peer.expectRequest('UPDATE');
    expect([refresh.body, refresh.header('Supported')]).to.deep.equal(['', 'timer']);
    peer.answer(refresh, 200, { extra: ['Require: timer', 'Session-Expires: 90;refresher=uas'] });
    // From now on the peer refreshes; and when it does not, the call ends.
    await served200(peer);
    stand.clock.advance(89_999);
    expect([count(peer, 'UPDATE'), count(peer, 'BYE')]).to.deep.equal([1, 0]);
    stand.clock.advance(1);
    await peer.expectRequest('BYE');
  });

  for (const refresher of ['uac', 'uas'] as const)
    it(`is asked for again in offers of the application, refresher=${refresher} at first (§ 7.4)`, async () => {
      const { peer, dialog } = await callIn(stand, { extra: timer(refresher) });
      const asked = dialog.request({ method: 'INVITE', body: sdp(50_000, 'sendonly', 2) });
      const offer = await peer.expectRequest('INVITE');
      const same = refresher === 'uas' ? 'uac' : 'uas'; // now the request is ours
      expect(offer.header('Session-Expires')).to.equal(`90;refresher=${same}`);
      peer.answer(offer, 200, { body: sdp(), extra: ['Require: timer', `Session-Expires: 90;refresher=${same}`] });
      await asked;
      await peer.expectRequest('ACK');
      stand.clock.advance(90_000);
      await peer.expectRequest(refresher === 'uas' ? 'INVITE' : 'BYE');
    });

  it('whose refresh brings a changed description of the peer, has the application told as of a re-INVITE', async () => {
    const { peer, dialog } = await callIn(stand, { extra: timer('uas') });
    const changed = later<Request>();
    dialog.on('modify', (request, reply) => {
      changed.keep(request);
      reply.send(200, { body: LOCAL });
    });
    stand.clock.advance(45_000);
    const moved = sdp(40_020, 'sendrecv', 2);
    peer.answer(await peer.expectRequest('INVITE'), 200, { body: moved, extra: ['Session-Expires: 90;refresher=uac'] });
    await peer.expectRequest('ACK');
    expect((await changed.value).body).to.equal(moved);
  });

  it('whose refresh is refused as too short (422) is refreshed at once with the interval that is asked for', async () => {
    const { peer } = await callIn(stand, { extra: [...timer('uas'), 'Allow: UPDATE'] });
    stand.clock.advance(45_000);
    peer.answer(await peer.expectRequest('UPDATE'), 422, { extra: ['Min-SE: 600'], contact: false });
    await served200(peer);
    stand.clock.advance(0);
    const again = await peer.expectRequest('UPDATE');
    expect(again.header('Session-Expires')).to.equal('600;refresher=uac');
    peer.answer(again, 200, { extra: ['Session-Expires: 600;refresher=uac'] });
    await served200(peer);
    stand.clock.advance(299_999);
    expect(count(peer, 'UPDATE')).to.equal(2);
    stand.clock.advance(1);
    await peer.expectRequest('UPDATE');
  });

  for (const status of [408, 481])
    it(`ends where the peer answers ${status} (RFC 3261 § 12.2.1.2)`, async () => {
      const { peer, dialog } = await callIn(stand, { extra: [...timer('uas'), 'Allow: UPDATE'] });
      const ended = later<Request>();
      dialog.on('destroy', ended.keep);
      stand.clock.advance(45_000);
      peer.answer(await peer.expectRequest('UPDATE'), status, { contact: false });
      await peer.expectRequest('BYE');
      await ended.value;
    });

  it('ends where the peer does not answer', async () => {
    const { peer, dialog } = await callIn(stand, { extra: [...timer('uas'), 'Allow: UPDATE'] });
    const ended = later<Request>();
    dialog.on('destroy', ended.keep);
    stand.clock.advance(45_000);
    await peer.expectRequest('UPDATE');
    stand.clock.advance(32_000);
    await peer.expectRequest('BYE');
    await ended.value;
  });

  it('goes on where the peer refuses the refresh otherwise: it is there', async () => {
    const { peer } = await callIn(stand, { extra: [...timer('uas'), 'Allow: UPDATE'] });
    for (const [method, status] of [
      ['UPDATE', 405],
      ['INVITE', 488],
      ['INVITE', 200],
    ] as const) {
      stand.clock.advance(45_000);
      peer.answer(await peer.expectRequest(method), status, { extra: ['Session-Expires: 90;refresher=uac'] });
      if (method === 'INVITE') await peer.expectRequest('ACK');
      else await served200(peer);
    }
    expect(count(peer, 'BYE')).to.equal(0);
  });

  it('waits with an INVITE while one of the peer is not acknowledged', async () => {
    const { peer, sent, ok, dialog } = await callIn(stand, { extra: timer('uas') });
    dialog.on('modify', (_, reply) => reply.send(200, { body: LOCAL }));
    stand.clock.advance(44_000);
    const theirs = peer.within(sent, ok, 'INVITE', 2, { body: sdp(), extra: timer('uas') });
    const agreed = await peer.expectResponse(200, 'INVITE');
    stand.clock.advance(10_000);
    expect(count(peer, 'INVITE')).to.equal(0);
    peer.ack(theirs, agreed);
    await served200(peer);
    stand.clock.advance(45_000);
    await peer.expectRequest('INVITE');
  });

  it('says again what was agreed last, not an offer that the peer refused', async () => {
    const { peer, dialog } = await callIn(stand, { extra: timer('uas') });
    const refused = dialog.modify(sdp(50_000, 'sendonly', 2)).catch(() => {});
    const offer = await peer.expectRequest('INVITE');
    expect(offer.body).to.contain('sendonly');
    peer.answer(offer, 488, { contact: false });
    await peer.expectRequest('ACK');
    await refused;
    stand.clock.advance(45_000);
    expect((await peer.expectRequest('INVITE')).body).to.equal(LOCAL);
  });

  it('goes to where the last answer said', async () => {
    const { peer } = await callIn(stand, { extra: [...timer('uas'), 'Allow: UPDATE'] });
    const moved = await stand.peer();
    stand.clock.advance(45_000);
    peer.answer(await peer.expectRequest('UPDATE'), 200, {
      contact: false,
      extra: [`Contact: <${moved.uri('moved')}>`, 'Session-Expires: 90;refresher=uac'],
    });
    await served200(peer);
    stand.clock.advance(45_000);
    expect((await moved.expectRequest('UPDATE')).requestUri).to.equal(moved.uri('moved'));
  });
});

describe('a session timer on a call of ours', () => {
  withStand();
  const CALL = { headers: { Supported: 'timer', 'Session-Expires': '90' } };

  it('is refreshed by whom the answer names', async () => {
    const ours = await callOut(stand, { ...CALL, extra: ['Session-Expires: 90;refresher=uac'] });
    stand.clock.advance(45_000);
    await agree(ours.peer, 'INVITE', sdp());
    await ours.peer.expectRequest('ACK');
  });

  it('ends the call when the callee should refresh and does not', async () => {
    const theirs = await callOut(stand, { ...CALL, extra: ['Session-Expires: 90;refresher=uas'] });
    stand.clock.advance(90_000);
    await theirs.peer.expectRequest('BYE');
  });

  it('is none where the answer says nothing of it', async () => {
    const { peer } = await callOut(stand, CALL);
    stand.clock.advance(86_400_000);
    expect(count(peer, 'BYE') + count(peer, 'UPDATE') + count(peer, 'INVITE')).to.equal(1);
  });

  it("is each leg's own: what one refreshes is nothing to the other", async () => {
    const { client, peer, request, reply, sent } = await incoming(stand, { extra: timer('uac') });
    const callee = await stand.peer();
    const bridged = client.srf.createB2BUA(request, reply, callee.uri('201'), CALL);
    callee.answer(await callee.expectRequest('INVITE'), 200, { body: sdp(41_000), extra: ['Session-Expires: 120;refresher=uac'] }); // prettier-ignore
    const ok = await peer.expectResponse(200, 'INVITE');
    peer.ack(sent, ok);
    await bridged;
    await served200(peer);
    stand.clock.advance(59_999);
    peer.within(sent, ok, 'UPDATE', 2, { extra: timer('uac') });
    await peer.expectResponse(200, 'UPDATE');
    expect(count(callee, 'UPDATE') + count(callee, 'INVITE')).to.equal(1);
    stand.clock.advance(1);
    await agree(callee, 'INVITE', sdp(41_000));
    await callee.expectRequest('ACK');
    await served(client, 'UPDATE ');
    expect(count(peer, 'INVITE') + count(peer, 'UPDATE')).to.equal(0);
  });
});

/** Waits until the server has taken what the peer sent before: it answers in order. */
async function served200(peer: RawPeer): Promise<void> {
  peer.request('DANCE');
  await peer.expectResponse(405);
}
