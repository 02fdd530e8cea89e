/**
 * Whoever comes to a place in a call by itself (pick-up, retrieval, Replaces). Its offer is taken before its INVITE is
 * answered, and with that the leg's sound goes to it: so only one comes in at a time, and only as long as it is wanted.
 */
import { errorMessage } from '../../base/errors.js';
import { reasonHeader } from '../call/ending.js';
import { refusalOf, reply } from '../call/reply.js';
import { partySecurity } from '../call/security.js';
import { abilities } from '../options.js';
import type { NextPeer } from '../../media/engine.js';
import type { Arrived, TakeOverOptions } from './moves.js';
import type { Taker } from './switchboard.js';

export interface AdmissionOptions extends Omit<TakeOverOptions, 'clock'> {
  /** Whether the place is still to be had. */
  readonly isWanted: () => boolean;
  /** It has the place. */
  readonly arrived: (arrived: Arrived) => void;
}

export class Admission {
  #isTaken = false;

  /** Answers the taker's INVITE. What goes wrong is the taker's: the call does not hear of it. Never rejects. */
  async admit(taker: Taker, options: AdmissionOptions): Promise<void> {
    const { session, leg, address, log, isWanted } = options;
    const { invite, party } = taker;
    const { extension } = party;
    try {
      const peer = await session.nextPeer(leg, { address: address(invite.source.address) });
      if (!this.#isTaken && isWanted()) return await this.#comeIn(taker, peer, options);
      peer.close();
      log.info({ extension }, 'a handset came too late to take the call');
      await reply(invite, 480, log);
    } catch (error) {
      log.info({ extension, error: errorMessage(error) }, 'a handset could not take the call');
      const { status, options: facts } = refusalOf(error);
      await reply(invite, status, log, facts);
    }
  }

  async #comeIn({ invite, party }: Taker, peer: NextPeer, options: AdmissionOptions): Promise<void> {
    this.#isTaken = true;
    try {
      peer.secure(partySecurity(options.config, party, invite.source.protocol));
      const offered = invite.body === '';
      const sdp = offered ? peer.createOffer() : peer.acceptOffer(invite.body, invite.source.address);
      const dialog = await invite.accept({ sdp, headers: abilities.handset });
      if (options.isWanted()) options.arrived({ party, dialog, peer, offered });
      else void dialog.bye(reasonHeader({ by: 'halina', reason: 'unreachable' }));
    } catch (error) {
      peer.close();
      throw error;
    } finally {
      this.#isTaken = false;
    }
  }
}
