/** The port over unmodified drachtio-srf and the embedded server, against a scripted peer. */
import { expect } from 'chai';
import { HalinaError } from '../../../src/base/errors.js';
import { parseAuthFields } from '../../../src/calls/digest/field.js';
import { digestResponse } from '../../../src/calls/digest/compute.js';
import {
  SipFailure,
  type Dialog,
  type DialogEnd,
  type IncomingInvite,
  type IncomingRequest,
  type IncomingResponse,
  type InviteOptions,
  type OutgoingInvite,
  type ReceivedMessage,
} from '../../../src/calls/sip-port.js';
import { later, openLine, type Line } from '../../support/calls/line.js';
import type { RawMessage } from '../../support/sip/raw-message.js';
import { sdp } from '../../support/sip/raw-message.js';
import type { RawPeer, Sent } from '../../support/sip/raw-peer.js';

const CHALLENGES = [
  'Proxy-Authenticate: Digest realm="p", nonce="n-md5", algorithm=MD5, qop="auth"',
  'Proxy-Authenticate: Digest realm="p", nonce="n-sha", algorithm=SHA-256, qop="auth", opaque="o"',
];
const credentials = { username: 'office', password: 'geheim' };

async function failure(promise: Promise<unknown>): Promise<HalinaError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof HalinaError) return error;
    throw error;
  }
  throw new Error('no failure came');
}

