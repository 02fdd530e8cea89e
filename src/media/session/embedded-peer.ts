/**
 * One peer of a leg on the engine's side: what was offered, answered and agreed between it and us. A leg has one after
 * the other; `number` counts them, and of two that were agreed with the later one has the leg.
 */
import type { AgreedAudio, AudioCodec, MediaSecurity } from '../../sdp/index.js';
import { LocalDescription, type LocalDescriptionOptions } from '../../sdp/index.js';
import type { NextPeer } from '../engine.js';

export interface PeerDoor {
  /** The codec that is best for this leg, since it needs no recoding. */
  readonly preferred: () => AudioCodec | undefined;
  readonly agreed: (peer: EmbeddedPeer, agreed: AgreedAudio, signalling: string | undefined) => void;
  readonly closed: (peer: EmbeddedPeer) => void;
}

export class EmbeddedPeer implements NextPeer {
  readonly number: number;
  /** What was agreed on last. */
  agreed: AgreedAudio | undefined;
  readonly #description: LocalDescription;
  readonly #door: PeerDoor;
  #told = '';

  constructor(number: number, description: LocalDescriptionOptions, door: PeerDoor) {
    this.number = number;
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

  close(): void {
    this.#door.closed(this);
  }
}
