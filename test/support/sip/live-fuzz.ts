/** Mutated messages at a server that is at work: an application behind it, calls up through it, time going on. */
import { expect } from 'chai';
import { callIn, type CallIn } from '../drachtio/calls.js';
import { Stand } from '../drachtio/stand.js';
import { mutant, randomFrom } from './mutations.js';
import { TcpPeer, UdpPeer } from './peers.js';

const CALLS = 5;
/** Messages before the server is asked whether it is there. */
const BURST = 50;
/** Messages before the calls are asked, and time goes on. */
const ROUND = 5000;

/** A call within which the peer and the application talk to one another. */
interface Up extends CallIn {
  cseq: number;
}

async function callUp(stand: Stand): Promise<Up> {
  const call = await callIn(stand);
  call.dialog.on('info', (_, reply) => reply.send(200));
  // What the mutants make of it: calls are refused, all else is taken.
  for (const verb of ['options', 'register', 'message', 'info', 'refer', 'notify', 'publish', 'subscribe'] as const)
    call.client.srf[verb]((_, reply) => reply.send(verb === 'options' ? 200 : 403));
  call.client.srf.invite((_, reply) => reply.send(486));
  await call.client.routed();
  return { ...call, cseq: 1 };
}

async function isUp(call: Up): Promise<void> {
  call.peer.within(call.sent, call.ok, 'INFO', ++call.cseq);
  await call.peer.expectResponse(200, 'INFO');
}

/** Waits until the server has read what was sent before, by an answer to a request that is right. */
async function probe(peer: UdpPeer, port: number, id: string): Promise<void> {
  const lines = [
    `OPTIONS sip:x@127.0.0.1:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bK${id};rport`,
    'Max-Forwards: 70',
    `From: <sip:probe@127.0.0.1>;tag=${id}`,
    'To: <sip:x@127.0.0.1>',
    `Call-ID: ${id}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  peer.send(`${lines.join('\r\n')}\r\n\r\n`, port);
  for (let text = await peer.next(); ; text = await peer.next()) if (text.includes(`Call-ID: ${id}`)) return;
}

export interface Outcome {
  /** Bytes of the process after each round. */
  readonly sizes: readonly number[];
  /** Messages that the server took, refused, or dropped. */
  readonly read: number;
}

/** Sends so many mutants. */
export async function liveFuzz(protocol: 'udp' | 'tcp', messages: number, seed: number): Promise<Outcome> {
  const random = randomFrom(seed);
  const stand = await Stand.open();
  const prober = await UdpPeer.open();
  const sender = new Sender(protocol, stand.sipPort, prober);
  const sizes: number[] = [];
  try {
    const calls: Up[] = [];
    for (let made = 0; made < CALLS; made++) calls.push(await callUp(stand));
    for (let sent = 0; sent < messages; sent += BURST) {
      await sender.burst(() => mutant(random, random(2) === 0 ? 'byte-wise' : 'along the grammar'));
      await probe(prober, stand.sipPort, `probe-${seed}-${sent}`);
      if (sent % ROUND !== 0) continue;
      for (const call of calls) await isUp(call);
      stand.clock.advance(65_000);
      sizes.push(process.memoryUsage().rss);
    }
    for (const call of calls) await isUp(call);
    expect(stand.server.load.dialogs, 'dialogs').to.equal(CALLS);
    stand.clock.advance(65_000);
    expect(stand.server.load.transactions, 'transactions').to.be.lessThan(100);
    const { messages: taken, refused, dropped } = stand.server.counters;
    return { sizes, read: taken + refused + dropped };
  } finally {
    sender.close();
    await prober.close();
    await stand.close();
  }
}

/** Sends bursts; what a connection carries is given time to be read before it is closed. */
class Sender {
  #open: TcpPeer[] = [];

  constructor(
    private readonly protocol: 'udp' | 'tcp',
    private readonly port: number,
    private readonly udp: UdpPeer,
  ) {}

  async burst(next: () => Buffer): Promise<void> {
    if (this.protocol === 'udp') {
      for (let sent = 0; sent < BURST; sent++) this.udp.send(next(), this.port);
      return;
    }
    const before = this.#open;
    this.#open = [];
    // A stream ends at the first message that has no end: a connection for each few.
    for (let sent = 0; sent < BURST; sent += 5) {
      const peer = await TcpPeer.connect(this.port);
      for (let one = 0; one < 5; one++) peer.send(next());
      this.#open.push(peer);
    }
    for (const peer of before) peer.close();
  }

  close(): void {
    for (const peer of this.#open) peer.close();
  }
}
