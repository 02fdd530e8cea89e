/**
 * A telephone in a browser on one leg of a session without sockets: it offers DTLS-SRTP with full ICE, checks its way to us,
 * shakes hands, and talks. The STUN and the DTLS on its side are the product's own; other implementations: test/component
 * and test/e2e.
 */
import { randomBytes } from 'node:crypto';
import { DtlsEndpoint, type DtlsRole, makeIdentity, type SrtpKeys } from '../../../src/dtls/index.js';
import { emptyPacket, readRtp, writeRtpHeader } from '../../../src/rtp/packet.js';
import { parseRtcp } from '../../../src/rtp/rtcp.js';
import { type AgreedAudio, type DtlsTerms, LocalDescription, parseSdp } from '../../../src/sdp/index.js';
import { SrtpReceiver, SrtpSender, TRAILER_BYTES } from '../../../src/srtp/index.js';
import { ATTRIBUTE, BINDING_REQUEST, readStun, type StunMessage, writeStun } from '../../../src/stun/message.js';
import type { PlaneFixture, PlanePeer } from './plane.js';

export interface WebPeerOptions {
  /** What it says of who begins; default: actpass. */
  readonly setup?: 'active' | 'passive' | 'actpass';
  /** Without ICE, as some soft phones are. */
  readonly ice?: boolean;
  /** Names a certificate that is not its own. */
  readonly wrongFingerprint?: boolean;
}

const UFRAG = 'webp';
const PASSWORD = 'the password of the page';

export class WebPeer {
  readonly identity = makeIdentity(Date.now());
  readonly agreed: AgreedAudio;
  /** Our description as it was answered. */
  readonly answer: string;
  /** Where what it hears went, by kind. */
  readonly stun: StunMessage[] = [];
  readonly local: LocalDescription;
  readonly #options: WebPeerOptions;
  #endpoint: DtlsEndpoint | undefined;
  #keys: { readonly sender: SrtpSender; readonly receiver: SrtpReceiver } | undefined;
  #read = 0;
  sequence = 100;
  timestamp = 0;

  constructor(
    readonly f: PlaneFixture,
    readonly peer: PlanePeer,
    options: WebPeerOptions = {},
  ) {
    this.#options = options;
    this.local = new LocalDescription({
      advertised: '203.0.113.1',
      local: '203.0.113.1',
      port: 20_000,
      sessionId: '1',
      identity: () => makeIdentity(Date.now()),
    });
    this.local.secure('page');
    const { sdp, agreed } = this.local.answer(this.offer(), undefined);
    this.answer = sdp;
    this.agreed = agreed;
    f.plane.setRemote(peer.side, agreed, undefined);
  }

  offer(changes: { ufrag?: string; address?: string } = {}): string {
    const { ice = true, setup = 'actpass', wrongFingerprint = false } = this.#options;
    const { hash, value } = wrongFingerprint ? makeIdentity(Date.now()).fingerprint : this.identity.fingerprint;
    const address = changes.address ?? (ice ? '0.0.0.0' : this.peer.address);
    return [
      'v=0',
      `o=- 1 1 IN IP4 ${this.peer.address}`,
      's=-',
      't=0 0',
      'a=group:BUNDLE a1',
      `m=audio ${ice ? 9 : this.peer.port} UDP/TLS/RTP/SAVPF 8 101`,
      `c=IN IP4 ${address}`,
      'a=rtpmap:101 telephone-event/8000',
      'a=mid:a1',
      'a=rtcp-mux',
      `a=fingerprint:${hash} ${value}`,
      `a=setup:${setup}`,
      ...(ice ? [`a=ice-ufrag:${changes.ufrag ?? UFRAG}`, `a=ice-pwd:${PASSWORD}`] : []),
      '',
    ].join('\r\n');
  }

  get terms(): DtlsTerms {
    const { crypto } = this.agreed;
    if (crypto?.kind !== 'dtls') throw new Error('no DTLS was agreed on');
    return crypto;
  }

  /** Our credentials, from the description alone. */
  credentials(sdp = this.answer): { ufrag: string; password: string } {
    const text = (name: string): string =>
      parseSdp(sdp).media[0]?.attributes.find((one) => one.name === name)?.value ?? '';
    return { ufrag: text('ice-ufrag'), password: text('ice-pwd') };
  }

