/** `createB2BUA` of drachtio-srf in its variants, with a peer on each side. */
import { expect } from 'chai';
import { agree, later, LOCAL, served } from '../support/drachtio/calls.js';
import type { B2bOptions, Dialog } from '../support/drachtio/srf.js';
import { Stand, type Client } from '../support/drachtio/stand.js';
import { sdp } from '../support/sip/raw-message.js';
import type { RawPeer, RequestOptions } from '../support/sip/raw-peer.js';

describe('a call through createB2BUA', () => {
  let stand: Stand;
  let client: Client;
  let a: RawPeer;
  let b: RawPeer;
  let result: Promise<{ uas: Dialog; uac: Dialog }>;
  beforeEach(async () => {
    stand = await Stand.open();
    client = await stand.application();
    [a, b] = [await stand.peer(), await stand.peer()];
  });
  afterEach(() => stand.close());

  /** A calls; the INVITE is at B. */
  async function call(options: B2bOptions, invite: RequestOptions = {}) {
    const both = later<Promise<{ uas: Dialog; uac: Dialog }>>();
    client.srf.invite((request, reply) => {
      const made = client.srf.createB2BUA(request, reply, b.uri('201'), options);
      made.catch(() => {});
      both.keep(made);
    });
    await client.routed();
    const sent = a.request('INVITE', { body: sdp(), ...invite });
    const onward = await b.expectRequest('INVITE');
    result = both.value.then((made) => made);
    result.catch(() => {}); // A test that needs it awaits it.
    return { sent, onward };
  }

  it('passes the headers that are named, to B and back to A', async () => {
    const options = { proxyRequestHeaders: ['X-Case', 'Subject'], proxyResponseHeaders: ['X-Phone'], localSdpB: LOCAL };
    const { sent, onward } = await call(options, { extra: ['X-Case: 34/2018', 'Subject: żółw', 'X-Other: no'] });
    expect([onward.header('X-Case'), onward.header('Subject'), onward.header('X-Other')]).to.deep.equal([
      '34/2018',
      'żółw',
      '',
    ]);
    b.answer(onward, 180, { extra: ['X-Phone: first'] });
    expect((await a.expectResponse(180)).header('X-Phone')).to.equal('first');
    b.answer(onward, 200, { extra: ['X-Phone: second'], body: sdp() });
    const ok = await a.expectResponse(200);
    expect(ok.header('X-Phone')).to.equal('second');
    a.ack(sent, ok);
    await b.expectRequest('ACK');
    await result;
  });

  it('makes the response headers by a function, and both SDPs by functions and promises', async () => {
    const options: B2bOptions = {
      responseHeaders: (response) => ({ 'X-Status': String(response.status) }),
      localSdpB: sdp(50_002),
      localSdpA: async (offer) => offer.replace('41000', '50004'),
    };
    const { sent, onward } = await call(options);
    expect(onward.body).to.include('m=audio 50002');
    b.answer(onward, 200, { body: sdp(41_000) });
    const ok = await a.expectResponse(200);
    expect(ok.body).to.include('m=audio 50004');
    expect(ok.header('X-Status')).to.equal('200');
    a.ack(sent, ok);
    await result;
  });

  it('takes an INVITE without offer: B offers, A answers in its ACK (3pcc)', async () => {
    const { sent, onward } = await call({ localSdpB: (answer) => answer.replace('40000', '50006') }, { body: '' });
    expect(onward.body).to.equal('');
    b.answer(onward, 200, { body: sdp(41_002) });
    const ok = await a.expectResponse(200);
    expect(ok.body).to.include('m=audio 41002');
    a.ack(sent, ok, { body: sdp(40_000) });
    expect((await b.expectRequest('ACK')).body).to.include('m=audio 50006');
    await result;
  });

  it('passes a refusal of B, and keeps it back where it is told to', async () => {
    const { sent, onward } = await call({ localSdpB: LOCAL });
    b.answer(onward, 486, { reason: 'Busy Here', contact: false });
    await b.expectRequest('ACK');
    a.ackFailure(sent, await a.expectResponse(486));
    expect(await result.catch((error: { status: number }) => error.status)).to.equal(486);
  });

  it('is ended from either side, and lets both sides speak in between', async () => {
    const { sent, onward } = await call({ localSdpB: LOCAL, localSdpA: LOCAL });
    b.answer(onward, 200, { body: sdp() });
    const ok = await a.expectResponse(200);
    a.ack(sent, ok);
    await b.expectRequest('ACK');
    const { uas, uac } = await result;
    await served(client, 'CSeq: 1 ACK');
    uas.on('info', (info, reply) => {
      void uac.request({ method: 'INFO', body: info.body ?? '' }).then((answer) => reply.send(answer.status));
    });
    a.within(sent, ok, 'INFO', 2, { body: 'Signal=5', contentType: 'application/dtmf-relay' });
    expect((await agree(b, 'INFO')).body).to.equal('Signal=5');
    await a.expectResponse(200, 'INFO');
    uac.on('destroy', () => void uas.destroy());
    b.asCallee(onward, 'BYE', 1);
    await b.expectResponse(200, 'BYE');
    await agree(a, 'BYE');
    await client.wire.settle();
    expect(stand.server.load.dialogs).to.equal(0);
  });

  it('passes a reliable 183 through, PRACK by PRACK', async () => {
    const options = {
      localSdpB: LOCAL,
      localSdpA: LOCAL,
      headers: { Supported: '100rel' },
      proxyResponseHeaders: ['Require'],
    };
    const { sent, onward } = await call(options, { extra: ['Supported: 100rel'] });
    b.answer(onward, 183, { extra: ['Require: 100rel', 'RSeq: 1'], body: sdp(41_000) });
    await agree(b, 'PRACK');
    const early = await a.expectResponse(183);
    a.within(sent, early, 'PRACK', 2, { extra: [`RAck: ${early.header('RSeq')} 1 INVITE`] });
    await a.expectResponse(200, 'PRACK');
    b.answer(onward, 200, { body: sdp(41_000) });
    a.ack(sent, await a.expectResponse(200, 'INVITE'));
    await result;
  });

  it('whose caller gives up while B rings: B is cancelled', async () => {
    const { sent, onward } = await call({ localSdpB: LOCAL });
    b.answer(onward, 180);
    await a.expectResponse(180);
    a.cancel(sent, { extra: ['Reason: Q.850;cause=16'] });
    const cancel = await b.expectRequest('CANCEL');
    expect(cancel.header('Reason')).to.equal('Q.850;cause=16');
    b.answer(cancel, 200, { contact: false });
    b.answer(onward, 487, { contact: false });
    await b.expectRequest('ACK');
    a.ackFailure(sent, await a.expectResponse(487));
  });

  it('answers with credentials when B asks for them', async () => {
    const client2 = { auth: { username: 'office', password: 'secret' } };
    const { sent, onward } = await call({ localSdpB: LOCAL, ...client2 });
    const challenge = 'WWW-Authenticate: Digest realm="b", nonce="n1", algorithm=MD5, qop="auth"';
    b.answer(onward, 401, { contact: false, extra: [challenge] });
    await b.expectRequest('ACK');
    const again = await b.expectRequest('INVITE');
    expect(again.header('Authorization')).to.include('username="office"');
    expect([again.header('Call-ID'), again.tag('From'), again.cseq]).to.deep.equal([
      onward.header('Call-ID'),
      onward.tag('From'),
      onward.cseq + 1,
    ]);
    b.answer(again, 200, { body: sdp() });
    a.ack(sent, await a.expectResponse(200));
    await result;
  });
});
