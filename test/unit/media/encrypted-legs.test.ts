/** A bridged session with encrypted legs, on a virtual clock: what is relayed, recorded, reported and refused. */
import { expect } from 'chai';
import { composeRtcp, parseRtcp } from '../../../src/rtp/rtcp.js';
import { suiteNames } from '../../../src/srtp/index.js';
import { Rounds } from '../../../src/media/session/plane/rounds.js';
import { SpoolWriter } from '../../../src/media/session/plane/spool-writer.js';
import { PcapEncoder } from '../../../src/spool/pcap.js';
import { callEntry } from '../../support/media/entry.js';
import { MemorySpools, settle } from '../../support/media/memory-spool.js';
import { planeFixture } from '../../support/media/plane.js';
import { SecurePeer } from '../../support/media/secure-peer.js';

describe('an encrypted leg', () => {
  for (const suite of suiteNames)
    it(`talks with a plain one, by ${suite}`, () => {
      const f = planeFixture();
      const caller = new SecurePeer(f, f.caller, suite);
      f.handset.agree();
      f.plane.bridge(true);
      for (let n = 1; n <= 5; n++) {
        f.clock.advance(20);
        caller.sends(n);
        f.handset.sends(0x80 + n);
      }
      expect(f.handset.heard.map(({ payload }) => [payload.length, payload[0]])).to.deep.equal(
        [1, 2, 3, 4, 5].map((n) => [160, n]),
      );
      expect(caller.heard).to.deep.equal([0x81, 0x82, 0x83, 0x84, 0x85]);
      expect(f.plane.stats().outside.encryption).to.equal(suite);
      expect(f.plane.stats().inside.encryption).to.equal(undefined);
    });

  it('talks with another of another suite, and the spool has what both said in clear', async () => {
    const f = planeFixture();
    const caller = new SecurePeer(f, f.caller, 'AES_CM_128_HMAC_SHA1_80');
    const handset = new SecurePeer(f, f.handset, 'AEAD_AES_256_GCM', 9);
    f.plane.bridge(true);
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
    const wire: Buffer[] = [];
    for (let n = 1; n <= 3; n++) {
      f.clock.advance(20);
      wire.push(caller.sends(0x30 + n), handset.sends(0x40 + n));
    }
    expect(handset.heard).to.deep.equal([0x31, 0x32, 0x33]);
    expect(caller.heard).to.deep.equal([0x41, 0x42, 0x43]);
    await settle();
    await f.plane.close();
    await started;
    const bytes = spools.files.get('/spool/a.pcap') ?? Buffer.alloc(0);
    for (let n = 1; n <= 3; n++)
      for (const side of [0x30, 0x40]) expect(bytes.includes(Buffer.alloc(160, side + n))).to.equal(true);
    for (const packet of wire) expect(bytes.includes(packet.subarray(12, 60))).to.equal(false);
  });

  it('takes no plain packet, no forged one and none twice, whoever sends it', () => {
    const f = planeFixture();
    const caller = new SecurePeer(f, f.caller, 'AES_CM_128_HMAC_SHA1_80');
    f.handset.agree();
    f.plane.bridge(true);
    const first = caller.sends(1);
    f.plane.rtp('outside', Buffer.from(first), f.caller.address, f.caller.port);
    f.caller.sends(2);
    const forged = caller.make(3);
    forged[20] = (forged[20] ?? 0) ^ 1;
    f.plane.rtp('outside', forged, f.caller.address, f.caller.port);
    expect(f.handset.heard.map(({ payload }) => payload[0])).to.deep.equal([1]);
    expect(f.plane.stats().outside.packetsRejected).to.equal(3);
  });

  it('looks at 500 packets a second at the most, whoever sends them, and at the peer’s again in the next', () => {
    const f = planeFixture();
    const caller = new SecurePeer(f, f.caller, 'AES_CM_128_HMAC_SHA1_80');
    f.handset.agree();
    f.plane.bridge(true);
    f.clock.advance(20);
    for (let n = 0; n < 600; n++) f.plane.rtp('outside', Buffer.alloc(182, 0x80), '192.0.2.9', 9);
    caller.sends(1);
    expect(f.handset.heard).to.have.lengthOf(0);
    expect(f.plane.stats().outside.packetsRejected).to.equal(601);
    f.clock.advance(1_000);
    caller.sends(2);
    expect(f.handset.heard.map(({ payload }) => payload[0])).to.deep.equal([2]);
  });

  it('keeps both directions away from the kernel, which would take those of a plain call', () => {
    const wanted: string[] = [];
    const kernel = {
      start: ({ source }: { source: string }) => {
        wanted.push(source);
        return undefined;
      },
      monotonic: () => 0,
    };
    const talk = (f: ReturnType<typeof planeFixture>, says: () => unknown): void => {
      f.handset.agree();
      f.plane.bridge(true);
      for (let n = 0; n < 20; n++) {
        f.clock.advance(20);
        says();
        f.handset.sends();
      }
    };
    const plain = planeFixture({ kernel });
    plain.caller.agree();
    talk(plain, () => plain.caller.sends());
    expect(wanted).to.deep.equal([plain.caller.address, plain.handset.address]);
    wanted.length = 0;
    const encrypted = planeFixture({ kernel });
    const caller = new SecurePeer(encrypted, encrypted.caller, 'AES_CM_128_HMAC_SHA1_80');
    talk(encrypted, () => caller.sends(1));
    expect(wanted).to.deep.equal([]);
  });

  it('follows its peer to another port when two packets in a row prove who sends', () => {
    const f = planeFixture();
    const caller = new SecurePeer(f, f.caller, 'AES_CM_128_HMAC_SHA1_80');
    f.handset.agree();
    f.plane.bridge(true);
    caller.sends(1);
    f.handset.sends(0x81);
    caller.sends(2, '192.0.2.77', 9);
    f.handset.sends(0x82);
    caller.sends(3, '192.0.2.77', 9);
    f.handset.sends(0x83);
    expect(f.caller.rtp.sent.map(({ to }) => to)).to.deep.equal([
      '198.51.100.5:4000',
      '198.51.100.5:4000',
      '192.0.2.77:9',
    ]);
    expect(f.handset.heard.map(({ payload }) => payload[0])).to.deep.equal([1, 3]);
  });

  it('goes on under the same keys after they are agreed on once more, and anew under others', () => {
    const f = planeFixture();
    const caller = new SecurePeer(f, f.caller, 'AES_CM_128_HMAC_SHA1_80');
    f.handset.agree();
    f.plane.bridge(true);
    const replayed = caller.sends(1);
    const agreed = f.plane.leg('outside').remote ?? expect.fail();
    f.plane.setRemote('outside', agreed, undefined);
    f.plane.rtp('outside', Buffer.from(replayed), f.caller.address, f.caller.port);
    caller.sends(2);
    expect(f.handset.heard.map(({ payload }) => payload[0])).to.deep.equal([1, 2]);
    const other = new SecurePeer(f, f.caller, 'AES_CM_128_HMAC_SHA1_80', 5);
    other.sequence = caller.sequence;
    caller.sends(3);
    other.sends(4);
    expect(f.handset.heard.map(({ payload }) => payload[0])).to.deep.equal([1, 2, 4]);
  });

  it('has encrypted reports, and believes no plain ones', () => {
    const f = planeFixture();
    const caller = new SecurePeer(f, f.caller, 'AES_CM_128_HMAC_SHA1_32');
    f.handset.agree();
    f.plane.bridge(true);
    for (let n = 0; n < 500; n++) {
      f.clock.advance(20);
      caller.sends(1);
      f.handset.sends(2);
      if (n % 50 === 0) f.plane.sweep();
    }
    const [report] = f.caller.rtcp.sent;
    expect(parseRtcp(report?.bytes ?? Buffer.alloc(0))?.blocks[0]?.ssrc).not.to.equal(f.caller.ssrc);
    expect(caller.openRtcp(report?.bytes ?? Buffer.alloc(0))?.blocks[0]?.ssrc).to.equal(f.caller.ssrc);
    const before = f.plane.stats().outside.packetsRejected;
    const own = composeRtcp({ ssrc: f.caller.ssrc, cname: 'a' });
    f.plane.rtcp('outside', caller.sealRtcp(own), f.caller.address);
    expect(f.plane.stats().outside.packetsRejected).to.equal(before);
    f.plane.rtcp('outside', Buffer.from(own), f.caller.address);
    expect(f.plane.stats().outside.packetsRejected).to.equal(before + 1);
  });
});
