/** Scenarios in which the application calls and the peer answers. */
import type { RawMessage } from '../../support/sip/raw-message.js';
import type { Dialog, InviteOptions, SentRequest } from '../../support/drachtio/srf.js';
import { sdp } from '../../support/sip/raw-message.js';
import { later, type Play, type Scenario } from './scenario.js';

const OFFER = { localSdp: sdp(50_000) };
const AUTH = { auth: { username: 'office', password: 'secret' } };
const bare = (reason: string, extra: readonly string[] = []) => ({ reason, contact: false, extra });

/** Calls the peer; `sent` is our INVITE as it went out, `invite` the same as it came. */
async function call({ srf, peer }: Play, options: InviteOptions = {}) {
  const sent = later<SentRequest>();
  const dialog = srf.createUAC(peer.uri('201'), { ...OFFER, ...options }, { cbRequest: (_, one) => sent.keep(one) });
  dialog.catch(() => {}); // Some scenarios fail it on purpose; those that need it await it.
  return { dialog, sent: sent.value, invite: await peer.expectRequest('INVITE') };
}

async function end({ peer }: Play, dialog: Dialog): Promise<void> {
  const ended = dialog.destroy();
  peer.answer(await peer.expectRequest('BYE'), 200, bare('OK'));
  await ended;
}

function accept({ peer }: Play, invite: RawMessage, toTag?: string, port = 40_000): void {
  peer.answer(invite, 200, { reason: 'OK', body: sdp(port), ...(toTag ? { toTag } : {}) });
}

async function success(play: Play): Promise<void> {
  const { peer } = play;
  const { dialog, invite } = await call(play, { headers: { 'X-Call': '1' } });
  peer.answer(invite, 100, bare('Trying'));
  peer.answer(invite, 180, { reason: 'Ringing' });
  accept(play, invite);
  await peer.expectRequest('ACK');
  await end(play, await dialog);
}

async function peerBye(play: Play): Promise<void> {
  const { peer } = play;
  const { dialog, invite } = await call(play);
  accept(play, invite);
  await peer.expectRequest('ACK');
  accept(play, invite);
  await peer.expectRequest('ACK');
  (await dialog).on('destroy', () => {});
  peer.asCallee(invite, 'BYE', 1);
  await peer.expectResponse(200, 'BYE');
}

async function busy(play: Play): Promise<void> {
  const { invite } = await call(play);
  play.peer.answer(invite, 486, bare('Busy Here'));
  await play.peer.expectRequest('ACK');
}

async function auth407(play: Play): Promise<void> {
  const { peer } = play;
  const { dialog, invite } = await call(play, AUTH);
  const challenge = 'Proxy-Authenticate: Digest realm="provider", nonce="abc123", algorithm=MD5, qop="auth"';
  peer.answer(invite, 407, bare('Proxy Authentication Required', [challenge]));
  await peer.expectRequest('ACK');
  accept(play, await peer.expectRequest('INVITE'));
  await peer.expectRequest('ACK');
  await end(play, await dialog);
}

async function authTwoChallenges(play: Play): Promise<void> {
  const { peer } = play;
  const { invite } = await call(play, AUTH);
  const challenges = [
    'WWW-Authenticate: Digest realm="provider", nonce="n1", algorithm=SHA-256, qop="auth"',
    'WWW-Authenticate: Digest realm="provider", nonce="n2", algorithm=MD5, qop="auth"',
  ];
  peer.answer(invite, 401, bare('Unauthorized', challenges));
  await peer.expectRequest('ACK');
  peer.answer(await peer.expectRequest('INVITE'), 403, bare('Forbidden'));
  await peer.expectRequest('ACK');
}

async function cancel(play: Play): Promise<void> {
  const { peer, served } = play;
  const { sent, invite } = await call(play);
  peer.answer(invite, 180, { reason: 'Ringing' });
  await served('180 Ringing');
  (await sent).cancel({ headers: { Reason: 'SIP;cause=200;text="Call completed elsewhere"' } });
  peer.answer(await peer.expectRequest('CANCEL'), 200, bare('OK'));
  peer.answer(invite, 487, bare('Request Terminated'));
  await peer.expectRequest('ACK');
}

