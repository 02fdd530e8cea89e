/** Scenarios with two peers, outside dialogs, and with subscriptions. */
import { ask, type Dialog } from '../../support/drachtio/srf.js';
import { sdp } from '../../support/sip/raw-message.js';
import type { Play, Scenario } from './scenario.js';

async function outsideDialog({ srf, peer }: Play): Promise<void> {
  const options = ask(srf, 'sip:201@example.test', { method: 'OPTIONS', proxy: `sip:${peer.address}` });
  peer.answer(await peer.expectRequest('OPTIONS'), 200, { reason: 'OK' });
  await options;
  const text = { method: 'MESSAGE', body: 'zażółć 🎉', headers: { 'Content-Type': 'text/plain' } };
  const message = ask(srf, peer.uri('201'), text);
  peer.answer(await peer.expectRequest('MESSAGE'), 202, { reason: 'Accepted', contact: false });
  await message;
}

async function registerDigest({ srf, client, peer, stand }: Play): Promise<void> {
  const challenge = { 'WWW-Authenticate': 'Digest realm="office", nonce="n0", algorithm=MD5, qop="auth"' };
  srf.register((request, reply) => {
    const binding = { Contact: `${request.get('Contact')};expires=60`, Date: new Date(0).toUTCString() };
    if (request.has('authorization')) reply.send(200, { headers: binding });
    else reply.send(401, { headers: challenge });
  });
  await client.routed();
  const uri = `sip:127.0.0.1:${stand.sipPort}`;
  const first = peer.request('REGISTER', { uri, extra: ['Expires: 60'] });
  await peer.expectResponse(401);
  const credentials =
    `Authorization: Digest username="100",realm="office",nonce="n0",uri="${uri}",response="x",qop=auth,` +
    'nc=00000001,cnonce="c"';
  peer.request('REGISTER', { ...first, branch: undefined, cseq: 2, extra: ['Expires: 60', credentials] });
  await peer.expectResponse(200);
}

async function noClientForMethod({ srf, client, peer }: Play): Promise<void> {
  srf.invite(() => {});
  await client.routed();
  await peer.expectFinal(peer.request('SUBSCRIBE', { extra: ['Event: dialog', 'Expires: 60'] }));
  await peer.expectFinal(peer.request('INFO', { toTag: 'nosuch', cseq: 7 }));
  await peer.expectFinal(peer.request('INVITE', { toTag: 'nosuch', cseq: 8, body: sdp() }));
}

const bothWays = (one: Dialog, other: Dialog): void => {
  one.on('destroy', () => void other.destroy());
  other.on('destroy', () => void one.destroy());
};

async function b2bua({ srf, client, peer, other, served }: Play): Promise<void> {
  srf.invite((request, reply) => {
    const options = {
      proxyRequestHeaders: ['X-Case'],
      proxyResponseHeaders: ['X-Phone'],
      localSdpB: sdp(50_000),
      localSdpA: () => sdp(50_002),
    };
    void srf.createB2BUA(request, reply, other.uri('201'), options).then(({ uas, uac }) => bothWays(uas, uac));
  });
  await client.routed();
  const invite = peer.request('INVITE', { body: sdp(), extra: ['X-Case: 34/2018'] });
  const onward = await other.expectRequest('INVITE');
  other.answer(onward, 180, { reason: 'Ringing', extra: ['X-Phone: first'] });
  await peer.expectResponse(180);
  other.answer(onward, 200, { reason: 'OK', body: sdp(41_000), extra: ['X-Phone: first'] });
  const ok = await peer.expectResponse(200);
  await other.expectRequest('ACK');
  peer.ack(invite, ok);
  await served('CSeq: 1 ACK');
  peer.within(invite, ok, 'BYE', 2);
  await peer.expectResponse(200, 'BYE');
  other.answer(await other.expectRequest('BYE'), 200, { reason: 'OK', contact: false });
}

async function b2buaCancel({ srf, client, peer, other }: Play): Promise<void> {
  srf.invite((request, reply) => {
    const options = { localSdpB: sdp(50_000), localSdpA: sdp(50_002) };
    srf.createB2BUA(request, reply, other.uri('201'), options).catch(() => {});
  });
  await client.routed();
  const invite = peer.request('INVITE', { body: sdp() });
  const onward = await other.expectRequest('INVITE');
  other.answer(onward, 180, { reason: 'Ringing' });
  await peer.expectResponse(180);
  peer.cancel(invite);
  other.answer(await other.expectRequest('CANCEL'), 200, { reason: 'OK', contact: false });
  other.answer(onward, 487, { reason: 'Request Terminated', contact: false });
  await other.expectRequest('ACK');
  peer.ackFailure(invite, await peer.expectResponse(487));
}

async function proxySimultaneous({ srf, client, peer, other }: Play): Promise<void> {
  const options = { recordRoute: true, forking: 'simultaneous', followRedirects: false, fullResponse: true } as const;
  srf.invite((request) => void srf.proxyRequest(request, [other.uri('201')], options));
  await client.routed();
  const invite = peer.request('INVITE', { body: sdp() });
  const onward = await other.expectRequest('INVITE');
  other.answer(onward, 180, { reason: 'Ringing' });
  await peer.expectResponse(180);
  other.answer(onward, 486, { reason: 'Busy Here', contact: false });
  peer.ackFailure(invite, await peer.expectResponse(486));
}

async function subscribeNotify({ srf, client, peer }: Play): Promise<void> {
  srf.subscribe((request, reply) => {
    const headers = {
      Event: 'dialog',
      'Subscription-State': 'active;expires=60',
      'Content-Type': 'application/dialog-info+xml',
    };
    void srf
      .createUAS(request, reply, { headers: { Expires: 60 } })
      .then((dialog) => dialog.request({ method: 'NOTIFY', headers, body: '<dialog-info/>' }));
  });
  await client.routed();
  peer.request('SUBSCRIBE', { extra: ['Event: dialog', 'Expires: 60'] });
  await peer.expectResponse(202);
  peer.answer(await peer.expectRequest('NOTIFY'), 200, { reason: 'OK', contact: false });
}

export const bothScenarios: readonly Scenario[] = [
  { file: '23-request-outside-dialog', run: outsideDialog },
  { file: '24-register-digest', run: registerDigest },
  { file: '25-no-client-for-method', run: noClientForMethod },
  { file: '26-b2bua', run: b2bua },
  { file: '27-b2bua-cancel', run: b2buaCancel },
  { file: '28-proxy-simultaneous', run: proxySimultaneous },
  { file: '29-subscribe-notify', run: subscribeNotify },
];
