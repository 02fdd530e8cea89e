/**
 * Calls of handsets over the wire: the call application behind the real drachtio-srf and the real SIP server, with scripted
 * peers on UDP. What the SIP server does for them by itself is in conformance/; here is what becomes of the call.
 */
import { expect } from 'chai';
import type { Doors, WireHandset } from '../../support/calls/doors.js';
import { openWireOffice } from '../../support/calls/wire-office.js';
import { sdp, type RawMessage } from '../../support/sip/raw-message.js';
import type { RawPeer, Sent } from '../../support/sip/raw-peer.js';
import { until } from '../../support/until.js';

const OUTSIDE = 'sip:0601234567@127.0.0.1';

let doors: Doors;
let provider: RawPeer;
/** Handset 201, which calls. */
let phone: WireHandset;
/** Handset 202. */
let other: WireHandset;

async function open(): Promise<void> {
  const opened = await openWireOffice({}, ['201', '202']);
  ({ doors, provider } = opened);
  const [first, second] = opened.phones;
  if (!first || !second) throw new Error('two handsets');
  [phone, other] = [first, second];
}

const untilTalking = (): Promise<void> => until('the talk', () => doors.calls.calls[0]?.state === 'talking');
const untilOver = (): Promise<void> => until('the end of the call', () => doors.ledger.ended.length > 0);
const untilGone = (): Promise<void> => until('the end', () => doors.calls.calls.length === 0);

/** Acknowledged, and hung up on at once: the BYE. */
async function letGo(peer: RawPeer, toTag = 'ans1'): Promise<RawMessage> {
  expect((await peer.expectRequest('ACK')).tag('To')).to.equal(toTag);
  const bye = await peer.expectRequest('BYE');
  expect(bye.tag('To')).to.equal(toTag);
  peer.answer(bye, 200);
  return bye;
}

describe('calls of handsets on the wire', () => {
  beforeEach(open);
  afterEach(() => doors.close());

  it('answer the trunk’s challenge, pass its early media on, and end from either side', async () => {
    const answered = phone.ask('INVITE', OUTSIDE, { body: sdp() });
    const first = await provider.expectRequest('INVITE');
    expect(first.requestUri).to.match(/^sip:\+48601234567@127\.0\.0\.2:\d+$/);
    const challenge = 'Proxy-Authenticate: Digest realm="provider", nonce="abc", algorithm=SHA-256, qop="auth"';
    provider.answer(first, 407, { extra: [challenge] });
    await provider.expectRequest('ACK');
    const second = await provider.expectRequest('INVITE');
    expect(second.header('Proxy-Authorization')).to.match(/username="office".*algorithm=SHA-256/);
    expect(second.header('Call-ID')).to.equal(first.header('Call-ID'));
    provider.answer(second, 183, { body: sdp(40_300) });
    await until('the early media', () => doors.media.last.done.includes('take answer outside'));
    provider.answer(second, 200, { body: sdp(40_300) });
    await provider.expectRequest('ACK');
    const answer = await answered;
    expect(answer.status).to.equal(200);
    await untilTalking();
    const bye = provider.asCallee(second, 'BYE', 1);
    expect((await provider.expectFinal(bye)).status).to.equal(200);
    phone.peer.answer(await phone.peer.expectRequest('BYE'), 200);
    await untilOver();
    expect(doors.ledger.entry.end).to.include({ by: 'outside', reason: 'completed' });
  });

  it('get the provider’s refusal', async () => {
    const answered = phone.ask('INVITE', OUTSIDE, { body: sdp() });
    provider.answer(await provider.expectRequest('INVITE'), 486, { extra: ['Reason: Q.850;cause=17'] });
    expect((await answered).status).to.equal(486);
    await untilOver();
    expect(doors.ledger.entry.end).to.include({ by: 'outside', reason: 'busy', status: 486, cause: 17 });
  });

  it('to another handset are connected and leave no entry', async () => {
    const answered = phone.ask('INVITE', 'sip:202@127.0.0.1', { body: sdp() });
    const rung = await other.peer.expectRequest('INVITE');
    other.peer.answer(rung, 180);
    expect((await phone.peer.expectResponse(180)).body).to.equal('');
    other.peer.answer(rung, 200, { body: sdp(40_100) });
    expect((await answered).status).to.equal(200);
    await untilTalking();
    other.peer.asCallee(rung, 'BYE', 1);
    phone.peer.answer(await phone.peer.expectRequest('BYE'), 200);
    await untilGone();
    expect(doors.ledger.done).to.have.length(0);
  });
});

