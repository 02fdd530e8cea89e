import { expect } from 'chai';
import { newCallId } from '../../../src/base/call-id.js';
import type { FromPlane, PlaneSettings, ToPlane } from '../../../src/media/session/messages.js';
import { PlaneHost } from '../../../src/media/session/plane/host.js';
import type { PacketIo, PacketListener } from '../../../src/media/session/plane/packet-io.js';
import { PortPairs } from '../../../src/media/session/plane/ports.js';
import { encodeSound } from '../../../src/media/session/plane/sound.js';
import { emptyPacket, readRtp, writeRtpHeader } from '../../../src/rtp/packet.js';
import { LocalDescription } from '../../../src/sdp/index.js';
import { callEntry } from '../../support/media/entry.js';
import { MemorySpools, settle } from '../../support/media/memory-spool.js';
import { FakeSocket } from '../../support/media/plane.js';
import { VirtualClock } from '../../support/virtual-clock.js';

/** Sockets in memory, of which some ports are taken by others. */
class MemoryIo implements PacketIo {
  readonly sockets = new Map<number, FakeSocket>();
  readonly taken = new Set<number>();
  readonly listeners = new Map<number, PacketListener>();
  fail: Error | undefined;
  readonly #clock: VirtualClock;
  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  bind(_address: string, port: number, listener: PacketListener) {
    if (this.fail) return Promise.reject(this.fail);
    const old = this.sockets.get(port);
    if (this.taken.has(port) || (old && !old.closed))
      return Promise.reject(Object.assign(new Error(`bind EADDRINUSE ${port}`), { code: 'EADDRINUSE' }));
    const socket = new FakeSocket(port, this.#clock);
    this.sockets.set(port, socket);
    this.listeners.set(port, listener);
    return Promise.resolve(socket);
  }

  get open(): number[] {
    return [...this.sockets].filter(([, socket]) => !socket.closed).map(([port]) => port);
  }
}

type Request = Extract<ToPlane, { type: 'request' }>;
/** A request without what the channel adds. */
type Asked = Request extends infer R ? (R extends Request ? Omit<R, 'type' | 'request'> : never) : never;

describe('the host of sessions', () => {
  let clock: VirtualClock;
  let io: MemoryIo;
  let disk: MemorySpools;
  let host: PlaneHost;
  let said: FromPlane[];
  let requests: number;

  const settings: PlaneSettings = {
    ports: { from: 20_001, to: 20_009 },
    portDrainMs: 5_000,
    maxCalls: 2,
    silenceTimeoutMs: 0,
    plane: 'session',
    prompts: { 'pl/notice': encodeSound(new Int16Array(480)) },
  };

  /** Asks and gives what was answered: the result, or the error's code. */
  const ask = async (asked: Asked): Promise<unknown> => {
    const request = ++requests;
    host.receive({ type: 'request', request, ...asked });
    await settle();
    const answer = said.find((m) => (m.type === 'done' || m.type === 'failed') && m.request === request);
    if (answer?.type === 'done') return answer.result;
    return answer?.type === 'failed' ? answer.code : 'no answer yet';
  };
  const open = (session: number): Promise<unknown> => {
    const addresses = { outside: '127.0.0.1', inside: '127.0.0.1' };
    return ask({ name: 'open', session, id: newCallId(clock.now()), addresses, codes: {} });
  };
  const agree = (session: number, leg: 'outside' | 'inside', port: number, peer = 0, type = 8): void => {
    const local = new LocalDescription({ advertised: '127.0.0.1', local: '127.0.0.1', port: 1, sessionId: '1' });
    const sdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\nm=audio ${port} RTP/AVP ${type}\r\n`;
    const { agreed } = local.answer(sdp, undefined);
    host.receive({ type: 'remote', session, leg, peer, remote: agreed, signalling: undefined });
  };

  beforeEach(async () => {
    clock = new VirtualClock();
    io = new MemoryIo(clock);
    disk = new MemorySpools();
    said = [];
    requests = 0;
    host = new PlaneHost({ clock, io, spools: disk, send: (message) => said.push(message) });
    await ask({ name: 'configure', settings });
  });

  afterEach(() => host.close());

  it('gives each leg an even port for RTP and the odd one after it for RTCP', async () => {
    expect(await open(1)).to.deep.equal({ outside: 20_002, inside: 20_004 });
    expect(io.open).to.deep.equal([20_002, 20_003, 20_004, 20_005]);
  });

  it('goes around ports that other programs sit on, RTP or RTCP', async () => {
    io.taken.add(20_002).add(20_005);
    expect(await open(1)).to.deep.equal({ outside: 20_006, inside: 20_008 });
    expect(io.open).to.deep.equal([20_006, 20_007, 20_008, 20_009]);
  });

  it('says MEDIA_NO_PORTS when all are in use, and keeps nothing of the attempt', async () => {
    await open(1);
    io.taken.add(20_009);
    expect(await open(2)).to.equal('MEDIA_NO_PORTS');
    expect(io.open.filter((port) => port > 20_005)).to.deep.equal([20_006, 20_007]);
    clock.advance(5_000);
    expect(io.open.filter((port) => port > 20_005)).to.deep.equal([]);
    io.taken.clear();
    expect(await open(3)).to.deep.equal({ outside: 20_008, inside: 20_006 });
  });

  it('does not try port after port where the address itself is wrong', async () => {
    io.fail = Object.assign(new Error('bind EADDRNOTAVAIL'), { code: 'EADDRNOTAVAIL' });
    expect(await open(1)).to.equal('MEDIA_NO_PORTS');
    const failed = said.find((message) => message.type === 'failed');
    expect(failed?.message).to.contain('EADDRNOTAVAIL');
    io.fail = undefined;
    clock.advance(5_000);
    expect(await open(2)).to.be.an('object');
  });

  it('keeps ports closed to new calls, and its sockets deaf but open, until they have drained', async () => {
    await open(1);
    await open(2);
    await ask({ name: 'close', session: 1 });
    expect(io.open).to.have.lengthOf(8);
    io.listeners.get(20_002)?.(Buffer.alloc(172, 0x80), '127.0.0.1', 9);
    expect(await open(3)).to.equal('MEDIA_NO_PORTS');
    clock.advance(4_999);
    expect(await open(4)).to.equal('MEDIA_NO_PORTS');
    clock.advance(1);
    expect(io.open).to.have.lengthOf(4);
    expect(await open(5)).to.deep.equal({ outside: 20_002, inside: 20_004 });
  });

  it('refuses what is asked of a session that is not there, and ignores orders for it', async () => {
    expect(await ask({ name: 'stats', session: 9 })).to.equal('MEDIA_NO_SESSION');
    expect(await ask({ name: 'close', session: 9 })).to.equal('MEDIA_NO_SESSION');
    host.receive({ type: 'bridge', session: 9, on: true, party: undefined });
  });

  it('answers a play when the prompt has been sent, and refuses one that it does not have', async () => {
    await open(1);
    agree(1, 'outside', 4_000);
    expect(await ask({ name: 'play', session: 1, leg: 'outside', prompt: 'pl/none', loop: false })).to.equal(
      'MEDIA_NO_PROMPT',
    );
    expect(await ask({ name: 'play', session: 1, leg: 'outside', prompt: 'pl/notice', loop: false })).to.equal(
      'no answer yet',
    );
    const began = clock.now();
    clock.advance(60);
    await settle();
    expect(said.at(-1)).to.deep.include({
      result: { framesSent: 3, framesTotal: 3, beganAt: began, endedAt: began + 60, callerMediaSeen: false },
    });
  });

  it('says that the caller was heard while a prompt played, only if he was', async () => {
    await open(1);
    agree(1, 'outside', 4_000);
    void ask({ name: 'play', session: 1, leg: 'outside', prompt: 'pl/notice', loop: false });
    const packet = Buffer.alloc(172, 0xd5);
    packet.set([0x80, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
    io.listeners.get(20_002)?.(packet, '127.0.0.1', 4_000);
    clock.advance(60);
    await settle();
    expect(said.at(-1)).to.have.nested.property('result.callerMediaSeen', true);
  });

  it('repeats ringing tone: one second of it, four of silence', async () => {
    await open(1);
    agree(1, 'outside', 4_000);
    host.receive({ type: 'tone', session: 1, leg: 'outside', tone: 'ringback' });
    clock.advance(10_000);
    const sent = io.sockets.get(20_002)?.sent ?? [];
    const loud = sent.map(({ bytes }) => bytes.subarray(12).some((byte) => byte !== 0xd5));
    expect(loud).to.have.lengthOf(501);
    expect(loud.map((is, n) => is === n % 250 < 50).every(Boolean)).to.equal(true);
    host.receive({ type: 'tone', session: 1, leg: 'outside', tone: undefined });
    clock.advance(1_000);
    expect(io.sockets.get(20_002)?.sent).to.have.lengthOf(501);
  });

  describe('another peer of a leg', () => {
    const packet = (sequence: number, type: number, fill: number, ssrc: number): Buffer => {
      const bytes = Buffer.alloc(172, fill);
      writeRtpHeader(bytes, 0, false, type, sequence, sequence * 160, ssrc);
      return bytes;
    };
    const headers = (port: number): ReturnType<typeof emptyPacket>[] =>
      (io.sockets.get(port)?.sent ?? []).map(({ bytes }) => {
        const header = emptyPacket();
        readRtp(bytes, header);
        return header;
      });

    beforeEach(async () => {
      await open(1);
      agree(1, 'outside', 4_000);
      agree(1, 'inside', 4_002);
      host.receive({ type: 'bridge', session: 1, on: true, party: undefined });
    });

    it('gets ports of its own, and has the leg once it is agreed with; what comes from the one before is nobody’s', async () => {
      expect(await ask({ name: 'peer', session: 1, leg: 'inside', peer: 1, address: '127.0.0.1' })).to.equal(20_006);
      io.listeners.get(20_004)?.(packet(1, 8, 1, 7), '127.0.0.1', 4_002);
      io.listeners.get(20_006)?.(packet(1, 8, 1, 8), '127.0.0.1', 4_006);
      expect(io.sockets.get(20_002)?.sent).to.have.lengthOf(1);
      agree(1, 'inside', 4_006, 1);
      io.listeners.get(20_004)?.(packet(2, 8, 1, 7), '127.0.0.1', 4_002);
      expect(io.sockets.get(20_002)?.sent).to.have.lengthOf(1);
      io.listeners.get(20_006)?.(packet(2, 8, 1, 8), '127.0.0.1', 4_006);
      expect(io.sockets.get(20_002)?.sent).to.have.lengthOf(2);
      io.listeners.get(20_002)?.(packet(9, 8, 1, 9), '127.0.0.1', 4_000);
      expect(io.sockets.get(20_006)?.sent.at(-1)?.to).to.equal('127.0.0.1:4006');
      clock.advance(5_000);
      expect(io.open).to.deep.equal([20_002, 20_003, 20_006, 20_007]);
    });

    it('with another codec is heard by the other side in one stream with music in between', async () => {
      io.listeners.get(20_004)?.(packet(500, 8, 1, 7), '127.0.0.1', 4_002);
      host.receive({ type: 'bridge', session: 1, on: false, party: undefined });
      void ask({ name: 'play', session: 1, leg: 'outside', prompt: 'pl/notice', loop: true });
      await ask({ name: 'peer', session: 1, leg: 'inside', peer: 1, address: '127.0.0.1' });
      clock.advance(200);
      agree(1, 'inside', 4_006, 1, 0);
      clock.advance(20);
      host.receive({ type: 'bridge', session: 1, on: true, party: { extension: '202', why: 'transferred' } });
      clock.advance(20);
      io.listeners.get(20_006)?.(packet(60_000, 0, 1, 99), '127.0.0.1', 4_006);
      clock.advance(20);
      io.listeners.get(20_006)?.(packet(60_001, 0, 1, 99), '127.0.0.1', 4_006);
      const heard = headers(20_002);
      expect(new Set(heard.map(({ ssrc }) => ssrc)).size).to.equal(1);
      expect(new Set(heard.map(({ payloadType }) => payloadType))).to.deep.equal(new Set([8]));
      heard.slice(1).forEach(({ sequence, timestamp }, i) => {
        expect((sequence - (heard[i]?.sequence ?? 0)) & 0xffff, `packet ${i + 1}`).to.equal(1);
        expect((timestamp - (heard[i]?.timestamp ?? 0)) >>> 0).to.be.within(160, 480);
      });
      expect(heard.length).to.be.greaterThan(12);
    });

    it('that does not come gives its ports back, and the leg stays with whom it had', async () => {
      await ask({ name: 'peer', session: 1, leg: 'inside', peer: 1, address: '127.0.0.1' });
      host.receive({ type: 'forgetPeer', session: 1, leg: 'inside', peer: 1 });
      clock.advance(5_000);
      expect(io.open).to.deep.equal([20_002, 20_003, 20_004, 20_005]);
      io.listeners.get(20_004)?.(packet(1, 8, 1, 7), '127.0.0.1', 4_002);
      expect(io.sockets.get(20_002)?.sent).to.have.lengthOf(1);
    });

    it('stands in the spool with when it came; nothing in between is kept', async () => {
      void ask({ name: 'startSpool', session: 1, path: '/spool/1.pcap', entry: callEntry() });
      host.receive({ type: 'reserved', session: 1, granted: true });
      await settle();
      const [first, second] = [packet(1, 8, 0x55, 7), packet(1, 8, 0x66, 8)];
      io.listeners.get(20_004)?.(first, '127.0.0.1', 4_002);
      host.receive({ type: 'bridge', session: 1, on: false, party: undefined });
      io.listeners.get(20_002)?.(packet(1, 8, 0x77, 9), '127.0.0.1', 4_000);
      await ask({ name: 'peer', session: 1, leg: 'inside', peer: 1, address: '127.0.0.1' });
      agree(1, 'inside', 4_006, 1);
      host.receive({ type: 'bridge', session: 1, on: true, party: { extension: '202', why: 'transferred' } });
      io.listeners.get(20_006)?.(second, '127.0.0.1', 4_006);
      await ask({ name: 'close', session: 1 });
      expect(disk.records('/spool/1.pcap').slice(3)).to.deep.equal([
        'begin',
        'inside 55',
        'apart',
        'codecs inside',
        'party',
        'inside 66',
        'end',
      ]);
    });
  });

  it('asks for the spool’s bytes through the engine and tells of a cut', async () => {
    await open(1);
    const path = '/spool/1.pcap';
    expect(await ask({ name: 'startSpool', session: 1, path, entry: callEntry() })).to.equal('no answer yet');
    expect(said.at(-1)).to.deep.include({ type: 'reserve', session: 1 });
    host.receive({ type: 'reserved', session: 1, granted: true });
    await settle();
    expect(disk.records(path)).to.deep.equal(['call']);
    expect(said.at(-1)?.type).to.equal('done');
    await open(2);
    void ask({ name: 'startSpool', session: 2, path: '/spool/2.pcap', entry: callEntry() });
    host.receive({ type: 'reserved', session: 2, granted: false });
    await settle();
    expect(said.filter(({ type }) => type === 'cut')).to.deep.equal([
      { type: 'cut', session: 2, reason: 'no-room', why: 'the budget has no room for it' },
    ]);
    expect(await ask({ name: 'close', session: 2 })).to.have.nested.property('spool.cut', 'no-room');
  });

  it('gives the spool its own time: wall time once, then what the monotonic clock says', async () => {
    await open(1);
    void ask({ name: 'startSpool', session: 1, path: '/spool/1.pcap', entry: callEntry() });
    host.receive({ type: 'reserved', session: 1, granted: true });
    await settle();
    const bytes = disk.files.get('/spool/1.pcap') ?? Buffer.alloc(0);
    const seconds = bytes.readUInt32LE(24);
    expect(seconds * 1000).to.equal(Math.floor(clock.now() / 1000) * 1000);
  });

  it('lets everything go when the engine does, and writes what was recorded', async () => {
    await open(1);
    void ask({ name: 'startSpool', session: 1, path: '/spool/1.pcap', entry: callEntry() });
    host.receive({ type: 'reserved', session: 1, granted: true });
    await settle();
    agree(1, 'outside', 4_000);
    agree(1, 'inside', 4_002);
    host.receive({ type: 'bridge', session: 1, on: true, party: undefined });
    await open(2);
    await ask({ name: 'close', session: 2 });
    await host.close();
    expect(io.open).to.deep.equal([]);
    expect(clock.pendingTimers).to.equal(0);
    expect(disk.records('/spool/1.pcap')).to.include('begin');
    expect(disk.records('/spool/1.pcap')).not.to.include('end');
  });
});

describe('pairs of ports', () => {
  it('are the whole ones of the range', () => {
    const pairs = new PortPairs({ from: 10_001, to: 10_006 }, 0, new VirtualClock());
    expect([pairs.take(), pairs.take(), pairs.take()]).to.deep.equal([10_002, 10_004, undefined]);
  });

  it('are handed out in turn, the one that rested longest first', () => {
    const pairs = new PortPairs({ from: 10_000, to: 10_005 }, 0, new VirtualClock());
    pairs.release(pairs.take() ?? 0);
    expect(pairs.available).to.equal(3);
    expect([pairs.take(), pairs.take(), pairs.take()]).to.deep.equal([10_002, 10_004, 10_000]);
  });
});
