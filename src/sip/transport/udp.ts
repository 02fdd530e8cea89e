/** One UDP socket of a face. What ICMP reports is told by destination, so that a call need not wait for timer B. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { icmpErrors, reportIcmpErrors, type IcmpError } from '../../base/icmp-errors.js';
import { DSCP, setDscp } from '../../base/socket-options.js';

export interface UdpEvents {
  onDatagram(bytes: Buffer, address: string, port: number): void;
  /** Something that was sent before did not arrive. */
  onError(error: IcmpError): void;
}

/** Bytes that the kernel may hold for us while we are busy. */
const RECEIVE_BUFFER = 1 << 20;
/** How often a send is tried that failed because of another datagram's error. */
const TRIES = 3;

export class UdpSocket {
  readonly #socket: dgram.Socket;

  private constructor(
    socket: dgram.Socket,
    private readonly events: UdpEvents,
  ) {
    this.#socket = socket;
    socket.on('message', (bytes, from) => events.onDatagram(bytes, from.address, from.port));
    // An error here is about something that was sent before; the queue says to whom.
    socket.on('error', () => this.#readErrors());
  }

  static async bind(address: string, port: number, events: UdpEvents): Promise<UdpSocket> {
    const family = isIPv6(address) ? 6 : 4;
    const socket = dgram.createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      ipv6Only: family === 6,
      recvBufferSize: RECEIVE_BUFFER,
      // Destinations are addresses already, of this family.
      lookup: (host, _options, callback) => callback(null, host, family),
    });
    try {
      const listening = once(socket, 'listening');
      socket.bind(port, address);
      await listening;
    } catch (error) {
      socket.close();
      throw error;
    }
    setDscp(socket, DSCP.signalling, family);
    reportIcmpErrors(socket, family);
    return new UdpSocket(socket, events);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Hands a datagram to the kernel. Rejects where the kernel knows no way, or it is too long. */
  async send(bytes: Buffer, address: string, port: number): Promise<void> {
    for (let tries = TRIES; ; tries--) {
      try {
        return await this.#transmit(bytes, address, port);
      } catch (error) {
        // The error of an earlier datagram makes the next send fail, whomever that is for: not this one's fault.
        if (!this.#readErrors() || tries <= 1) throw error;
      }
    }
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #transmit(bytes: Buffer, address: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(bytes, port, address, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Whether there were any. */
  #readErrors(): boolean {
    const errors = icmpErrors(this.#socket);
    for (const error of errors) this.events.onError(error);
    return errors.length > 0;
  }
}