for (const { who, uri, callee } of [
  { who: 'to the outside', uri: OUTSIDE, callee: () => provider },
  { who: 'to another handset', uri: 'sip:202@127.0.0.1', callee: () => other.peer },
])
  describe(`a call of a handset ${who}, on the wire`, () => {
    beforeEach(open);
    afterEach(() => doors.close());

    /** Up to the callee's ringing. */
    async function ringing(): Promise<{ sent: Sent; rung: RawMessage }> {
      const sent = await phone.dial(uri, { body: sdp() });
      const rung = await callee().expectRequest('INVITE');
      callee().answer(rung, 180);
      await phone.peer.expectResponse(180);
      return { sent, rung };
    }

    /** Up to the handset's 200 and ACK. */
    async function talking(): Promise<{ sent: Sent; answer: RawMessage; rung: RawMessage }> {
      const { sent, rung } = await ringing();
      callee().answer(rung, 200, { body: sdp(40_100) });
      await callee().expectRequest('ACK');
      const answer = await phone.peer.expectFinal(sent);
      expect(answer.status).to.equal(200);
      phone.peer.ack(sent, answer);
      await untilTalking();
      return { sent, answer, rung };
    }

    it('that it cancels while it rings: CANCEL there, 487 here', async () => {
      const { sent, rung } = await ringing();
      phone.peer.cancel(sent);
      await phone.peer.expectResponse(200, 'CANCEL');
      const refused = await phone.peer.expectResponse(487, 'INVITE');
      phone.peer.ackFailure(sent, refused);
      const cancel = await callee().expectRequest('CANCEL');
      expect(cancel.header('Reason')).to.equal('Q.850;cause=16;text="Normal call clearing"');
      callee().answer(cancel, 200, { contact: false });
      callee().answer(rung, 487, { contact: false });
      await callee().expectRequest('ACK');
      await untilGone();
    });

    it('that it cancels when the callee’s 200 is on its way: that gets its ACK and BYE', async () => {
      const { sent, rung } = await ringing();
      phone.peer.cancel(sent);
      await callee().expectRequest('CANCEL');
      callee().answer(rung, 200, { body: sdp(40_100) });
      await letGo(callee());
      await phone.peer.expectResponse(487, 'INVITE');
      await untilGone();
      expect(doors.media.last.done.filter((what) => what.startsWith('take answer'))).to.deep.equal([]);
      expect(doors.media.last.closed).to.equal(true);
    });

    it('whose CANCEL crosses our 200 goes on, until the handset hangs up', async () => {
      const { sent, answer, rung } = await talking();
      phone.peer.cancel(sent);
      expect((await phone.peer.expectResponse(200, 'CANCEL')).status).to.equal(200);
      expect(doors.calls.calls[0]?.state).to.equal('talking');
      const bye = phone.peer.within(sent, answer, 'BYE', 3);
      expect((await phone.peer.expectFinal(bye)).status).to.equal(200);
      const ended = await callee().expectRequest('BYE');
      expect(ended.header('Call-ID')).to.equal(rung.header('Call-ID'));
      callee().answer(ended, 200);
      await untilGone();
    });

    for (const [what, body] of [
      ['an SDP with nothing in it for us', sdp().replace('s=-', 's=bad')],
      ['no SDP', ''],
    ] as const)
      it(`that is answered with ${what}: ACK and BYE there, 488 here`, async () => {
        const { sent, rung } = await ringing();
        callee().answer(rung, 200, { body });
        await letGo(callee());
        const refused = await phone.peer.expectFinal(sent);
        expect(refused.status).to.equal(488);
        phone.peer.ackFailure(sent, refused);
        await untilGone();
      });

    it('that a second fork answers too: that one gets its ACK and BYE, the first talks on', async () => {
      const { sent, answer, rung } = await talking();
      callee().answer(rung, 200, { toTag: 'fork2', body: sdp(40_200) });
      await letGo(callee(), 'fork2');
      const { done } = doors.media.last;
      expect(done.filter((what) => what.startsWith('take answer'))).to.have.length(1);
      expect(doors.calls.calls[0]?.state).to.equal('talking');
      phone.peer.within(sent, answer, 'BYE', 3);
      const bye = await callee().expectRequest('BYE');
      expect(bye.tag('To')).to.equal('ans1');
      callee().answer(bye, 200);
      await untilGone();
    });

    it('that is answered in the fork which rang second is that one’s', async () => {
      const { sent, rung } = await ringing();
      callee().answer(rung, 180, { toTag: 'fork2' });
      callee().answer(rung, 200, { toTag: 'fork2', body: sdp(40_200) });
      await callee().expectRequest('ACK');
      const answer = await phone.peer.expectFinal(sent);
      phone.peer.ack(sent, answer);
      await untilTalking();
      callee().answer(rung, 200, { body: sdp(40_100) });
      await letGo(callee());
      phone.peer.within(sent, answer, 'BYE', 3);
      const bye = await callee().expectRequest('BYE');
      expect(bye.tag('To')).to.equal('fork2');
      callee().answer(bye, 200);
      await untilGone();
    });

    it('whose callee ends it by a 487 of its own was not answered', async () => {
      const { sent, rung } = await ringing();
      callee().answer(rung, 487, { contact: false });
      const refused = await phone.peer.expectFinal(sent);
      expect(refused.status).to.equal(480);
      await untilGone();
    });

    it('in which both send an offer at once: each is answered here', async () => {
      const { sent, answer, rung } = await talking();
      const hold = phone.peer.within(sent, answer, 'INVITE', 3, { body: sdp(40_000, 'sendonly', 2) });
      const change = callee().asCallee(rung, 'INVITE', 1, { body: sdp(40_100, 'sendrecv', 2) });
      expect((await phone.peer.expectFinal(hold)).status).to.equal(200);
      expect((await callee().expectFinal(change)).status).to.equal(200);
    });
  });
