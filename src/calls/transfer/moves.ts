/**
 * The ways in which a party comes to a place in a call: it is called (a walk through steps), it is taken over from
 * another call (attended transfer), or it comes by itself (pick-up, retrieval).
 */
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Config } from '../../config/schema.js';
import type { Leg, LegPeer, MediaSession } from '../../media/engine.js';
import type { LegAddress } from '../call/context.js';
import { statusOf, type Unanswered } from '../call/ending.js';
import type { Party } from '../call/party.js';
import { refusalOf } from '../call/reply.js';
import { partySecurity } from '../call/security.js';
import type { Dialog, Headers } from '../sip-port.js';
import type { Answered, Finish, Itinerary, StepHost } from '../steps/step.js';
import { Walk } from '../steps/walk.js';
import { reoffer } from './reoffer.js';
import type { Claim } from './switchboard.js';
import type { Failure } from './transition.js';

/** Who has come, and agreed with the leg's peer. */
export interface Arrived {
  readonly party: Party;
  readonly dialog: Dialog;
  readonly peer: LegPeer;
  /** Our 200 had an offer: the answer comes with the ACK. */
  readonly offered?: boolean;
  /** Tells where it came from that it is here. */
  readonly settled?: () => void;
}

export type MoveEvent =
  | { readonly type: 'rings' }
  | { readonly type: 'arrived'; readonly arrived: Arrived }
  | { readonly type: 'failed'; readonly failure: Failure };

export interface Move {
  /** Gives it up: nothing is told any more. */
  cancel(headers: Headers): void;
  /** Extensions that ring now. */
  readonly rings?: readonly string[];
}

/** Calls somebody, by an itinerary. */
export function callParty(itinerary: Itinerary, host: StepHost, tell: (event: MoveEvent) => void): Move {
  const walk = new Walk(itinerary, host, (event) => {
    if (event.type === 'rings') return tell(event);
    if (event.type === 'answered') return answered(event.answered, host.log, tell);
    return tell({ type: 'failed', failure: failureOf(event.finish) });
  });
  walk.start();
  return walk;
}

function answered({ party, dialog, peer }: Answered, log: Log, tell: (event: MoveEvent) => void): void {
  try {
    peer.acceptAnswer(dialog.remoteSdp, dialog.source.address);
  } catch (error) {
    log.info({ error: errorMessage(error) }, 'who was called for a transfer has no use for our offer');
    void dialog.bye();
    return tell({ type: 'failed', failure: { why: 'refused', status: refusalOf(error).status } });
  }
  return tell({ type: 'arrived', arrived: { party, dialog, peer } });
}

/** What an ending means for the one who waits for the move. */
export const failureOf = ({ ending }: Pick<Finish, 'ending'>): Failure => {
  const { reason } = ending;
  const why: Unanswered = reason === 'busy' || reason === 'refused' || reason === 'no-answer' ? reason : 'unreachable';
  return { why, status: statusOf(ending) };
};

export interface TakeOverOptions {
  readonly session: MediaSession;
  readonly leg: Leg;
  readonly address: LegAddress;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
}

/** Takes a party over from another call. */
export function takeOver(claim: Claim, options: TakeOverOptions, tell: (event: MoveEvent) => void): Move {
  const state = { cancelled: false, arrived: false, dirty: false };
  const run = async (): Promise<void> => {
    const { session, leg, address, config, clock } = options;
    const { party, dialog, told } = await claim.arrives;
    state.arrived = true;
    const peer = await session.nextPeer(leg, { address: address(dialog.source.address), continues: told });
    peer.secure(partySecurity(config, party, dialog.source.protocol));
    if (state.cancelled) return claim.giveBack(false);
    state.dirty = true;
    try {
      await reoffer(dialog, peer, clock);
    } catch (error) {
      peer.close();
      throw error;
    }
    if (state.cancelled) return claim.giveBack(true);
    return tell({ type: 'arrived', arrived: { party, dialog, peer, settled: () => claim.taken() } });
  };
  run().catch((error: unknown) => {
    if (state.cancelled && !state.arrived) return; // it was given back
    options.log.info({ error: errorMessage(error) }, 'a party could not be taken over from another call');
    claim.giveBack(state.dirty);
    if (!state.cancelled) tell({ type: 'failed', failure: { why: 'unreachable', status: 480 } });
  });
  return {
    cancel: () => {
      state.cancelled = true;
      if (!state.arrived) claim.giveBack(false);
    },
  };
}
