/**
 * The way between a leg and its peer: the leg's two sockets, whose packets are taken (the latch, or ICE), where packets go,
 * and the keys that they go under. What they carry is the leg's business.
 */
import type { Clock } from '../../../base/clock.js';
import type { SrtpKeys } from '../../../dtls/index.js';
import type { AgreedAudio, SocketAddress } from '../../../sdp/index.js';
import type { Flow } from '../../../spool/pcap.js';
import { type DoorTarget, DtlsDoor } from './dtls-door.js';
import { Latch } from './latch.js';
import type { PacketSocket } from './packet-io.js';
import { Protection } from './protection.js';

export interface LegSockets {
  readonly rtp: PacketSocket;
  readonly rtcp: PacketSocket;
  /** The address that both sockets are bound to. */
  readonly address: string;
}

/** What the way needs of its leg. */
export interface WayTarget {
  /** A report came to the port of the sound. `isChecked`: what ICE says of its sender. */
  takeRtcp(bytes: Buffer, address: string, isChecked: boolean | undefined): void;
  /** A datagram was of no use. */
  reject(): void;
  /** The keys of its peer's sound could not be agreed on. `why`: of one try; undefined: there will be none. */
  unsecured(why: string | undefined): void;
}

export class PeerWay implements DoorTarget {
  /** How often it has latched: where this changes, packets come from somewhere else. */
  latched = 0;
  readonly #clock: Clock;
  readonly #target: WayTarget;
  #sockets: LegSockets;
  #latch = new Latch();
  #protection = new Protection();
  /** Where its keys are agreed on by DTLS. */
  #door: DtlsDoor | undefined;
  #remote: Pick<AgreedAudio, 'rtp' | 'rtcp'> | undefined;
  #toAddress = '';
  #toPort = 0;
  /** Of sockets that were used before. */
  #errorsBefore = 0;

  constructor(sockets: LegSockets, clock: Clock, target: WayTarget) {
    this.#sockets = sockets;
    this.#clock = clock;
    this.#target = target;
  }

  /** Another peer: other sockets, a latch that knows nobody yet, no keys. */
  use(sockets: LegSockets): void {
    this.#errorsBefore += this.#sockets.rtp.sendErrors;
    this.#sockets = sockets;
    this.#latch = new Latch();
    this.#protection = new Protection();
    this.close();
    this.#remote = undefined;
    this.#aim();
  }

  /** A description of the peer was agreed on. `signalling`: the address its SIP comes from. */
  set(remote: Pick<AgreedAudio, 'rtp' | 'rtcp' | 'crypto'>, signalling: string | undefined): void {
    this.#remote = remote;
    this.#latch.arm(remote.rtp, signalling);
    this.#aim();
    this.#secure(remote.crypto);
  }

  /** The peer takes fax there from now on, and no reports. */
  setFax(remote: SocketAddress | undefined, signalling: string | undefined): void {
    this.#remote = undefined;
    this.#latch.arm(remote, signalling);
    this.#aim();
  }