async function cancelCrossing200(play: Play): Promise<void> {
  const { peer, served } = play;
  const { dialog, sent, invite } = await call(play);
  peer.answer(invite, 180, { reason: 'Ringing' });
  await served('180 Ringing');
  (await sent).cancel();
  peer.answer(await peer.expectRequest('CANCEL'), 481, bare('Call/Transaction Does Not Exist'));
  accept(play, invite);
  await peer.expectRequest('ACK');
  const ended = (await dialog).destroy().catch(() => {});
  peer.answer(await peer.expectRequest('BYE'), 200, bare('OK'));
  await ended;
}

async function nobodyThere({ srf, stand, known }: Play): Promise<void> {
  const gone = await stand.peer();
  known(gone.port, 5999);
  const uri = gone.uri('201');
  await gone.close();
  await srf.createUAC(uri, OFFER).catch(() => {});
}

async function forkedTwo200(play: Play): Promise<void> {
  const { peer, served } = play;
  const { dialog, invite } = await call(play);
  peer.answer(invite, 180, { reason: 'Ringing', toTag: 'f1' });
  peer.answer(invite, 183, { reason: 'Session Progress', toTag: 'f2', body: sdp() });
  await served('183 Session');
  accept(play, invite, 'f1');
  await peer.expectRequest('ACK');
  accept(play, invite, 'f2', 40_002);
  const losing = (message: RawMessage): boolean => message.tag('To') === 'f2';
  await peer.expect((one) => one.method === 'ACK' && losing(one), 'the ACK of the second answer');
  const bye = await peer.expect((one) => one.method === 'BYE' && losing(one), 'the BYE of the second answer');
  peer.answer(bye, 200, bare('OK'));
  await end(play, await dialog);
}

async function reliableProvisional(play: Play): Promise<void> {
  const { peer, served } = play;
  const { dialog, invite } = await call(play, { headers: { Supported: '100rel' } });
  peer.answer(invite, 183, { reason: 'Session Progress', extra: ['Require: 100rel', 'RSeq: 1'], body: sdp() });
  peer.answer(await peer.expectRequest('PRACK'), 200, bare('OK'));
  await served('PRACK\r\nContent-Length: 0');
  peer.answer(invite, 200, { reason: 'OK' });
  await peer.expectRequest('ACK');
  await end(play, await dialog);
}

async function lateOffer(play: Play): Promise<void> {
  const { srf, peer } = play;
  const open = srf.createUAC(peer.uri('201'), { noAck: true, localSdp: '' });
  accept(play, await peer.expectRequest('INVITE'));
  const dialog = (await open).ack(sdp(50_000));
  await peer.expectRequest('ACK');
  await end(play, await dialog);
}

async function badUriAndSelf({ srf, stand, peer, served }: Play): Promise<void> {
  const attempts = ['nonsense', `sip:100@127.0.0.1:${stand.sipPort}`, `${peer.uri('100')};transport=tls`];
  const refusals = ['nonsense', 'can not send request to myself', 'requested protocol/transport not available'];
  for (const [index, uri] of attempts.entries()) {
    void srf.createUAC(uri, OFFER).catch(() => {});
    await served(refusals[index] ?? '');
  }
}

export const uacScenarios: readonly Scenario[] = [
  { file: '11-uac-success', run: success },
  { file: '12-uac-peer-bye', run: peerBye },
  { file: '13-uac-busy', run: busy },
  { file: '14-uac-auth-407', run: auth407 },
  { file: '15-uac-auth-two-challenges', run: authTwoChallenges },
  { file: '16-uac-cancel', run: cancel },
  { file: '17-uac-cancel-crossing-200', run: cancelCrossing200 },
  { file: '18-uac-no-answer-at-all', run: nobodyThere },
  { file: '19-uac-forked-two-200', run: forkedTwo200 },
  { file: '20-uac-100rel', run: reliableProvisional },
  { file: '21-uac-late-offer', run: lateOffer },
  { file: '22-uac-bad-uri-and-self', run: badUriAndSelf },
];
