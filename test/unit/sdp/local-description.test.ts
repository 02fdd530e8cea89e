import { expect } from 'chai';
import { SdpError } from '../../../src/sdp/errors.js';
import { LocalDescription } from '../../../src/sdp/local-description.js';
import type { AgreedAudio } from '../../../src/sdp/negotiate.js';
import { parseSdp } from '../../../src/sdp/parse.js';

const ours = (options: { local?: string; isOwn?: (a: { address: string; port: number }) => boolean } = {}) =>
  new LocalDescription({
    advertised: options.local ?? '203.0.113.1',
    local: options.local ?? '203.0.113.1',
    port: 20_000,
    sessionId: '77',
    ...(options.isOwn && { isOwn: options.isOwn }),
  });

/** A peer's description. */
const peer = (
  options: { m?: string; c?: string; session?: string[]; media?: string[]; more?: string[] } = {},
): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 198.51.100.5',
    's=-',
    ...(options.c === '' ? [] : [options.c ?? 'c=IN IP4 198.51.100.5']),
    't=0 0',
    ...(options.session ?? []),
    options.m ?? 'm=audio 30000 RTP/AVP 8 0 101',
    ...(options.media ?? ['a=rtpmap:101 telephone-event/8000']),
    ...(options.more ?? []),
    '',
  ].join('\r\n');

const answer = (sdp: string, preferred?: 'PCMA' | 'PCMU'): AgreedAudio => ours().answer(sdp, preferred).agreed;
const audioOf = (sdp: string) =>
  parseSdp(sdp).media.find(({ media }) => media === 'audio') ?? expect.fail('there is no audio');
const versionOf = (sdp: string): string => parseSdp(sdp).origin.sessionVersion;
const refused = (sdp: string): SdpError => {
  try {
    answer(sdp);
  } catch (error) {
    if (error instanceof SdpError) return error;
    throw error;
  }
  throw new Error('it was accepted');
};

/** RFC 3264 § 6.1: what is offered, and the answer of who holds. */
describe('the answer of who holds the peer', () => {
  for (const [offered, answered] of [
    ['sendrecv', 'sendonly'],
    ['recvonly', 'sendonly'],
    ['sendonly', 'inactive'],
    ['inactive', 'inactive'],
  ] as const)
    it(`to ${offered} is ${answered}`, () => {
      const { sdp } = ours().answer(peer({ more: [`a=${offered}`] }), undefined, 'sendonly');
      expect(audioOf(sdp).attributes.at(-1)?.name).to.equal(answered);
    });
});

