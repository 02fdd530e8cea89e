/**
 * A stream of RTP packets from a thread of its own, as fast as it can or at a pace, so that a test can change what becomes
 * of them in the meantime. Each packet carries its own sequence number and timestamp in its payload, and which it is of all.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface PacketStream {
  /** Where it sends from. */
  readonly port: number;
  readonly ssrc: number;
  stop(): Promise<void>;
}

const program = `
const { parentPort, workerData } = require('node:worker_threads');
const { createSocket } = require('node:dgram');
const { to, ssrc, atOnce } = workerData;
const socket = createSocket('udp4');
let sequence = 1000;
let sent = 0;
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
function round() {
  for (let n = 0; n < atOnce; n++) socket.send(packet(), to, '127.0.0.1');
  setImmediate(round);
}
socket.bind(0, '127.0.0.1', () => {
  parentPort.postMessage(socket.address().port);
  parentPort.once('message', round);
});
`;

/** Which packet of its stream it is, from 1 on, whoever changed its header. */
export const countOf = (packet: Buffer): number => packet.readUInt32BE(18);

/** It begins when `begin` is called, and sends to a port on 127.0.0.1. */
export async function packetStream(to: number, atOnce: number): Promise<PacketStream & { begin(): void }> {
  const ssrc = 0x1234_5678;
  const worker = new Worker(program, { eval: true, workerData: { to, ssrc, atOnce } });
  const [port] = (await once(worker, 'message')) as [number];
  return {
    port,
    ssrc,
    begin: () => worker.postMessage('begin', []),
    stop: async () => {
      await worker.terminate();
    },
  };
}
