// Runs alone: three hundred recorded calls while the disk under their spools stands still for five seconds.
import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import { silentLog } from '../../src/base/log.js';
import { EmbeddedEngine } from '../../src/media/session/embedded-engine.js';
import { privateKb } from '../support/e2e/memory.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { stopAll } from '../support/e2e/process.js';
import { engineLoad, SPOOL_BYTES_A_SECOND } from '../support/media/engine-load.js';
import { SmallDisk } from '../support/media/small-disk.js';
import { checkSpool } from '../support/media/spool-check.js';
import { rtpPeer } from '../support/peers/rtp-peer.js';

const CALLS = 300;
const STALL_S = 5;
const PEER_BASE = 12_000;

describe('the disk under the spools stands still', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it(`for ${STALL_S} s with ${CALLS} calls up: sound goes on, memory has a bound, and the spools catch up whole`, async function () {
    const disk = await SmallDisk.mount(600e6);
    if (!disk) return this.skip();
    const engine = await EmbeddedEngine.start({
      ports: { from: 20_000, to: 29_999 },
      portDrainMs: 0,
      engines: 1,
      silenceTimeoutMs: 0,
      plane: 'auto',
      promptFolders: [],
      budget: { reserve: () => Promise.resolve(true) },
      log: silentLog,
    });
    try {
      const load = { calls: CALLS, address: address.officeFace, peerAddress: address.provider, peerBase: PEER_BASE };
      const peer = await rtpPeer({ address: address.provider, base: PEER_BASE, count: 2 * CALLS, load: true });
      const sessions = await engineLoad(engine, { ...load, spools: disk.folder });
      await wait(2_000); // until the calls have settled
      const [pid = 0] = engine.pids;
      const before = privateKb(pid);
      peer.reset();
      disk.freeze();
      await wait(STALL_S * 1000);
      const most = privateKb(pid);
      disk.thaw();
      await wait(1_000);
      const figures = await peer.finish();
      const ended = await Promise.all(sessions.map((session) => session.close()));

      expect(figures.measured, 'packets while the disk stood still').to.be.greaterThan(STALL_S * CALLS * 50);
      expect(figures.lostPct, 'packets that were not relayed').to.equal(0);
      // Twice what came in, since blocks are not filled to the brim, and as much as a call has at all times.
      const bound = (CALLS * (2 * STALL_S * SPOOL_BYTES_A_SECOND + 65_536)) / 1000;
      expect(most - before, 'kB more').to.be.below(bound);
      let [all, late] = [0, 0];
      for (const { spool } of ended) {
        expect(spool).to.include({ dropped: 0, cut: undefined });
        const { whole, missing, doubled, disordered, packets } = await checkSpool(spool?.path ?? '');
        all += packets;
        late += disordered;
        expect({ whole, missing, doubled }).to.deep.equal({ whole: true, missing: 0, doubled: 0 });
        expect(packets).to.be.greaterThan(STALL_S * 50);
      }
      // None by the planes; the loopback of a machine with several processors may turn two round.
      expect(late, `packets out of order, of ${all}`).to.be.at.most(all / 10_000);
    } finally {
      await engine.close();
      await stopAll();
      await disk.close();
    }
  });
});