describe('an offer of ours', () => {
  it('names our address, both laws and telephone-event', () => {
    expect(ours().offer(undefined)).to.equal(
      [
        'v=0',
        'o=- 77 1 IN IP4 203.0.113.1',
        's=-',
        'c=IN IP4 203.0.113.1',
        't=0 0',
        'm=audio 20000 RTP/AVP 8 0 101',
        'a=rtpmap:8 PCMA/8000',
        'a=rtpmap:0 PCMU/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-15',
        'a=ptime:20',
        'a=sendrecv',
        '',
      ].join('\r\n'),
    );
  });

  it('names the codec of the other side first', () => {
    expect(audioOf(ours().offer('PCMU')).formats).to.deep.equal(['0', '8', '101']);
  });

  it('keeps its version as long as nothing changes, and raises it by one when something does', () => {
    const description = ours();
    expect(versionOf(description.offer('PCMA'))).to.equal('1');
    expect(versionOf(description.offer('PCMA'))).to.equal('1');
    expect(versionOf(description.offer('PCMU'))).to.equal('2');
    const held = peer({ media: ['a=sendonly'] });
    expect(versionOf(description.answer(held, undefined).sdp)).to.equal('3');
    expect(versionOf(description.answer(held, undefined).sdp)).to.equal('3');
    expect(versionOf(description.answer(peer(), undefined).sdp)).to.equal('4');
  });

  it('keeps to the lines and payload types of the offer that was answered before', () => {
    const description = ours();
    const offered = peer({
      m: 'm=video 4000 RTP/AVP 96',
      media: ['m=audio 30000 RTP/AVP 101 8 96', 'a=rtpmap:101 opus/48000/2', 'a=rtpmap:96 telephone-event/8000'],
    });
    description.answer(offered, undefined);
    const next = parseSdp(description.offer(undefined));
    expect(next.media.map(({ media, port }) => [media, port])).to.deep.equal([
      ['video', 0],
      ['audio', 20_000],
    ]);
    expect(next.media[1]?.formats).to.deep.equal(['8', '0', '96']);
  });

  it('does not give a number that the peer uses for something else a new meaning', () => {
    const description = ours();
    description.answer(peer({ m: 'm=audio 30000 RTP/AVP 8 101', media: ['a=rtpmap:101 opus/48000/2'] }), undefined);
    const audio = audioOf(description.offer(undefined));
    expect(audio.formats).to.deep.equal(['8', '0', '96']);
    expect(audio.attributes).to.deep.include({ name: 'rtpmap', value: '96 telephone-event/8000' });
  });

  it('is answered any number of times: by a 183, by the 200 of another handset', () => {
    const description = ours();
    description.offer(undefined);
    const first = description.answered(peer({ m: 'm=audio 30000 RTP/AVP 0', media: [] }), undefined);
    const second = description.answered(peer({ m: 'm=audio 40000 RTP/AVP 8', media: [] }), undefined);
    expect([first.send.codec, first.rtp?.port]).to.deep.equal(['PCMU', 30_000]);
    expect([second.send.codec, second.rtp?.port]).to.deep.equal(['PCMA', 40_000]);
  });

  it('is answered by another fork although one has offered something since', () => {
    const description = ours();
    description.offer(undefined);
    description.answer(peer(), undefined);
    expect(description.answered(peer(), undefined).send.codec).to.equal('PCMA');
  });

  it('refuses an answer that has no codec of it, and an answer to no offer', () => {
    const description = ours();
    expect(() => description.answered(peer(), undefined)).to.throw(SdpError, 'no offer');
    description.offer(undefined);
    expect(() => description.answered(peer({ m: 'm=audio 3000 RTP/AVP 18', media: [] }), undefined)).to.throw(SdpError);
    expect(() => description.answered(peer({ m: 'm=audio 0 RTP/AVP 8' }), undefined)).to.throw(SdpError, 'port 0');
  });
});