  /** A check, from its own address or another. */
  checks(
    how: { nominates?: boolean; from?: string; port?: number; username?: string; password?: string; attributes?: { type: number; value: Buffer }[] } = {}, // prettier-ignore
  ): void {
    const { ufrag, password } = this.credentials();
    const attributes = [
      { type: ATTRIBUTE.username, value: Buffer.from(how.username ?? `${ufrag}:${UFRAG}`) },
      { type: ATTRIBUTE.iceControlling, value: randomBytes(8) },
      { type: ATTRIBUTE.priority, value: Buffer.from('6e0001ff', 'hex') },
      ...(how.nominates === false ? [] : [{ type: ATTRIBUTE.useCandidate, value: Buffer.alloc(0) }]),
      ...(how.attributes ?? []),
    ];
    const request = { type: BINDING_REQUEST, transaction: randomBytes(12) };
    this.#hand(writeStun(request, attributes, how.password ?? password), how.from, how.port);
  }

  #hand(bytes: Buffer, from = this.peer.address, port = this.peer.port): void {
    this.f.plane.rtp(this.peer.side, bytes, from, port);
  }

  /** What came for it since it was looked at last: STUN is kept, DTLS is taken, the rest is given. */
  #receive(): Buffer[] {
    const { sent } = this.peer.rtp;
    const rest: Buffer[] = [];
    for (; this.#read < sent.length; this.#read++) {
      const bytes = sent[this.#read]?.bytes ?? Buffer.alloc(0);
      const message = readStun(bytes);
      if (message) this.stun.push(message);
      else if ((bytes[0] ?? 0) < 64) this.#send(this.endpoint.receive(bytes));
      else rest.push(bytes);
    }
    return rest;
  }

  get endpoint(): DtlsEndpoint {
    const role: DtlsRole = this.terms.role === 'active' ? 'passive' : 'active';
    return (this.#endpoint ??= new DtlsEndpoint(role, this.identity));
  }

  #send(datagrams: readonly Buffer[]): void {
    for (const datagram of datagrams) this.#hand(datagram);
  }

  /** The handshake, as far as it goes. */
  shakesHands(): void {
    if (this.endpoint.role === 'active') this.#send(this.endpoint.begin());
    this.#receive();
    const { state } = this.endpoint;
    if (state.at === 'ready') this.use(state.keys);
  }

  /** Forgets its handshake, and begins another; what was on its way to the first is lost. */
  startsOver(): void {
    this.#read = this.peer.rtp.sent.length;
    this.#endpoint?.close();
    this.#endpoint = undefined;
    this.shakesHands();
  }

  use({ send, receive }: SrtpKeys): void {
    this.#keys = { sender: new SrtpSender(send), receiver: new SrtpReceiver(receive) };
  }

  /** Checks its way, nominates it and shakes hands. */
  connects(): void {
    if (this.#options.ice !== false) this.checks();
    this.shakesHands();
  }

  sends(fill: number, from = this.peer.address, port = this.peer.port): void {
    const bytes = Buffer.alloc(172 + TRAILER_BYTES, fill);
    writeRtpHeader(bytes, 0, false, 8, this.sequence++, (this.timestamp += 160), this.peer.ssrc);
    this.#hand(bytes.subarray(0, this.#keyed.sender.protect(bytes, 172)), from, port);
  }

  get #keyed(): { readonly sender: SrtpSender; readonly receiver: SrtpReceiver } {
    if (!this.#keys) throw new Error('there are no keys');
    return this.#keys;
  }

  sendsRtcp(packet: Uint8Array): void {
    const bytes = Buffer.alloc(packet.length + TRAILER_BYTES);
    bytes.set(packet);
    this.#hand(bytes.subarray(0, this.#keyed.sender.protectRtcp(bytes, packet.length)));
  }

  /** First bytes of the sound that it heard since, and the reports, each packet authentic. */
  hears(): { readonly sound: number[]; readonly reports: ReturnType<typeof parseRtcp>[] } {
    const sound: number[] = [];
    const reports: ReturnType<typeof parseRtcp>[] = [];
    for (const bytes of this.#receive()) {
      const type = bytes[1] ?? 0;
      const { receiver } = this.#keyed;
      if (type >= 192 && type <= 223) {
        reports.push(parseRtcp(bytes.subarray(0, receiver.unprotectRtcp(bytes, bytes.length))));
        continue;
      }
      const end = receiver.unprotect(bytes, bytes.length);
      const packet = emptyPacket();
      if (end < 0 || !readRtp(bytes.subarray(0, end), packet)) throw new Error('not authentic');
      sound.push(bytes[packet.payloadStart] ?? -1);
    }
    return { sound, reports };
  }

  close(): void {
    this.#endpoint?.close();
  }
}
