// Runs alone: three hundred recorded calls in two media processes, of which one is killed.
import { expect } from 'chai';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { silentLog } from '../../src/base/log.js';
import { EmbeddedEngine } from '../../src/media/session/embedded-engine.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { stopAll } from '../support/e2e/process.js';
import { engineLoad } from '../support/media/engine-load.js';
import { checkSpool } from '../support/media/spool-check.js';
import { rtpPeer } from '../support/peers/rtp-peer.js';

const CALLS = 300;
const PEER_BASE = 12_000;
/** What may be lost of a recording: a block of 0.8 s, and the time that the disk takes on a busy machine. */
const LATEST_MS = 2_500;

describe('a media process is killed', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it(`with ${CALLS} calls up: its calls are told, their spools are there, and the others lose nothing`, async () => {
    const spools = await mkdtemp(join(tmpdir(), 'halina-killed-'));
    const engine = await EmbeddedEngine.start({
      ports: { from: 20_000, to: 29_999 },
      portDrainMs: 0,
      engines: 2,
      silenceTimeoutMs: 0,
      plane: 'auto',
      promptFolders: [],
      budget: { reserve: () => Promise.resolve(true) },
      log: silentLog,
    });
    try {
      const peer = await rtpPeer({ address: address.provider, base: PEER_BASE, count: 2 * CALLS, load: true });
      const load = { calls: CALLS, address: address.officeFace, peerAddress: address.provider, peerBase: PEER_BASE };
      const sessions = await engineLoad(engine, { ...load, spools });
      await wait(3_000); // of sound
      const lost = new Set<number>();
      const half = new Promise<void>((resolve) =>
        sessions.forEach((session, n) =>
          session.hear(({ type }) => {
            if (type === 'lost' && lost.add(n).size === CALLS / 2) resolve();
          }),
        ),
      );
      peer.reset();
      const killedAt = Date.now();
      process.kill(engine.pids[0] ?? Number.NaN, 'SIGKILL');
      await half;
      await wait(2_000);
      const figures = await peer.finish();
      const ended = await Promise.all(sessions.map((session) => session.close()));

      expect(lost.size, 'calls that were told').to.equal(CALLS / 2);
      expect(figures.lostPct, 'packets of the other calls').to.equal(0);
      expect(figures.measured).to.be.greaterThan(CALLS * 50);
      const left = new Set((await readdir(spools)).map((name) => join(spools, name)));
      for (const [n, { spool }] of ended.entries()) {
        if (lost.has(n)) continue;
        expect(spool).to.include({ dropped: 0, cut: undefined });
        expect(await checkSpool(spool?.path ?? '')).to.include({ whole: true, missing: 0, doubled: 0 });
        left.delete(spool?.path ?? '');
      }
      expect(left.size, 'spools for recovery').to.equal(CALLS / 2);
      for (const path of left) {
        const { damaged, missing, endsAt } = await checkSpool(path);
        expect({ damaged, missing }).to.deep.equal({ damaged: false, missing: 0 });
        expect(killedAt - endsAt, 'ms before it was killed').to.be.below(LATEST_MS);
      }
    } finally {
      await engine.close();
      await rm(spools, { recursive: true });
    }
  });
});
