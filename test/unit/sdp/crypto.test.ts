import { expect } from 'chai';
import type { AgreedAudio, MediaSecurity, SdesKeys } from '../../../src/sdp/index.js';
import { LocalDescription, parseSdp, SdpError } from '../../../src/sdp/index.js';

const description = (security: MediaSecurity, continues?: string): LocalDescription => {
  const local = new LocalDescription({
    advertised: '203.0.113.1',
    local: '203.0.113.1',
    port: 20_000,
    sessionId: '7',
    continues,
  });
  local.secure(security);
  return local;
};
const KEY_128 = Buffer.from(Uint8Array.from({ length: 30 }, (_, i) => i)).toString('base64');
const KEY_GCM = Buffer.from(Uint8Array.from({ length: 44 }, (_, i) => i)).toString('base64');
const peer = (protocol: string, ...lines: string[]): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 198.51.100.5',
    's=-',
    'c=IN IP4 198.51.100.5',
    't=0 0',
    `m=audio 30000 ${protocol} 8`,
    ...lines,
    '',
  ].join('\r\n');
const line128 = (tag: number, rest = ''): string => `a=crypto:${tag} AES_CM_128_HMAC_SHA1_80 inline:${KEY_128}${rest}`;
const audioOf = (sdp: string) => parseSdp(sdp).media.find(({ port }) => port !== 0) ?? expect.fail('no audio');
const cryptoOf = (sdp: string): string[] =>
  audioOf(sdp)
    .attributes.filter(({ name }) => name === 'crypto')
    .map(({ value }) => value ?? '');
