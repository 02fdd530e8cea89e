import { expect } from 'chai';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newCallId } from '../../../src/base/call-id.js';
import { silentLog } from '../../../src/base/log.js';
import type { MediaSession } from '../../../src/media/engine.js';
import { EmbeddedEngine } from '../../../src/media/session/embedded-engine.js';
import { callEntry } from '../../support/media/entry.js';
import { RtpPeer } from '../../support/media/rtp-peer.js';
import { promptFolder, sine, wavOf } from '../../support/media/wav.js';

const loopback = { local: '127.0.0.1', advertised: '127.0.0.1' };

describe('the embedded media engine, with a real process and real sockets', () => {
  let engine: EmbeddedEngine;
  let folder: string;
  let spools: string;
  let caller: RtpPeer;
  let handset: RtpPeer;
  let session: MediaSession;
  const id = newCallId(Date.now());

  before(async () => {
    folder = await promptFolder({ 'pl/notice': wavOf(sine(600, 310)) });
    spools = await mkdtemp(join(tmpdir(), 'halina-spools-'));
    engine = await EmbeddedEngine.start({
      ports: { from: 41_000, to: 41_999 },
      portDrainMs: 0,
      engines: 1,
      silenceTimeoutMs: 0,
      promptFolders: [folder],
      budget: { reserve: () => Promise.resolve(true) },
      log: silentLog,
    });
  });

  after(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
    await rm(spools, { recursive: true });
  });

  beforeEach(async () => {
    caller = await RtpPeer.open();
    handset = await RtpPeer.open();
    session = await engine.openSession({ id, addresses: { outside: loopback, inside: loopback } });
  });

  afterEach(async () => {
    await session.close();
    caller.close();
    handset.close();
  });

  const connect = (): void => {
    caller.learn(session.acceptOffer('outside', caller.sdp()));
    handset.learn(session.createOffer('inside'));
    session.acceptAnswer('inside', handset.sdp());
  };

  it('plays a prompt whole, at once, to the address of the SDP', async () => {
    caller.learn(session.acceptOffer('outside', caller.sdp()));
    const evidence = await session.play('outside', { name: 'notice', language: 'pl' });
    expect(evidence.framesTotal).to.equal(16);
    expect(evidence.framesSent).to.equal(16);
    await caller.until(() => caller.heard.length === 16);
    expect(evidence.endedAt - evidence.beganAt).to.be.within(300, 400);
    expect(evidence.sha256).to.equal(engine.prompt('notice', 'pl')?.sha256);
  });

  it('relays both ways and spools both directions', async () => {
    connect();
    const path = join(spools, `${id}.pcap`);
    session.bridge();
    await session.startSpool(path, callEntry(id));
    for (let i = 0; i < 5; i++) {
      caller.send(0x10 + i);
      handset.send(0x20 + i);
    }
    await Promise.all([caller.until(() => caller.heard.length === 5), handset.until(() => handset.heard.length === 5)]);
    expect(handset.heard.map(({ payload }) => payload[0])).to.deep.equal([0x10, 0x11, 0x12, 0x13, 0x14]);
    expect(new Set(handset.heard.map(({ ssrc }) => ssrc)).size).to.equal(1);
    const { stats, spool } = await session.close();
    expect(stats.outside.packetsReceived).to.equal(5);
    expect(stats.inside.packetsSent).to.equal(5);
    const bytes = await readFile(path);
    expect(spool).to.deep.equal({ path, bytes: bytes.length, dropped: 0, cut: undefined });
    expect(bytes.length).to.be.greaterThan(10 * 172);
  });
});
