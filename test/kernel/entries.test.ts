/**
 * The relay program at the interface while its table is written anew again and again, and packets pour in from another
 * thread: whatever leaves was made by one entry alone, and leaves to where that one says. By links, and by filters of traffic
 * control as on kernels before 6.6.
 */
import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type Direction, KernelPlane, type RelayedDirection } from '../../src/media/kernel/kernel-plane.js';
import type { StandingKind } from '../../src/media/kernel/standing.js';
import { countOf, packetStream } from '../support/media/packet-stream.js';

const LOCAL_PORT = 30_000;
const FROM_PORT = 30_002;
const SWITCHES = 10_000;
/** Of a socket's buffer, what a packet takes at the least, in bytes. */
const LEAST_IN_SOCKET = 256;
/** Packets that wait for their processor: more than net.core.netdev_max_backlog of a machine of ours, 1,000 each. */
const IN_QUEUES = 5_000;
const planeModule = resolve(import.meta.dirname, '../../src/media/kernel/kernel-plane.js');
const options = { ports: { from: 30_000, to: 30_099 } };

/** What an entry does to a packet follows from its number, so that a mixture of two shows. */
const numbersOf = (entry: number) => ({
  ssrcOut: 0x5000_0000 + entry,
  sequenceOffset: (entry * 7919) & 0xffff,
  timestampOffset: Math.imul(entry, 2_654_435_761) >>> 0,
  payloadType: entry & 0x7f,
});

async function open(port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 22 });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** By their sequence numbers. */
const isNewer = (one: number, than: number): boolean => one !== than && ((one - than) & 0xffff) < 0x8000;

function started(plane: KernelPlane, direction: Direction): RelayedDirection {
  const relayed = plane.start(direction);
  if (!relayed) throw new Error('the kernel plane did not take the direction');
  return relayed;
}

/** A direction that the kernel relays by now: one whose beginning came to the socket is begun anew. */
async function relaying(start: () => RelayedDirection): Promise<RelayedDirection> {
  for (;;) {
    const relayed = start();
    await turn();
    if (relayed.counters().packets > 0) return relayed;
    relayed.stop();
  }
}

/** Looks at each packet that a peer gets: which entry made it, and what of it is another's. */
class Peer {
  heard = 0;
  /** The last of the stream that it heard. */
  last = 0;
  readonly wrong: string[] = [];
  constructor(
    readonly socket: Socket,
    readonly parity: 0 | 1,
  ) {
    socket.on('message', (bytes, from) => this.#look(bytes, from.port));
  }

  #look(bytes: Buffer, from: number): void {
    this.heard++;
    this.last = Math.max(this.last, countOf(bytes));
    const entry = bytes.readUInt32BE(8) - 0x5000_0000;
    const wanted = numbersOf(entry);
    const sequence = (bytes.readUInt16BE(2) - bytes.readUInt16BE(12)) & 0xffff;
    const timestamp = (bytes.readUInt32BE(4) - bytes.readUInt32BE(14)) >>> 0;
    const seen = { sequence, timestamp, payloadType: (bytes[1] ?? 0) & 0x7f, from, parity: entry & 1 };
    const right = { sequence: wanted.sequenceOffset, timestamp: wanted.timestampOffset, payloadType: wanted.payloadType, from: FROM_PORT, parity: this.parity }; // prettier-ignore
    if (JSON.stringify(seen) !== JSON.stringify(right)) this.wrong.push(`${entry}: ${JSON.stringify(seen)}`);
  }

  /** Waits until it has heard so many. */
  async until(heard: number): Promise<void> {
    while (this.heard < heard) await once(this.socket, 'message');
  }
}

