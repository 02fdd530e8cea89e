/**
 * One peer of a leg on the engine's side: what was offered, answered and agreed between it and us. A leg has one after
 * the other; `number` counts them, and of two that were agreed with the later one has the leg.
 */
import type { AgreedAudio, AudioCodec, FaxTerms, MediaSecurity, SocketAddress } from '../../sdp/index.js';
import { LocalDescription, type LocalDescriptionOptions, SdpError } from '../../sdp/index.js';
import type { NextPeer } from '../engine.js';

export interface PeerDoor {
  /** The codec that is best for this leg, since it needs no recoding. */
  readonly preferred: () => AudioCodec | undefined;
  readonly agreed: (peer: EmbeddedPeer, agreed: AgreedAudio, signalling: string | undefined) => void;
  /** Fax takes the place of sound. `remote`: where the peer wants it; undefined: nowhere. */
  readonly fax: (peer: EmbeddedPeer, remote: SocketAddress | undefined, signalling: string | undefined) => void;
  readonly closed: (peer: EmbeddedPeer) => void;
}

export class EmbeddedPeer implements NextPeer {
  readonly number: number;
  /** Those that it may have. */
  readonly codecs: readonly AudioCodec[];
  /** What was agreed on last. */
  agreed: AgreedAudio | undefined;
  readonly #description: LocalDescription;
  readonly #door: PeerDoor;
  #told = '';

  constructor(number: number, description: LocalDescriptionOptions, codecs: readonly AudioCodec[], door: PeerDoor) {
    this.number = number;
    this.codecs = codecs;
    this.#description = new LocalDescription(description);
    this.#door = door;
  }

  get told(): string {
    return this.#told;
  }

  secure(security: MediaSecurity): void {
    this.#description.secure(security);
  }

  createOffer(direction?: 'sendrecv' | 'sendonly'): string {
    this.#told = this.#description.offer(this.#door.preferred(), direction);
    return this.#told;
  }

  acceptOffer(sdp: string, signalling?: string): string {
    const answer = this.#description.answer(sdp, this.#door.preferred());
    this.#told = answer.sdp;
    this.#door.agreed(this, answer.agreed, signalling);
    return answer.sdp;
  }

  acceptAnswer(sdp: string, signalling?: string): void {
    this.#door.agreed(this, this.#description.answered(sdp, this.#door.preferred()), signalling);
  }

  readFax(sdp: string): FaxTerms | undefined {
    return this.#description.readFax(sdp)?.terms;
  }

  offerFax(terms: FaxTerms): string {
    this.#told = this.#description.offerFax(terms);
    return this.#told;
  }

  acceptFaxOffer(sdp: string, terms: FaxTerms, signalling?: string): string {
    const fax = this.#description.readFax(sdp);
    this.#told = this.#description.answerFax(sdp, terms);
    this.#door.fax(this, fax?.udptl, signalling);
    return this.#told;
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
