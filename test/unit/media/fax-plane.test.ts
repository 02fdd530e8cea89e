import { expect } from 'chai';
import { toALaw } from '../../../src/codecs/g711.js';
import { Rounds } from '../../../src/media/session/plane/rounds.js';
import { SpoolWriter } from '../../../src/media/session/plane/spool-writer.js';
import { PcapEncoder } from '../../../src/spool/pcap.js';
import { ced, cng } from '../../support/fax-tones.js';
import { callEntry } from '../../support/media/entry.js';
import { MemorySpools, settle } from '../../support/media/memory-spool.js';
import { type PlaneFixture, planeFixture, type PlanePeer } from '../../support/media/plane.js';

const PATH = '/spool/x.pcap';

describe('a session', () => {
  let f: PlaneFixture;
  let caller: PlanePeer;
  let handset: PlanePeer;

  const bridged = (options: Parameters<typeof planeFixture>[0] = {}): void => {
    f = planeFixture(options);
    ({ caller, handset } = f);
    caller.agree();
    handset.agree();
    f.plane.bridge(true);
  };
  const talk = (packets: number): void => {
    for (let n = 0; n < packets; n++) {
      f.clock.advance(20);
      caller.sends();
      handset.sends();
    }
  };

  describe('carries fax (T.38)', () => {
    const udptl = (sequence: number, ...rest: number[]): Buffer =>
      Buffer.from([sequence >> 8, sequence & 255, ...rest]);
    const to = (peer: PlanePeer): [string, string][] =>
      peer.rtp.sent.map(({ bytes, to: where }) => [bytes.toString('hex'), where]);
    const fax = (): void => {
      f.plane.setFax('outside', { address: caller.address, port: caller.port }, undefined);
      f.plane.setFax('inside', { address: handset.address, port: 7_500 }, undefined);
    };
    const send = (side: 'outside' | 'inside', bytes: Buffer, from: string, port: number): void =>
      f.plane.rtp(side, bytes, from, port);

    it('from each to where the other one wants it, as it is, and nothing of it is spooled', async () => {
      bridged({ silenceTimeoutMs: 30_000 });
      const disk = new MemorySpools();
      const { clock } = f;
      const spool = new SpoolWriter(
        {
          path: PATH,
          encoder: new PcapEncoder(),
          store: disk,
          clock,
          rounds: new Rounds(clock),
          zeroUs: (clock.now() - clock.monotonic()) * 1000,
          reserve: () => Promise.resolve(true),
          onCut: () => {},
        },
        { type: 'call', entry: callEntry() },
      );
      f.plane.startSpool(spool);
      await spool.start();
      talk(1);
      const before = [caller.rtp.sent.length, handset.rtp.sent.length];
      fax();
      send('outside', udptl(0, 1, 6, 0), caller.address, caller.port);
      send('inside', udptl(0, 2, 7, 0, 1), handset.address, 7_500);
      expect(to(handset).slice(before[1])).to.deep.equal([['0000010600', `${handset.address}:7500`]]);
      expect(to(caller).slice(before[0])).to.deep.equal([['000002070001', `${caller.address}:${caller.port}`]]);
      await settle();
      await f.plane.close();
      expect(disk.records(PATH).slice(-3)).to.deep.equal(['outside 55', 'inside 55', 'end']);
    });

    it('although a sequence number looks like RTP, but not what is left of the sound', () => {
      bridged();
      talk(1);
      fax();
      handset.rtp.sent.length = 0;
      caller.sends(); // late
      expect(to(handset)).to.deep.equal([]);
      send('outside', udptl(0x8008, ...Buffer.alloc(20, 9)), caller.address, caller.port);
      expect(to(handset)).to.have.length(1);
    });

    it('of nobody else, and nothing that is too short', () => {
      bridged();
      fax();
      send('outside', udptl(1, 1, 6, 0), '198.51.100.77', 4_000);
      send('outside', udptl(1, 1), caller.address, caller.port);
      expect(to(handset)).to.deep.equal([]);
    });

    it('to no one who has not agreed to it yet', () => {
      bridged();
      f.plane.setFax('outside', { address: caller.address, port: caller.port }, undefined);
      send('outside', udptl(0, 1, 6, 0), caller.address, caller.port);
      expect(to(handset)).to.deep.equal([]);
    });

    it('and is not silent while one of the two sends', () => {
      bridged({ silenceTimeoutMs: 30_000 });
      talk(1);
      fax();
      for (let second = 0; second < 40; second++) {
        f.clock.advance(1_000);
        send('outside', udptl(second, 1, 6, 0), caller.address, caller.port);
        f.plane.sweep();
      }
      expect(f.news).to.deep.equal([]);
      f.clock.advance(31_000);
      f.plane.sweep();
      expect(f.news.map(({ type }) => type)).to.deep.equal(['silence', 'silence']);
    });

    it('and sound again after it', () => {
      bridged();
      talk(1);
      fax();
      send('outside', udptl(0, 1, 6, 0), caller.address, caller.port);
      caller.agree();
      handset.agree();
      handset.rtp.sent.length = 0;
      caller.sends(7);
      expect(handset.heard.map(({ payload }) => payload[0])).to.deep.equal([7]);
    });
  });

  describe('hears a fax machine', () => {
    const plays = (peer: PlanePeer, samples: readonly number[]): void => {
      for (let at = 0; at + 160 <= samples.length; at += 160) {
        f.clock.advance(20);
        peer.sends(Buffer.from(samples.slice(at, at + 160).map((sample) => toALaw(Math.round(sample)))));
      }
    };

    it('of who calls and of who is called, told once', () => {
      bridged();
      plays(caller, cng({ bursts: 4 }));
      expect(f.news).to.deep.equal([{ type: 'fax', leg: 'outside', sign: 'cng' }]);
      bridged();
      plays(handset, ced({}));
      expect(f.news).to.deep.equal([{ type: 'fax', leg: 'inside', sign: 'ced' }]);
    });

    it('before the two are connected, too', () => {
      f = planeFixture();
      ({ caller, handset } = f);
      caller.agree();
      plays(caller, cng({ bursts: 2 }));
      expect(f.news).to.have.length(1);
    });

    it('not later than a minute after they were connected', () => {
      bridged();
      f.clock.advance(61_000);
      plays(caller, cng({ bursts: 2 }));
      expect(f.news).to.deep.equal([]);
      f.plane.bridge(true, { extension: '202' });
      plays(caller, cng({ bursts: 2 }));
      expect(f.news).to.have.length(1);
    });
  });
});
