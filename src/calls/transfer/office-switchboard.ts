/** The switchboard of the office: its routes, its calls, its orbits. */
import type { Config } from '../../config/schema.js';
import type { Call } from '../call/context.js';
import { finishUnanswered } from '../inbound/itinerary.js';
import type { Destination } from '../outbound/destination.js';
import type { OutboundRouting } from '../routing/routing.js';
import type { Itinerary, Step } from '../steps/step.js';
import type { SentOn } from '../trunks/diversion.js';
import { readFeature } from './features.js';
import { Orbits } from './orbits.js';
import type { DialogName } from './refer.js';
import type { Outside, Placed, SendTo, SentOut, Switchboard } from './switchboard.js';

export interface SwitchboardDoors {
  readonly config: () => Config;
  readonly calls: () => Iterable<Call>;
  /** The rules for what a handset may dial. */
  readonly route: (extension: string | undefined, dialled: string) => OutboundRouting;
  readonly destination: (routing: Exclude<OutboundRouting, { kind: 'refused' }>, sentOn?: SentOn) => Destination;
  /** The way of a call to a handset, by its forwards; `mayLeave`: to the outside too. */
  readonly toHandset: (extension: string, ringMs: number, mayLeave: boolean) => Itinerary;
  readonly sendOut: Switchboard['sendOut'];
  /** Whether a call may go out now: the guard against fraud. */
  readonly mayGo: (routing: OutboundRouting & { kind: 'external' }, by: string | undefined) => boolean;
  /** The status for one call more to there, where that is one too many. */
  readonly limit: (destination: Destination) => number | undefined;
}

/** A way of one step. */
const single = (first: Step): Itinerary => ({
  first,
  next: (_, outcome) => finishUnanswered(outcome.is === 'unanswered' ? outcome : { why: 'unreachable' }),
});

export class OfficeSwitchboard implements Switchboard {
  readonly orbits = new Orbits();
  readonly #doors: SwitchboardDoors;

  constructor(doors: SwitchboardDoors) {
    this.#doors = doors;
  }

  sendTo(extension: string, dialled: string): SendTo {
    const { config, route, destination, limit } = this.#doors;
    const feature = readFeature(config().features, dialled);
    if (feature?.kind === 'park') {
      if (this.orbits.isFree(feature.orbit)) return { kind: 'park', orbit: feature.orbit };
      return { kind: 'refused', status: 486, reason: 'there is a call in that orbit' };
    }
    if (feature) return { kind: 'refused', status: 404, reason: 'a call cannot be sent there' };
    const routing = route(extension, dialled);
    if (routing.kind === 'refused') return routing;
    const to = destination(routing);
    const over = limit(to);
    if (over !== undefined) return { kind: 'refused', status: over, reason: 'there is no line free' };
    const ringMs = config().features.transfer.ring;
    if (to.kind === 'internal')
      return {
        kind: 'to',
        destination: to,
        itinerary: this.#doors.toHandset(to.extension, ringMs, true),
        name: to.extension,
      };
    const itinerary = single({ do: 'dial', number: dialled, by: extension, ringMs });
    return { kind: 'to', destination: to, itinerary, name: to.number };
  }

  outside(by: string | undefined, number: string, sentOn?: SentOn): Outside {
    const { route, destination, limit } = this.#doors;
    const routing = route(by, number);
    if (routing.kind === 'refused') return routing;
    const to = destination(routing, sentOn);
    if (to.kind === 'internal') return { kind: 'refused', status: 404, reason: 'that is a handset of the office' };
    if (routing.kind === 'external' && !this.#doors.mayGo(routing, by))
      return { kind: 'refused', status: 603, reason: 'the guard against fraud stopped it' };
    const over = limit(to);
    return over === undefined ? to : { kind: 'refused', status: over, reason: 'there is no line free' };
  }

  itinerary({ extension }: Destination & { kind: 'internal' }): Itinerary {
    return this.#doors.toHandset(extension, this.#doors.config().outbound.ring, false);
  }

  backTo(extension: string): Itinerary {
    const { returnRing } = this.#doors.config().features.transfer;
    return single({ do: 'ring', handsets: [extension], strategy: 'parallel', ringMs: returnRing });
  }

  sendOut(party: SentOut, dialled: string): void {
    this.#doors.sendOut(party, dialled);
  }

  find(name: DialogName): Placed | undefined {
    for (const call of this.#doors.calls()) {
      const placed = call.find(name);
      if (placed) return placed;
    }
    return undefined;
  }
}
