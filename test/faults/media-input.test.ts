/** What strangers and broken peers do to media, item by item: the call goes on, and what can be counted is. */
import { expect } from 'chai';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallId } from '../../src/base/brands.js';
import { newCallId } from '../../src/base/call-id.js';
import { silentLog } from '../../src/base/log.js';
import type { LegStats, MediaSession } from '../../src/media/engine.js';
import { EmbeddedEngine } from '../../src/media/session/embedded-engine.js';
import { SdpError } from '../../src/sdp/index.js';
import { readSpool } from '../../src/spool/pcap-reader.js';
import { callEntry } from '../support/media/entry.js';
import { RtpPeer } from '../support/media/rtp-peer.js';
import { until } from '../support/until.js';

const loopback = { local: '127.0.0.1', advertised: '127.0.0.1' };

describe('media of a call in progress, under', () => {
  let engine: EmbeddedEngine;
  let folder: string;
  let session: MediaSession;
  let caller: RtpPeer;
  let handset: RtpPeer;
  let id: CallId;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halina-media-faults-'));
    engine = await EmbeddedEngine.start({
      ports: { from: 30_000, to: 30_999 },
      portDrainMs: 0,
      engines: 1,
      silenceTimeoutMs: 0,
      plane: 'session',
      promptFolders: [],
      budget: { reserve: () => Promise.resolve(true) },
      log: silentLog,
    });
  });
  after(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    id = newCallId(Date.now());
    [caller, handset] = await Promise.all([RtpPeer.open(), RtpPeer.open()]);
    session = await engine.openSession({ id, addresses: { outside: loopback, inside: loopback } });
    caller.learn(session.acceptOffer('outside', caller.sdp()));
    handset.learn(session.createOffer('inside'));
    session.acceptAnswer('inside', handset.sdp());
    session.bridge();
    await session.stats();
    await talks();
  });
  afterEach(async () => {
    await talks();
    await session.close();
    caller.close();
    handset.close();
  });

  let said = 0;
  /** One packet each way arrives: the call goes on. */
  const talks = async (): Promise<void> => {
    const word = Buffer.alloc(160, ++said & 0xff);
    // A leg takes so many packets a second and no more: a word that it does not take is said again.
    const say = async (from: RtpPeer, to: RtpPeer): Promise<void> => {
      const again = setInterval(() => from.send(word), 2_000);
      from.send(word);
      await to.until(() => to.heard.some(({ payload }) => payload.equals(word)));
      clearInterval(again);
    };
    await say(caller, handset);
    await say(handset, caller);
  };
  const outside = async (): Promise<LegStats> => (await session.stats()).outside;
  /** Numbers of the packets on a peer's line from `from` on, counted from the first. */
  const line = (peer: RtpPeer, from: number): number[] => {
    const [first, ...rest] = peer.heard.slice(from).map(({ sequence }) => sequence);
    return [0, ...rest.map((sequence) => (sequence - (first ?? 0)) & 0xffff)];
  };

  it('RTP from strangers: none of it is heard, all of it is counted', async () => {
    const strangers = await Promise.all(
      ['127.0.0.2', '127.0.0.3', '127.0.0.1'].map((address) => RtpPeer.open(address)),
    );
    for (const stranger of strangers) {
      stranger.to = caller.to;
      for (let n = 0; n < 100; n++) stranger.send(0xee);
      await session.stats(); // in pieces that the socket's buffer holds on a busy machine too
    }
    await talks();
    expect(handset.heard.some(({ payload }) => payload[0] === 0xee && payload[159] === 0xee)).to.equal(false);
    expect(strangers.flatMap(({ heard }) => heard)).to.deep.equal([]);
    expect((await outside()).packetsRejected).to.equal(300);
    for (const stranger of strangers) stranger.close();
  });

  it('wrong payload types, and datagrams of every length and content', async () => {
    for (let type = 1; type < 128; type++) if (![8, 13, 101].includes(type)) caller.send(0xee, { payloadType: type });
    await session.stats();
    for (let length = 0; length < 2_000; length += 37) caller.sendRaw(Buffer.alloc(length, length));
    const heard = handset.heard.length;
    await talks();
    const passed = handset.heard.slice(heard).map(({ payload }) => payload.toString('hex'));
    expect(new Set(passed).size, 'nothing but the word').to.equal(1);
    expect((await outside()).packetsRejected).to.be.at.least(124);
  });

  it('an SSRC that changes with every packet: one stream comes out', async () => {
    const from = handset.heard.length;
    for (let n = 0; n < 20; n++) {
      caller.ssrc += 7;
      caller.sequence = (caller.sequence + 12_345) & 0xffff;
      caller.timestamp = (caller.timestamp + 999_999) >>> 0;
      caller.send(n);
    }
    await handset.until(() => handset.heard.length === from + 20);
    expect(line(handset, from)).to.deep.equal(Array.from({ length: 20 }, (_, n) => n));
    expect(new Set(handset.heard.map(({ ssrc }) => ssrc)).size).to.equal(1);
  });

  it('loss, reordering and duplicates: passed on as they are, but for the duplicates', async () => {
    const from = handset.heard.length;
    const base = caller.sequence;
    const received = (await outside()).packetsReceived;
    for (const n of [0, 1, 4, 2, 2, 4, 7, 6, 8]) {
      caller.sequence = base + n;
      caller.timestamp = 5_000 + n * 160;
      caller.send(n);
    }
    await handset.until(() => handset.heard.length === from + 7);
    expect(line(handset, from)).to.deep.equal([0, 1, 4, 2, 7, 6, 8]);
    const stats = await outside();
    expect(stats).to.include({ packetsLost: 2, packetsLate: 2, packetsDuplicate: 2 });
    expect(stats.packetsReceived).to.equal(received + 7);
  });

  it('a burst of 200 packets at once', async () => {
    const from = handset.heard.length;
    for (let n = 0; n < 200; n++) caller.send(n & 0xff);
    await handset.until(() => handset.heard.length === from + 200);
    expect((await outside()).packetsLost).to.equal(0);
  });

  it('a storm of keys: some are told, the rest is dropped', async () => {
    const told: string[] = [];
    session.hear((news) => {
      if (news.type === 'dtmf') told.push(news.digit);
    });
    const began = performance.now();
    for (let n = 0; n < 1_000; n++) {
      caller.send(Buffer.from([n % 10, 0x8a, 3, 32]), { payloadType: 101, marker: true, lasts: 800 });
      // In pieces that the socket's queue holds: it is read bit by bit, and by another way than questions come.
      const isRead = async (): Promise<boolean> => (await outside()).packetsRejected + told.length > n;
      if (n % 100 === 99) await until(`${n + 1} keys are read`, isRead);
    }
    const seconds = (performance.now() - began) / 1000;
    expect(told.length, 'at once 32, and then 16 a second').to.be.within(32, 33 + 16 * seconds);
  });

  it('a disk that is full: the recording is cut, the call is told of it', async () => {
    const cut = new Promise((resolve) => session.hear(resolve));
    await session.startSpool('/dev/full', callEntry(id));
    expect(await cut).to.deep.equal({ type: 'recordingCut', reason: 'failed' });
    await talks();
    expect((await session.close()).spool).to.include({ cut: 'failed', bytes: 0 });
    session = await engine.openSession({ id, addresses: { outside: loopback, inside: loopback } });
    caller.learn(session.acceptOffer('outside', caller.sdp()));
    handset.learn(session.acceptOffer('inside', handset.sdp()));
    session.bridge();
    await session.stats();
  });

  it('all of it at once, with a recording that holds what was said and nothing else', async () => {
    const path = join(folder, `${id}.pcap`);
    await session.startSpool(path, callEntry(id));
    const stranger = await RtpPeer.open('127.0.0.2');
    stranger.to = caller.to;
    for (let n = 0; n < 50; n++) {
      stranger.send(0xee);
      caller.sendRaw(Buffer.alloc(n * 40, 0x40));
      caller.send(0x11);
      caller.sequence--;
      caller.send(0x11);
      if (n % 10 === 9) await session.stats();
    }
    await talks();
    await session.close();
    stranger.close();
    const { records, summary } = readSpool(await readFile(path));
    expect(summary).to.deep.include({ damage: [], tailBytes: 0 });
    const sounds = records.flatMap((record) => (record.kind === 'rtp' ? [record.rtp[170]] : []));
    expect(sounds.filter((byte) => byte === 0x11)).to.have.lengthOf(50);
    expect(new Set(sounds).size, 'and the word of both').to.equal(2);
    session = await engine.openSession({ id, addresses: { outside: loopback, inside: loopback } });
    caller.learn(session.acceptOffer('outside', caller.sdp()));
    handset.learn(session.acceptOffer('inside', handset.sdp()));
    session.bridge();
    await session.stats();
  });

  const refused: Record<string, [(sdp: string) => string, number]> = {
    'no codec of ours': [(sdp) => sdp.replace('RTP/AVP 8 0 101', 'RTP/AVP 18'), 488],
    'no media at all': [(sdp) => sdp.slice(0, sdp.indexOf('m=')), 488],
    'port 0': [(sdp) => sdp.replace(/m=audio \d+/, 'm=audio 0'), 488],
    'a broadcast address': [(sdp) => sdp.replaceAll('127.0.0.1', '255.255.255.255'), 488],
    'a multicast address': [(sdp) => sdp.replaceAll('127.0.0.1', '224.0.0.1'), 488],
    'an address of another kind of network': [(sdp) => sdp.replaceAll('IP4 127.0.0.1', 'IP6 2001:db8::1'), 488],
    'a host name': [(sdp) => sdp.replaceAll('127.0.0.1', 'evil.example'), 488],
    garbage: [() => '\0\x01\x02', 400],
    'nothing in it': [() => '', 400],
  };
  for (const [what, [spoil, status]] of Object.entries(refused))
    it(`SDP with ${what}: ${status}, and nothing changes`, () => {
      expect(() => session.acceptOffer('outside', spoil(caller.sdp())))
        .to.throw(SdpError)
        .with.property('status', status);
    });
});
