/** Makes the moves of a conversation: everything that a move needs of the call, put together. */
import type { Leg } from '../../media/engine.js';
import type { Party } from '../call/party.js';
import { Placer } from '../call/placer.js';
import { stepHost } from '../steps/host.js';
import type { Itinerary, StepHost } from '../steps/step.js';
import { Admission, type AdmissionOptions } from './admission.js';
import { callParty, takeOver, type Move, type MoveEvent } from './moves.js';
import type { ConversationOptions } from './options.js';
import type { Claim, Taker } from './switchboard.js';
import { otherLeg } from './transition.js';

/** Begins a move and tells what becomes of it. */
export type Begin = (tell: (event: MoveEvent) => void) => Move;

export class Movers {
  readonly #options: ConversationOptions;
  readonly #party: (leg: Leg) => Party;
  readonly #admission = new Admission();

  constructor(options: ConversationOptions, party: (leg: Leg) => Party) {
    this.#options = options;
    this.#party = party;
  }

  /** Somebody is called, for the place on this leg. */
  call(leg: Leg, itinerary: Itinerary): Begin {
    return (tell) => {
      const host = this.#host(leg);
      const end = (event: MoveEvent): void => {
        if (event.type === 'failed') host.place.close();
        tell(event);
      };
      const move = callParty(itinerary, host, end);
      return {
        get rings() {
          return move.rings ?? [];
        },
        cancel: (headers) => {
          move.cancel(headers);
          host.place.close();
        },
      };
    };
  }

  takeOver(leg: Leg, claim: Claim): Begin {
    const { session, context, log } = this.#options;
    const { clock, address, config } = context;
    return (tell) => takeOver(claim, { session, leg, address, config, clock, log }, tell);
  }

  admit(leg: Leg, taker: Taker, when: Pick<AdmissionOptions, 'isWanted' | 'arrived'>): void {
    const { session, context, log } = this.#options;
    void this.#admission.admit(taker, { session, leg, address: context.address, config: context.config, log, ...when });
  }

  #host(leg: Leg): StepHost {
    const { context, log, session, language, call } = this.#options;
    const stays = otherLeg(leg);
    const place = new Placer(session, leg, context.address);
    const headers = call.shown(this.#party(stays));
    return stepHost(call, { context, log, session, leg: stays, place, language, headers });
  }
}
