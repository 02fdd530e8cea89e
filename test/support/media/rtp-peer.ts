/** A peer on loopback with one RTP socket: describes itself, sends frames when told, keeps what it hears. */
import { createSocket, type Socket } from 'node:dgram';
import { emptyPacket, HEADER_BYTES, readRtp, type RtpPacket, writeRtpHeader } from '../../../src/rtp/packet.js';

export interface Heard extends RtpPacket {
  readonly payload: Buffer;
  readonly at: number;
  readonly bytes: Buffer;
}

export class RtpPeer {
  static #nextSsrc = 0x1000;
  readonly heard: Heard[] = [];
  readonly address: string;
  readonly #socket: Socket;
  readonly #waiting: { readonly is: () => boolean; readonly resolve: () => void }[] = [];
  ssrc = RtpPeer.#nextSsrc++;
  sequence = 100;
  timestamp = 5_000;
  payloadType = 8;
  /** Where it sends: our address as our SDP says it. */
  to = { address: '127.0.0.1', port: 0 };

  private constructor(socket: Socket, address: string) {
    this.#socket = socket;
    this.address = address;
    socket.on('message', (bytes) => {
      const packet = emptyPacket();
      if (!readRtp(bytes, packet)) return;
      const payload = bytes.subarray(packet.payloadStart, packet.payloadEnd);
      this.heard.push({ ...packet, payload, at: performance.now(), bytes });
      for (const waiter of this.#waiting.filter(({ is }) => is())) {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        waiter.resolve();
      }
    });
  }

  static async open(address = '127.0.0.1'): Promise<RtpPeer> {
    const socket = createSocket('udp4').unref(); // a test that fails must not keep the process
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    return new RtpPeer(socket, address);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Its SDP. `formats` as they stand in the m= line; `lines`: more lines for the media. */
  sdp(formats = '8 0 101', lines: readonly string[] = ['a=rtpmap:101 telephone-event/8000']): string {
    return [
      'v=0',
      `o=peer 1 1 IN IP4 ${this.address}`,
      's=-',
      `c=IN IP4 ${this.address}`,
      't=0 0',
      `m=audio ${this.port} RTP/AVP ${formats}`,
      ...lines,
      '',
    ].join('\r\n');
  }

  /** Remembers where our side listens. */
  learn(sdp: string): void {
    const line = sdp.split('\r\n').find((text) => text.startsWith('m=audio '));
    this.to = { address: '127.0.0.1', port: Number(line?.split(' ')[1]) };
  }

  /** Sends one packet; the payload is 20 ms of `fill` unless it is given. */
  send(fill: number | Buffer = 0xd5, options: { marker?: boolean; payloadType?: number; lasts?: number } = {}): void {
    const payload = typeof fill === 'number' ? Buffer.alloc(160, fill) : fill;
    const bytes = Buffer.alloc(HEADER_BYTES + payload.length);
    const { marker = false, payloadType = this.payloadType, lasts = 160 } = options;
    writeRtpHeader(bytes, 0, marker, payloadType, this.sequence, this.timestamp, this.ssrc);
    payload.copy(bytes, HEADER_BYTES);
    this.sequence = (this.sequence + 1) & 0xffff;
    this.timestamp = (this.timestamp + lasts) >>> 0;
    this.#socket.send(bytes, this.to.port, this.to.address);
  }

  /** Sends any datagram. */
  sendRaw(bytes: Buffer): void {
    this.#socket.send(bytes, this.to.port, this.to.address);
  }

  /** Resolves when `is` holds; it is looked at with every packet that comes. */
  until(is: () => boolean): Promise<void> {
    if (is()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ is, resolve }));
  }

  close(): void {
    this.#socket.close();
  }
}