const keysOf = ({ crypto }: AgreedAudio): SdesKeys => (crypto?.kind === 'sdes' ? crypto : expect.fail('no keys'));
const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof SdpError && error.status === 488) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('keys in what a peer offers', () => {
  it('are answered by its tag and suite, with a key of ours', () => {
    const { sdp, agreed } = description('require').answer(peer('RTP/SAVP', line128(3, '|2^31')), undefined);
    expect(audioOf(sdp).protocol).to.equal('RTP/SAVP');
    const [line, ...more] = cryptoOf(sdp);
    expect(more).to.deep.equal([]);
    expect(line).to.match(/^3 AES_CM_128_HMAC_SHA1_80 inline:[A-Za-z0-9+/]{40}$/);
    expect(keysOf(agreed).receive.key).to.deep.equal(Uint8Array.from({ length: 16 }, (_, i) => i));
    expect(keysOf(agreed).receive.salt).to.deep.equal(Uint8Array.from({ length: 14 }, (_, i) => 16 + i));
    expect(line).to.contain(Buffer.concat([keysOf(agreed).send.key, keysOf(agreed).send.salt]).toString('base64'));
    expect(keysOf(agreed).send.key).not.to.deep.equal(keysOf(agreed).receive.key);
  });

  it('are taken in the peer’s order, what we do not know left out', () => {
    const offer = peer(
      'RTP/SAVP',
      'a=crypto:1 F8_128_HMAC_SHA1_80 inline:AAAA',
      `a=crypto:2 AEAD_AES_256_GCM inline:${KEY_GCM}|2^20|1:4`,
      line128(3),
    );
    const { sdp, agreed } = description('allow').answer(offer, undefined);
    expect(cryptoOf(sdp)[0]).to.match(/^2 AEAD_AES_256_GCM inline:/);
    expect(keysOf(agreed).receive.mkiBytes).to.equal(4);
  });

  for (const [what, line] of [
    ['a key that is too short', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA'],
    ['no key', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80'],
    ['a tag that is no number', `a=crypto:x AES_CM_128_HMAC_SHA1_80 inline:${KEY_128}`],
    ['several keys', line128(1, `|1:4;inline:${KEY_128}|2:4`)],
    ['packets that are not encrypted', line128(1, ' UNENCRYPTED_SRTP')],
    ['packets that are not authenticated', line128(1, ' UNAUTHENTICATED_SRTP')],
    ['a key derivation rate', line128(1, ' KDR=1')],
    ['nothing at all', 'a=crypto'],
  ] as const)
    it(`are not taken with ${what}`, () =>
      expect(refusal(() => description('allow').answer(peer('RTP/SAVP', line), undefined))).to.contain(
        'without a key',
      ));

  it('are taken with a hint for the window', () =>
    expect(
      description('allow').answer(peer('RTP/SAVP', line128(1, ' WSH=128 -x')), undefined).agreed.crypto,
    ).not.to.equal(undefined));
});

describe('what is taken', () => {
  const plain = peer('RTP/AVP');
  const beside = peer('RTP/AVP', line128(1)); // RFC 8643
  const secure = peer('RTP/SAVP', line128(1));
  const table: [MediaSecurity, string, string, string][] = [
    ['off', 'plain', 'plain', 'refused'],
    ['allow', 'plain', 'encrypted', 'encrypted'],
    ['require', 'refused', 'encrypted', 'encrypted'],
    ['refuse', 'refused', 'refused', 'refused'],
  ];
  for (const [security, ...expected] of table)
    it(`${security}: plain → ${expected[0]}, keys beside RTP/AVP → ${expected[1]}, RTP/SAVP → ${expected[2]}`, () => {
      const results = [plain, beside, secure].map((offer) => {
        try {
          const { sdp, agreed } = description(security).answer(offer, undefined);
          expect(audioOf(sdp).protocol).to.equal(audioOf(offer).protocol);
          return agreed.crypto ? 'encrypted' : 'plain';
        } catch (error) {
          if (error instanceof SdpError) return 'refused';
          throw error;
        }
      });
      expect(results).to.deep.equal(expected);
    });

  it('is the encrypted one of two lines, wherever it stands', () => {
    const two = peer('RTP/AVP', 'm=audio 30002 RTP/SAVP 8', line128(1));
    expect(parseSdp(description('allow').answer(two, undefined).sdp).media.map(({ port }) => port)).to.deep.equal([
      0, 20_000,
    ]);
    expect(parseSdp(description('off').answer(two, undefined).sdp).media.map(({ port }) => port)).to.deep.equal([
      20_000, 0,
    ]);
  });
});

describe('an offer of ours with keys', () => {
  const answerTo = (offer: string, protocol: string, pick: (line: string) => boolean): string => {
    const [tag, suite] = cryptoOf(offer).find(pick)?.split(' ') ?? expect.fail('not offered');
    const key = suite?.includes('256') ? KEY_GCM : KEY_128;
    return peer(protocol, `a=crypto:${tag} ${suite} inline:${key}`);
  };

  it('names every suite, the one that all know first', () => {
    const lines = cryptoOf(description('require').offer(undefined));
    expect(lines.map((line) => line.split(' ')[1])).to.deep.equal([
      'AES_CM_128_HMAC_SHA1_80',
      'AEAD_AES_256_GCM',
      'AEAD_AES_128_GCM',
      'AES_256_CM_HMAC_SHA1_80',
      'AES_CM_128_HMAC_SHA1_32',
    ]);
    expect(new Set(lines.map((line) => line.split('inline:')[1])).size).to.equal(5);
  });

  it('is RTP/SAVP where it must be, RTP/AVP where it may, and without keys where it is off', () => {
    expect(audioOf(description('require').offer(undefined)).protocol).to.equal('RTP/SAVP');
    const allowed = description('allow').offer(undefined);
    expect(audioOf(allowed).protocol).to.equal('RTP/AVP');
    expect(cryptoOf(allowed)).to.have.lengthOf(5);
    expect(cryptoOf(description('off').offer(undefined))).to.deep.equal([]);
    expect(refusal(() => description('refuse').offer(undefined))).to.contain('lie open');
  });

  it('agrees on the line that the answer takes', () => {
    const local = description('require');
    const offer = local.offer(undefined);
    const agreed = local.answered(
      answerTo(offer, 'RTP/SAVP', (line) => line.includes('AEAD_AES_256_GCM')),
      undefined,
    );
    const { send, receive } = keysOf(agreed);
    expect([send.suite, receive.suite]).to.deep.equal(['AEAD_AES_256_GCM', 'AEAD_AES_256_GCM']);
    expect(cryptoOf(offer)[1]).to.contain(Buffer.concat([send.key, send.salt]).toString('base64'));
  });

  it('may be answered plainly where encryption is allowed, not where it is required', () => {
    for (const [security, expected] of [
      ['allow', 'accepted'],
      ['require', 'only encrypted sound'],
    ] as const) {
      const local = description(security);
      local.offer(undefined);
      expect(refusal(() => local.answered(peer('RTP/AVP'), undefined))).to.contain(expected);
    }
  });

  it('is not agreed on by a tag or suite that it did not have', () => {
    const local = description('require');
    local.offer(undefined);
    for (const line of [line128(9), `a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:${KEY_128}`])
      expect(refusal(() => local.answered(peer('RTP/SAVP', line), undefined))).to.contain('nothing that was offered');
  });

  it('has the same keys when it is made again, so that streams go on', () => {
    const local = description('require');
    expect(local.offer(undefined)).to.equal(local.offer(undefined));
  });

  it('stays RTP/SAVP after that was agreed on, and goes back where encryption is off', () => {
    const local = description('allow');
    local.answer(peer('RTP/SAVP', line128(1)), undefined);
    const again = local.offer(undefined);
    expect(audioOf(again).protocol).to.equal('RTP/SAVP');
    const other = description('off', again).offer(undefined);
    expect(audioOf(other).protocol).to.equal('RTP/AVP');
  });
});