describe('an answer of ours', () => {
  it('has one codec and the telephone-event of the offer, under its number', () => {
    const offer = peer({ m: 'm=audio 30000 RTP/AVP 0 8 97', media: ['a=rtpmap:97 telephone-event/8000'] });
    const { sdp, agreed } = ours().answer(offer, undefined);
    expect(audioOf(sdp).formats).to.deep.equal(['0', '97']);
    expect(agreed.send).to.deep.equal({ payloadType: 0, codec: 'PCMU', clockRate: 8000 });
    expect(agreed.sendEvents).to.equal(97);
  });

  it('prefers the codec of the other side where the offer has it', () => {
    expect(answer(peer(), 'PCMU').send.codec).to.equal('PCMU');
    expect(answer(peer({ m: 'm=audio 3000 RTP/AVP 8' }), 'PCMU').send.codec).to.equal('PCMA');
  });

  it('takes codecs without rtpmap, under dynamic numbers, and in small letters', () => {
    expect(answer(peer({ media: [] })).send.payloadType).to.equal(8);
    const dynamic = answer(peer({ m: 'm=audio 3000 RTP/AVP 96', media: ['a=rtpmap:96 pcma/8000/1'] }));
    expect(dynamic.send).to.deep.equal({ payloadType: 96, codec: 'PCMA', clockRate: 8000 });
  });

  it('takes telephone-event at the clock rate of the sound only', () => {
    const media = ['a=rtpmap:100 telephone-event/48000', 'a=rtpmap:101 telephone-event/8000'];
    expect(answer(peer({ m: 'm=audio 3000 RTP/AVP 8 100 101', media })).sendEvents).to.equal(101);
    expect(answer(peer({ m: 'm=audio 3000 RTP/AVP 8 100', media })).sendEvents).to.equal(undefined);
  });

  it('refuses the other m= lines with port 0, in their places', () => {
    const more = ['m=video 5000 RTP/AVP 31', 'm=audio 6000 RTP/AVP 8', 'm=image 7000 udptl t38'];
    const { media } = parseSdp(ours().answer(peer({ more }), undefined).sdp);
    expect(media.map(({ media, port, protocol }) => [media, port, protocol])).to.deep.equal([
      ['audio', 20_000, 'RTP/AVP'],
      ['video', 0, 'RTP/AVP'],
      ['audio', 0, 'RTP/AVP'],
      ['image', 0, 'udptl'],
    ]);
  });

  it('passes over encrypted, closed and foreign audio lines to one that it can take', () => {
    const more = ['m=audio 0 RTP/AVP 8', 'm=audio 6000 RTP/AVP 18', 'm=audio 7000 RTP/AVP 0'];
    const { sdp, agreed } = ours().answer(peer({ m: 'm=audio 30000 RTP/SAVP 8', more }), undefined);
    expect(agreed.rtp?.port).to.equal(7000);
    expect(parseSdp(sdp).media.map(({ port }) => port)).to.deep.equal([0, 0, 0, 20_000]);
  });

  it('does not answer rtcp-mux, ICE or encryption attributes', () => {
    const media = ['a=rtcp-mux', 'a=ice-ufrag:x', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:xyz', 'a=rtcp:1'];
    const names = audioOf(ours().answer(peer({ media }), undefined).sdp).attributes.map(({ name }) => name);
    expect(names).to.deep.equal(['rtpmap', 'ptime', 'sendrecv']);
  });

  it('understands what the peer was told, what it says itself, and comfort noise', () => {
    const description = ours();
    description.offer(undefined);
    const agreed = description.answered(
      peer({ m: 'm=audio 3000 RTP/AVP 8 96', media: ['a=rtpmap:96 telephone-event/8000'] }),
      undefined,
    );
    expect(agreed.receive.map(({ payloadType, codec }) => [payloadType, codec])).to.deep.equal([
      [8, 'PCMA'],
      [0, 'PCMU'],
      [101, 'telephone-event'],
      [96, 'telephone-event'],
      [13, 'CN'],
    ]);
  });
});

describe('hold, in every form that the field has', () => {
  const cases: [string, Parameters<typeof peer>[0], Partial<AgreedAudio>, string][] = [
    ['no attribute', { media: [] }, { held: false, maySend: true, expects: true }, 'sendrecv'],
    ['sendonly', { media: ['a=sendonly'] }, { held: true, maySend: false, expects: true }, 'recvonly'],
    ['recvonly', { media: ['a=recvonly'] }, { held: false, maySend: true, expects: false }, 'sendonly'],
    ['inactive', { media: ['a=inactive'] }, { held: true, maySend: false, expects: false }, 'inactive'],
    ['c=0.0.0.0', { c: 'c=IN IP4 0.0.0.0', media: [] }, { held: true, maySend: false, expects: false }, 'sendrecv'],
    [
      'c=0.0.0.0 on the media only',
      { media: ['c=IN IP4 0.0.0.0', 'a=sendonly'] },
      { held: true, maySend: false, expects: false },
      'recvonly',
    ],
    [
      'sendonly on the session',
      { session: ['a=sendonly'], media: [] },
      { held: true, maySend: false, expects: true },
      'recvonly',
    ],
    [
      'sendonly on the session, sendrecv on the media',
      { session: ['a=sendonly'], media: ['a=sendrecv'] },
      { held: false, maySend: true, expects: true },
      'sendrecv',
    ],
    [
      'an address on the media over 0.0.0.0 on the session',
      { c: 'c=IN IP4 0.0.0.0', media: ['c=IN IP4 198.51.100.6'] },
      { held: false, maySend: true, expects: true },
      'sendrecv',
    ],
  ];
  for (const [what, options, expected, direction] of cases)
    it(what, () => {
      const { sdp, agreed } = ours().answer(peer(options), undefined);
      expect(agreed).to.include(expected);
      expect(audioOf(sdp).attributes.at(-1)?.name).to.equal(direction);
    });
});

describe('where the peer wants its packets', () => {
  it('is the address of the media, else of the session; RTCP goes to the next port', () => {
    const agreed = answer(peer({ media: ['c=IN IP4 198.51.100.9'] }));
    expect(agreed.rtp).to.deep.equal({ address: '198.51.100.9', port: 30_000 });
    expect(agreed.rtcp).to.deep.equal({ address: '198.51.100.9', port: 30_001 });
  });

  it('is for RTCP what a=rtcp says (RFC 3605)', () => {
    expect(answer(peer({ media: ['a=rtcp:53020'] })).rtcp).to.deep.equal({ address: '198.51.100.5', port: 53_020 });
    const both = answer(peer({ media: ['a=rtcp:53020 IN IP4 198.51.100.6'] }));
    expect(both.rtcp).to.deep.equal({ address: '198.51.100.6', port: 53_020 });
    const strange = answer(peer({ media: ['a=rtcp:53020 IN IP4 255.255.255.255'] }));
    expect(strange.rtcp).to.deep.equal({ address: '198.51.100.5', port: 30_001 });
  });

  it('may be IPv6, in one spelling', () => {
    const sdp = peer({ c: 'c=IN IP6 2001:DB8:0:0:0:0:0:5' });
    expect(ours({ local: '2001:db8::1' }).answer(sdp, undefined).agreed.rtp?.address).to.equal('2001:db8::5');
  });

  it('may be the loopback where we are on it ourselves', () => {
    const { agreed } = ours({ local: '127.0.0.1' }).answer(peer({ c: 'c=IN IP4 127.0.0.1' }), undefined);
    expect(agreed.rtp?.address).to.equal('127.0.0.1');
  });
});

describe('what is refused with 488', () => {
  const cases: Record<string, [Parameters<typeof peer>[0], number]> = {
    'no audio': [{ m: 'm=video 3000 RTP/AVP 31', media: [] }, 304],
    'audio with port 0': [{ m: 'm=audio 0 RTP/AVP 8' }, 304],
    'no codec of ours': [{ m: 'm=audio 3000 RTP/AVP 18 101' }, 305],
    'our codec at another rate': [{ m: 'm=audio 3000 RTP/AVP 96', media: ['a=rtpmap:96 PCMA/16000'] }, 305],
    'a static number with another meaning': [{ m: 'm=audio 3000 RTP/AVP 8', media: ['a=rtpmap:8 G729/8000'] }, 305],
    'encrypted audio only': [{ m: 'm=audio 3000 RTP/SAVP 8' }, 302],
    'a host name': [{ c: 'c=IN IP4 phone.example.com' }, 301],
    multicast: [{ c: 'c=IN IP4 224.2.1.1/127' }, 301],
    broadcast: [{ c: 'c=IN IP4 255.255.255.255' }, 301],
    'an address of no network': [{ c: 'c=IN IP4 0.0.0.9' }, 301],
    'the loopback, from outside': [{ c: 'c=IN IP4 127.0.0.1' }, 301],
    'an IPv6 address for IPv4': [{ c: 'c=IN IP4 2001:db8::5' }, 301],
    'another IP version than ours': [{ c: 'c=IN IP6 2001:db8::5' }, 300],
    'an IPv4 address in the clothes of IPv6': [{ c: 'c=IN IP6 ::ffff:127.0.0.1' }, 300],
  };
  for (const [what, [options, warning]] of Object.entries(cases))
    it(what, () => {
      const error = refused(peer(options));
      expect([error.status, error.warning]).to.deep.equal([488, warning]);
    });

  it('fax alone, with what to do', () => {
    const error = refused(peer({ m: 'm=image 3000 udptl t38', media: [] }));
    expect([error.status, error.warning]).to.deep.equal([488, 304]);
    expect(error.message).to.contain('begins with sound');
  });

  it('a port of our own', () => {
    const isOwn = ({ address, port }: { address: string; port: number }): boolean =>
      address === '198.51.100.5' && port === 30_000;
    expect(() => ours({ isOwn }).answer(peer(), undefined)).to.throw(SdpError, 'port of our own');
  });

  it('no connection at all, with 400', () => {
    expect(refused(peer({ c: '' })).status).to.equal(400);
  });

  it('leaves what was agreed on before as it was', () => {
    const description = ours();
    const before = description.answer(peer(), undefined).sdp;
    expect(() => description.answer(peer({ m: 'm=audio 0 RTP/AVP 8' }), undefined)).to.throw(SdpError);
    expect(description.answer(peer(), undefined).sdp).to.equal(before);
  });
});