  #aim(): void {
    const destination = this.#latch.destination;
    this.#toAddress = destination?.address ?? '';
    this.#toPort = destination?.port ?? 0;
  }

  #secure(crypto: AgreedAudio['crypto']): void {
    if (crypto?.kind !== 'dtls') {
      this.close();
      this.#protection.set(crypto);
      return;
    }
    this.#door ??= new DtlsDoor(this.#clock, this);
    if (this.#door.set(crypto)) this.#protection.awaitKeys();
  }

  /** For the door: a check or a flight of ours. */
  send(bytes: Buffer, address: string, port: number): void {
    this.#sockets.rtp.send(bytes, 0, bytes.length, port, address);
  }

  /** For the door: the handshake is over. */
  keyed(keys: SrtpKeys): void {
    this.#protection.set(keys);
  }

  /** For the door: ICE has found where the peer is. */
  found(address: string, port: number): void {
    const before = this.#latch.changes;
    this.#latch.follow(address, port);
    if (this.#latch.changes !== before) this.latched++;
    this.#aim();
  }

  /** For the door: whether the peer may be there. */
  isLikely(address: string, port: number): boolean {
    return this.#latch.isLikely(address, port);
  }

  /** For the door: no keys this time. */
  failed(why: string): void {
    this.#target.unsecured(why);
  }

  /** For the door: no keys at all. */
  gaveUp(): void {
    this.#target.unsecured(undefined);
  }

  /** Packets can be sent to the peer: it is known where to, and under which keys if there must be any. */
  get isOpen(): boolean {
    return this.#toPort !== 0 && this.#protection.isReady;
  }

  /** Whether its sound is encrypted. */
  get isEncrypted(): boolean {
    return this.#protection.isOn;
  }

  /** The suite of what comes; undefined: it is plain, or there are no keys yet. */
  get suite(): string | undefined {
    return this.#protection.suite;
  }

  /** A datagram on its RTP port, decrypted in place where that has to be; undefined: it is no sound, or not the peer's. */
  open(bytes: Buffer, address: string, port: number): Buffer | undefined {
    if (!this.#protection.isOn) return bytes;
    if (this.#door && !this.#isSound(this.#door, bytes, address, port)) return undefined;
    const plain = this.#protection.open(bytes, false);
    if (!plain) this.#target.reject();
    return plain;
  }

  /** Where everything comes to one port, what is no sound is taken here. */
  #isSound(door: DtlsDoor, bytes: Buffer, address: string, port: number): boolean {
    const kind = door.take(bytes, address, port);
    if (kind === 'rtcp') this.#target.takeRtcp(bytes, address, door.admits(address, port));
    if (kind === 'rejected') this.#target.reject();
    return kind === 'rtp';
  }

  /** A report: from the host of the latched source, or from where the peer said. `isChecked`: what ICE says. */
  openRtcp(bytes: Buffer, address: string, isChecked: boolean | undefined): Buffer | undefined {
    const isKnown = isChecked ?? (address === this.#latch.source?.address || address === this.#remote?.rtcp?.address);
    return isKnown ? this.#protection.open(bytes, true) : undefined;
  }

  /** Whether a packet is the peer's. `isFax`: it is never encrypted, so that its keys prove nothing. */
  accepts(address: string, port: number, ssrc: number, sequence: number, now: number, isFax: boolean): boolean {
    const isChecked = this.#door?.admits(address, port);
    if (isChecked !== undefined) return isChecked; // ICE says who is the peer
    const before = this.#latch.changes;
    const isProven = this.#protection.isOn && !isFax;
    if (!this.#latch.accept(address, port, ssrc, sequence, now, isProven)) return false;
    if (this.#latch.changes === before) return true;
    this.latched++;
    this.#aim();
    return true;
  }

  /** From where to where its packets come; undefined before the first. */
  get flow(): Flow | undefined {
    const source = this.#latch.source;
    return source && { source, destination: this.local };
  }

  /** The latched source of its packets. */
  get source(): SocketAddress | undefined {
    return this.#latch.source;
  }

  /** Where packets to the peer go. */
  get destination(): SocketAddress | undefined {
    return this.#toPort === 0 ? undefined : { address: this.#toAddress, port: this.#toPort };
  }

  /** Our own address and port. */
  get local(): SocketAddress {
    const { address, rtp } = this.#sockets;
    return { address, port: rtp.port };
  }

  /** Packets that could not be sent. */
  /** Whether a packet of the sound has come that was not read yet. */
  get hasMore(): boolean {
    return this.#sockets.rtp.hasMore;
  }

  get sendErrors(): number {
    return this.#errorsBefore + this.#sockets.rtp.sendErrors;
  }

  /** Sends on what came just now, as it is, encrypted where that has to be. */
  pass(bytes: Uint8Array, start: number, end: number): void {
    const { rtp } = this.#sockets;
    if (!this.#protection.isOn) return rtp.pass(bytes, start, end, this.#toPort, this.#toAddress);
    const sealed = this.#protection.seal(bytes, start, end, false);
    if (sealed) rtp.pass(sealed, 0, sealed.length, this.#toPort, this.#toAddress);
  }

  /** Sends on a datagram of fax, which has no encryption. */
  passFax(bytes: Uint8Array): void {
    if (this.#toPort !== 0) this.#sockets.rtp.pass(bytes, 0, bytes.length, this.#toPort, this.#toAddress);
  }

  /** Sends a packet of our own. False: its memory is still needed. */
  sendOwn(bytes: Buffer, length: number): boolean {
    const { rtp } = this.#sockets;
    if (!this.#protection.isOn) return rtp.send(bytes, 0, length, this.#toPort, this.#toAddress);
    const sealed = this.#protection.seal(bytes, 0, length, false);
    if (sealed) rtp.send(sealed, 0, sealed.length, this.#toPort, this.#toAddress);
    return true;
  }

  /** Where reports go: to a place of their own, or to the port of the sound (RFC 5761). */
  get mayReport(): boolean {
    return this.#door ? this.isOpen : this.#remote?.rtcp !== undefined;
  }

  sendRtcp(bytes: Uint8Array): void {
    const packet = this.#protection.isOn ? this.#protection.seal(bytes, 0, bytes.length, true) : bytes;
    if (!packet) return;
    if (this.#door) this.#sockets.rtp.send(packet, 0, packet.length, this.#toPort, this.#toAddress);
    else this.#sendRtcpApart(packet);
  }

  /** Behind NAT the port after the latched one is the better guess than an address that cannot be reached. */
  #sendRtcpApart(packet: Uint8Array): void {
    const source = this.#latch.source;
    const signalled = this.#remote?.rtcp;
    if (!signalled) return;
    const isBehindNat = source !== undefined && source.address !== this.#remote?.rtp?.address;
    const [address, port] = isBehindNat ? [source.address, source.port + 1] : [signalled.address, signalled.port];
    if (port <= 65_535) this.#sockets.rtcp.send(packet, 0, packet.length, port, address);
  }

  /** Ends the handshake that may be under way. The sockets are the owner's to close. */
  close(): void {
    this.#door?.close();
    this.#door = undefined;
  }
}
