/** DTLS-SRTP in descriptions: what is offered, what is taken, who begins, and what a later description changes. */
import { expect } from 'chai';
import { makeIdentity } from '../../../src/dtls/index.js';
import type { DtlsTerms, MediaSecurity } from '../../../src/sdp/index.js';
import { LocalDescription, parseSdp, SdpError } from '../../../src/sdp/index.js';

const identity = makeIdentity(0);
const description = (security: MediaSecurity, continues?: string): LocalDescription => {
  const local = new LocalDescription({
    advertised: '203.0.113.1',
    local: '10.0.0.1',
    port: 20_000,
    sessionId: '7',
    identity: () => identity,
    continues,
  });
  local.secure(security);
  return local;
};
const FINGERPRINT = `sha-256 ${'AB:'.repeat(31)}AB`;
const OTHER = `sha-256 ${'CD:'.repeat(31)}CD`;
const KEY = Buffer.alloc(30, 1).toString('base64');

interface Says {
  readonly protocol?: string;
  readonly setup?: string | undefined;
  readonly fingerprint?: string;
  readonly mux?: boolean;
  readonly ice?: string | undefined;
  readonly session?: readonly string[];
  readonly more?: readonly string[];
  readonly address?: string;
}
const peer = (says: Says = {}): string => {
  const {
    protocol = 'UDP/TLS/RTP/SAVPF',
    setup = 'actpass',
    fingerprint = FINGERPRINT,
    mux = true,
    ice = 'peer',
  } = says;
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    ...(says.session ?? ['a=group:BUNDLE voice']),
    `m=audio 9 ${protocol} 8`,
    `c=IN IP4 ${says.address ?? '0.0.0.0'}`,
    'a=mid:voice',
    ...(fingerprint === '' ? [] : [`a=fingerprint:${fingerprint}`]),
    ...(setup === '' ? [] : [`a=setup:${setup}`]),
    ...(mux ? ['a=rtcp-mux'] : []),
    ...(ice === '' ? [] : [`a=ice-ufrag:${ice}`, 'a=ice-pwd:0123456789012345678901']),
    ...(says.more ?? []),
    '',
  ].join('\r\n');
};
const linesOf = (sdp: string): string[] => sdp.split('\r\n');
const valueOf = (sdp: string, name: string): string | undefined =>
  parseSdp(sdp).media[0]?.attributes.find((one) => one.name === name)?.value;
const dtlsOf = ({ crypto }: { crypto: { kind: string } | undefined }): DtlsTerms =>
  crypto?.kind === 'dtls' ? (crypto as DtlsTerms) : expect.fail(`not DTLS but ${crypto?.kind ?? 'plain'}`);
const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof SdpError && error.status === 488) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('an offer of DTLS-SRTP', () => {
  const sdp = description('page').offer(undefined);

  it('is for one port: UDP/TLS/RTP/SAVPF, muxed, in a bundle of one, with ICE-lite and one candidate', () => {
    const lines = linesOf(sdp);
    expect(lines).to.include.members([
      'a=ice-lite',
      'a=ice-options:ice2',
      'a=group:BUNDLE 0',
      'a=mid:0',
      'a=rtcp-mux',
      'a=setup:actpass',
      `a=fingerprint:sha-256 ${identity.fingerprint.value}`,
      'a=candidate:1 1 udp 2130706431 203.0.113.1 20000 typ host',
      'a=end-of-candidates',
    ]);
    expect(lines.find((line) => line.startsWith('m='))).to.match(/^m=audio 20000 UDP\/TLS\/RTP\/SAVPF /);
    expect(lines.filter((line) => line.startsWith('a=crypto'))).to.deep.equal([]);
  });

  it('has credentials as RFC 8839 § 5.4 wants them: 24 and 128 bits of chance at the least', () => {
    expect(valueOf(sdp, 'ice-ufrag')).to.match(/^[A-Za-z0-9+/]{8}$/);
    expect(valueOf(sdp, 'ice-pwd')).to.match(/^[A-Za-z0-9+/]{32}$/);
    expect(valueOf(description('page').offer(undefined), 'ice-pwd')).not.to.equal(valueOf(sdp, 'ice-pwd'));
  });

  it('is the same again where nothing has changed', () => {
    const local = description('page');
    expect(local.offer(undefined)).to.equal(local.offer(undefined));
  });

  for (const [setup, role] of [
    ['active', 'passive'],
    ['passive', 'active'],
    ['', 'passive'],
  ] as const)
    it(`that is answered with setup:${setup || '(nothing)'} makes us ${role}`, () => {
      const local = description('page');
      local.offer(undefined);
      const terms = dtlsOf(local.answered(peer({ setup }), undefined));
      expect(terms.role).to.equal(role);
      expect(terms.ice?.remoteUfrag).to.equal('peer');
    });

  it('is not answered by plain sound where it must be encrypted, and may be where it need not', () => {
    const answer = peer({ protocol: 'RTP/AVP', fingerprint: '', ice: '', address: '198.51.100.5' });
    for (const [security, expected] of [
      ['dtls', 'only DTLS-SRTP is taken here, not RTP/AVP'],
      ['page', 'accepted'],
    ] as const) {
      const local = description(security);
      local.offer(undefined);
      expect(refusal(() => local.answered(answer, undefined))).to.equal(expected);
    }
  });
});

