/**
 * A call whose packets go by the kernel as soon as they can, with the real media process, the real program in the kernel
 * and real sockets, in a network namespace of the test's own: what each peer hears is one stream without gap, double or
 * disorder whatever the two planes hand one another, and the spool has every packet once.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newCallId } from '../../src/base/call-id.js';
import { silentLog } from '../../src/base/log.js';
import type { MediaSession } from '../../src/media/engine.js';
import { EmbeddedEngine } from '../../src/media/session/embedded-engine.js';
import { writeTelephoneEvent } from '../../src/rtp/telephone-event.js';
import { readSpool } from '../../src/spool/pcap-reader.js';
import { callEntry } from '../support/media/entry.js';
import { RtpPeer } from '../support/media/rtp-peer.js';
import { promptFolder, sine, wavOf } from '../support/media/wav.js';
import { until } from '../support/until.js';

const loopback = { local: '127.0.0.1', advertised: '127.0.0.1' };
/** More than the session plane carries before it lets go. */
const SETTLED = 12;

/** Up to seven packets a round go by the socket, of which a leg takes 500 a second. */
/** Between two packets of a stream; telephones have 20. */
const PACE_MS = 2;
const ROUND_MS = 20;

describe('the kernel plane and the session plane of one call', () => {
  let folder: string;
  let engine: EmbeddedEngine;
  let caller: RtpPeer;
  let handset: RtpPeer;
  let session: MediaSession;

  before(async () => {
    folder = await promptFolder({ 'pl/notice': wavOf(sine(600, 310)) });
    engine = await EmbeddedEngine.start({
      ports: { from: 30_001, to: 30_999 },
      portDrainMs: 0,
      engines: 1,
      silenceTimeoutMs: 0,
      plane: 'kernel',
      promptFolders: [folder],
      budget: { reserve: () => Promise.resolve(true) },
      log: silentLog,
    });
  });
  after(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    caller = await RtpPeer.open();
    handset = await RtpPeer.open();
    const id = newCallId(Date.now());
    session = await engine.openSession({
      id,
      addresses: { outside: loopback, inside: loopback },
      codes: { inside: ['*7'] },
    });
    caller.learn(session.acceptOffer('outside', caller.sdp()));
    handset.learn(session.createOffer('inside'));
    session.acceptAnswer('inside', handset.sdp());
  });
  afterEach(async () => {
    await session.close();
    caller.close();
    handset.close();
  });

  const byKernel = async (): Promise<[number, number]> => {
    const { outside, inside } = await session.stats();
    return [outside.packetsByKernel, inside.packetsByKernel];
  };
  /** Both say `packets`, one after another, and hear them. What is said at once on hearing would meet the kernel while it takes over. */
  const talk = async (packets: number): Promise<void> => {
    for (let n = 0; n < packets; n++) {
      await wait(PACE_MS);
      const before = [caller.heard.length, handset.heard.length] as const;
      caller.send(n);
      handset.send(0x80 + (n & 0x7f));
      await Promise.all([
        caller.until(() => caller.heard.length > before[0]),
        handset.until(() => handset.heard.length > before[1]),
      ]);
    }
  };
  const bridge = async (): Promise<void> => {
    session.bridge();
    await session.stats(); // the order is there when what came after it is answered
  };
  /** What a peer hears is one stream: one SSRC, and numbers that rise by one. */
  const expectOneStream = ({ heard }: RtpPeer): void => {
    const [first] = heard;
    expect(new Set(heard.map(({ ssrc }) => ssrc)).size).to.equal(1);
    expect(heard.map(({ sequence }) => (sequence - (first?.sequence ?? 0)) & 0xffff)).to.deep.equal([...heard.keys()]);
    for (const [n, packet] of heard.entries()) {
      const before = heard[n - 1];
      if (before) expect((packet.timestamp - before.timestamp) | 0, `packet ${n}`).to.be.at.least(0);
    }
  };

  it('relays by the kernel after the first packets, both ways, as one stream', async () => {
    await bridge();
    await talk(SETTLED);
    await talk(40);
    const [outside, inside] = await byKernel();
    expect(outside).to.be.within(35, 50);
    expect(inside).to.be.within(35, 50);
    for (const peer of [caller, handset]) expectOneStream(peer);
    expect(handset.heard.map(({ payload }) => payload[0])).to.deep.equal([
      ...Array(SETTLED).keys(),
      ...Array(40).keys(),
    ]);
    const { outside: stats } = await session.stats();
    expect(stats).to.include({
      packetsReceived: 52,
      packetsSent: 52,
      packetsLost: 0,
      packetsDuplicate: 0,
      packetsLate: 0,
    });
  });

  it('goes on as one stream over prompt, relay, hold, relay and a new description of the peer', async () => {
    await session.play('outside', { name: 'notice', language: 'pl' });
    await bridge();
    await talk(30);
    const [first] = await byKernel();
    expect(first).to.be.greaterThan(10);
    caller.learn(
      session.acceptOffer('outside', caller.sdp('8 101', ['a=rtpmap:101 telephone-event/8000', 'a=sendonly'])),
    );
    await session.stats();
    const onHold = handset.heard.length;
    caller.send(1); // it may speak; it wants to hear nothing
    await handset.until(() => handset.heard.length > onHold);
    caller.learn(session.acceptOffer('outside', caller.sdp()));
    await session.stats();
    await talk(30);
    const [second] = await byKernel();
    expect(second - first).to.be.greaterThan(10);
    for (const peer of [caller, handset]) expectOneStream(peer);
  });

  for (const [when, packets] of [
    ['the kernel has long taken over', SETTLED],
    ['the kernel is just taking over', 5],
    ['the first packet of the kernel is on its way', 6],
  ] as const)
    it(`takes keys by the session plane, the code held back, and goes back to the kernel after them: ${when}`, () =>
      code(packets));

  const code = async (packets: number): Promise<void> => {
    await bridge();
    await talk(packets);
    const codes: string[] = [];
    const told = new Promise<void>((resolve) =>
      session.hear((news) => {
        if (news.type !== 'code') return;
        codes.push(news.code);
        resolve();
      }),
    );
    const press = (key: string): void => {
      const event = Buffer.alloc(4);
      const { timestamp } = handset;
      for (let n = 0; n < 3; n++) {
        writeTelephoneEvent(event, 0, key, n === 2, 10, 160 * (n + 1));
        handset.send(Buffer.from(event), { marker: n === 0, payloadType: 101, lasts: 0 });
      }
      handset.timestamp = timestamp + 480;
    };
    press('*');
    press('7');
    await told;
    expect(codes).to.deep.equal(['*7']);
    const before = await byKernel();
    await talk(20);
    const after = await byKernel();
    expect(after[1] - before[1]).to.be.greaterThan(5);
    expect(caller.heard.filter(({ payloadType }) => payloadType === 101)).to.deep.equal([]);
    expectOneStream(caller);
  };

  it('goes on as one stream where the media process had no time while packets came', async function () {
    this.timeout(60_000);
    const [pid = 0] = engine.pids;
    await bridge();
    for (let round = 0; round < 12; round++) {
      session.tone('outside', undefined); // an order: the session plane goes on
      await session.stats();
      await talk(3);
      const heard = handset.heard.length;
      process.kill(pid, 'SIGSTOP');
      for (let n = 0; n < 8; n++) caller.send(n);
      process.kill(pid, 'SIGCONT');
      for (let n = 0; n < 20; n++) {
        caller.send(n);
        await wait(1);
      }
      await handset.until(() => handset.heard.length >= heard + 28);
      expectOneStream(handset);
      await wait(ROUND_MS);
    }
    const [outside] = await byKernel();
    expect(outside).to.be.greaterThan(12 * 3);
  });

  it('goes on as one stream when a packet is left out while the kernel takes over', async () => {
    await bridge();
    await talk(5);
    caller.send(Buffer.from([60]), { payloadType: 13 }); // comfort noise (RFC 3389) is not relayed
    // The next one comes some time after it: a stream has a packet in 20 ms.
    while ((await session.stats()).outside.packetsReceived < 6) await wait(1);
    await talk(20);
    session.tone('outside', undefined); // an order: the session plane goes on
    await talk(20);
    expectOneStream(handset);
  });

  it('lets no packet of a stranger through, and none of them disturbs the call', async () => {
    const stranger = await RtpPeer.open();
    try {
      await bridge();
      await talk(SETTLED);
      stranger.to = caller.to;
      stranger.ssrc = caller.ssrc;
      stranger.sequence = caller.sequence + 5;
      const before = await byKernel();
      for (let n = 0; n < 50; n++) stranger.send(0x55);
      await talk(20);
      const after = await byKernel();
      expect(after[0] - before[0], 'the kernel went on all the time').to.equal(20);
      expect(handset.heard.some(({ payload }) => payload[10] === 0x55 && payload[0] === 0x55)).to.equal(false);
      // They wait at the socket, by which the others do not come.
      await until('each of a stranger is counted', async () => (await session.stats()).outside.packetsRejected === 50);
    } finally {
      stranger.close();
    }
  });

  it('follows a stream that changes its SSRC or jumps, and late packets, without the kernel’s help', async () => {
    await bridge();
    await talk(SETTLED);
    caller.ssrc++;
    caller.sequence = 40_000;
    caller.timestamp = 1;
    await talk(SETTLED);
    expectOneStream(handset);
    caller.sequence += 1; // the next one comes late
    await talk(1);
    caller.sequence -= 2;
    caller.send(0x77);
    await handset.until(() => handset.heard.some(({ payload }) => payload[0] === 0x77));
    caller.sequence += 1;
    await talk(3);
    const { outside } = await session.stats();
    expect(outside).to.include({ packetsLate: 1, packetsLost: 0 });
    expect(handset.heard.length).to.equal(2 * SETTLED + 5);
  });

  it('has every packet of both sides once in the spool, in order and at its time', async () => {
    const spools = await mkdtemp(join(tmpdir(), 'halina-spools-'));
    try {
      const path = join(spools, 'call.pcap');
      await session.startSpool(path, callEntry(session.id));
      await bridge();
      await talk(60);
      const { spool, stats } = await session.close();
      expect(stats.outside.packetsByKernel).to.be.greaterThan(40);
      expect(spool).to.include({ dropped: 0, cut: undefined });
      const { records, summary } = readSpool(await readFile(path));
      expect(summary).to.deep.include({ damage: [], tailBytes: 0 });
      for (const leg of ['outside', 'inside'] as const) {
        const own = records.flatMap((record) => (record.kind === 'rtp' && record.leg === leg ? [record] : []));
        const sequences = own.map(({ rtp }) => ((rtp[2] ?? 0) << 8) | (rtp[3] ?? 0));
        expect(sequences.map((sequence) => sequence - (sequences[0] ?? 0))).to.deep.equal([...Array(60).keys()]);
        expect(own.every(({ timeUs }, n) => n === 0 || timeUs >= (own[n - 1]?.timeUs ?? 0))).to.equal(true);
        expect(own.every(({ timeUs }) => Math.abs(timeUs / 1000 - Date.now()) < 5_000)).to.equal(true);
      }
    } finally {
      await rm(spools, { recursive: true });
    }
  });

  it('is switched on and off thousands of times under load and sends no packet of the old way by the new', async function () {
    this.timeout(60_000);
    await bridge();
    const other = await RtpPeer.open();
    let wrong = 0;
    try {
      const peers = [handset, other] as const;
      for (let round = 0; round < 300; round++) {
        const peer = peers[round % 2] ?? handset;
        session.acceptAnswer('inside', peer.sdp());
        await session.stats();
        const idle = peers[(round + 1) % 2] ?? other;
        const before = [peer.heard.length, idle.heard.length] as const;
        let sent = 0;
        for (const burst of [5, 1, 6]) {
          for (let n = 0; n < burst; n++) caller.send(round & 0xff);
          sent += burst;
          await peer.until(() => peer.heard.length >= before[0] + sent);
        }
        wrong += idle.heard.length - before[1];
        await wait(ROUND_MS);
      }
      expect(wrong).to.equal(0);
      const [outside] = await byKernel();
      expect(outside, 'after five packets by the socket, the kernel').to.be.greaterThan(300 * 4);
    } finally {
      other.close();
    }
  });
});
