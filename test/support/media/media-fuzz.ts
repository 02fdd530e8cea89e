/**
 * Whatever may reach a media port or stand in a description, thrown at a call that two peers have: one in clear, one
 * encrypted. What strangers send has a pattern that must turn up nowhere, and the call must go on.
 */
import { expect } from 'chai';
import { DtlsEndpoint, makeIdentity } from '../../../src/dtls/index.js';
import { composeRtcp, parseRtcp } from '../../../src/rtp/rtcp.js';
import { writeRtpHeader } from '../../../src/rtp/packet.js';
import { LocalDescription, type MediaSecurity, SdpError } from '../../../src/sdp/index.js';
import { termsOf } from '../../../src/sdp/security.js';
import { writeStun } from '../../../src/stun/message.js';
import { Rounds } from '../../../src/media/session/plane/rounds.js';
import { SpoolWriter } from '../../../src/media/session/plane/spool-writer.js';
import { PcapEncoder } from '../../../src/spool/pcap.js';
import { callEntry } from './entry.js';
import { MemorySpools, settle } from './memory-spool.js';
import { type PlaneFixture, planeFixture } from './plane.js';
import { SecurePeer } from './secure-peer.js';
import { WebPeer } from './web-peer.js';

export type Random = (below: number) => number;

/** Numerical Recipes' generator: the same from the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What every payload of a stranger has in it. */
const PATTERN = Buffer.from('5e7a11e25e7a11e2', 'hex');

/** Some bytes changed, cut off or put in. */
export function mutated(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let n = random(4); n >= 0; n--) if (copy.length > 0) copy[random(copy.length)] = random(256);
  const how = random(4);
  if (how === 0) return copy.subarray(0, random(copy.length + 1));
  if (how === 1) return Buffer.concat([copy, Buffer.alloc(random(40), random(256))]);
  return copy;
}

/** RTP, RTCP with every kind of packet in it, STUN, a DTLS record, or chance; well formed or not. */
export function strange(random: Random): Buffer {
  const pattern = Buffer.concat(Array.from({ length: 1 + random(30) }, () => PATTERN));
  const rtp = Buffer.concat([Buffer.alloc(12), pattern]);
  writeRtpHeader(
    rtp,
    0,
    random(2) === 0,
    [0, 8, 13, 101, random(128)][random(5)] ?? 0,
    random(65_536),
    random(2 ** 32),
    random(2 ** 32),
  );
  const kinds = [
    rtp,
    rtcp(random, pattern),
    Buffer.concat([Buffer.from('000100502112a442', 'hex'), pattern]),
    Buffer.concat([Buffer.from('16fefd0000000000000000', 'hex'), pattern]),
    pattern,
  ];
  const chosen = kinds[random(kinds.length)] ?? pattern;
  return random(3) === 0 ? chosen : mutated(chosen, random);
}

function rtcp(random: Random, tail: Buffer): Buffer {
  const block = { ssrc: random(2 ** 32), fractionLost: random(256), packetsLost: random(1000), extendedHighest: random(2 ** 32), jitter: random(5000), lastReport: random(2 ** 32), delaySinceLastReport: random(2 ** 32) }; // prettier-ignore
  const report = composeRtcp({ ssrc: random(2 ** 32), cname: 'x'.repeat(random(40)), block, bye: random(2) === 0 });
  const extended = Buffer.alloc(12 + 4 * Math.ceil(tail.length / 4));
  extended.writeUInt16BE(0x80cf, 0);
  extended.writeUInt16BE(extended.length / 4 - 1, 2);
  extended.writeUInt8(7, 8);
  extended.writeUInt16BE((extended.length - 12) / 4, 10);
  tail.copy(extended, 12);
  return Buffer.concat([report, extended]);
}

