/**
 * One peer of a leg on the engine's side: what was offered, answered and agreed between it and us. A leg has one after
 * the other; `number` counts them, and of two that were agreed with the later one has the leg.
 */
import type { AgreedAudio, AudioCodec, FaxTerms, MediaSecurity, SocketAddress } from '../../sdp/index.js';
import { LocalDescription, type LocalDescriptionOptions, SdpError } from '../../sdp/index.js';
import type { Leg, NextPeer } from '../engine.js';

/** What the peers of a session ask of it and tell it. */
export interface PeerDoor {
  /** The codecs that may be had at present, the best first. */
  codecs(peer: EmbeddedPeer): readonly AudioCodec[];
  /** The codec that is best for its leg, since it needs no recoding. */
  preferred(peer: EmbeddedPeer): AudioCodec | undefined;
  agreed(peer: EmbeddedPeer, agreed: AgreedAudio, signalling: string | undefined): void;
  /** Fax takes the place of sound. `remote`: where the peer wants it; undefined: nowhere. */
  fax(peer: EmbeddedPeer, remote: SocketAddress | undefined, signalling: string | undefined): void;
  closed(peer: EmbeddedPeer): void;
}

export class EmbeddedPeer implements NextPeer, LocalDescriptionOptions {
  readonly leg: Leg;
  readonly number: number;
  readonly advertised: string;
  readonly local: string;
  readonly port: number;
  readonly sessionId: string;
  readonly isOwn: LocalDescriptionOptions['isOwn'];
  readonly continues: string | undefined;
  readonly identity: LocalDescriptionOptions['identity'];
  /** Codecs that it may have. */
  readonly able: readonly AudioCodec[];
  /** What was agreed on last. */
  agreed: AgreedAudio | undefined;
  readonly #description: LocalDescription;
  readonly #door: PeerDoor;

  constructor(
    leg: Leg,
    number: number,
    description: Omit<LocalDescriptionOptions, 'codecs'>,
    able: readonly AudioCodec[],
    door: PeerDoor,
  ) {
    this.leg = leg;
    this.number = number;
    this.able = able;
    this.advertised = description.advertised;
    this.local = description.local;
    this.port = description.port;
    this.sessionId = description.sessionId;
    this.isOwn = description.isOwn;
    this.continues = description.continues;
    this.identity = description.identity;
    this.#door = door;
    this.#description = new LocalDescription(this);
  }

  /** Those of its codecs that may be had at present. */
  codecs(): readonly AudioCodec[] {
    return this.#door.codecs(this);
  }

  get told(): string {
    return this.#description.told;
  }

  secure(security: MediaSecurity): void {
    this.#description.secure(security);
  }

  createOffer(direction?: 'sendrecv' | 'sendonly'): string {
    return this.#description.offer(this.#door.preferred(this), direction);
  }

  acceptOffer(sdp: string, signalling?: string, direction?: 'sendrecv' | 'sendonly'): string {
    const answer = this.#description.answer(sdp, this.#door.preferred(this), direction);
    this.#door.agreed(this, answer.agreed, signalling);
    return answer.sdp;
  }

  acceptAnswer(sdp: string, signalling?: string): void {
    this.#door.agreed(this, this.#description.answered(sdp, this.#door.preferred(this)), signalling);
  }

  readFax(sdp: string): FaxTerms | undefined {
    return this.#description.readFax(sdp)?.terms;
  }

  offerFax(terms: FaxTerms): string {
    return this.#description.offerFax(terms);
  }

  acceptFaxOffer(sdp: string, terms: FaxTerms, signalling?: string): string {
    const fax = this.#description.readFax(sdp);
    const answer = this.#description.answerFax(sdp, terms);
    this.#door.fax(this, fax?.udptl, signalling);
    return answer;
  }

  acceptFaxAnswer(sdp: string, signalling?: string): FaxTerms {
    const fax = this.#description.readFax(sdp);
    if (!fax) throw new SdpError(488, 'the answer takes no fax');
    this.#door.fax(this, fax.udptl, signalling);
    return fax.terms;
  }

  close(): void {
    this.#door.closed(this);
  }
}
