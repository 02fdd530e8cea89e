/**
 * A place in a call for whoever is to answer: a peer of the leg at the address from which it is reached. Steps of one
 * call may ring handsets on one network and dial a provider on another, so there can be several at once; the one that
 * is agreed with gets the place, the others are let go.
 */
import type { Leg, LegPeer, MediaSession, NextPeer } from '../../media/engine.js';
import type { LegAddress } from './context.js';

export class Placer {
  readonly #session: MediaSession;
  readonly #leg: Leg;
  readonly #address: LegAddress;
  readonly #first: string | undefined;
  readonly #peers = new Map<string, Promise<NextPeer>>();

  /** @param first the local address of the leg's first peer, if that is still to be had */
  constructor(session: MediaSession, leg: Leg, address: LegAddress, first?: string) {
    this.#session = session;
    this.#leg = leg;
    this.#address = address;
    this.#first = first;
  }

  /** The peer for someone at this address. Rejects like `MediaSession.nextPeer`. */
  async at(peerAddress: string | undefined): Promise<LegPeer> {
    const address = this.#address(peerAddress);
    if (address.local === this.#first) return this.#session.peer(this.#leg);
    let peer = this.#peers.get(address.local);
    if (!peer) {
      peer = this.#session.nextPeer(this.#leg, { address });
      this.#peers.set(address.local, peer);
      peer.catch(() => this.#peers.delete(address.local));
    }
    return peer;
  }

  /** Lets go of what was not agreed with. */
  close(): void {
    for (const peer of this.#peers.values())
      void peer.then(
        (one) => one.close(),
        () => undefined, // whoever asked for it was told
      );
    this.#peers.clear();
  }
}
