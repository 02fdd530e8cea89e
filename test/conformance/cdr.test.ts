/** Call detail records, as `srf.on('cdr:…')` gets them. */
import { expect } from 'chai';
import { LOCAL, served } from '../support/drachtio/calls.js';
import { Stand, type Client } from '../support/drachtio/stand.js';
import { sdp } from '../support/sip/raw-message.js';
import type { RawPeer } from '../support/sip/raw-peer.js';

describe('call detail records', () => {
  let stand: Stand;
  let client: Client;
  let peer: RawPeer;
  let records: string[];
  beforeEach(async () => {
    stand = await Stand.open();
    records = [];
    client = await stand.application([], (srf) => {
      srf
        .on('cdr:attempt', (source) => records.push(`attempt ${source}`))
        .on('cdr:start', (source, _, role) => records.push(`start ${source} ${role}`))
        .on('cdr:stop', (source, _, reason) => records.push(`stop ${source} ${reason}`));
    });
    peer = await stand.peer();
  });
  afterEach(() => stand.close());

  const recorded = async (last: string): Promise<readonly string[]> => {
    await served(client, last);
    await client.wire.settle();
    return records;
  };

  it('of a call that is answered and ended by its caller', async () => {
    client.srf.invite((request, reply) => void client.srf.createUAS(request, reply, { localSdp: LOCAL }));
    await client.routed();
    const sent = peer.request('INVITE', { body: sdp() });
    const ok = await peer.expectResponse(200);
    peer.ack(sent, ok);
    peer.within(sent, ok, 'BYE', 2);
    await peer.expectResponse(200, 'BYE');
    expect(await recorded('cdr:stop')).to.deep.equal(['attempt network', 'start application uas', 'stop network normal-release']); // prettier-ignore
  });

  it('of a call of ours that is answered and that we end', async () => {
    const dialog = client.srf.createUAC(peer.uri('201'), { localSdp: LOCAL });
    peer.answer(await peer.expectRequest('INVITE'), 200, { body: sdp() });
    await peer.expectRequest('ACK');
    const ended = (await dialog).destroy();
    peer.answer(await peer.expectRequest('BYE'), 200, { contact: false });
    await ended;
    expect(await recorded('cdr:stop')).to.deep.equal(['attempt application', 'start network uac', 'stop application normal-release']); // prettier-ignore
  });

  it('of calls that are refused, by us and by the callee', async () => {
    client.srf.invite((_, reply) => reply.send(486));
    await client.routed();
    peer.request('INVITE', { body: sdp() });
    await peer.expectResponse(486);
    expect(await recorded('cdr:stop')).to.deep.equal(['attempt network', 'stop application call-rejected']);
    const failed = client.srf.createUAC(peer.uri('201'), { localSdp: LOCAL }).catch(() => {});
    peer.answer(await peer.expectRequest('INVITE'), 404, { contact: false });
    await failed;
    expect((await recorded('stop|network')).slice(2)).to.deep.equal(['attempt application', 'stop network call-rejected']); // prettier-ignore
  });

  it('of a call that is given up', async () => {
    client.srf.invite((_, reply) => reply.send(180));
    await client.routed();
    const sent = peer.request('INVITE', { body: sdp() });
    await peer.expectResponse(180);
    peer.cancel(sent);
    await peer.expectResponse(487);
    expect(await recorded('cdr:stop')).to.deep.equal(['attempt network', 'stop network call-canceled']);
  });

  it('of a call that nobody acknowledges, and of one whose session expires', async () => {
    client.srf.invite((request, reply) => void client.srf.createUAS(request, reply, { localSdp: LOCAL }));
    await client.routed();
    peer.request('INVITE', { body: sdp() });
    await peer.expectResponse(200);
    await served(client, 'cdr:start');
    stand.clock.advance(32_000);
    expect((await recorded('cdr:stop')).at(-1)).to.equal('stop application ack-timeout');
    const sent = peer.request('INVITE', { body: sdp(), extra: ['Supported: timer', 'Session-Expires: 90'] });
    peer.ack(sent, await peer.expect((message) => message.status === 200 && message.header('Call-ID') === sent.callId, '200')); // prettier-ignore
    await served(client, `ACK sip:127.0.0.1`);
    stand.clock.advance(90_000);
    expect((await recorded('session-expired')).at(-1)).to.equal('stop application session-expired');
  });

  it('of a call that is proxied', async () => {
    const callee = await stand.peer();
    client.srf.invite((request) => void client.srf.proxyRequest(request, [callee.uri('201')], { recordRoute: true }));
    await client.routed();
    const sent = peer.request('INVITE', { body: sdp() });
    callee.answer(await callee.expectRequest('INVITE'), 200, { body: sdp() });
    const ok = await peer.expectResponse(200);
    const route = { extra: [`Route: ${ok.header('Record-Route')}`] };
    peer.ack(sent, ok, route);
    peer.within(sent, ok, 'BYE', 2, route);
    callee.answer(await callee.expectRequest('BYE'), 200, { contact: false });
    await peer.expectResponse(200, 'BYE');
    expect(await recorded('cdr:stop')).to.deep.equal(['attempt network', 'start network proxy-uas', 'stop network normal-release']); // prettier-ignore
  });

  it('go to one application each, and to none where they are switched off', async () => {
    const other = await stand.application();
    let heard = 0;
    other.srf.on('cdr:attempt', () => heard++);
    await other.routed();
    for (let calls = 0; calls < 4; calls++) {
      peer.request('INVITE', { body: sdp() });
      await peer.expectResponse(503);
    }
    client.srf.invite((_, reply) => reply.send(486));
    await client.routed();
    for (let calls = 0; calls < 4; calls++) {
      peer.request('INVITE', { body: sdp() });
      await peer.expectResponse(486);
    }
    await other.wire.settle();
    await client.wire.settle();
    const attempts = records.filter((one) => one.startsWith('attempt')).length;
    expect([attempts, heard]).to.deep.equal([2, 2]);
  });
});