describe('the answer to an offer of DTLS-SRTP', () => {
  it('says what the offer allows, under its names', () => {
    const { sdp, agreed } = description('page').answer(peer(), undefined);
    expect(linesOf(sdp)).to.include.members(['a=ice-lite', 'a=group:BUNDLE voice', 'a=mid:voice', 'a=setup:passive', 'a=rtcp-mux']); // prettier-ignore
    const terms = dtlsOf(agreed);
    expect(terms.ice).to.deep.equal({
      localUfrag: valueOf(sdp, 'ice-ufrag'),
      localPassword: valueOf(sdp, 'ice-pwd'),
      remoteUfrag: 'peer',
    });
    expect(terms.fingerprints).to.deep.equal([{ hash: 'sha-256', value: FINGERPRINT.slice(8) }]);
  });

  it('of an address that is not known yet is no hold', () => {
    const { agreed } = description('page').answer(peer(), undefined);
    expect(agreed).to.include({ held: false, maySend: true, expects: true, rtp: undefined });
    expect(description('page').answer(peer({ more: ['a=sendonly'] }), undefined).agreed.held).to.equal(true);
  });

  it('does not look at addresses that ICE goes around', () => {
    for (const address of ['127.0.0.1', '224.0.0.1'])
      expect(description('page').answer(peer({ address }), undefined).agreed.rtp).to.equal(undefined);
  });

  it('has no ICE for who has none, or is lite too, and sound goes where the description says', () => {
    for (const says of [{ ice: '' }, { session: ['a=ice-lite'] }]) {
      const { sdp, agreed } = description('page').answer(peer({ ...says, address: '198.51.100.5' }), undefined);
      expect(dtlsOf(agreed).ice).to.equal(undefined);
      expect(agreed.rtp).to.deep.equal({ address: '198.51.100.5', port: 9 });
      expect(agreed.rtcp, 'reports go there too').to.deep.equal(agreed.rtp);
      expect(sdp).not.to.match(/ice-|candidate/);
    }
  });

  it('leaves a bundle out that the offer does not have', () =>
    expect(description('page').answer(peer({ session: [] }), undefined).sdp).not.to.match(/BUNDLE/));

  it('keeps the name of a line that is refused', () => {
    const offer = `${peer()}m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:picture\r\n`;
    expect(description('page').answer(offer, undefined).sdp).to.match(
      /m=video 0 UDP\/TLS\/RTP\/SAVPF 96\r\na=mid:picture/,
    );
  });

  it('takes fingerprints of the whole session, and those of the line before them', () => {
    const session = [`a=fingerprint:${OTHER}`];
    const of = (says: Says): string =>
      dtlsOf(description('page').answer(peer({ ...says, session }), undefined).agreed).fingerprints[0]?.value ?? '';
    expect(of({ fingerprint: '' })).to.equal(OTHER.slice(8));
    expect(of({})).to.equal(FINGERPRINT.slice(8));
  });

  for (const [setup, role, said] of [
    ['actpass', 'passive', 'passive'],
    ['active', 'passive', 'passive'],
    ['passive', 'active', 'active'],
    ['', 'passive', 'passive'],
  ] as const)
    it(`to setup:${setup || '(nothing)'} is ${said}`, () => {
      const { sdp, agreed } = description('page').answer(peer({ setup }), undefined);
      expect(dtlsOf(agreed).role).to.equal(role);
      expect(valueOf(sdp, 'setup')).to.equal(said);
    });

  const takes: Record<MediaSecurity, boolean> = { off: false, open: true, allow: true, require: true, refuse: true, page: true, dtls: true }; // prettier-ignore
  for (const [security, isTaken] of Object.entries(takes) as [MediaSecurity, boolean][])
    it(`${isTaken ? 'is given' : 'is refused'} where security is ${security}`, () =>
      expect(refusal(() => description(security).answer(peer(), undefined)) === 'accepted').to.equal(isTaken));

  for (const [what, says, reason] of [
    ['no fingerprint', { fingerprint: '' }, /no fingerprint/],
    ['a weak fingerprint', { fingerprint: 'md5 AA:BB' }, /no fingerprint/],
    ['reports on a port of their own', { mux: false }, /rtcp-mux/],
    ['no association now', { setup: 'holdconn' }, /holdconn/],
    ['UDP/TLS/UDPTL', { protocol: 'UDP/TLS/UDPTL' }, /not .*UDPTL/],
  ] as const)
    it(`is a refusal of ${what}`, () =>
      expect(refusal(() => description('dtls').answer(peer(says), undefined))).to.match(reason));

  for (const protocol of ['UDP/TLS/RTP/SAVP', 'RTP/SAVPF', 'RTP/AVP'])
    it(`is given in ${protocol} too, which others call it`, () => {
      const { sdp, agreed } = description('allow').answer(peer({ protocol }), undefined);
      expect(dtlsOf(agreed).role).to.equal('passive');
      expect(parseSdp(sdp).media[0]?.protocol).to.equal(protocol);
    });

  it('takes keys in the description before a handshake, where both are there and they do not lie open', () => {
    const both = peer({ protocol: 'RTP/SAVP', more: [`a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}`], address: '198.51.100.5' }); // prettier-ignore
    expect(description('allow').answer(both, undefined).agreed.crypto?.kind).to.equal('sdes');
    expect(description('open').answer(both, undefined).agreed.crypto?.kind).to.equal('dtls');
  });
});

