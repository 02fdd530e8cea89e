/**
 * What a DTLS handshake costs our side of it, and what a packet of 20 ms costs to encrypt and to decrypt, by suite, beside what Node's own objects cost for the same:
 * CPU time, the median of seven runs. `npm run bench:srtp`.
 */
import { createCipheriv, createHmac } from 'node:crypto';
import { DtlsEndpoint, makeIdentity } from '../src/dtls/index.js';
import { SrtpReceiver, SrtpSender, suiteNames, suites, TRAILER_BYTES } from '../src/srtp/index.js';

const PACKETS = 50_000;
const RUNS = 7;
const PLAIN = 172;

function cpuMicroseconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / PACKETS;
}

function median(work: () => void): string {
  work(); // warm
  const all = Array.from({ length: RUNS }, () => cpuMicroseconds(work)).sort((a, b) => a - b);
  return (all[RUNS >> 1] ?? 0).toFixed(2);
}

function both(name: (typeof suiteNames)[number]): { protect: string; unprotect: string } {
  const master = {
    suite: name,
    key: new Uint8Array(suites[name].keyBytes),
    salt: new Uint8Array(suites[name].saltBytes),
  };
  let sequence = 0;
  const sender = new SrtpSender(master);
  const packet = Buffer.alloc(PLAIN + TRAILER_BYTES);
  packet[0] = 0x80;
  const protect = median(() => {
    for (let i = 0; i < PACKETS; i++) {
      packet.writeUInt16BE(sequence++ & 0xffff, 2);
      sender.protect(packet, PLAIN);
    }
  });
  const rounds = RUNS + 1;
  const other = new SrtpSender(master);
  let end = 0;
  const wire = Array.from({ length: PACKETS * rounds }, (_, i) => {
    packet.writeUInt16BE(i & 0xffff, 2);
    end = other.protect(packet, PLAIN);
    return Buffer.from(packet.subarray(0, end));
  });
  const receiver = new SrtpReceiver(master);
  let at = 0;
  const unprotect = median(() => {
    for (let i = 0; i < PACKETS; i++) {
      const bytes = wire[at++];
      if (!bytes || receiver.unprotect(bytes, bytes.length) !== PLAIN) throw new Error('a packet was not taken');
    }
  });
  return { protect, unprotect };
}

const objects = median(() => {
  const [key, iv, bytes] = [Buffer.alloc(16), Buffer.alloc(16), Buffer.alloc(PLAIN)];
  for (let i = 0; i < PACKETS; i++) {
    createCipheriv('aes-128-ctr', key, iv).update(bytes.subarray(12));
    createHmac('sha1', key).update(bytes).digest();
  }
});

console.log('µs of CPU a packet of 160 bytes');
for (const name of suiteNames) {
  const { protect, unprotect } = both(name);
  console.log(`${name.padEnd(26)} encrypt ${protect}  decrypt ${unprotect}`);
}
console.log(`${'CTR and HMAC by objects'.padEnd(26)} encrypt ${objects}`);

const HANDSHAKES = 300;

/** Milliseconds of CPU of both ends of a handshake, a certificate each included or not. */
function handshakes(fresh: boolean): number {
  const [ours, theirs] = [makeIdentity(0), makeIdentity(0)];
  const before = process.cpuUsage();
  for (let n = 0; n < HANDSHAKES; n++) {
    const client = new DtlsEndpoint('active', fresh ? makeIdentity(0) : theirs);
    const server = new DtlsEndpoint('passive', fresh ? makeIdentity(0) : ours);
    for (let flight = client.begin(); flight.length > 0;) {
      const answer = flight.flatMap((datagram) => server.receive(datagram));
      flight = answer.flatMap((datagram) => client.receive(datagram));
    }
    if (client.state.at !== 'ready' || server.state.at !== 'ready') throw new Error('a handshake failed');
    client.close();
    server.close();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / HANDSHAKES;
}

handshakes(false); // warm
const [plain, whole] = [false, true].map((fresh) => {
  const all = Array.from({ length: RUNS }, () => handshakes(fresh)).sort((a, b) => a - b);
  return all[RUNS >> 1] ?? 0;
}) as [number, number];
console.log('ms of CPU a DTLS handshake, one end');
console.log(`${'handshake'.padEnd(26)} ${(plain / 2).toFixed(2)}`);
console.log(`${'key pair and certificate'.padEnd(26)} ${((whole - plain) / 2).toFixed(2)}`);