for (const standing of ['link', 'filter'] as const satisfies StandingKind[])
  describe(`the table of the kernel plane, by a ${standing}`, function () {
    this.timeout(420_000); // ten thousand turns, and as many packets as a starved sender has time for
    let plane: KernelPlane;
    let local: Socket;
    let peers: readonly [Peer, Peer];
    /** The newest that came to the socket. */
    let newest = 0;
    let atSocket = 0;
    let lastAtSocket = 0;

    beforeEach(async () => {
      plane = new KernelPlane({ ...options, standing });
      local = await open(LOCAL_PORT);
      local.on('message', (bytes) => {
        const sequence = bytes.readUInt16BE(2);
        if (isNewer(sequence, newest)) newest = sequence;
        lastAtSocket = countOf(bytes);
        atSocket++;
      });
      peers = [new Peer(await open(0), 0), new Peer(await open(0), 1)];
    });
    afterEach(() => {
      plane.close();
      for (const socket of [local, ...peers.map((peer) => peer.socket)]) socket.close();
    });

    /** Waits for so many more at the socket. */
    const untilAtSocket = async (more: number): Promise<void> => {
      const wanted = atSocket + more;
      const isThere = (): boolean => atSocket >= wanted;
      while (!isThere()) await once(local, 'message');
    };
    const directionOf = (entry: number, source: { port: number; ssrc: number }, after: number): Direction => {
      const { ssrcOut, sequenceOffset, timestampOffset, payloadType } = numbersOf(entry);
      return {
        local: '127.0.0.1',
        localPort: LOCAL_PORT,
        source: '127.0.0.1',
        sourcePort: source.port,
        ssrcIn: source.ssrc,
        from: '127.0.0.1',
        fromPort: FROM_PORT,
        to: '127.0.0.1',
        toPort: (entry & 1 ? peers[1] : peers[0]).socket.address().port,
        ssrcOut,
        sequenceOffset,
        timestampOffset,
        payloadTypes: [{ in: 8, out: payloadType }],
        after,
        dscp: 46,
        ttl: 64,
        clockRate: 8000,
        jitter: 0,
        keeper: undefined,
      };
    };
    const switches = standing === 'link' ? SWITCHES : SWITCHES / 5;
    it(`is written ${switches} times under load: no packet is made by two entries, none goes the old way by the new`, async () => {
      const stream = await packetStream(LOCAL_PORT, 8);
      try {
        for (const socket of [local, ...peers.map((peer) => peer.socket)]) socket.on('message', () => stream.saw());
        stream.begin();
        await once(local, 'message');
        let relayedPackets = 0;
        for (let entry = 0; entry < switches; entry++) {
          const peer = peers[entry & 1 ? 1 : 0];
          const { heard } = peer;
          const start = (): RelayedDirection => started(plane, directionOf(entry, stream, newest));
          const relayed = entry % 50 === 0 ? await relaying(start) : start();
          if (entry % 50 === 0) await peer.until(heard + 1);
          else await turn();
          const counters = relayed.stop();
          relayedPackets += counters.packets;
          if (counters.packets > 0 && isNewer(counters.lastSequence, newest)) newest = counters.lastSequence;
        }
        for (const peer of peers) expect(peer.wrong.slice(0, 3)).to.deep.equal([]);
        // Of each fiftieth entry one at the least, however seldom the other thread has time to send.
        expect(relayedPackets, 'packets by the kernel').to.be.at.least(switches / 50);
        // More than can wait for it in its socket and in the queues of the processors: what comes then was sent since.
        await untilAtSocket(Math.ceil(local.getRecvBufferSize() / LEAST_IN_SOCKET) + IN_QUEUES);
        const since = lastAtSocket;
        await untilAtSocket(1_000);
        for (const { last } of peers) expect(last, 'nothing after the last entry was switched off').to.be.below(since);
      } finally {
        await stream.stop();
      }
    });
  });

describe('a filter of traffic control, which outlives its process', function () {
  const filters = (): string[] =>
    spawnSync('tc', ['filter', 'show', 'dev', 'lo', 'ingress'], { encoding: 'utf8' }).stdout.match(
      /halina_relay:\d+/g,
    ) ?? [];

  it('is removed at the end, and one that was left behind by whoever comes next', async () => {
    const script = `import(${JSON.stringify(planeModule)}).then(({ KernelPlane }) => {
      new KernelPlane({ ports: { from: 31000, to: 31099 }, standing: 'filter' });
      setInterval(() => {}, 1000);
      console.log('ready');
    });`;
    const killed = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(killed.stdout, 'data');
    expect(filters()).to.deep.equal([`halina_relay:${killed.pid}`]);
    const own = new KernelPlane({ ...options, standing: 'filter' });
    expect(filters(), 'one that lives is left alone').to.have.members([
      `halina_relay:${killed.pid}`,
      `halina_relay:${process.pid}`,
    ]);
    own.close();
    killed.kill('SIGKILL');
    await once(killed, 'close');
    expect(filters()).to.deep.equal([`halina_relay:${killed.pid}`]);
    const next = new KernelPlane({ ...options, standing: 'filter' });
    expect(filters()).to.deep.equal([`halina_relay:${process.pid}`]);
    next.close();
    expect(filters()).to.deep.equal([]);
  });

  it('lets packets go to the socket once its process has given no sign of life for a second', async () => {
    const plane = new KernelPlane({ ...options, standing: 'filter' });
    const [local, peer] = [await open(LOCAL_PORT), await open(0)];
    const stream = await packetStream(LOCAL_PORT, 1);
    try {
      for (const socket of [local, peer]) socket.on('message', () => stream.saw());
      stream.begin();
      const [first] = (await once(local, 'message')) as [Buffer];
      let newest = first.readUInt16BE(2);
      local.on('message', (bytes) => (newest = bytes.readUInt16BE(2)));
      const direction = (): Direction => ({
        local: '127.0.0.1', localPort: LOCAL_PORT, source: '127.0.0.1', sourcePort: stream.port, ssrcIn: stream.ssrc,
        from: '127.0.0.1', fromPort: FROM_PORT, to: '127.0.0.1', toPort: peer.address().port, ssrcOut: 1,
        sequenceOffset: 0, timestampOffset: 0, payloadTypes: [{ in: 8, out: 8 }], after: newest,
        dscp: 46, ttl: 64, clockRate: 8000, jitter: 0, keeper: undefined,
      }); // prettier-ignore
      const heard = once(peer, 'message');
      const relayed = await relaying(() => started(plane, direction()));
      await heard;
      const stalledFor = performance.now();
      while (performance.now() - stalledFor < 1_500); // nothing of this process runs
      const { packets, lastSequence } = relayed.counters();
      expect(packets).to.be.greaterThan(0);
      while (!isNewer(newest, lastSequence)) await once(local, 'message');
      relayed.stop();
    } finally {
      await stream.stop();
      plane.close();
      for (const socket of [local, peer]) socket.close();
    }
  });
});