describe('an INVITE that comes', () => {
  let line: Line;
  let peer: RawPeer;
  let invites: { value: Promise<IncomingInvite>; give: (invite: IncomingInvite) => void };

  beforeEach(async () => {
    invites = later();
    line = await openLine({ invite: (invite) => invites.give(invite) });
    peer = await line.stand.peer();
  });
  afterEach(() => line.close());

  async function called(): Promise<{ sent: Sent; invite: IncomingInvite }> {
    const sent = peer.request('INVITE', { body: sdp(), extra: ['P-Asserted-Identity: <sip:+48221112233@p>'] });
    return { sent, invite: await invites.value };
  }

  async function answered(): Promise<{ sent: Sent; dialog: Dialog; response: RawMessage }> {
    const { sent, invite } = await called();
    const dialog = await invite.accept({ sdp: sdp(50_000), headers: { 'X-Halina': 'yes' } });
    const response = await peer.expectResponse(200, 'INVITE');
    peer.ack(sent, response);
    return { sent, dialog, response };
  }

  it('says what it is and where it came from', async () => {
    const { invite } = await called();
    expect(invite.source).to.deep.equal({ protocol: 'udp', address: '127.0.0.1', port: peer.port });
    expect(invite.receivedOn).to.deep.equal({ address: '127.0.0.1', port: line.stand.sipPort });
    expect(invite.header('p-asserted-identity')).to.equal('<sip:+48221112233@p>');
    expect(invite.body).to.equal(sdp());
    expect(invite.answered).to.equal(false);
  });

  it('is answered, and the dialog hears the ACK, requests and the end', async () => {
    const acks = later<ReceivedMessage>();
    const requests = later<IncomingRequest>();
    const ends = later<DialogEnd>();
    const { sent, dialog, response } = await answered();
    expect(dialog.remoteSdp).to.equal(sdp());
    dialog.listen({ onAck: acks.give, onRequest: requests.give, onEnd: ends.give });
    expect((await acks.value).source.port).to.equal(peer.port);
    expect(response.header('X-Halina')).to.equal('yes');
    expect(dialog).to.include({
      role: 'uas',
      remoteTag: sent.fromTag,
      localTag: response.tag('To'),
      remoteTarget: `sip:+48221234567@${peer.address}`,
      localUri: 'sip:100@127.0.0.1',
      remoteUri: `sip:+48221234567@${peer.address}`,
    });
    peer.within(sent, response, 'INVITE', 2, { body: sdp(40_000, 'inactive', 2) });
    const again = await requests.value;
    expect(again.method).to.equal('INVITE');
    await again.respond(200, { body: sdp(50_000, 'inactive', 2) });
    peer.ack({ ...sent, cseq: 2 }, await peer.expectResponse(200, 'INVITE'));
    peer.within(sent, response, 'BYE', 3, { extra: ['Reason: Q.850;cause=16'] });
    await peer.expectResponse(200, 'BYE');
    const { at, ...end } = await ends.value;
    expect(end).to.deep.equal({ by: 'peer', reason: 'Q.850;cause=16' });
    expect(at, 'when the server had the BYE').to.be.within(Date.now() - 10_000, Date.now());
    expect(dialog.ended).to.equal(true);
  });

  it('hands over later what came before anybody listened', async () => {
    const { sent, dialog, response } = await answered();
    peer.within(sent, response, 'BYE', 2);
    await peer.expectResponse(200, 'BYE');
    const seen: string[] = [];
    dialog.listen({ onAck: () => seen.push('ack'), onEnd: (end) => seen.push(end.by) });
    // drachtio-srf loses an ACK that a BYE follows at once.
    expect(seen.at(-1)).to.equal('peer');
  });

  it('leaves a re-INVITE that nobody wants refused', async () => {
    const { sent, dialog, response } = await answered();
    dialog.listen({ onEnd: () => {} });
    const again = peer.within(sent, response, 'INVITE', 2, { body: sdp() });
    expect((await peer.expectFinal(again)).status).to.equal(488);
  });

  it('can be told progress, and refused', async () => {
    const { sent, invite } = await called();
    await invite.respond(183, { body: sdp(50_000) });
    expect((await peer.expectResponse(183)).body).to.equal(sdp(50_000));
    await invite.respond(486, { reason: 'Engaged', headers: { Reason: 'Q.850;cause=17' } });
    const busy = await peer.expectFinal(sent);
    expect(busy.startLine).to.equal('SIP/2.0 486 Engaged');
    expect(busy.header('Reason')).to.equal('Q.850;cause=17');
    expect(invite.answered).to.equal(true);
  });

  it('is answered also with a status that drachtio-srf has not heard of', async () => {
    const { sent, dialog, response } = await answered();
    const statuses = [469, 498];
    dialog.listen({ onEnd: () => {}, onRequest: (request) => void request.respond(statuses.shift() ?? 200) });
    const info = peer.within(sent, response, 'INFO', 2, { extra: ['Info-Package: conference'] });
    expect((await peer.expectFinal(info)).startLine).to.equal('SIP/2.0 469 Bad Info Package');
    expect((await peer.expectFinal(peer.within(sent, response, 'INFO', 3))).status).to.equal(400);
  });

  it('tells when the caller gives up, early or late asked, and what is answered then is not sent', async () => {
    const { sent, invite } = await called();
    await invite.respond(180);
    peer.cancel(sent, { extra: ['Reason: SIP;cause=200;text="Call completed elsewhere"'] });
    await peer.expectResponse(487);
    const cancels = later<string | undefined>();
    invite.onCancel((cancel) => cancels.give(cancel.header('Reason')));
    expect(await cancels.value).to.contain('completed elsewhere');
    expect((await failure(invite.accept({ sdp: sdp() }))).code).to.equal('SIP_NOT_SENT');
  });

  it('refuses an early UPDATE that nobody wants, and gives one to who does', async () => {
    const { sent, invite } = await called();
    await invite.respond(183, { body: sdp(50_000) });
    const response = await peer.expectResponse(183);
    const update = (cseq: number): Sent => peer.within(sent, response, 'UPDATE', cseq, { body: sdp(), uri: sent.uri });
    const first = await peer.expectFinal(update(2));
    expect([first.status, first.header('Retry-After')]).to.deep.equal([500, '5']);
    invite.onUpdate((request) => void request.respond(200, { body: sdp(50_001) }));
    expect((await peer.expectFinal(update(3))).body).to.equal(sdp(50_001));
  });

  it('says of methods that mean nothing outside a dialog that they are not for here', async () => {
    for (const method of ['MESSAGE', 'PUBLISH', 'REFER', 'NOTIFY', 'INFO']) {
      const refused = await peer.expectFinal(peer.request(method));
      expect([refused.status, refused.header('Allow').includes('INVITE')], method).to.deep.equal([405, true]);
    }
  });

  it('never carries a header with a line break', async () => {
    const { invite } = await called();
    const injected = failure(invite.respond(180, { headers: { 'X-A': 'a\r\nX-B: b' } }));
    expect((await injected).code).to.equal('SIP_HEADER_INVALID');
  });

  it('ends, with everything that waits, when the connection to the server breaks, and is then ended at the server', async () => {
    const ends = later<DialogEnd>();
    const { dialog } = await answered();
    dialog.listen({ onEnd: ends.give });
    const waiting = failure(line.port.request({ method: 'OPTIONS', uri: peer.uri('x') }));
    await peer.expectRequest('OPTIONS');
    line.break();
    expect(await ends.value).to.deep.equal({ by: 'lost', reason: undefined });
    expect((await waiting).code).to.equal('SIP_SERVER_LOST');
    // drachtio-srf comes back by itself.
    peer.answer(await peer.expectRequest('BYE'), 200);
  });
});

