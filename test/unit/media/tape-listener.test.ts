/** What the kernel relayed is heard from its tapes: how loud it is, whether it is cut off, and fax machines in it. */
import { expect } from 'chai';
import { toALaw } from '../../../src/codecs/g711.js';
import type { Keeper } from '../../../src/media/kernel/kernel-plane.js';
import type { KernelRelay } from '../../../src/media/session/plane/offload.js';
import { Rounds } from '../../../src/media/session/plane/rounds.js';
import { SpoolWriter } from '../../../src/media/session/plane/spool-writer.js';
import { PcapEncoder } from '../../../src/spool/pcap.js';
import { callEntry } from '../../support/media/entry.js';
import { MemorySpools, settle } from '../../support/media/memory-spool.js';
import { type PlaneFixture, planeFixture } from '../../support/media/plane.js';

const nothing = { packets: 0, bytes: 0, lastArrivalNs: 0, lastSequence: 0, lastTimestamp: 0, missed: 0, jitter: 0 };
const sine = (hertz: number, amplitude: number, n: number): number =>
  toALaw(Math.round(amplitude * Math.sin((2 * Math.PI * hertz * n) / 8000)));

describe('sound that the kernel relayed', () => {
  let f: PlaneFixture;
  let keepers: (Keeper | undefined)[];
  let n: number;

  beforeEach(async () => {
    keepers = [];
    n = 0;
    const kernel: KernelRelay = {
      start: ({ keeper }) => {
        keepers.push(keeper);
        return { counters: () => nothing, collect: () => {}, stop: () => nothing };
      },
      monotonic: (timeNs) => timeNs / 1e6,
    };
    f = planeFixture({ kernel });
    f.caller.agree();
    f.handset.agree();
    const listener = f.plane.listener(0);
    const spool = new SpoolWriter(
      {
        path: '/spool/call.pcap',
        encoder: new PcapEncoder(),
        store: new MemorySpools(),
        clock: f.clock,
        rounds: new Rounds(f.clock),
        zeroUs: 0,
        reserve: () => Promise.resolve(true),
        listener: (leg, bytes, from, to) => listener.hear(leg, bytes, from, to),
        onCut: (reason) => expect.fail(reason),
      },
      { type: 'call', entry: callEntry() },
    );
    f.plane.startSpool(spool);
    await spool.start();
    f.plane.bridge(true);
    for (let k = 0; k < 5; k++) {
      f.clock.advance(20);
      f.caller.sends(0xd5);
      f.handset.sends(0xd5);
    }
    expect(keepers, 'the kernel has both directions').to.have.lengthOf(2);
  });

  /** So many seconds of it from both sides, as the tapes give it. */
  const relay = async (seconds: number, outside: (n: number) => number, inside = outside): Promise<void> => {
    const encoder = new PcapEncoder();
    const rtp = Buffer.alloc(172);
    rtp.set([0x80, 8]);
    for (let k = 0; k < seconds * 50; k++, n += 160) {
      f.clock.advance(20);
      for (const [leg, keeper, sound] of [['outside', keepers[0], outside], ['inside', keepers[1], inside]] as const) {
        for (let i = 0; i < 160; i++) rtp[12 + i] = sound(n + i);
        const memory = Buffer.alloc(encoder.rtpBytes(leg, rtp.length));
        encoder.encodeRtp(memory, 0, leg, f.clock.monotonic() * 1000, rtp);
        keeper?.take(memory, 0, memory.length, memory.length);
      } // prettier-ignore
      if (k % 50 === 49) f.plane.sweep();
      await settle();
    }
  };

  it('is measured, each side for itself', async () => {
    await relay(3, (i) => sine(300, 8_000, i), (i) => sine(300, 800, i)); // prettier-ignore
    const { outside, inside } = f.plane.stats();
    expect(outside.quality.peakDb).to.be.within(-13, -11);
    expect(inside.quality.peakDb).to.be.within(-33, -31);
  });

  it('is told of where it is cut off', async () => {
    await relay(6, (i) => (i % 40 < 20 ? 0xaa : 0x2a));
    expect(f.news.filter((one) => one.type === 'trouble' && one.what === 'clipping')).to.have.lengthOf(2);
  });

  it('has a fax machine that calls noticed', async () => {
    const calling = (i: number): number => (i % 28_000 < 4_000 ? sine(1100, 5_000, i) : 0xd5);
    await relay(6, calling, () => 0xd5);
    expect(f.news.filter((one) => one.type === 'fax')).to.deep.equal([{ type: 'fax', leg: 'outside', sign: 'cng' }]);
  });
});
