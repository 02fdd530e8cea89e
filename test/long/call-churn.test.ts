/**
 * A hundred thousand calls come and go in one media process, each with its four sockets and its spool: what they had is let go
 * of, and the process is as large at the end as when it had warmed up. `HALINA_CHURN_CALLS` makes it shorter.
 */
import { expect } from 'chai';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newCallId } from '../../src/base/call-id.js';
import { silentLog } from '../../src/base/log.js';
import { EmbeddedEngine } from '../../src/media/session/embedded-engine.js';
import { privateKb } from '../support/e2e/memory.js';
import { needsNamespace } from '../support/e2e/network.js';
import { callEntry } from '../support/media/entry.js';
import { RtpPeer } from '../support/media/rtp-peer.js';

const CALLS = Number(process.env['HALINA_CHURN_CALLS'] ?? 100_000);
/** Calls at once. */
const AT_ONCE = 16;
/** So many calls until everything has been compiled and every pool has been filled. */
const WARM = Math.min(10_000, CALLS / 4);
/** Packets that each side says: the kernel takes the last of them. */
const PACKETS = 10;
const loopback = { local: '127.0.0.1', advertised: '127.0.0.1' };

interface State {
  readonly kb: number;
  readonly descriptors: number;
}

describe(`${CALLS} calls, one after another and ${AT_ONCE} at once`, function () {
  this.timeout(3 * 3_600_000);
  before(needsNamespace);

  it('leave no memory, no socket and no descriptor behind', async () => {
    const spools = await mkdtemp(join(tmpdir(), 'halina-churn-'));
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
    const [pid = 0] = engine.pids;
    const state = async (): Promise<State> => ({
      kb: privateKb(pid),
      descriptors: (await readdir(`/proc/${pid}/fd`)).length,
    });
    try {
      let made = 0;
      const call = async (caller: RtpPeer, handset: RtpPeer): Promise<void> => {
        const id = newCallId(Date.now());
        const session = await engine.openSession({ id, addresses: { outside: loopback, inside: loopback } });
        caller.learn(session.acceptOffer('outside', caller.sdp()));
        handset.learn(session.createOffer('inside'));
        session.acceptAnswer('inside', handset.sdp());
        await session.startSpool(join(spools, `${id}.pcap`), callEntry(id));
        session.bridge();
        await session.stats();
        for (let n = 0; n < PACKETS; n++) {
          caller.send();
          handset.send();
        }
        await Promise.all([caller, handset].map((peer) => peer.until(() => peer.heard.length >= PACKETS)));
        caller.heard.length = handset.heard.length = 0;
        const { spool } = await session.close();
        if (spool) await rm(spool.path);
      };
      const worker = async (until: number): Promise<void> => {
        const [caller, handset] = [await RtpPeer.open(), await RtpPeer.open()];
        while (made < until) {
          made++;
          await call(caller, handset);
        }
        for (const peer of [caller, handset]) peer.close();
      };
      const run = (until: number): Promise<unknown> =>
        Promise.all(Array.from({ length: AT_ONCE }, () => worker(until)));
      await run(WARM);
      const warm = await state();
      const states: State[] = [];
      for (let part = 1; part <= 5; part++) {
        await run(WARM + ((CALLS - WARM) * part) / 5);
        states.push(await state());
        console.log(made, JSON.stringify(states.at(-1)), 'at first', JSON.stringify(warm));
      }
      const last = states.at(-1);
      expect(last?.descriptors, 'descriptors').to.be.at.most(warm.descriptors + 4);
      const least = Math.min(...states.slice(-3).map(({ kb }) => kb));
      expect(least, 'kB').to.be.at.most(warm.kb * 1.25 + 8_192);
    } finally {
      await engine.close();
      await rm(spools, { recursive: true });
    }
  });
});
