/** How calls from outside begin: where the number leads, whether there is room, and who is called back. */
import type { Log } from '../../base/log.js';
import type { Ending } from '../call/ending.js';
import { recordRefusal } from '../call/refusal.js';
import type { Itinerary } from '../steps/step.js';
import type { Gate } from '../outbound/gate.js';
import type { EmergencyCalls } from '../routing/emergency-calls.js';
import type { Rules } from '../rules.js';
import type { RunningCalls } from '../running-calls.js';
import type { IncomingInvite } from '../sip-port.js';
import { divertedBy } from '../trunks/diversion.js';
import { callerOf, dialledUri } from '../trunks/identity.js';
import type { Trunk } from '../trunks/sources.js';
import { InboundCall } from './inbound-call.js';
import { routeItinerary } from './itinerary.js';
import type { InboundFacts } from './plan.js';

export interface ArrivalsOptions {
  readonly rules: () => Rules;
  readonly gate: Gate;
  readonly emergencies: EmergencyCalls;
  readonly running: RunningCalls;
  /** What a call of this route goes through. */
  readonly itinerary: (route: InboundFacts['route']) => Itinerary;
  readonly log: Log;
}

export class Arrivals {
  readonly #options: ArrivalsOptions;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  /** An INVITE of a trunk. */
  take(invite: IncomingInvite, trunk: Trunk): void {
    const { rules, gate, emergencies, itinerary } = this.#options;
    const { config, routing } = rules();
    const { country } = config.office;
    const { trusted } = trunk;
    const outside = callerOf(invite, country, trusted);
    const uri = dialledUri(invite, trunk);
    const to = routing.inbound(trunk.name, uri);
    if (to.kind === 'refused') {
      const ending = { by: 'halina', reason: 'unreachable', status: to.status, cause: 1 } as const;
      return this.#refused({ invite, trunk, outside, dialled: uri }, ending);
    }
    const { route, dialled } = to;
    const sentBy = trusted ? divertedBy(invite, country) : undefined;
    const facts = { invite, trunk, route, dialled, outside, divertedBy: sentBy };
    const caller = emergencies.callBack(invite, outside, trusted);
    if (caller !== undefined) return this.#callBack(facts, caller);
    const limit = gate.limit(trunk);
    if (limit) return this.#refused(facts, limit);
    return this.#run({ ...facts, itinerary: itinerary(route) });
  }

  /** An emergency centre calls back: whoever had called it rings at once, and whoever the route rings with them. */
  #callBack(facts: Omit<InboundFacts, 'itinerary'>, extension: string): void {
    const handsets = [...new Set([extension, ...facts.route.handsets])];
    const itinerary = routeItinerary({ ...facts.route, handsets, strategy: 'parallel' });
    this.#options.log.warn({ code: 'EMERGENCY_CALL_BACK', extension }, 'an emergency centre calls back');
    return this.#run({ ...facts, itinerary, emergency: true });
  }

  #run(facts: InboundFacts): void {
    const { context } = this.#options.rules();
    this.#options.running.run((closed) => new InboundCall(context, facts, closed));
  }

  #refused(call: Pick<InboundFacts, 'invite' | 'trunk' | 'dialled' | 'outside'>, ending: Ending): void {
    const { invite, trunk, dialled, outside } = call;
    const facts = { direction: 'inbound', invite, trunk: trunk.name, dialled, outside } as const;
    this.#options.running.keep(recordRefusal(this.#options.rules().context, facts, ending));
  }
}
