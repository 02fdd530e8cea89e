/** SRTP against the vectors of its RFCs and against what libsrtp 2.5 makes (test/support/srtp/libsrtp-vectors.c). */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { CounterMode } from '../../../src/srtp/counter-mode.js';
import { deriveSessionKeys } from '../../../src/srtp/derive.js';
import { GaloisMode } from '../../../src/srtp/galois-mode.js';
import { HmacSha1 } from '../../../src/srtp/hmac-sha1.js';
import {
  type MasterKey,
  SrtpReceiver,
  SrtpSender,
  type SuiteName,
  suites,
  TRAILER_BYTES,
} from '../../../src/srtp/index.js';
import { Keystream } from '../../../src/srtp/keystream.js';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** `bytes` with room for a trailer. */
function roomy(text: string): { bytes: Uint8Array; end: number } {
  const packet = hex(text);
  const bytes = new Uint8Array(packet.length + TRAILER_BYTES);
  bytes.set(packet);
  return { bytes, end: packet.length };
}

describe('the key stream of RFC 3711 appendix B.2', () => {
  const salt = hex('f0f1f2f3f4f5f6f7f8f9fafbfcfd');
  const stream = (key: string, bytes: number): Uint8Array => {
    const zeros = new Uint8Array(bytes);
    new Keystream(hex(key), salt).apply(zeros, 0, bytes, 0, 0);
    return zeros;
  };

  it('is that of AES-128', () => {
    const all = stream('2b7e151628aed2a6abf7158809cf4f3c', 1_044_512);
    expect(toHex(all.subarray(0, 48))).to.equal(
      'e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0',
    );
    expect(toHex(all.subarray(-48))).to.equal(
      'ec8cdf7398607cb0f2d21675ea9ea1e4362b7c3c6773516318a077d7fc5073ae6a2cc3787889374fbeb4c81b17ba6c44',
    );
  });

  it('is that of AES-256 (RFC 6188 § 7.1)', () => {
    const key = '57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98';
    expect(toHex(stream(key, 48))).to.equal(
      '92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac63c4868b7096d88421b563b8c94c9a31',
    );
  });
});

describe('session keys', () => {
  it('come out as in RFC 3711 appendix B.3', () => {
    const keys = deriveSessionKeys(
      {
        suite: 'AES_CM_128_HMAC_SHA1_80',
        key: hex('e1f97a0d3e018be0d64fa32c06de4139'),
        salt: hex('0ec675ad498afeebb6960b3aabe6'),
      },
      0,
    );
    expect(toHex(keys.encryption)).to.equal('c61e7a93744f39ee10734afe3ff7a087');
    expect(toHex(keys.salt)).to.equal('30cbbc08863d8c85d49db34a9ae1');
    expect(toHex(keys.authentication)).to.equal('cebe321f6ff7716b6fd4ab49af256a156d38baa4');
  });

  it('come out as in RFC 6188 § 7.3', () => {
    const keys = deriveSessionKeys(
      {
        suite: 'AES_256_CM_HMAC_SHA1_80',
        key: hex('f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6'),
        salt: hex('3b04803de51ee7c96423ab5b78d2'),
      },
      0,
    );
    expect(toHex(keys.encryption)).to.equal('5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4');
    expect(toHex(keys.salt)).to.equal('fa31791685ca444a9e07c6c64e93');
    expect(toHex(keys.authentication)).to.equal('fd9c32d39ed5fbb5a9dc96b30818454d1313dc05');
  });
});

describe('AES-GCM of RFC 7714 § 16', () => {
  const salt = hex('517569642070726f2071756f');
  const rtp = '8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573';
  const ssrc = 0x5501a0b2;
  const keyed = (key: string): GaloisMode => {
    const keys = { encryption: hex(key), authentication: new Uint8Array(0), salt };
    return new GaloisMode(keys, keys);
  };
  const vectors = [
    [
      '000102030405060708090a0b0c0d0e0f',
      'f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce',
    ],
    [
      '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
      '32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13',
    ],
  ] as const;
  for (const [key, expected] of vectors)
    it(`protects a packet with a key of ${key.length * 4} bits, and takes it back`, () => {
      const { bytes, end } = roomy(rtp);
      const mode = keyed(key);
      const protectedEnd = mode.protectRtp(bytes, 12, end, ssrc, 0xf17b);
      expect(toHex(bytes.subarray(12, protectedEnd))).to.equal(expected);
      expect(mode.unprotectRtp(bytes, 12, protectedEnd, ssrc, 0xf17b)).to.equal(end);
      expect(toHex(bytes.subarray(0, end))).to.equal(rtp);
    });

  it('authenticates an RTCP packet that is not encrypted (§ 17.3)', () => {
    const { bytes, end } = roomy('81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61');
    const mode = keyed('000102030405060708090a0b0c0d0e0f');
    const protectedEnd = mode.protectRtcp(bytes, end, 0x4d617273, 0x5d4);
    expect(mode.unprotectRtcp(bytes, protectedEnd, 0x4d617273)).to.equal(end);
    bytes[protectedEnd - 4] = (bytes[protectedEnd - 4] ?? 0) & 0x7f; // the E bit is part of what is authenticated
    expect(mode.unprotectRtcp(bytes, protectedEnd, 0x4d617273)).to.equal(-1);
  });
});