/** Throws `inputs` packets at a call. Rejects, with the seed's help, where something is wrong. */
export async function fuzzCall(inputs: number, seed: number): Promise<void> {
  const random = randomFrom(seed);
  const f = planeFixture();
  const caller = new SecurePeer(f, f.caller, 'AES_CM_128_HMAC_SHA1_80');
  f.handset.agree();
  f.plane.bridge(true);
  const spools = new MemorySpools();
  const spool = spoolOf(f, spools);
  f.plane.startSpool(spool);
  const started = spool.start();
  caller.sends(0x11);
  f.handset.sends(0x22);
  for (let n = 0; n < inputs; n++) {
    if (n % 100 === 0) f.clock.advance(300); // a hundred packets in a third of a second are within the rate
    throwOne(f, caller, random);
    if (n % 5_000 === 0) {
      f.plane.sweep();
      await settle();
    }
  }
  f.clock.advance(1_100);
  const before = f.handset.rtp.sent.length;
  // Its numbers went on with what was forged: after a gap of a minute the first packet is not believed yet.
  for (let n = 0; n < 3; n++) caller.sends(0x33);
  f.handset.sends(0x44);
  expect(f.handset.rtp.sent.length, 'the call goes on').to.be.above(before);
  await f.plane.close();
  await started;
  const kept = spools.files.get('/fuzz.pcap') ?? Buffer.alloc(0);
  expect(kept.includes(Buffer.alloc(160, 0x33)), 'what the caller says is kept').to.equal(true);
  expect(kept.includes(PATTERN), "a stranger's bytes in the spool").to.equal(false);
  const sent = [f.caller, f.handset].flatMap(({ rtp, rtcp }) => [...rtp.sent, ...rtcp.sent]);
  expect(
    sent.some(({ bytes }) => bytes.includes(PATTERN)),
    "a stranger's bytes sent on",
  ).to.equal(false);
}

/**
 * The same at a leg whose keys are agreed on by DTLS: checks and records, of strangers, mutated ones of the peer's own, in its
 * name and before, in and after its handshake; then its sound is heard all the same.
 */
export async function fuzzDtlsCall(inputs: number, seed: number): Promise<void> {
  const random = randomFrom(seed);
  const f = planeFixture();
  const page = new WebPeer(f, f.caller);
  f.handset.agree();
  f.plane.bridge(true);
  const spools = new MemorySpools();
  const spool = spoolOf(f, spools);
  f.plane.startSpool(spool);
  const started = spool.start();
  const records = recordsOf();
  const { address, port } = f.caller;
  for (let n = 0; n < inputs; n++) {
    if (n % 100 === 0) f.clock.advance(300);
    const stranger = `192.0.2.${1 + random(250)}`;
    const from = random(2) === 0 ? address : stranger;
    f.plane.rtp('outside', random(3) === 0 ? strange(random) : ofThePeer(page, records, random), from, port);
    if (n === inputs >> 1) page.checks();
    f.caller.rtp.sent.length = 0;
  }
  expect(f.news.length, 'eight handshakes that were spoilt, and that it was given up').to.be.at.most(9);
  // Whoever knows the way and no certificate can spoil a handshake, as is said in docs/media-safety.md; a new offer begins anew.
  const next = new WebPeer(f, f.caller);
  f.clock.advance(1_100);
  next.connects();
  for (let n = 0; n < 3; n++) next.sends(0x33);
  f.handset.sends(0x44);
  expect(next.hears().sound).to.deep.equal([0x44]);
  await f.plane.close();
  await started;
  page.close();
  next.close();
  const kept = spools.files.get('/fuzz.pcap') ?? Buffer.alloc(0);
  expect(kept.includes(Buffer.alloc(160, 0x33)), 'what the page says is kept').to.equal(true);
  expect(kept.includes(PATTERN), "a stranger's bytes in the spool").to.equal(false);
  expect(
    f.handset.rtp.sent.some(({ bytes }) => bytes.includes(PATTERN)),
    'sent on',
  ).to.equal(false);
}

/** What a handshake is made of, both ways. */
function recordsOf(): Buffer[] {
  const [client, server] = [makeIdentity(0), makeIdentity(0)];
  const [one, other] = [new DtlsEndpoint('active', client), new DtlsEndpoint('passive', server)];
  const all: Buffer[] = [];
  for (let flight = one.begin(); flight.length > 0;) {
    const answer = flight.flatMap((datagram) => other.receive(datagram));
    all.push(...flight, ...answer);
    flight = answer.flatMap((datagram) => one.receive(datagram));
  }
  one.close();
  other.close();
  return all;
}

