/**
 * A session's packet side on a virtual clock and without sockets: what a peer sends is handed in, what goes out is kept.
 */
import { newCallId } from '../../../src/base/call-id.js';
import type { KernelRelay } from '../../../src/media/session/plane/offload.js';
import type { PacketSocket } from '../../../src/media/session/plane/packet-io.js';
import { Leg } from '../../../src/media/session/plane/leg.js';
import { Pacer } from '../../../src/media/session/plane/pacer.js';
import { type SessionNews, SessionPlane } from '../../../src/media/session/plane/session.js';
import { emptyPacket, HEADER_BYTES, readRtp, type RtpPacket, writeRtpHeader } from '../../../src/rtp/packet.js';
import { writeTelephoneEvent } from '../../../src/rtp/telephone-event.js';
import { type AgreedAudio, LocalDescription } from '../../../src/sdp/index.js';
import type { Leg as Side } from '../../../src/spool/records.js';
import { VirtualClock } from '../virtual-clock.js';

export interface Sent extends RtpPacket {
  readonly payload: Buffer;
  readonly to: string;
  readonly at: number;
}

/** A socket that keeps what is sent. */
export class FakeSocket implements PacketSocket {
  readonly sent: { readonly bytes: Buffer; readonly to: string; readonly at: number }[] = [];
  sendErrors = 0;
  hasMore = false;
  closed = false;
  readonly port: number;
  readonly #clock: VirtualClock;

  constructor(port: number, clock: VirtualClock) {
    this.port = port;
    this.#clock = clock;
  }