describe('HMAC-SHA1', () => {
  it('gives the codes of RFC 2202', () => {
    const code = (key: Uint8Array, text: Uint8Array): string => {
      const words = new HmacSha1(key).of(text, 0, text.length, undefined);
      return [...words].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
    };
    expect(code(new Uint8Array(20).fill(0x0b), Buffer.from('Hi There'))).to.equal(
      'b617318655057264e28bc0b6fb378c8ef146be00',
    );
    expect(code(new Uint8Array(20).fill(0xaa), new Uint8Array(50).fill(0xdd))).to.equal(
      '125d7342b9ac11cd91a39af48aa17b4f63f175d3',
    );
  });
});

interface Recorded {
  readonly suite: SuiteName;
  readonly key: string;
  readonly packets: readonly { readonly kind: 'rtp' | 'rtcp'; readonly plain: string; readonly protected: string }[];
}

const recorded = JSON.parse(
  readFileSync(new URL('../../../../test/support/srtp/libsrtp-vectors.json', import.meta.url), 'utf8'),
) as Recorded[];

describe('what libsrtp makes', () => {
  for (const { suite, key, packets } of recorded) {
    const { keyBytes } = suites[suite];
    const master: MasterKey = { suite, key: hex(key).subarray(0, keyBytes), salt: hex(key).subarray(keyBytes) };

    it(`is what we make, under ${suite}`, () => {
      const sender = new SrtpSender(master);
      for (const packet of packets) {
        const { bytes, end } = roomy(packet.plain);
        if (packet.kind === 'rtp')
          expect(toHex(bytes.subarray(0, sender.protect(bytes, end)))).to.equal(packet.protected);
      }
    });

    it(`is read, under ${suite}`, () => {
      const receiver = new SrtpReceiver(master);
      for (const packet of packets) {
        const bytes = hex(packet.protected);
        const end =
          packet.kind === 'rtp' ? receiver.unprotect(bytes, bytes.length) : receiver.unprotectRtcp(bytes, bytes.length);
        expect(toHex(bytes.subarray(0, end))).to.equal(packet.plain);
      }
    });

    it(`has RTCP that is ours but for the first index, under ${suite}`, () => {
      const sender = new SrtpSender(master);
      const [first, second] = packets.filter(({ kind }) => kind === 'rtcp');
      const skipped = roomy(first?.plain ?? '');
      sender.protectRtcp(skipped.bytes, skipped.end); // libsrtp begins with 1, we with 0
      for (const packet of [first, second]) {
        const { bytes, end } = roomy(packet?.plain ?? '');
        expect(toHex(bytes.subarray(0, sender.protectRtcp(bytes, end)))).to.equal(packet?.protected);
      }
    });
  }
});

describe('a packet of the counter modes', () => {
  it('is that of libsrtp’s own test driver', () => {
    const master: MasterKey = {
      suite: 'AES_CM_128_HMAC_SHA1_80',
      key: hex('e1f97a0d3e018be0d64fa32c06de4139'),
      salt: hex('0ec675ad498afeebb6960b3aabe6'),
    };
    const { bytes, end } = roomy(`800f1234decafbadcafebabe${'ab'.repeat(16)}`);
    const mode = new CounterMode(suites[master.suite], deriveSessionKeys(master, 0), deriveSessionKeys(master, 3));
    expect(toHex(bytes.subarray(0, mode.protectRtp(bytes, 12, end, 0xcafebabe, 0x1234)))).to.equal(
      '800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb',
    );
  });
});
