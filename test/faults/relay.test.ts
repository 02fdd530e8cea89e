/**
 * No open relay: whatever a header or a parameter names, nothing is ever sent to an address that is neither a trunk nor
 * where the asker itself is. The list is that of docs/defence.md; `the victim` listens at every address that is named.
 */
import { expect } from 'chai';
import { openDoors, PROVIDER, WireHandset, type Doors } from '../support/calls/doors.js';
import { settled } from '../support/calls/fake-sip.js';
import { sdp, type RawMessage } from '../support/sip/raw-message.js';
import type { RawPeer } from '../support/sip/raw-peer.js';

const VICTIM = '127.0.0.77';
const STRANGER = '127.0.0.66';
const OFFICE = 'sip:+48227836000@127.0.0.1';

describe('nobody is sent anything through us', () => {
  let doors: Doors;
  let victim: RawPeer;
  let at: string;

  beforeEach(async () => {
    doors = await openDoors();
    victim = await doors.peer(VICTIM);
    at = victim.address;
  });
  afterEach(() => doors.close());

  /** Everything that was set going has been sent, also what is sent again. */
  async function quiet(): Promise<void> {
    for (let n = 0; n < 5; n++) {
      await settled();
      doors.line.stand.clock.advance(1_000);
    }
    await settled();
    expect(victim.heard.map((one) => one.startLine)).to.deep.equal([]);
  }

  async function phone(extension = '201'): Promise<WireHandset> {
    const handset = new WireHandset(await doors.peer('127.0.0.10'), extension);
    expect((await handset.register()).status).to.equal(200);
    return handset;
  }

  /** The notice is heard to its end, and the handset rings. */
  async function ringsAt({ peer }: WireHandset): Promise<RawMessage> {
    const rings = peer.expectRequest('INVITE');
    while (!peer.heard.some((one) => one.method === 'INVITE')) {
      await settled();
      doors.clock.advance(500);
    }
    return rings;
  }

  /** Dials, and gives what the provider then gets. */
  async function dials(uri: string, extra: readonly string[] = [], to?: string): Promise<string | undefined> {
    const provider = await doors.peer(PROVIDER, 5060);
    const handset = await phone();
    void handset.ask('INVITE', uri, { body: sdp(), extra, ...(to === undefined ? {} : { to }) }).catch(() => undefined);
    const invite = await provider.expect((one) => one.method === 'INVITE', 'INVITE').catch(() => undefined);
    await quiet();
    return invite?.startLine;
  }

  it('1. by the host of a Request-URI: only its number counts, and it goes to the trunk', async () => {
    expect(await dials(`sip:0601234567@${at}`)).to.contain(`sip:+48601234567@${PROVIDER}`);
  });

  it('2. by Route in a new request of a handset', async () => {
    expect(await dials('sip:0601234567@127.0.0.1', [`Route: <sip:${at};lr>`])).to.contain(`@${PROVIDER}`);
  });

  it('3. by maddr, transport or other parameters of a URI', async () => {
    const uri = `sip:0601234567@127.0.0.1;maddr=${VICTIM};transport=udp;lr;ttl=5`;
    expect(await dials(uri)).to.contain(`@${PROVIDER}`);
  });

  it('4. by To', async () => {
    const line = await dials('sip:0601234567@127.0.0.1', [], `<sip:0601234567@${at}>`);
    expect(line).to.contain(`@${PROVIDER}`);
  });

  for (const user of [`0601234567%40${VICTIM}`, `0601234567;phone-context=${VICTIM}`, `0601234567%3Bmaddr=${VICTIM}`])
    it(`5. by a user part such as ${user}`, async () => {
      const handset = await phone();
      void handset.ask('INVITE', `sip:${user}@127.0.0.1`, { body: sdp() }).catch(() => undefined);
      await quiet();
    });

  it('6. by the Contact of a registration: calls go to where the REGISTER came from', async () => {
    const handset = await phone();
    const own = '<sip:201@127.0.0.1>';
    const registered = await handset.ask('REGISTER', 'sip:127.0.0.1', { to: own, contact: `<sip:201@${at}>`, extra: ['Expires: 300'] }); // prettier-ignore
    expect(registered.status).to.equal(200);
    const provider = await doors.peer(PROVIDER);
    const sent = provider.request('INVITE', { uri: OFFICE, body: sdp() });
    provider.ack(sent, await provider.expectResponse(200, 'INVITE'));
    await settled();
    doors.clock.advance(60_000);
    await quiet();
  });

  it('7. by Path, Service-Route or Outbound-Proxy-like headers of a registration', async () => {
    const handset = await phone();
    const extra = ['Expires: 300', 'Supported: path', `Path: <sip:${at};lr>`, `Service-Route: <sip:${at};lr>`];
    await handset.ask('REGISTER', 'sip:127.0.0.1', { to: '<sip:201@127.0.0.1>', extra });
    doors.clock.advance(60_000);
    await quiet();
  });

  it('8. by Via: responses go to where the request came from, not to maddr, received or sent-by', async () => {
    const stranger = await doors.peer(STRANGER);
    for (const parameters of [`;maddr=${VICTIM}`, `;received=${VICTIM};rport=${victim.port}`, '']) {
      const lines = [
        'REGISTER sip:127.0.0.1 SIP/2.0',
        `Via: SIP/2.0/UDP ${at};branch=z9hG4bK-via-${parameters.length}${parameters}`,
        'Max-Forwards: 70',
        'From: <sip:201@127.0.0.1>;tag=1',
        'To: <sip:201@127.0.0.1>',
        `Call-ID: via-${parameters.length}`,
        'CSeq: 1 REGISTER',
        'Content-Length: 0',
      ];
      stranger.send(`${lines.join('\r\n')}\r\n\r\n`);
    }
    await quiet();
  });

  for (const method of ['REFER', 'MESSAGE', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'INFO', 'OPTIONS'])
    it(`9. by ${method} outside a dialog, of a handset or of a trunk`, async () => {
      const handset = await phone();
      const provider = await doors.peer(PROVIDER);
      const extra = [`Refer-To: <sip:x@${at}>`, `Route: <sip:${at};lr>`, 'Event: refer', 'Expires: 60'];
      for (const peer of [handset.peer, provider])
        for (const uri of [`sip:x@${at}`, '127.0.0.1']) peer.request(method, { uri: `sip:x@${uri}`, extra });
      await quiet();
    });

  for (const [name, header] of [
    ['Refer-To', (): string => `Refer-To: <sip:0601234567@${at}>`],
    ['Refer-To with Replaces', (): string => `Refer-To: <sip:x@${at}?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2>`],
    ['Route', (): string => `Route: <sip:${at};lr>`],
  ] as const)
    it(`10. by ${name} within the dialog of a call from outside`, async () => {
      const provider = await doors.peer(PROVIDER);
      const sent = provider.request('INVITE', { uri: OFFICE, body: sdp() });
      const answer = await provider.expectResponse(200, 'INVITE');
      provider.ack(sent, answer);
      provider.within(sent, answer, 'REFER', 2, { extra: [header()] });
      await settled();
      provider.within(sent, answer, 'BYE', 3, { extra: [header()] });
      await quiet();
    });

  it('11. by Replaces of a dialog that is not theirs: the call that it names goes on', async () => {
    const provider = await doors.peer(PROVIDER);
    const sent = provider.request('INVITE', { uri: OFFICE, body: sdp() });
    const answer = await provider.expectResponse(200, 'INVITE');
    provider.ack(sent, answer);
    const replaces = `Replaces: ${sent.callId};to-tag=${answer.tag('To')};from-tag=${sent.fromTag}`;
    const stranger = await doors.peer(STRANGER);
    stranger.request('INVITE', { uri: OFFICE, body: sdp(), extra: [replaces] });
    await quiet();
    expect(doors.calls.calls).to.have.length(1);
    expect(stranger.heard).to.deep.equal([]);
  });

  it('12. by a redirect of a provider to somewhere else', async () => {
    const provider = await doors.peer(PROVIDER, 5060);
    const handset = await phone();
    void handset.ask('INVITE', 'sip:0601234567@127.0.0.1', { body: sdp() }).catch(() => undefined);
    const invite = await provider.expectRequest('INVITE');
    provider.answer(invite, 302, { contact: false, extra: [`Contact: <sip:+48601234567@${at}>`] });
    await quiet();
  });

  it('13. by a redirect of a handset to somewhere else', async () => {
    const handset = await phone();
    const provider = await doors.peer(PROVIDER);
    const sent = provider.request('INVITE', { uri: OFFICE, body: sdp() });
    provider.ack(sent, await provider.expectResponse(200, 'INVITE'));
    const rings = await ringsAt(handset);
    handset.peer.answer(rings, 302, { contact: false, extra: [`Contact: <sip:x@${at}>`] });
    await quiet();
  });

  it('14. by headers of a caller outside, of which none reaches a handset', async () => {
    const handset = await phone();
    const provider = await doors.peer(PROVIDER);
    const extra = [
      `Alert-Info: <http://${at}/ring.wav>`,
      `Call-Info: <http://${at}/>;purpose=icon`,
      'Answer-Mode: Auto',
      `Reply-To: <sip:x@${at}>`,
      `Error-Info: <sip:x@${at}>`,
      'X-Secret: 1',
    ];
    const sent = provider.request('INVITE', { uri: OFFICE, body: sdp(), extra });
    const answer = await provider.expectResponse(200, 'INVITE');
    provider.ack(sent, answer);
    const rings = await ringsAt(handset);
    expect(rings.text).not.to.match(/Alert-Info|Call-Info|Answer-Mode|Reply-To|Error-Info|X-Secret/i);
    expect(rings.text).not.to.contain(VICTIM);
    await quiet();
  });
});
