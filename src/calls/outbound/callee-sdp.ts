/**
 * What a callee says of its media before it answers and in its answer. Each provisional response may come from another
 * fork and another place, so each counts anew.
 */
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { LegPeer } from '../../media/engine.js';
import type { Dialog } from '../sip-port.js';

export class CalleeSdp {
  readonly #peer: LegPeer;
  readonly #log: Log;
  /** There was one that could be used. */
  #isKnown = false;

  /** @param peer whose offer the callee gets */
  constructor(peer: LegPeer, log: Log) {
    this.#peer = peer;
    this.#log = log;
  }

  /** The SDP of a provisional response; whether it can be used. */
  early(sdp: string, signalling: string): boolean {
    if (sdp === '') return false;
    try {
      this.#peer.acceptAnswer(sdp, signalling);
      this.#isKnown = true;
      return true;
    } catch (error) {
      this.#log.info({ error: errorMessage(error) }, 'early media of the callee is of no use');
      return false;
    }
  }

  /** The callee describes its side anew before it answers. Throws `SdpError`. */
  update(sdp: string, signalling: string): string {
    const answer = this.#peer.acceptOffer(sdp, signalling);
    this.#isKnown = true;
    return answer;
  }

  /**
   * The answer, to an offer of `peer`. It may have none where there was one before (RFC 3261 § 13.2.1). Throws `SdpError`
   * where there is nothing in it for us.
   */
  answered({ remoteSdp, source }: Pick<Dialog, 'remoteSdp' | 'source'>, peer: LegPeer): void {
    if (remoteSdp !== '' || !this.#isKnown) peer.acceptAnswer(remoteSdp, source.address);
  }
}
