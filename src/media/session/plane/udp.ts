/**
 * Packets over Node's `dgram`, where sockets cannot be read by ourselves (`polled-udp.ts`). The address of every packet is
 * a literal, so the look-up that dgram insists on answers at once; dgram hands a datagram to the kernel directly where the
 * kernel takes it, and only otherwise keeps the buffer.
 */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { descriptorOf } from '../../../base/socket-options.js';
import type { PacketIo, PacketSocket } from './packet-io.js';
import { socketCalls } from './socket-calls.js';

/** Bytes of kernel buffer: some seconds of one stream, for the moments in which the process does something else. */
const RECEIVE_BUFFER = 262_144;

class UdpSocket implements PacketSocket {
  readonly port: number;
  readonly #socket: Socket;
  #descriptor: number | undefined;
  #isOpen = true;
  #sendErrors = 0;
  readonly #sent = (error: Error | null): void => {
    if (error) this.#sendErrors++;
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#descriptor = descriptorOf(socket);
    this.port = socket.address().port;
  }

  get hasMore(): boolean {
    return this.#descriptor !== undefined && socketCalls()?.hasWaiting(this.#descriptor) === true;
  }

  get sendErrors(): number {
    return this.#sendErrors;
  }

  send(bytes: Uint8Array, start: number, end: number, port: number, address: string): boolean {
    this.#socket.send(bytes, start, end - start, port, address, this.#sent);
    return this.#socket.getSendQueueCount() === 0;
  }

  pass(bytes: Uint8Array, start: number, end: number, port: number, address: string): void {
    this.#socket.send(bytes, start, end - start, port, address);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#descriptor = undefined; // another's from now on
    this.#socket.close();
  }
}

/** @param prepare called with each bound socket, to set what Node has no option for */
export const udpIo = (prepare: (socket: Socket) => void): PacketIo => ({
  bind: async (address, port, listener) => {
    const socket = await bindDgram(address, port, prepare);
    socket.on('message', (bytes, from) => listener(bytes, from.address, from.port));
    return new UdpSocket(socket);
  },
});

/** A bound socket that nobody listens to yet. Rejects with the system's error. */
export function bindDgram(address: string, port: number, prepare: (socket: Socket) => void): Promise<Socket> {
  const family = isIPv6(address) ? 6 : 4;
  return new Promise((resolve, reject) => {
    const socket = createSocket({
      type: `udp${family}`,
      recvBufferSize: RECEIVE_BUFFER,
      lookup: (host, _options, callback) => callback(null, host, family),
    });
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      // A bound socket reports nothing that a call could act on; what cannot be sent is counted at sending.
      socket.on('error', () => {});
      prepare(socket);
      resolve(socket);
    });
  });
}