describe('a later description', () => {
  it('of the peer that changes nothing keeps association, roles and credentials', () => {
    const local = description('page');
    const first = local.answer(peer({ setup: 'passive' }), undefined);
    const again = local.answer(peer({ setup: 'actpass' }), undefined);
    expect(dtlsOf(again.agreed)).to.deep.equal(dtlsOf(first.agreed));
    expect(valueOf(again.sdp, 'setup'), 'we began, and it stays so').to.equal('active');
  });

  it('with other credentials begins ICE anew, and keeps the association (RFC 8842 § 5.5)', () => {
    const local = description('page');
    const first = local.answer(peer(), undefined);
    const again = local.answer(peer({ ice: 'anew' }), undefined);
    expect(dtlsOf(again.agreed).association).to.equal(dtlsOf(first.agreed).association);
    expect(valueOf(again.sdp, 'ice-pwd')).not.to.equal(valueOf(first.sdp, 'ice-pwd'));
  });

  for (const [what, says] of [
    ['another fingerprint', { fingerprint: OTHER }],
    ['another tls-id', { more: ['a=tls-id:0123456789012345678901'] }],
  ] as const)
    it(`with ${what} begins another association`, () => {
      const local = description('page');
      const first = local.answer(peer(), undefined);
      const again = local.answer(peer(says), undefined);
      expect(dtlsOf(again.agreed).association).not.to.equal(dtlsOf(first.agreed).association);
      expect(valueOf(again.sdp, 'tls-id')).not.to.equal(valueOf(first.sdp, 'tls-id'));
    });

  it('of ours goes on as it was agreed on, also with who may be plain as well', () => {
    for (const security of ['open', 'allow', 'require', 'page'] as const) {
      const local = description(security);
      const { sdp } = local.answer(peer(), undefined);
      const offer = local.offer(undefined);
      expect(linesOf(offer)).to.include.members(['a=mid:voice', 'a=group:BUNDLE voice', 'a=setup:actpass']);
      expect(valueOf(offer, 'ice-pwd')).to.equal(valueOf(sdp, 'ice-pwd'));
      expect(valueOf(offer, 'tls-id')).to.equal(valueOf(sdp, 'tls-id'));
    }
    const plain = description('page');
    plain.answer(peer({ protocol: 'RTP/AVP', fingerprint: '', ice: '', address: '198.51.100.5' }), undefined);
    expect(parseSdp(plain.offer(undefined)).media[0]?.protocol).to.equal('RTP/AVP');
  });

  it('of another session, to which the peer goes, keeps its lines, and has an identity and credentials of its own', () => {
    const before = description('open').answer(peer(), undefined);
    const offer = description('open', before.sdp).offer(undefined);
    expect(linesOf(offer)).to.include.members(['a=mid:voice', 'a=group:BUNDLE voice']);
    expect(parseSdp(offer).media[0]?.protocol).to.equal('UDP/TLS/RTP/SAVPF');
    expect(valueOf(offer, 'ice-ufrag')).not.to.equal(valueOf(before.sdp, 'ice-ufrag'));
  });
});
