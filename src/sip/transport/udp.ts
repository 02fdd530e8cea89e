/** One UDP socket of a face. Refusals that ICMP reports are told by destination, so that a call need not wait for timer B. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { DSCP, icmpErrors, reportIcmpErrors, setDscp } from '../../base/socket-options.js';

export interface UdpEvents {
  onDatagram(bytes: Buffer, address: string, port: number): void;
  onRefused(address: string, port: number): void;
}

export class UdpSocket {
  readonly #socket: dgram.Socket;

  private constructor(socket: dgram.Socket) {
    this.#socket = socket;
  }

  static async bind(address: string, port: number, events: UdpEvents): Promise<UdpSocket> {
    const family = isIPv6(address) ? 6 : 4;
    const socket = dgram.createSocket({ type: family === 6 ? 'udp6' : 'udp4', recvBufferSize: 1 << 20 });
    socket.bind(port, address);
    await once(socket, 'listening');
    setDscp(socket, DSCP.signalling, family);
    if (family === 4) reportIcmpErrors(socket);
    socket.on('message', (bytes, from) => events.onDatagram(bytes, from.address, from.port));
    // An error here is about something that was sent before; the queue says to whom.
    socket.on('error', () => {
      for (const { address: to, port: at } of icmpErrors(socket)) events.onRefused(to, at);
    });
    return new UdpSocket(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(bytes: Buffer, address: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(bytes, port, address, (error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}
