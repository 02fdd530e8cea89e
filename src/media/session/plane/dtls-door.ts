/**
 * What stands before a leg whose keys are agreed on by DTLS (RFC 5764): everything comes to its one port, checks of ICE are
 * answered here, the handshake is held, and what is sound or a report is the leg's.
 *
 *     waiting ──first flight, or a nominated check where it is ours──▶ shaking hands ──the right certificate──▶ keyed
 *        └──────────◀── alert, no answer, wrong certificate: a few times ──┘
 *
 * Whose handshake is heard: with ICE, that of addresses whose checks were valid; without, that of the host that the
 * description or the signalling names. What strangers send is not answered.
 */
import type { Clock, Timer } from '../../../base/clock.js';
import { DtlsEndpoint, isNamed, type SrtpKeys } from '../../../dtls/index.js';
import type { DtlsTerms, SocketAddress } from '../../../sdp/index.js';
import { datagramOf } from './demux.js';
import { IceLite } from './ice-lite.js';

/** What the door needs of its leg. */
export interface DoorTarget {
  send(bytes: Buffer, address: string, port: number): void;
  /** The keys are there: sound may pass. */
  keyed(keys: SrtpKeys): void;
  /** ICE has found where the peer is. */
  found(address: string, port: number): void;
  /** Where packets to the peer go; undefined: not known yet. */
  readonly destination: SocketAddress | undefined;
  /** Without ICE: whether the peer may well be there. */
  isLikely(address: string, port: number): boolean;
  /** A handshake went wrong. */
  failed(why: string): void;
  /** There will be no keys: none came after a handshake that went wrong. */
  gaveUp(): void;
}

/** Handshakes that may go wrong before we give it up: someone may disturb one, nobody shall keep us busy. */
const MOST_FAILURES = 8;
/** How long our last flight can be sent once more, when the peer missed it; then OpenSSL's 60 KB are let go of. */
const LINGER_MS = 30_000;
/** How long after a handshake that went wrong another one may bring keys. */
const PATIENCE_MS = 5_000;

export class DtlsDoor {
  readonly #clock: Clock;
  readonly #target: DoorTarget;
  #terms: DtlsTerms | undefined;
  #ice: IceLite | undefined;
  #endpoint: DtlsEndpoint | undefined;
  #timer: Timer | undefined;
  #patience: Timer | undefined;
  /** Where the handshake is held. */
  #at: SocketAddress | undefined;
  #failures = 0;
  #isKeyed = false;

  constructor(clock: Clock, target: DoorTarget) {
    this.#clock = clock;
    this.#target = target;
  }

  /** What was agreed on. True: it is another association than before, and the keys are none any more (RFC 8842 § 4). */
  set(terms: DtlsTerms): boolean {
    const isNew = this.#terms?.association !== terms.association || this.#terms.role !== terms.role;
    this.#terms = terms;
    if (!terms.ice) this.#ice = undefined;
    else if (this.#ice) this.#ice.set(terms.ice);
    else this.#ice = new IceLite(terms.ice);
    if (isNew) {
      this.#failures = 0;
      this.#patience?.cancel();
      this.#restart();
    }
    return isNew;
  }

  /** Whether packets from there are the peer's, as far as an address tells; undefined: ICE has no say. */
  admits(address: string, port: number): boolean | undefined {
    return this.#ice?.knows(address, port);
  }

  /** Takes a datagram, but what is the leg's. */
  take(bytes: Buffer, address: string, port: number): 'rtp' | 'rtcp' | 'taken' | 'rejected' {
    const kind = datagramOf(bytes);
    if (kind === 'rtp' || kind === 'rtcp') return kind;
    if (kind === 'stun') return this.#check(bytes, address, port) ? 'taken' : 'rejected';
    if (kind === 'dtls' && this.#hears(address, port)) return this.#records(bytes, address, port);
    return 'rejected';
  }

  #check(bytes: Buffer, address: string, port: number): boolean {
    const reply = this.#ice?.take(bytes, address, port);
    if (!reply) return false;
    this.#target.send(reply.bytes, address, port);
    if (reply.nominates) {
      this.#target.found(address, port);
      this.#begin();
    }
    return true;
  }

  #hears(address: string, port: number): boolean {
    return this.admits(address, port) ?? this.#target.isLikely(address, port);
  }

  /** The first flight is ours, and it is known where to. */
  #begin(): void {
    const { destination } = this.#target;
    if (this.#terms?.role !== 'active' || !destination || this.#isBusy) return;
    this.#at = destination;
    this.#step(this.#open(this.#terms).begin());
  }

  /** No handshake is begun: one is held or was, or too many went wrong. */
  get #isBusy(): boolean {
    return this.#endpoint !== undefined || this.#isKeyed || this.#failures >= MOST_FAILURES;
  }

  #records(bytes: Buffer, address: string, port: number): 'taken' | 'rejected' {
    const terms = this.#terms;
    if (!terms || (!this.#endpoint && (this.#isBusy || terms.role === 'active'))) return 'rejected';
    this.#at = { address, port };
    this.#step((this.#endpoint ?? this.#open(terms)).receive(bytes));
    return 'taken';
  }

  #open({ role, identity }: DtlsTerms): DtlsEndpoint {
    return (this.#endpoint = new DtlsEndpoint(role, identity));
  }

  /** Sends what is to be sent, and sees how far it has come. */
  #step(datagrams: readonly Buffer[]): void {
    const at = (this.#ice && this.#target.destination) ?? this.#at;
    for (const datagram of datagrams) if (at) this.#target.send(datagram, at.address, at.port);
    this.#timer?.cancel();
    this.#timer = undefined;
    const endpoint = this.#endpoint;
    const state = endpoint?.state;
    if (state?.at === 'ready') return this.#ready(state.keys, state.certificate);
    if (state?.at === 'failed') return this.#fail(state.why);
    const timeoutMs = endpoint?.timeoutMs;
    if (timeoutMs !== undefined)
      this.#timer = this.#clock.setTimer(timeoutMs, () => this.#step(this.#endpoint?.expired() ?? []));
  }

  /** RFC 5763 § 5: the certificate has to be the one that the description names, else this is someone else. */
  #ready(keys: SrtpKeys, certificate: Uint8Array): void {
    this.#timer = this.#clock.setTimer(LINGER_MS, () => this.#letGo());
    if (this.#isKeyed) return;
    if (!isNamed(certificate, this.#terms?.fingerprints ?? []))
      return this.#fail('its certificate is not the one that its description names');
    this.#isKeyed = true;
    this.#patience?.cancel();
    this.#target.keyed(keys);
  }

  #fail(why: string): void {
    if (this.#failures++ === 0) this.#patience = this.#clock.setTimer(PATIENCE_MS, () => this.#target.gaveUp());
    this.#restart();
    this.#target.failed(why);
  }

  /** From the beginning; a flight of ours that failed is not sent again at once, but when the peer shows itself. */
  #restart(): void {
    this.#letGo();
    this.#isKeyed = false;
    if (this.#failures === 0) this.#begin();
  }

  close(): void {
    this.#patience?.cancel();
    this.#letGo();
  }

  #letGo(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#endpoint?.close();
    this.#endpoint = undefined;
  }
}
