/**
 * A stream of RTP packets from a thread of its own, as fast as it can, so that a test can change what becomes of them in the
 * meantime. Each packet carries its own sequence number and timestamp in its payload, and which it is of all. Where too many
 * of them were not seen yet it waits for them and draws breath: a reader that has less of the machine than the sender would
 * never come to the newest.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface PacketStream {
  /** Where it sends from. */
  readonly port: number;
  readonly ssrc: number;
  /** A packet of it was seen, wherever it came to. */
  saw(): void;
  stop(): Promise<void>;
}

const program = `
const { parentPort, workerData } = require('node:worker_threads');
const { createSocket } = require('node:dgram');
const { to, ssrc, atOnce, seen, most, patienceMs } = workerData;
const socket = createSocket('udp4');
let sequence = 1000;
let sent = 0;
let lost = 0;
const unseen = () => sent - lost - Atomics.load(seen, 0);
function packet() {
  const bytes = Buffer.alloc(172);
  bytes[0] = 0x80;
  bytes[1] = 8;
  bytes.writeUInt16BE(sequence, 2);
  bytes.writeUInt32BE(160 * sequence, 4);
  bytes.writeUInt32BE(ssrc, 8);
  bytes.writeUInt16BE(sequence, 12);
  bytes.writeUInt32BE(160 * sequence, 14);
  bytes.writeUInt32BE(++sent, 18);
  sequence = (sequence + 1) & 0xffff;
  return bytes;
}
function breathe(since) {
  if (unseen() > 0 && performance.now() - since < patienceMs) return void setTimeout(breathe, 1, since);
  lost += Math.max(0, unseen());
  round();
}
function round() {
  if (unseen() >= most) return void setTimeout(breathe, 1, performance.now());
  for (let n = 0; n < atOnce; n++) socket.send(packet(), to, '127.0.0.1');
  setImmediate(round);
}
socket.bind(0, '127.0.0.1', () => {
  parentPort.postMessage(socket.address().port);
  parentPort.once('message', round);
});
`;

/** Packets that may be on their way at once, and how long it is waited for such as do not come. */
const MOST = 256;
const PATIENCE_MS = 50;

/** Which packet of its stream it is, from 1 on, whoever changed its header. */
export const countOf = (packet: Buffer): number => packet.readUInt32BE(18);

/** It begins when `begin` is called, and sends to a port on 127.0.0.1. */
export async function packetStream(to: number, atOnce: number): Promise<PacketStream & { begin(): void }> {
  const ssrc = 0x1234_5678;
  const seen = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { to, ssrc, atOnce, seen, most: MOST, patienceMs: PATIENCE_MS };
  const worker = new Worker(program, { eval: true, workerData });
  const [port] = (await once(worker, 'message')) as [number];
  return {
    port,
    ssrc,
    saw: () => void Atomics.add(seen, 0, 1),
    begin: () => worker.postMessage('begin', []),
    stop: async () => {
      await worker.terminate();
    },
  };
}
