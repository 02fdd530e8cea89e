/**
 * The gate to the outside: by which trunks a call may go, whether there is room for it, and whether the guard against
 * fraud lets it. An emergency call always finds room: where all channels are taken, the youngest call that is none ends.
 */
import { HalinaError } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Call } from '../call/context.js';
import { statusOf, type Ending } from '../call/ending.js';
import type { FraudGuard } from '../defence/fraud-guard.js';
import type { EmergencyCalls } from '../routing/emergency-calls.js';
import type { OutboundRouting } from '../routing/routing.js';
import type { SentOn } from '../trunks/diversion.js';
import type { Trunk } from '../trunks/sources.js';
import type { Trunks } from '../trunks/trunks.js';
import type { Destination } from './destination.js';

export interface GateOptions {
  readonly trunks: Pick<Trunks, 'ways'>;
  readonly guard: FraudGuard;
  readonly emergencies: EmergencyCalls;
  /** The calls that run, in the order in which they began. */
  readonly calls: () => readonly Call[];
  /** How many they are. */
  readonly count: () => number;
  readonly maxCalls: () => number;
  readonly log: Log;
}

/** Who wants to call outside. */
export interface Outbound {
  readonly extension: string;
  /** The caller itself asks that its number is not shown (RFC 3323). */
  readonly withheld?: boolean;
  /** It was sent on to the outside. */
  readonly sentOn?: SentOn | undefined;
}

export type External = Extract<OutboundRouting, { kind: 'external' }>;
export type ExternalDestination = Extract<Destination, { kind: 'external' }>;

export type Passage =
  /** `ended` is to be called when the call is over. */
  | { readonly kind: 'open'; readonly destination: ExternalDestination; readonly ended: () => void }
  /** `trunk`: the one that it would have taken. */
  | { readonly kind: 'stopped'; readonly ending: Ending; readonly trunk: string };

const LIMIT: Ending = { by: 'halina', reason: 'limit' };
const BARRED: Ending = { by: 'halina', reason: 'refused', status: 603, cause: 21 };

export class Gate {
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Whether one more call finds room, in the program and on a trunk; how it ends where it does not. */
  limit(trunk: Trunk | undefined): Ending | undefined {
    const { count, maxCalls } = this.#options;
    if (count() >= maxCalls()) return { ...LIMIT, headers: { 'Retry-After': '30' } };
    if (trunk === undefined || this.#hasRoom(trunk)) return undefined;
    return trunk.aboveLimit === 'busy' ? { ...LIMIT, status: 486 } : { ...LIMIT, headers: { 'Retry-After': '30' } };
  }

  /** Where a call that is sent on goes; room is asked for by `statusAtLimit`. */
  destination(routing: External, sentOn?: SentOn): ExternalDestination {
    const { number, callerId, record, emergency, withheld } = routing;
    const ways = this.#options.trunks.ways(routing.trunks, { number, callerId, withheld, emergency }, sentOn);
    const roomy = ways.filter(({ trunk }) => this.#hasRoom(trunk));
    const [first, ...others] = [...roomy, ...ways.filter((way) => !roomy.includes(way))];
    if (!first) throw new HalinaError('CONFIG_INVALID', `an outbound route names no trunk that is there`);
    return { kind: 'external', ...first, others, number, record, emergency };
  }

  /** Of a call that is sent on: it has its place among the calls, but needs one more on a trunk. */
  statusAtLimit(destination: Destination): number | undefined {
    if (destination.kind === 'internal' || destination.emergency || this.#hasRoom(destination.trunk)) return undefined;
    const limit = this.limit(destination.trunk);
    return limit && statusOf(limit);
  }

  /** Whether the guard against fraud lets a call that is sent on go out; `by`: the handset that sends it. */
  mayGo(routing: External, by: string | undefined): boolean {
    if (!routing.foreign || routing.emergency) return true;
    const begun = this.#options.guard.begin(by ?? 'office');
    if ('stopped' in begun) return false;
    begun.ended(); // It is counted within its hour; the end of a call that was sent on is not seen from here.
    return true;
  }

  /** Where a call goes, or how it ends here. */
  pass(routing: External, { extension, withheld = false, sentOn }: Outbound): Passage {
    const { number, callerId, record, emergency } = routing;
    const hidden = !emergency && (withheld || routing.withheld);
    const ways = this.#options.trunks.ways(routing.trunks, { number, callerId, withheld: hidden, emergency }, sentOn);
    const roomy = ways.filter(({ trunk }) => this.#hasRoom(trunk));
    const full = ways.filter((way) => !roomy.includes(way));
    const [first, ...others] = emergency ? [...roomy, ...full] : roomy;
    if (!first) return { kind: 'stopped', ending: this.limit(full[0]?.trunk) ?? LIMIT, trunk: routing.trunks[0] ?? '' };
    const destination = { kind: 'external', ...first, others, number, record, emergency } as const;
    if (emergency) return this.#urgent(destination, extension, roomy.length > 0);
    const over = this.limit(undefined);
    if (over) return { kind: 'stopped', ending: over, trunk: first.trunk.name };
    const guarded = routing.foreign ? this.#options.guard.begin(extension) : { ended: () => {} };
    if ('stopped' in guarded) return { kind: 'stopped', ending: BARRED, trunk: first.trunk.name };
    return { kind: 'open', destination, ended: guarded.ended };
  }

  /** Ends the youngest call that is no emergency call, on a trunk or at all. Whether there was one. */
  makeRoom(trunk?: Trunk): boolean {
    const { calls, log } = this.#options;
    const youngest = calls().findLast(
      (call) => !call.emergency && (trunk === undefined || call.channelsOn(trunk.name) > 0),
    );
    if (!youngest) return false;
    log.warn({ callId: youngest.id, trunk: trunk?.name }, 'a call is ended to make room for an emergency call');
    youngest.end({ by: 'halina', reason: 'limit' });
    return true;
  }

  #urgent(destination: ExternalDestination, extension: string, hasRoom: boolean): Passage {
    const { emergencies, count, maxCalls, log } = this.#options;
    const { number, trunk } = destination;
    log.warn({ code: 'EMERGENCY_CALL', extension, number, trunk: trunk.name }, 'emergency call');
    emergencies.made(extension, number);
    if (!hasRoom) this.makeRoom(trunk);
    else if (count() >= maxCalls()) this.makeRoom();
    return { kind: 'open', destination, ended: () => {} };
  }

  #hasRoom(trunk: Trunk): boolean {
    if (trunk.maxCalls === undefined) return true;
    return this.#options.calls().reduce((sum, call) => sum + call.channelsOn(trunk.name), 0) < trunk.maxCalls;
  }
}