describe('an INVITE of ours', () => {
  let line: Line;
  let peer: RawPeer;
  beforeEach(async () => {
    line = await openLine();
    peer = await line.stand.peer();
  });
  afterEach(() => line.close());

  const call = (options: Partial<InviteOptions> = {}): OutgoingInvite =>
    line.port.invite({ uri: peer.uri('201'), sdp: sdp(50_000), ...options });

  const routes = (): string[] => [1, 2].map((n) => `<sip:${peer.address};lr;proxy=${n}>`);

  async function up(options: Partial<InviteOptions> = {}): Promise<{ dialog: Dialog; invite: RawMessage }> {
    const calling = call(options);
    const invite = await peer.expectRequest('INVITE');
    peer.answer(invite, 200, { body: sdp(), extra: [`Record-Route: ${routes().join(', ')}`] });
    await peer.expectRequest('ACK');
    return { dialog: await calling.dialog, invite };
  }

  it('rings, is answered, and ended by us', async () => {
    const progress: [number, string][] = [];
    const calling = call({
      headers: { From: '<sip:+48221112233@localhost>' },
      onProvisional: (response: IncomingResponse) => progress.push([response.status, response.body]),
    });
    const invite = await peer.expectRequest('INVITE');
    peer.answer(invite, 100, { contact: false });
    peer.answer(invite, 180);
    peer.answer(invite, 183, { body: sdp(1) });
    peer.answer(invite, 200, { body: sdp(2) });
    const dialog = await calling.dialog;
    await peer.expectRequest('ACK');
    expect(progress).to.deep.equal([
      [180, ''],
      [183, sdp(1)],
    ]);
    expect(dialog).to.include({ role: 'uac', remoteSdp: sdp(2), remoteTag: 'ans1', ended: false });
    expect(dialog.localUri).to.equal(`sip:+48221112233@127.0.0.1:${line.stand.sipPort}`);
    const ended = dialog.bye({ Reason: 'Q.850;cause=16' });
    const bye = await peer.expectRequest('BYE');
    expect(bye.header('Reason')).to.equal('Q.850;cause=16');
    peer.answer(bye, 200);
    await ended;
    expect(dialog.ended).to.equal(true);
  });

  it('is a call also with who has no tag, as nobody had by RFC 2543', async () => {
    const calling = call();
    const invite = await peer.expectRequest('INVITE');
    peer.answer(invite, 200, { toTag: '', body: sdp(2) });
    await peer.expectRequest('ACK');
    const dialog = await calling.dialog;
    expect(dialog).to.include({ remoteTag: '', remoteSdp: sdp(2) });
    const ended = dialog.bye();
    peer.answer(await peer.expectRequest('BYE'), 200);
    await ended;
  });

  it('knows what is needed to end it after a crash', async () => {
    const { dialog, invite } = await up();
    expect(dialog.routeSet).to.deep.equal(routes().toReversed());
    expect(dialog.localCSeq).to.equal(invite.cseq);
    expect(dialog.localTag).to.equal(invite.tag('From'));
    expect(dialog.remoteTarget).to.equal(peer.uri('peer'));
  });

  it('fails with the answer of the callee', async () => {
    const calling = call();
    peer.answer(await peer.expectRequest('INVITE'), 486, { reason: 'Busy Here', extra: ['X-Why: engaged'] });
    const failed = await failure(calling.dialog);
    expect(failed).to.be.instanceOf(SipFailure).and.to.include({ status: 486, reason: 'Busy Here' });
    expect((failed as SipFailure).response?.header('X-Why')).to.equal('engaged');
  });

  it('that cannot be sent fails', async () => {
    expect((await failure(call({ uri: 'sip:a@b', nextHop: 'sip:127.0.0.1;transport=tls' }).dialog)).code).to.equal(
      'SIP_NOT_SENT',
    );
    expect((await failure(call({ headers: { Subject: 'a\nb' } }).dialog)).code).to.equal('SIP_HEADER_INVALID');
  });

  it('answers the strongest challenge in the same call with the next CSeq', async () => {
    const calling = call({ credentials, uri: 'sip:+48601234567@provider.example', nextHop: peer.uri('hop') });
    const first = await peer.expectRequest('INVITE');
    peer.answer(first, 407, { contact: false, extra: CHALLENGES });
    await peer.expectRequest('ACK');
    const second = await peer.expectRequest('INVITE');
    expect(second.header('Call-ID')).to.equal(first.header('Call-ID'));
    expect(second.header('From')).to.equal(first.header('From'));
    expect(second.cseq).to.equal(first.cseq + 1);
    expect(second.body).to.equal(sdp(50_000));
    const sent = parseAuthFields(second.header('Proxy-Authorization'))[0]?.parameters;
    expect(sent?.get('algorithm')).to.equal('SHA-256');
    expect(sent?.get('uri')).to.equal('sip:+48601234567@provider.example');
    const protection = { qop: 'auth', nonceCount: '00000001', clientNonce: sent?.get('cnonce') ?? '' } as const;
    const input = { algorithm: 'SHA-256', nonce: 'n-sha', method: 'INVITE', uri: sent?.get('uri') ?? '' } as const;
    expect(sent?.get('response')).to.equal(digestResponse({ ...credentials, realm: 'p' }, { ...input, protection }));
    peer.answer(second, 200, { body: sdp() });
    await calling.dialog;
  });

  it('is challenged by a proxy and then by who is behind it, and once more where a nonce was too old (RFC 3261 § 22.3)', async () => {
    const calling = call({ credentials });
    const challenges: [number, string][] = [
      [407, 'Proxy-Authenticate: Digest realm="edge", nonce="1"'],
      [401, 'WWW-Authenticate: Digest realm="core", nonce="2"'],
      [407, 'Proxy-Authenticate: Digest realm="edge", nonce="3", stale=true'],
    ];
    for (const [status, challenge] of challenges) {
      peer.answer(await peer.expectRequest('INVITE'), status, { contact: false, extra: [challenge] });
      await peer.expectRequest('ACK');
    }
    const last = await peer.expectRequest('INVITE');
    expect(last.header('Authorization')).to.contain('nonce="2"');
    expect(last.headers('Proxy-Authorization').join()).to.contain('nonce="3"').and.not.contain('nonce="1"');
    peer.answer(last, 200, { body: sdp() });
    await calling.dialog;
  });

  it('whose nonce is always too old is not sent for ever', async () => {
    const calling = call({ credentials });
    const stale = 'Proxy-Authenticate: Digest realm="p", nonce="1", stale=true';
    for (let i = 0; i < 4; i++)
      peer.answer(await peer.expectRequest('INVITE'), 407, { contact: false, extra: [stale] });
    expect(await failure(calling.dialog)).to.include({ status: 407 });
  });

  it('with wrong credentials fails after one answer', async () => {
    const calling = call({ credentials });
    for (let i = 0; i < 2; i++)
      peer.answer(await peer.expectRequest('INVITE'), 407, { contact: false, extra: CHALLENGES });
    expect(await failure(calling.dialog)).to.include({ status: 407 });
  });

  it('is given up while it rings', async () => {
    const calling = call();
    const invite = await peer.expectRequest('INVITE');
    peer.answer(invite, 180);
    calling.cancel({ Reason: 'SIP;cause=200;text="Call completed elsewhere"' });
    const cancel = await peer.expectRequest('CANCEL');
    peer.answer(cancel, 200, { contact: false });
    peer.answer(invite, 487, { contact: false });
    expect(await failure(calling.dialog)).to.include({ status: 487 });
    calling.cancel();
  });

  it('is given up before it was sent: the CANCEL waits for the first answer', async () => {
    const calling = call();
    calling.cancel();
    const invite = await peer.expectRequest('INVITE');
    peer.answer(invite, 180);
    peer.answer(await peer.expectRequest('CANCEL'), 200, { contact: false });
    peer.answer(invite, 487, { contact: false });
    expect(await failure(calling.dialog)).to.include({ status: 487 });
  });

  it('given up and answered at the same time is acknowledged, ended once, and never seen', async () => {
    const calling = call();
    const invite = await peer.expectRequest('INVITE');
    peer.answer(invite, 180);
    calling.cancel();
    peer.answer(await peer.expectRequest('CANCEL'), 481, { contact: false });
    peer.answer(invite, 200, { body: sdp() });
    await peer.expectRequest('ACK');
    peer.answer(await peer.expectRequest('BYE'), 200, { contact: false });
    expect(await failure(calling.dialog)).to.include({ status: 487 });
    expect(peer.heard.filter((message) => message.method === 'BYE')).to.have.length(1);
  });

  it('given up when it is challenged is not repeated', async () => {
    const calling = call({ credentials });
    const invite = await peer.expectRequest('INVITE');
    calling.cancel();
    peer.answer(invite, 407, { contact: false, extra: CHALLENGES });
    await failure(calling.dialog);
    const answer = line.port.request({ method: 'OPTIONS', uri: peer.uri('x') });
    peer.answer(await peer.expectRequest('OPTIONS'), 200);
    await answer;
    expect(peer.heard.filter((message) => message.method === 'INVITE')).to.have.length(1);
  });

  it('gives an UPDATE of the callee before the answer to the call, not to drachtio-srf', async () => {
    const calling = call({ onUpdate: (update) => void update.respond(200, { body: sdp(50_009) }) });
    const invite = await peer.expectRequest('INVITE');
    peer.answer(invite, 183, { body: sdp() });
    const update = peer.asCallee(invite, 'UPDATE', 1, { body: sdp(2) });
    expect((await peer.expectFinal(update)).body).to.equal(sdp(50_009));
    peer.answer(invite, 200, { body: sdp() });
    await calling.dialog;
  });

  it('hears an UPDATE of the peer while a request of its own is open', async () => {
    const { dialog, invite } = await up();
    const updates = later<IncomingRequest>();
    dialog.listen({ onEnd: () => {}, onRequest: updates.give });
    const asked = dialog.request('INFO');
    const info = await peer.expectRequest('INFO');
    peer.asCallee(invite, 'UPDATE', 1);
    await (await updates.value).respond(200);
    await peer.expectResponse(200, 'UPDATE');
    peer.answer(info, 200);
    expect((await asked).status).to.equal(200);
  });

  it('lets requests follow in the dialog, whatever is answered to them', async () => {
    const { dialog } = await up();
    dialog.listen({ onEnd: () => {} });
    const again = dialog.request('INVITE', { body: sdp(50_000, 'sendonly', 2) });
    const offered = await peer.expectRequest('INVITE');
    expect(offered.body).to.contain('a=sendonly');
    peer.answer(offered, 180);
    peer.answer(offered, 491, { contact: false });
    expect((await again).status, 'no provisional one').to.equal(491);
    const info = dialog.request('INFO', { body: 'Signal=1', headers: { 'Content-Type': 'application/dtmf-relay' } });
    peer.answer(await peer.expectRequest('INFO'), 200, { contact: false });
    expect((await info).status).to.equal(200);
  });

  it('answers challenges in the dialog with the URI as it is on the wire', async () => {
    const { dialog } = await up({ credentials });
    const asked = dialog.request('INVITE', { body: sdp(50_000, 'inactive', 2) });
    const first = await peer.expectRequest('INVITE');
    peer.answer(first, 407, { contact: false, extra: CHALLENGES });
    const second = await peer.expectRequest('INVITE');
    expect(parseAuthFields(second.header('Proxy-Authorization'))[0]?.parameters.get('uri')).to.equal(first.requestUri);
    expect(first.requestUri).to.equal(peer.uri('peer'));
    expect(second.cseq).to.be.greaterThan(first.cseq);
    expect(second.body).to.equal(first.body);
    peer.answer(second, 200, { body: sdp() });
    expect((await asked).status).to.equal(200);
    expect(dialog.localCSeq).to.equal(second.cseq);
  });

  it('ends by the peer while our BYE is on its way', async () => {
    const { dialog, invite } = await up();
    const seen: DialogEnd[] = [];
    dialog.listen({ onEnd: (end) => seen.push(end) });
    const ended = dialog.bye();
    const bye = await peer.expectRequest('BYE');
    const crossing = peer.asCallee(invite, 'BYE', 1);
    expect((await peer.expectFinal(crossing)).status).to.be.oneOf([200, 481]);
    peer.answer(bye, 481, { contact: false });
    await ended;
    expect(seen, 'our own end is not told').to.deep.equal([]);
  });
});
