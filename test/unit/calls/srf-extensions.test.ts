/** 100rel and session timers through the port, over unmodified drachtio-srf and the embedded server: nothing of it is the calls'. */
import { expect } from 'chai';
import type { IncomingInvite, IncomingRequest, IncomingResponse } from '../../../src/calls/sip-port.js';
import { later, openLine, type Line } from '../../support/calls/line.js';
import { sdp, type RawMessage } from '../../support/sip/raw-message.js';
import type { RawPeer, Sent } from '../../support/sip/raw-peer.js';
import { until } from '../../support/until.js';

const ANSWER = sdp(50_000);

describe('an INVITE of a caller who takes reliable responses', () => {
  let line: Line;
  let peer: RawPeer;
  let invites: ReturnType<typeof later<IncomingInvite>>;
  beforeEach(async () => {
    invites = later();
    line = await openLine({ invite: (invite) => invites.give(invite) });
    peer = await line.stand.peer();
  });
  afterEach(() => line.close());

  async function called(extra: string): Promise<{ sent: Sent; invite: IncomingInvite }> {
    const sent = peer.request('INVITE', { body: sdp(), extra: [extra] });
    return { sent, invite: await invites.value };
  }

  async function prack(sent: Sent, early: RawMessage, cseq: number): Promise<void> {
    peer.within(sent, early, 'PRACK', cseq, { extra: [`RAck: ${early.header('RSeq')} 1 INVITE`] });
    await peer.expectResponse(200, 'PRACK');
  }

  for (const extra of ['Supported: timer, 100rel', 'Require: 100rel'])
    it(`${extra}: is told progress reliably, and answered after the PRACK`, async () => {
      const { sent, invite } = await called(extra);
      await invite.respond(183, { body: ANSWER });
      const early = await peer.expectResponse(183);
      expect(early.header('Require')).to.equal('100rel');
      const accepted = invite.accept({ sdp: ANSWER });
      peer.request('OPTIONS');
      await peer.expectResponse(503);
      expect(peer.heard.some((one) => one.status === 200)).to.equal(false);
      await prack(sent, early, 2);
      peer.ack(sent, await peer.expectResponse(200, 'INVITE'));
      expect((await accepted).remoteTag).to.equal(sent.fromTag);
    });

  it('is told ringing and then sound, one after the other, each with its PRACK', async () => {
    const { sent, invite } = await called('Supported: 100rel');
    await invite.respond(180);
    const sound = invite.respond(183, { body: ANSWER });
    const accepted = invite.accept({ sdp: ANSWER });
    const ringing = await peer.expectResponse(180);
    await prack(sent, ringing, 2);
    const early = await peer.expectResponse(183);
    await sound;
    expect(Number(early.header('RSeq'))).to.equal(Number(ringing.header('RSeq')) + 1);
    await prack(sent, early, 3);
    peer.ack(sent, await peer.expectResponse(200, 'INVITE'));
    await accepted;
  });

  it('can be refused while a PRACK is out', async () => {
    const { sent, invite } = await called('Require: 100rel');
    await invite.respond(180);
    await peer.expectResponse(180);
    await invite.respond(486);
    peer.ackFailure(sent, await peer.expectResponse(486));
  });

  it('that is given up while the answer waits for a PRACK leaves nobody waiting', async () => {
    const { sent, invite } = await called('Supported: 100rel');
    await invite.respond(183, { body: ANSWER });
    await peer.expectResponse(183);
    const accepted = invite.accept({ sdp: ANSWER }).then(() => 'accepted', (error) => error.code); // prettier-ignore
    peer.request('OPTIONS');
    await peer.expectResponse(503);
    peer.cancel(sent);
    await peer.expectResponse(487);
    expect(await accepted).to.equal('SIP_NOT_SENT');
  });

  it('whose caller never sends the PRACK ends with 504, and nobody waits', async () => {
    const { invite } = await called('Supported: 100rel');
    await invite.respond(183, { body: ANSWER });
    await peer.expectResponse(183);
    const accepted = invite.accept({ sdp: ANSWER }).then(() => 'accepted', (error) => error.code); // prettier-ignore
    peer.request('OPTIONS');
    await peer.expectResponse(503);
    line.stand.clock.advance(32_000);
    await peer.expectResponse(504);
    expect(await accepted).to.equal('SIP_NOT_SENT');
  });

  it('has an offer in a PRACK answered in its 2xx by whoever takes them, and refused where nobody does', async () => {
    const { sent, invite } = await called('Supported: 100rel');
    await invite.respond(183, { body: ANSWER });
    const first = await peer.expectResponse(183);
    const ack = (cseq: number, response: RawMessage): Sent =>
      peer.within(sent, response, 'PRACK', cseq, {
        body: sdp(41_000),
        extra: [`RAck: ${response.header('RSeq')} ${sent.cseq} INVITE`],
        uri: sent.uri,
      });
    expect((await peer.expectFinal(ack(2, first))).status).to.equal(500);
    invite.onUpdate((offer) => void offer.respond(200, { body: `answer to ${offer.body}` }));
    await invite.respond(183);
    const answered = await peer.expectFinal(ack(3, await peer.expectResponse(183)));
    expect([answered.status, answered.body]).to.deep.equal([200, `answer to ${sdp(41_000)}`]);
  });

  it('has an UPDATE without an offer answered 200 by itself', async () => {
    const { sent, invite } = await called('Supported: 100rel');
    await invite.respond(180);
    const ringing = await peer.expectResponse(180);
    await prack(sent, ringing, 2);
    peer.within(sent, ringing, 'UPDATE', 3);
    expect((await peer.expectResponse(200, 'UPDATE')).body).to.equal('');
  });

  it('without an offer is told progress as ever, since a reliable one would bring ours (RFC 3261 § 13.2.1)', async () => {
    const sent = peer.request('INVITE', { extra: ['Supported: 100rel'] });
    const invite = await invites.value;
    await invite.respond(180);
    const ringing = await peer.expectResponse(180);
    expect([ringing.header('Require'), ringing.header('RSeq')]).to.deep.equal(['', '']);
    const accepted = invite.accept({ sdp: ANSWER });
    peer.ack(sent, await peer.expectResponse(200, 'INVITE'), { body: sdp() });
    await accepted;
  });

  it('without an offer, of one who wants no other progress, is answered only', async () => {
    const sent = peer.request('INVITE', { extra: ['Require: 100rel'] });
    const invite = await invites.value;
    await invite.respond(180);
    const accepted = invite.accept({ sdp: ANSWER });
    peer.ack(sent, await peer.expectResponse(200, 'INVITE'), { body: sdp() });
    await accepted;
    expect(peer.heard.map(({ status }) => status)).to.deep.equal([100, 200]);
  });

  it('of one who does not is told progress as ever', async () => {
    const { invite } = await called('Supported: timer');
    await invite.respond(183, { body: ANSWER });
    const early = await peer.expectResponse(183);
    expect([early.header('Require'), early.header('RSeq')]).to.deep.equal(['', '']);
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

  it('says what it supports, and keeps what the call says of that itself', async () => {
    line.port.invite({ uri: peer.uri('a'), sdp: ANSWER });
    const plain = await peer.expectRequest('INVITE');
    expect([plain.header('Supported'), plain.header('Session-Expires')]).to.deep.equal(['100rel, timer', '1800']);
    const headers = { supported: 'replaces, timer', 'Session-Expires': '600' };
    line.port.invite({ uri: peer.uri('a'), sdp: ANSWER, headers });
    expect(plain.header('Allow')).to.equal('INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, PRACK');
    const own = await peer.expectRequest('INVITE');
    expect([own.header('Supported'), own.headers('Session-Expires')]).to.deep.equal(['replaces, timer, 100rel', ['600']]); // prettier-ignore
  });

  it('has reliable progress acknowledged, and its answer stands where the 2xx has none (RFC 3262 § 5)', async () => {
    const progress: IncomingResponse[] = [];
    const calling = line.port.invite({ uri: peer.uri('a'), sdp: ANSWER, onProvisional: (one) => progress.push(one) });
    const invite = await peer.expectRequest('INVITE');
    peer.answer(invite, 183, { extra: ['Require: 100rel', 'RSeq: 42'], body: sdp(41_000) });
    const prack = await peer.expectRequest('PRACK');
    expect(prack.header('RAck')).to.equal(`42 ${invite.cseq} INVITE`);
    peer.answer(prack, 200, { contact: false });
    peer.answer(invite, 200);
    await peer.expectRequest('ACK');
    expect((await calling.dialog).remoteSdp).to.equal(sdp(41_000));
    expect(progress.map(({ status }) => status)).to.deep.equal([183]);
  });

  it('does not take an answer of another fork, nor one that was not reliable', async () => {
    const calling = line.port.invite({ uri: peer.uri('a'), sdp: ANSWER });
    const invite = await peer.expectRequest('INVITE');
    peer.answer(invite, 183, { toTag: 'f1', extra: ['Require: 100rel', 'RSeq: 1'], body: sdp(41_000) });
    await peer.expectRequest('PRACK');
    peer.answer(invite, 183, { toTag: 'f2', body: sdp(42_000) });
    peer.answer(invite, 200, { toTag: 'f2' });
    expect((await calling.dialog).remoteSdp).to.equal('');
  });

  it('takes what the callee offered before its answer, once that was agreed to, for what holds', async () => {
    const onUpdate = (update: IncomingRequest): void => void update.respond(200, { body: sdp(50_009) });
    const calling = line.port.invite({ uri: peer.uri('a'), sdp: ANSWER, onUpdate });
    const invite = await peer.expectRequest('INVITE');
    peer.answer(invite, 183, { extra: ['Require: 100rel', 'RSeq: 1'], body: sdp(41_000) });
    peer.answer(await peer.expectRequest('PRACK'), 200, { contact: false });
    await peer.expectFinal(peer.asCallee(invite, 'UPDATE', 1, { body: sdp(42_000) }));
    peer.answer(invite, 200, { body: sdp(41_000) });
    expect((await calling.dialog).remoteSdp).to.equal(sdp(42_000));
  });

  it('takes that too where the answer is read together with the word that ours has gone', async () => {
    const held = later<ReturnType<Line['hold']>>();
    const onUpdate = (update: IncomingRequest): void => {
      held.give(line.hold());
      void update.respond(200, { body: sdp(50_009) });
    };
    const calling = line.port.invite({ uri: peer.uri('a'), sdp: ANSWER, onUpdate });
    const invite = await peer.expectRequest('INVITE');
    peer.answer(invite, 183, { extra: ['Require: 100rel', 'RSeq: 1'], body: sdp(41_000) });
    peer.answer(await peer.expectRequest('PRACK'), 200, { contact: false });
    await peer.expectFinal(peer.asCallee(invite, 'UPDATE', 1, { body: sdp(42_000) }));
    peer.answer(invite, 200, { body: sdp(41_000) });
    const { text, release } = await held.value;
    await until('the answer is on its way', () => text().includes(`CSeq: ${invite.cseq} INVITE`));
    release();
    expect((await calling.dialog).remoteSdp).to.equal(sdp(42_000));
  });

  it('that is refused as too short a session comes again with the interval that is asked for (RFC 4028 § 7.3)', async () => {
    const calling = line.port.invite({ uri: peer.uri('a'), sdp: ANSWER });
    const first = await peer.expectRequest('INVITE');
    peer.answer(first, 422, { contact: false, extra: ['Min-SE: 3600'] });
    await peer.expectRequest('ACK');
    const second = await peer.expectRequest('INVITE');
    expect([second.header('Session-Expires'), second.header('Min-SE')]).to.deep.equal(['3600', '3600']);
    expect([second.header('Call-ID'), second.cseq]).to.deep.equal([first.header('Call-ID'), first.cseq + 1]);
    peer.answer(second, 200, { body: sdp() });
    await calling.dialog;
  });

  it('is refused for good when that is not enough, and may be challenged in between', async () => {
    const credentials = { username: 'office', password: 'geheim' };
    const challenge = ['WWW-Authenticate: Digest realm="p", nonce="n", algorithm=SHA-256, qop="auth"'];
    const calling = line.port.invite({ uri: peer.uri('a'), sdp: ANSWER, credentials });
    const failed = calling.dialog.catch((error) => error.status);
    const answers: [number, string[]][] = [[422, ['Min-SE: 2000']], [401, challenge], [422, ['Min-SE: 4000']]]; // prettier-ignore
    const seen: string[] = [];
    for (const [status, extra] of answers) {
      const invite = await peer.expectRequest('INVITE');
      seen.push(`${invite.header('Session-Expires')} ${invite.header('Authorization') !== ''}`);
      peer.answer(invite, status, { contact: false, extra });
      await peer.expectRequest('ACK');
    }
    expect(await failed).to.equal(422);
    expect(seen).to.deep.equal(['1800 false', '2000 false', '2000 true']);
  });
});

describe('a call within which offers are made', () => {
  let line: Line;
  let peer: RawPeer;
  afterEach(() => line.close());

  it('says the same of itself in its 2xx, its later offers and the answers to the peer’s (RFC 3261 § 13.2.1, § 14)', async () => {
    const invites = later<IncomingInvite>();
    line = await openLine({ invite: (invite) => invites.give(invite) });
    peer = await line.stand.peer();
    const sent = peer.request('INVITE', { body: sdp() });
    const headers = { Allow: 'INVITE, REFER', Supported: 'replaces' };
    const accepted = (await invites.value).accept({ sdp: ANSWER, headers });
    const answer = await peer.expectResponse(200, 'INVITE');
    peer.ack(sent, answer);
    const dialog = await accepted;
    const said = (message: RawMessage): string[] => [message.header('Allow'), message.header('Supported')];
    const able = ['INVITE, REFER', 'replaces, 100rel, timer'];
    expect(said(answer)).to.deep.equal(able);

    void dialog.request('INVITE', { body: ANSWER });
    const offer = await peer.expectRequest('INVITE');
    expect(said(offer)).to.deep.equal(able);
    peer.answer(offer, 200, { body: sdp() });
    await peer.expectRequest('ACK');
    void dialog.request('INFO');
    expect(said(await peer.expectRequest('INFO'))).to.deep.equal(['', '']);

    dialog.listen({
      onEnd: () => {},
      onRequest: (request) => void request.respond(request.body === '' ? 488 : 200, { body: ANSWER }),
    });
    expect(said(await peer.expectFinal(peer.within(sent, answer, 'UPDATE', 2, { body: sdp(41_000) })))).to.deep.equal(able); // prettier-ignore
    expect(said(await peer.expectFinal(peer.within(sent, answer, 'UPDATE', 3)))).to.deep.equal(['', '']);
  });
});
