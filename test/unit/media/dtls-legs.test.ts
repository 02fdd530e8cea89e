/** A bridged session with a leg whose keys are agreed on by DTLS, on a virtual clock: a telephone in a browser, and others. */
import { expect } from 'chai';
import { composeRtcp } from '../../../src/rtp/rtcp.js';
import { Rounds } from '../../../src/media/session/plane/rounds.js';
import { SpoolWriter } from '../../../src/media/session/plane/spool-writer.js';
import { PcapEncoder } from '../../../src/spool/pcap.js';
import { ATTRIBUTE, attributeOf, BINDING_ERROR, BINDING_SUCCESS, isAuthentic } from '../../../src/stun/message.js';
import { callEntry } from '../../support/media/entry.js';
import { MemorySpools, settle } from '../../support/media/memory-spool.js';
import { type PlaneFixture, planeFixture } from '../../support/media/plane.js';
import { WebPeer, type WebPeerOptions } from '../../support/media/web-peer.js';

describe('a leg with DTLS-SRTP', () => {
  const open: WebPeer[] = [];
  afterEach(() => open.splice(0).forEach((one) => one.close()));

  const begin = (options: WebPeerOptions = {}): { f: PlaneFixture; page: WebPeer } => {
    const f = planeFixture();
    const page = new WebPeer(f, f.caller, options);
    open.push(page);
    f.handset.agree();
    f.plane.bridge(true);
    return { f, page };
  };
  const heardBy = (f: PlaneFixture): (number | undefined)[] => f.handset.heard.map(({ payload }) => payload[0]);

  for (const [who, options] of [
    ['a browser, which begins', {}],
    ['a browser that would have us begin', { setup: 'passive' }],
    ['a soft phone without ICE', { ice: false, setup: 'active' }],
    ['a soft phone without ICE that would have us begin', { ice: false, setup: 'passive' }],
  ] as const)
    it(`talks: ${who}`, () => {
      const { f, page } = begin(options);
      page.connects();
      for (let n = 1; n <= 5; n++) {
        f.clock.advance(20);
        page.sends(n);
        f.handset.sends(0x80 + n);
      }
      expect(heardBy(f)).to.deep.equal([1, 2, 3, 4, 5]);
      expect(page.hears().sound).to.deep.equal([0x81, 0x82, 0x83, 0x84, 0x85]);
      expect(f.plane.stats().outside).to.include({
        encryption: 'AES_CM_128_HMAC_SHA1_80',
        source: `${f.caller.address}:${f.caller.port}`,
        packetsRejected: 0,
      });
    });

  it('lets nothing through before there are keys, in neither direction', () => {
    const { f, page } = begin();
    page.checks();
    f.caller.sends(1); // plain
    f.handset.sends(2);
    f.clock.advance(20_000);
    f.plane.sweep();
    expect(heardBy(f)).to.deep.equal([]);
    expect(page.hears()).to.deep.equal({ sound: [], reports: [] });
    page.shakesHands();
    f.caller.sends(3);
    f.handset.sends(4);
    expect(heardBy(f)).to.deep.equal([]);
    expect(page.hears().sound).to.deep.equal([4]);
  });

  it('answers checks that know its password, with where they came from', () => {
    const { f, page } = begin();
    page.checks({ nominates: false });
    page.hears();
    const [reply] = page.stun;
    expect(reply?.type).to.equal(BINDING_SUCCESS);
    expect(reply && isAuthentic(reply, page.credentials().password)).to.equal(true);
    expect(reply && attributeOf(reply, ATTRIBUTE.xorMappedAddress)?.value.length).to.equal(8);
    expect(f.plane.stats().outside.source, 'no way is taken before it is nominated').to.equal(undefined);
    page.checks();
    expect(f.plane.stats().outside.source).to.equal(`${f.caller.address}:${f.caller.port}`);
  });

  for (const [what, how] of [
    ['another password', { password: 'guessed' }],
    ['another name', { username: 'x:webp' }],
    ['the name of another fork of the call', { username: 'OURS:other' }],
  ] as const)
    it(`says nothing to a check with ${what}`, () => {
      const { f, page } = begin();
      const { ufrag } = page.credentials();
      page.checks({ ...how, ...('username' in how && { username: how.username.replace('OURS', ufrag) }) });
      expect(f.caller.rtp.sent).to.have.length(0);
      expect(f.plane.stats().outside).to.include({ source: undefined, packetsRejected: 1 });
    });

  it('tells a peer that would be controlled to control, and one that wants what is not known so', () => {
    const { page } = begin();
    page.checks({ attributes: [{ type: ATTRIBUTE.iceControlled, value: Buffer.alloc(8) }] });
    page.checks({ attributes: [{ type: 0x7001, value: Buffer.alloc(4) }] });
    page.hears();
    const codes = page.stun.map((reply) => [
      reply.type,
      attributeOf(reply, ATTRIBUTE.errorCode)?.value.subarray(2, 4).toString('hex'),
    ]);
    expect(codes).to.deep.equal([
      [BINDING_ERROR, '0457'],
      [BINDING_ERROR, '0414'],
    ]);
    expect(page.stun[1] && attributeOf(page.stun[1], ATTRIBUTE.unknownAttributes)?.value.toString('hex')).to.equal('7001'); // prettier-ignore
  });

  it('hears no handshake of an address whose checks it has not seen', () => {
    const { f, page } = begin();
    page.shakesHands();
    expect(f.caller.rtp.sent).to.have.length(0);
    expect(f.plane.stats().outside.packetsRejected).to.be.above(0);
  });

  it('hears, without ICE, no handshake of another host than those that description and signalling name', () => {
    const { f, page } = begin({ ice: false, setup: 'active' });
    for (const datagram of page.endpoint.begin()) f.plane.rtp('outside', datagram, '192.0.2.66', f.caller.port);
    expect(f.caller.rtp.sent).to.have.length(0);
  });

  it('follows the peer to the way that it nominates next, and takes what it says on any that was checked', () => {
    const { f, page } = begin();
    page.connects();
    page.checks({ from: '198.51.100.77', port: 7_000, nominates: false });
    page.sends(1, '198.51.100.77', 7_000);
    f.handset.sends(2);
    expect(f.caller.rtp.sent.at(-1)?.to).to.equal(`${f.caller.address}:${f.caller.port}`);
    page.checks({ from: '198.51.100.77', port: 7_000 });
    f.handset.sends(3);
    expect(f.caller.rtp.sent.at(-1)?.to).to.equal('198.51.100.77:7000');
    page.sends(4);
    page.sends(5, '192.0.2.1', 1);
    expect(heardBy(f)).to.deep.equal([1, 4]);
    expect(page.hears().sound).to.deep.equal([2, 3]);
  });

  it('takes reports on the same port, and sends its own there', () => {
    const { f, page } = begin();
    page.connects();
    page.sends(1);
    f.handset.sends(2);
    const block = { ssrc: 1, fractionLost: 0, packetsLost: 3, extendedHighest: 9, jitter: 80, lastReport: 0, delaySinceLastReport: 0 }; // prettier-ignore
    page.sendsRtcp(composeRtcp({ ssrc: f.caller.ssrc, cname: 'page', block }));
    f.clock.advance(20_000);
    f.plane.sweep();
    const { reports } = page.hears();
    expect(reports).to.have.length(1);
    expect(reports[0]?.blocks[0]?.ssrc).to.equal(f.caller.ssrc);
    expect(f.caller.rtcp.sent).to.have.length(0);
    expect(f.plane.stats().outside.packetsRejected).to.equal(0);
  });

  it('refuses a certificate that the description does not name: there are no keys, and it is told', () => {
    const { f, page } = begin({ wrongFingerprint: true });
    page.connects();
    expect(page.endpoint.state.at, 'the handshake itself is a good one').to.equal('ready');
    page.sends(1);
    f.handset.sends(2);
    expect(heardBy(f)).to.deep.equal([]);
    expect(page.hears().sound).to.deep.equal([]);
    expect(f.news).to.deep.equal([
      { type: 'unsecured', leg: 'outside', why: 'its certificate is not the one that its description names' },
    ]);
    f.clock.advance(5_000);
    expect(f.news.slice(1), 'and that there will be none').to.deep.equal([
      { type: 'unsecured', leg: 'outside', why: undefined },
    ]);
    expect(f.plane.stats().outside.encryption).to.equal(undefined);
  });

  it('gives it up after some handshakes that went wrong', () => {
    const { f, page } = begin({ wrongFingerprint: true });
    page.checks();
    for (let n = 0; n < 20; n++) page.startsOver();
    expect(f.news.filter(({ type }) => type === 'unsecured')).to.have.length(8);
    f.caller.rtp.sent.length = 0;
    page.startsOver();
    expect(f.caller.rtp.sent, 'and it is not answered any more').to.have.length(0);
  });

  it('goes on where one handshake is spoilt and the next is good', () => {
    const { f, page } = begin();
    page.checks();
    const from = [f.caller.address, f.caller.port] as const;
    for (const datagram of page.endpoint.begin()) f.plane.rtp('outside', datagram, ...from);
    f.plane.rtp('outside', Buffer.from('15fefd000000000000000900020228', 'hex'), ...from); // anyone can make an alert
    expect(f.news.map(({ type }) => type)).to.deep.equal(['unsecured']);
    page.startsOver();
    page.sends(1);
    f.clock.advance(10_000);
    expect(heardBy(f)).to.deep.equal([1]);
    expect(f.news).to.have.length(1);
  });

  it('begins no other handshake once there are keys, however late and whoever asks', () => {
    const { f, page } = begin();
    page.connects();
    f.clock.advance(60_000);
    const sent = f.caller.rtp.sent.length;
    page.startsOver();
    page.checks();
    expect(f.caller.rtp.sent.slice(sent).filter(({ bytes }) => (bytes[0] ?? 0) >= 20)).to.deep.equal([]);
    expect(f.plane.stats().outside.encryption).to.equal('AES_CM_128_HMAC_SHA1_80');
  });

  it('keeps its keys through an offer that changes nothing of them, hold and ICE begun anew', () => {
    const { f, page } = begin();
    page.connects();
    page.sends(1);
    const again = page.local.answer(page.offer({ ufrag: 'anew' }), undefined);
    f.plane.setRemote('outside', again.agreed, undefined);
    const old = page.credentials();
    expect(page.credentials(again.sdp).password, 'ICE begins anew on our side too').not.to.equal(old.password);
    page.sends(2);
    f.handset.sends(3);
    expect(heardBy(f)).to.deep.equal([1, 2]);
    expect(page.hears().sound).to.deep.equal([3]);
  });

  it('shakes hands anew where the peer comes with another certificate', () => {
    const { f, page } = begin();
    page.connects();
    page.sends(1);
    const next = new WebPeer(f, f.caller);
    open.push(next);
    const { agreed } = page.local.answer(next.offer(), undefined);
    f.plane.setRemote('outside', agreed, undefined);
    page.sends(2);
    f.handset.sends(3);
    expect(heardBy(f), 'the old keys hold no more').to.deep.equal([1]);
  });

  it('is recorded in clear', async () => {
    const { f, page } = begin();
    page.connects();
    const spools = new MemorySpools();
    const spool = new SpoolWriter(
      {
        path: '/spool/a.pcap',
        encoder: new PcapEncoder(),
        store: spools,
        clock: f.clock,
        rounds: new Rounds(f.clock),
        zeroUs: 0,
        reserve: () => Promise.resolve(true),
        onCut: () => undefined,
      },
      { type: 'call', entry: callEntry() },
    );
    f.plane.startSpool(spool);
    const started = spool.start();
    page.sends(0x31);
    f.handset.sends(0x41);
    await settle();
    await f.plane.close();
    await started;
    const bytes = spools.files.get('/spool/a.pcap') ?? Buffer.alloc(0);
    expect(bytes.includes(Buffer.alloc(160, 0x31))).to.equal(true);
    expect(bytes.includes(Buffer.alloc(160, 0x41))).to.equal(true);
    const { identity } = page.terms;
    for (const secret of [Buffer.from(identity.privateKey), Buffer.from(page.credentials().password)])
      expect(bytes.includes(secret)).to.equal(false);
  });
});
