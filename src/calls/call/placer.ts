/**
 * A place in a call for whoever is to answer: a peer of the leg at the address from which it is reached. Steps of one
 * call may ring handsets on one network and dial a provider on another, and may ring some that encrypt and some that
 * do not, so there can be several at once; the one that is agreed with gets the place, the others are let go.
 */
import type { Leg, LegPeer, MediaSecurity, MediaSession, NextPeer } from '../../media/engine.js';
import type { LegAddress } from './context.js';

export class Placer {
  readonly #session: MediaSession;
  readonly #leg: Leg;
  readonly #address: LegAddress;
  readonly #first: string | undefined;
  #firstSecurity: MediaSecurity | undefined;
  /** Beside the first one; as a rule there is none. */
  #peers: Map<string, Promise<NextPeer>> | undefined;

  /** @param first the local address of the leg's first peer, if that is still to be had */
  constructor(session: MediaSession, leg: Leg, address: LegAddress, first?: string) {
    this.#session = session;
    this.#leg = leg;
    this.#address = address;
    this.#first = first;
  }

  /** The peer for someone at this address whose sound is to be encrypted so. Rejects like `MediaSession.nextPeer`. */
  async at(peerAddress: string | undefined, security: MediaSecurity): Promise<LegPeer> {
    const address = this.#address(peerAddress);
    if (address.local === this.#first && (this.#firstSecurity ??= security) === security) {
      const first = this.#session.peer(this.#leg);
      first.secure(security);
      return first;
    }
    const name = `${address.local} ${security}`;
    const peers = (this.#peers ??= new Map<string, Promise<NextPeer>>());
    let peer = peers.get(name);
    if (!peer) {
      peer = this.#session.nextPeer(this.#leg, { address });
      peers.set(name, peer);
      peer.then(
        (one) => one.secure(security),
        () => peers.delete(name),
      );
    }
    return peer;
  }

  /** Lets go of what was not agreed with. */
  close(): void {
    for (const peer of this.#peers?.values() ?? [])
      void peer.then(
        (one) => one.close(),
        () => undefined, // whoever asked for it was told
      );
    this.#peers = undefined;
  }
}