/** A check with or without the right password, or a record of some handshake; whole, or mutated. */
function ofThePeer(page: WebPeer, records: readonly Buffer[], random: Random): Buffer {
  const { ufrag, password } = page.credentials();
  const check = writeStun(
    { type: [0x0001, 0x0011, 0x0101, random(0x4000)][random(4)] ?? 1, transaction: Buffer.alloc(12, random(256)) },
    [
      { type: 0x0006, value: Buffer.from(random(4) === 0 ? 'x' : `${ufrag}:webp`) },
      { type: random(0x1_0000), value: Buffer.alloc(random(40), random(256)) },
      { type: 0x0025, value: Buffer.alloc(0) },
    ],
    random(3) === 0 ? 'guessed' : password,
  );
  const chosen = random(2) === 0 ? check : (records[random(records.length)] ?? check);
  return random(3) === 0 ? Buffer.from(chosen) : mutated(chosen, random);
}

function throwOne(f: PlaneFixture, caller: SecurePeer, random: Random): void {
  const stranger = `192.0.2.${1 + random(250)}`;
  const bytes = strange(random);
  parseRtcp(bytes);
  switch (random(5)) {
    case 0: // to the plain leg, from a stranger
      return f.plane.rtp('inside', bytes, stranger, 1 + random(65_535));
    case 1: // to the encrypted leg, from a stranger or in the caller's name
      return f.plane.rtp('outside', bytes, random(2) === 0 ? f.caller.address : stranger, f.caller.port);
    case 2: // a packet of the caller's, forged
      return f.plane.rtp('outside', forged(caller.make(0x66), random), f.caller.address, f.caller.port);
    case 3:
      return f.plane.rtcp('outside', bytes, f.caller.address);
    default:
      return f.plane.rtcp('inside', bytes, random(2) === 0 ? f.handset.address : stranger);
  }
}

/** At least one bit is another. */
function forged(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
  return bytes;
}

function spoolOf(f: PlaneFixture, spools: MemorySpools): SpoolWriter {
  return new SpoolWriter(
    {
      path: '/fuzz.pcap',
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
}

const KEY = Buffer.alloc(30, 7).toString('base64');
const description = [
  'v=0',
  'o=- 1 1 IN IP4 198.51.100.5',
  's=-',
  'c=IN IP4 198.51.100.5',
  't=0 0',
  'm=audio 30000 RTP/SAVP 8 0 9 101',
  'a=rtpmap:101 telephone-event/8000',
  'a=rtcp:30001 IN IP4 198.51.100.5',
  `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|2^20|1:4`,
  'a=crypto:2 AEAD_AES_256_GCM inline:AAAA',
  'm=audio 30002 RTP/AVP 8',
  'a=sendrecv',
  '',
].join('\r\n');

const page = [
  'v=0',
  'o=- 1 1 IN IP4 198.51.100.5',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=ice-lite',
  'm=audio 9 UDP/TLS/RTP/SAVPF 8 9 101',
  'c=IN IP4 198.51.100.5',
  'a=rtpmap:101 telephone-event/8000',
  'a=mid:0',
  'a=rtcp-mux',
  `a=fingerprint:sha-256 ${'AB:'.repeat(31)}AB`,
  'a=setup:actpass',
  'a=ice-ufrag:page',
  'a=ice-pwd:0123456789012345678901',
  'a=candidate:1 1 udp 2130706431 198.51.100.5 40000 typ host',
  '',
].join('\r\n');

/** Throws `inputs` descriptions at an offer and an answer: nothing but `SdpError` may come of it. */
export function fuzzDescriptions(inputs: number, seed: number): void {
  const random = randomFrom(seed);
  const identity = makeIdentity(0);
  const securities = Object.keys(termsOf) as MediaSecurity[];
  for (let n = 0; n < inputs; n++) {
    const local = new LocalDescription({
      advertised: '203.0.113.1',
      local: '203.0.113.1',
      port: 20_000,
      sessionId: '7',
      identity: () => identity,
    });
    local.secure(securities[random(securities.length)] ?? 'off');
    const text = mutated(Buffer.from(random(2) === 0 ? description : page), random).toString('latin1');
    try {
      if (random(2) === 0) local.answer(text, undefined);
      else {
        local.offer(undefined);
        local.answered(text, undefined);
      }
    } catch (error) {
      if (!(error instanceof SdpError)) throw new Error(`FUZZ_SEED=${seed}: ${text}`, { cause: error });
    }
  }
}
