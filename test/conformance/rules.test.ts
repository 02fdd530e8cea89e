/** What the server answers by itself to requests that no application need see (RFC 3261 §§ 8.2, 12.2.2, 16.3, 21). */
import { expect } from 'chai';
import { Stand, type Client } from '../support/drachtio/stand.js';
import { sdp } from '../support/sip/raw-message.js';
import type { RawPeer } from '../support/sip/raw-peer.js';

describe('a request outside of calls', () => {
  let stand: Stand;
  let client: Client;
  let peer: RawPeer;
  beforeEach(async () => {
    stand = await Stand.open({ extensions: ['x-office'] });
    client = await stand.application();
    client.srf.invite((_, reply) => reply.send(486));
    client.srf.options((_, reply) => reply.send(200));
    await client.routed();
    peer = await stand.peer();
  });
  afterEach(() => stand.close());

  it('of a method that is not known: 405 with those that are', async () => {
    peer.request('DANCE');
    const refused = await peer.expectResponse(405);
    expect(refused.header('Allow').split(', ')).to.include.members([
      'INVITE',
      'ACK',
      'BYE',
      'CANCEL',
      'OPTIONS',
      'UPDATE',
    ]);
  });

  it('of a method that no application takes: 503', async () => {
    peer.request('PUBLISH');
    await peer.expectResponse(503);
  });

  it('that requires an extension that nobody has: 420 with its name', async () => {
    peer.request('INVITE', { body: sdp(), extra: ['Require: timer, precondition', 'Require: x-future'] });
    expect((await peer.expectResponse(420)).header('Unsupported')).to.equal('precondition, x-future');
  });

  it('that requires what the server, the application, or this office has is passed on', async () => {
    peer.request('INVITE', { body: sdp(), extra: ['Require: 100rel, replaces, x-office'] });
    await peer.expectResponse(486);
  });

  it('to a URI of an unknown scheme: 416', async () => {
    peer.request('INVITE', { uri: 'gopher:100@127.0.0.1', body: sdp() });
    await peer.expectResponse(416);
  });

  it('that may go no further: 483, but OPTIONS is for us', async () => {
    peer.request('INVITE', { maxForwards: 0, body: sdp() });
    await peer.expectResponse(483);
    peer.request('OPTIONS', { maxForwards: 0 });
    await peer.expectResponse(200);
  });

  it('that went through us already, unchanged: 482; with another target it is a call like any other', async () => {
    const sent = client.srf.createUAC(peer.uri('201'), { localSdp: sdp() });
    sent.catch(() => {});
    const ours = await peer.expectRequest('INVITE');
    const extra = [`Via: ${ours.header('Via')}`];
    peer.request('INVITE', { uri: ours.requestUri, extra, body: sdp() });
    await peer.expectResponse(482);
    peer.request('INVITE', { extra, body: sdp() });
    await peer.expectResponse(486);
  });

  it('that came by two ways: 482 for the second', async () => {
    const first = peer.request('OPTIONS', { callId: 'forked@peer' });
    await peer.expectResponse(200);
    peer.request('OPTIONS', { ...first, branch: 'z9hG4bK-otherway' });
    await peer.expectResponse(482);
  });

  it('with a session interval that is too small: 422 with the smallest', async () => {
    peer.request('INVITE', { body: sdp(), extra: ['Supported: timer', 'Session-Expires: 30'] });
    expect((await peer.expectResponse(422)).header('Min-SE')).to.equal('90');
  });

  it('BYE, PRACK and UPDATE: 481', async () => {
    for (const method of ['BYE', 'PRACK', 'UPDATE']) {
      peer.request(method);
      await peer.expectResponse(481, method);
    }
  });

  it('INVITE is answered 100 at once, and the refusal is repeated until its ACK', async () => {
    const sent = peer.request('INVITE', { body: sdp() });
    const trying = await peer.expectResponse(100);
    expect(trying.tag('To')).to.equal(undefined);
    const busy = await peer.expectResponse(486);
    stand.clock.advance(500);
    expect((await peer.expectResponse(486)).text).to.equal(busy.text);
    peer.ackFailure(sent, busy);
    peer.request('OPTIONS');
    await peer.expectResponse(200);
    stand.clock.advance(20_000);
    expect(peer.heard.filter(({ status }) => status === 486)).to.have.length(2);
  });

  it('that the application never answers: 480 after 64 s', async () => {
    client.srf.message(() => {});
    await client.routed();
    peer.request('MESSAGE');
    await client.wire.seen('server', (text) => text.includes('MESSAGE sip:'), 'the MESSAGE');
    stand.clock.advance(64_000);
    await peer.expectResponse(480);
  });
});