  send(bytes: Uint8Array, start: number, end: number, port: number, address: string): boolean {
    const copy = Buffer.from(bytes.subarray(start, end));
    this.sent.push({ bytes: copy, to: `${address}:${port}`, at: this.#clock.monotonic() });
    return true;
  }

  pass(bytes: Uint8Array, start: number, end: number, port: number, address: string): void {
    this.send(bytes, start, end, port, address);
  }

  close(): void {
    this.closed = true;
  }
}

/** A peer of one leg: its own stream's numbers, and what it was sent. */
export class PlanePeer {
  readonly side: Side;
  readonly address: string;
  readonly port: number;
  readonly rtp: FakeSocket;
  readonly rtcp: FakeSocket;
  readonly #plane: () => SessionPlane;
  ssrc: number;
  sequence = 500;
  timestamp = 70_000;
  payloadType = 8;
  eventType = 101;

  constructor(side: Side, address: string, port: number, clock: VirtualClock, plane: () => SessionPlane) {
    this.side = side;
    this.address = address;
    this.port = port;
    this.ssrc = side === 'outside' ? 0xa : 0xb;
    this.rtp = new FakeSocket(20_000, clock);
    this.rtcp = new FakeSocket(20_001, clock);
    this.#plane = plane;
  }

  /** Everything that it heard. */
  get heard(): readonly Sent[] {
    return this.rtp.sent.map(({ bytes, to, at }) => {
      const packet = emptyPacket();
      if (!readRtp(bytes, packet)) throw new Error('a malformed packet was sent');
      return { ...packet, payload: bytes.subarray(packet.payloadStart, packet.payloadEnd), to, at };
    });
  }

  /** Its description. `formats` as in the m= line. */
  sdp(formats = '8 0 101', lines: readonly string[] = ['a=rtpmap:101 telephone-event/8000']): string {
    const { address, port } = this;
    const media = [`m=audio ${port} RTP/AVP ${formats}`, ...lines];
    return ['v=0', `o=- 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0', ...media, ''].join('\r\n');
  }

  /** What we agree on when it offers this. */
  offers(sdp: string, preferred?: 'PCMA' | 'PCMU'): AgreedAudio {
    const local = new LocalDescription({
      advertised: '203.0.113.1',
      local: '203.0.113.1',
      port: 20_000,
      sessionId: '1',
      codecs: () => ['PCMA', 'PCMU', 'G722', 'opus'],
    });
    return local.answer(sdp, preferred).agreed;
  }

  agree(sdp = this.sdp(), preferred?: 'PCMA' | 'PCMU'): void {
    this.#plane().setRemote(this.side, this.offers(sdp, preferred), undefined);
  }

  /** 20 ms of one byte (or any payload), from its own address or another. */
  sends(
    fill: number | Buffer = 0x55,
    how: { marker?: boolean; from?: string; fromPort?: number; type?: number; lasts?: number } = {},
  ): void {
    const payload = typeof fill === 'number' ? Buffer.alloc(160, fill) : fill;
    this.#send(how.marker ?? false, how.type ?? this.payloadType, this.timestamp, payload, how.from, how.fromPort);
    this.timestamp += how.lasts ?? 160;
  }

  /** One packet of a key's press. */
  sendsKey(key: string, how: { timestamp: number; marker?: boolean; end?: boolean; duration?: number }): void {
    const payload = Buffer.alloc(4);
    writeTelephoneEvent(payload, 0, key, how.end ?? false, 10, how.duration ?? 160);
    this.#send(how.marker ?? false, this.eventType, how.timestamp, payload);
  }

  /** A whole press: five packets and three ends. */
  presses(key: string): void {
    const { timestamp } = this;
    for (let n = 0; n < 8; n++) {
      const duration = Math.min(n + 1, 5) * 160;
      this.sendsKey(key, { timestamp, marker: n === 0, end: n >= 5, duration });
    }
    this.timestamp += 800;
  }

  #send(
    marker: boolean,
    type: number,
    timestamp: number,
    payload: Buffer,
    from = this.address,
    port = this.port,
  ): void {
    const bytes = Buffer.alloc(HEADER_BYTES + payload.length);
    writeRtpHeader(bytes, 0, marker, type, this.sequence, timestamp, this.ssrc);
    payload.copy(bytes, HEADER_BYTES);
    this.sequence = (this.sequence + 1) & 0xffff;
    this.#plane().rtp(this.side, bytes, from, port);
  }
}

export interface PlaneFixture {
  readonly clock: VirtualClock;
  readonly plane: SessionPlane;
  readonly caller: PlanePeer;
  readonly handset: PlanePeer;
  readonly news: SessionNews[];
}

/** A session of which nothing is agreed yet. */
export function planeFixture(
  options: { codes?: Partial<Record<Side, readonly string[]>>; silenceTimeoutMs?: number; kernel?: KernelRelay } = {},
): PlaneFixture {
  const clock = new VirtualClock();
  const news: SessionNews[] = [];
  const pacer = new Pacer(clock);
  let chance = 0x1234;
  const random32 = (): number => (chance = (Math.imul(chance, 1_103_515_245) + 12_345) >>> 0);
  const holder: { plane?: SessionPlane } = {};
  const plane = (): SessionPlane => {
    if (!holder.plane) throw new Error('the session is not there yet');
    return holder.plane;
  };
  const caller = new PlanePeer('outside', '198.51.100.5', 4_000, clock, plane);
  const handset = new PlanePeer('inside', '198.51.100.6', 6_000, clock, plane);
  const leg = ({ side, rtp, rtcp }: PlanePeer): Leg =>
    new Leg({
      side,
      rtp,
      rtcp,
      address: '203.0.113.1',
      clock,
      pacer,
      random32,
      cname: 'x@y',
      onUnsecured: (why) => news.push({ type: 'unsecured', leg: side, why }),
    });
  holder.plane = new SessionPlane({
    id: newCallId(clock.now()),
    legs: { outside: leg(caller), inside: leg(handset) },
    codes: options.codes ?? {},
    clock,
    silenceTimeoutMs: options.silenceTimeoutMs ?? 0,
    kernel: options.kernel,
    tell: (one) => news.push(one),
  });
  return { clock, plane: holder.plane, caller, handset, news };
}
