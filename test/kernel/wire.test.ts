/**
 * A call between two hosts at the ends of virtual Ethernet, with checksum offloading off: what the
 * kernel plane relays is looked at as it comes off the wire, and goes on when the neighbour's entry goes.
 */
import { expect } from 'chai';
import { newCallId } from '../../src/base/call-id.js';
import { silentLog } from '../../src/base/log.js';
import type { MediaSession } from '../../src/media/engine.js';
import { EmbeddedEngine } from '../../src/media/session/embedded-engine.js';
import { FAR_DEVICE, FarHost } from '../support/e2e/far-host.js';
import { framesOf } from '../support/e2e/frames.js';
import { needsNamespace } from '../support/e2e/network.js';
import { type Started, stopAll } from '../support/e2e/process.js';
import { rtpPeerBinary } from '../support/peers/build.js';
import type { RtpPeerFigures } from '../support/peers/rtp-peer.js';

const PORT = 9000;
/** Of a packet in a capture: the record's head, Ethernet, IP, UDP and RTP. */
const FRAME_BYTES = 16 + 14 + 20 + 8 + 172;

const described = (address: string): string =>
  ['v=0', `o=- 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0', `m=audio ${PORT} RTP/AVP 8`, ''].join(
    '\r\n',
  );
const portOf = (sdp: string): number => Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);

describe('the kernel plane on the wire', function () {
  this.timeout(60_000);
  before(needsNamespace);
  let provider: FarHost;
  let handset: FarHost;
  let engine: EmbeddedEngine;
  let session: MediaSession;
  let peers: readonly [Started, Started];
  let ports: { readonly outside: number; readonly inside: number };

  before(async () => {
    provider = await FarHost.open({ name: 'provider', network: '10.91.0' });
    handset = await FarHost.open({ name: 'handset', network: '10.92.0' });
    engine = await EmbeddedEngine.start({
      ports: { from: 30_001, to: 30_999 },
      portDrainMs: 0,
      engines: 1,
      silenceTimeoutMs: 0,
      plane: 'kernel',
      promptFolders: [],
      budget: { reserve: () => Promise.resolve(true) },
      log: silentLog,
    });
    const at = (host: FarHost) => ({ local: host.ours, advertised: host.ours });
    const id = newCallId(Date.now());
    session = await engine.openSession({ id, addresses: { outside: at(provider), inside: at(handset) } });
    const offer = session.acceptOffer('outside', described(provider.address));
    ports = { outside: portOf(offer), inside: portOf(session.createOffer('inside')) };
    session.acceptAnswer('inside', described(handset.address));
    const peer = (host: FarHost): Started =>
      host.start(rtpPeerBinary(), '--address', host.address, '--base', String(PORT), '--load');
    peers = [peer(provider), peer(handset)];
    await Promise.all(peers.map((one) => one.until(/"ready":true/)));
    session.tone('outside', 'ringback'); // a peer speaks when it is spoken to
    await provider.untilArrived(3);
    session.bridge();
    await handset.untilArrived(50);
  });
  after(async () => {
    await engine?.close();
    await stopAll();
    await Promise.all([provider?.close(), handset?.close()]);
  });

  const byKernel = async (): Promise<number> => (await session.stats()).outside.packetsByKernel;

  it('has every checksum, TTL and code point right, from the right port, in order', async () => {
    const before = await byKernel();
    const captures = [await provider.capture('udp'), await handset.capture('udp')];
    await handset.untilArrived(150);
    const files = await Promise.all(captures.map((capture) => capture.stop(150 * FRAME_BYTES)));
    const relayed = (await byKernel()) - before;
    for (const [n, file] of files.entries()) {
      const frames = framesOf(file).filter(({ toPort }) => toPort === PORT);
      expect(frames.length, 'packets').to.be.greaterThan(100);
      expect(relayed, 'of which by the kernel').to.be.greaterThan(frames.length - 60);
      const host = n === 0 ? provider : handset;
      const wanted = { ttl: 64, dscp: 46, from: host.ours, fromPort: n === 0 ? ports.outside : ports.inside, bytes: 180, ipSumHolds: true, udpSumHolds: true }; // prettier-ignore
      for (const { rtp: _rtp, toPort: _port, ...seen } of frames) expect(seen).to.deep.equal(wanted);
      const sequences = frames.map(({ rtp }) => rtp.readUInt16BE(2));
      expect(sequences.map((one) => (one - (sequences[0] ?? 0)) & 0xffff)).to.deep.equal([...sequences.keys()]);
    }
  });

  it('goes on when the neighbour is forgotten, is not answering any more, or has another address', async () => {
    handset.forget();
    await handset.untilArrived(50);
    handset.mistake('stale'); // an entry that has grown old, and wrong
    await handset.untilArrived(50);
    handset.mistake('failed');
    await handset.untilArrived(50);
    handset.run('ip', 'link', 'set', FAR_DEVICE, 'address', '02:00:00:00:00:42');
    await handset.untilArrived(50);
    const before = await byKernel();
    await handset.untilArrived(50);
    expect((await byKernel()) - before, 'the kernel goes on').to.be.greaterThan(30);
  });

  it('lost nothing on the way but what the neighbour was not there for', async () => {
    const figures = await Promise.all(
      peers.map(async (peer) => {
        await peer.stop();
        return JSON.parse(peer.output().trim().split('\n').at(-1) ?? '{}') as RtpPeerFigures;
      }),
    );
    expect(figures[0]?.lostPct, 'towards the provider').to.equal(0);
    expect(figures[1]?.measured).to.be.greaterThan(300);
  });
});
