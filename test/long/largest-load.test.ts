/**
 * As many recorded calls at once as the machine carries, for five minutes: no packet is lost between the generator and the
 * spools, by sequence number. 740 is what generator and relay carried on two cores that had nothing else to do; for others there are
 * `HALINA_LOAD_CALLS` and `HALINA_LOAD_SECONDS`. It looks for its space first.
 */
import { expect } from 'chai';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { silentLog } from '../../src/base/log.js';
import { EmbeddedEngine } from '../../src/media/session/embedded-engine.js';
import { privateKb } from '../support/e2e/memory.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { stopAll } from '../support/e2e/process.js';
import { engineLoad, SPOOL_BYTES_A_SECOND } from '../support/media/engine-load.js';
import { checkSpool } from '../support/media/spool-check.js';
import { rtpPeer } from '../support/peers/rtp-peer.js';

const CALLS = Number(process.env['HALINA_LOAD_CALLS'] ?? 740);
const SECONDS = Number(process.env['HALINA_LOAD_SECONDS'] ?? 300);
const PEER_BASE = 40_000;
/** Of each side of a call. */
const PACKETS_A_SECOND = 50;
/** Seconds in which the calls come up. */
const RISE_S = 30;

describe(`${CALLS} recorded calls for ${SECONDS} s`, function () {
  this.timeout((SECONDS + 300) * 1000);
  before(needsNamespace);
  afterEach(stopAll);

  it('are relayed without loss, and their spools have every packet once', async () => {
    const spools = await mkdtemp(join(tmpdir(), 'halina-load-'));
    const engine = await EmbeddedEngine.start({
      ports: { from: 20_000, to: 20_000 + 8 * CALLS },
      portDrainMs: 0,
      engines: 1,
      silenceTimeoutMs: 0,
      plane: 'kernel',
      promptFolders: [],
      budget: { reserve: () => Promise.resolve(true) },
      log: silentLog,
    });
    try {
      const { bavail, bsize } = await statfs(spools);
      const needed = CALLS * (SECONDS + RISE_S) * SPOOL_BYTES_A_SECOND;
      expect(bavail * bsize, 'bytes of room for the spools').to.be.greaterThan(needed);
      const peer = await rtpPeer({
        address: address.provider,
        base: PEER_BASE,
        count: 2 * CALLS,
        load: true,
        spin: true,
      });
      const load = { calls: CALLS, address: address.officeFace, peerAddress: address.provider, peerBase: PEER_BASE };
      const [pid = 0] = engine.pids;
      const idleKb = privateKb(pid);
      const sessions = await engineLoad(engine, { ...load, spools });
      await wait(2_000);
      peer.reset();
      await wait(SECONDS * 1000);
      const kb = (privateKb(pid) - idleKb) / CALLS;
      const ended = await Promise.all(sessions.map((session) => session.close()));
      const figures = await peer.finish();
      const share = figures.sent / (2 * CALLS * PACKETS_A_SECOND * SECONDS);
      console.log(JSON.stringify({ ...figures, share, kbPerCall: Math.round(kb) }));
      let [packets, late] = [0, 0];
      for (const { spool } of ended) {
        expect(spool).to.include({ dropped: 0, cut: undefined });
        const { whole, missing, doubled, disordered, packets: own } = await checkSpool(spool?.path ?? '');
        late += disordered;
        expect({ whole, missing, doubled }).to.deep.equal({ whole: true, missing: 0, doubled: 0 });
        packets += own;
      }
      console.log(`${packets} packets in ${CALLS} spools, ${late} of them out of order`);
      expect(packets).to.be.at.least(figures.measured);
      expect(share, 'what the generator had time to send of what it should').to.be.at.least(0.95);
    } finally {
      await engine.close();
      await rm(spools, { recursive: true });
    }
  });
});
