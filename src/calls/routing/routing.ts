/**
 * Where a call goes: pure look-ups in the configuration. Inbound calls find their route by the dialled number, calls of
 * handsets go to an extension or, by prefix, to a trunk. A configuration is read once into tables; a changed one makes
 * a new `Routing`.
 */
import type { E164 } from '../../base/brands.js';
import type { Config } from '../../config/schema.js';
import { dialledKeys, dialString, readNumber } from '../numbers.js';
import { NumberClasses, type NumberClass } from './number-classes.js';
import { emergencyTrunks, inOrder } from './trunk-order.js';

export type Route = Config['routes'][number];
type OutboundRoute = Config['outbound']['routes'][number];
type Handset = Config['handsets'][number];
type CallClass = Config['outbound']['classes'][number];

/** What routing needs of the configuration. */
export type RoutingConfig = Pick<Config, 'office' | 'trunks' | 'handsets' | 'routes' | 'outbound' | 'emergency'>;

export type InboundRouting =
  | {
      readonly kind: 'route';
      readonly route: Route;
      /** The dialled number as it was understood. */
      readonly dialled: string;
    }
  | { readonly kind: 'refused'; readonly status: 404; readonly reason: 'no-route' };

export type OutboundRouting =
  | { readonly kind: 'internal'; readonly extension: string; readonly displayName: string | undefined }
  | {
      readonly kind: 'external';
      /** In the order in which they are to be tried; at least one. */
      readonly trunks: readonly string[];
      /** What to dial at the trunk: E.164 with `+`, or a short number as it is. */
      readonly number: string;
      readonly record: 'always' | 'never';
      /** The number to show; undefined: that of the trunk. */
      readonly callerId: E164 | undefined;
      /** The number is not to be shown to the callee. */
      readonly withheld: boolean;
      readonly emergency: boolean;
      /** A call abroad, which the guard against fraud counts. */
      readonly foreign: boolean;
    }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: OutboundRefusal };

export type OutboundRefusal =
  | 'unknown-handset'
  | 'own-extension'
  | 'not-a-number'
  | 'incomplete'
  | 'unknown-extension'
  | 'no-route'
  | 'not-allowed'
  | 'premium-barred'
  | 'foreign-barred'
  /** Nobody is to try out whether somebody answers there. */
  | 'emergency';

/** Who calls outside, as far as the rules look at it. */
type Caller = Pick<Handset, 'external' | 'withhold'> & {
  /** Absent: it may call everyone. */
  readonly class?: string;
  readonly callerId?: Handset['callerId'];
};

/** The office itself, for calls that its configuration sends outside: what stands there is meant. */
const OFFICE_ITSELF: Caller = { external: true, withhold: false };

interface Pattern {
  readonly route: Route;
  /** The number, or what it begins with. */
  readonly text: string;
  readonly exact: boolean;
}

export class Routing {
  readonly #country: string;
  readonly #patterns: readonly Pattern[];
  readonly #handsets: ReadonlyMap<string, Handset>;
  readonly #outbound: readonly OutboundRoute[];
  readonly #numbers: NumberClasses;
  readonly #classes: ReadonlyMap<string, CallClass>;
  readonly #emergency: { readonly trunks: readonly string[]; readonly callerId: E164 | undefined };
  readonly #random: () => number;

  /** @param random from 0 to 1, for routes whose trunks are weighted */
  constructor(config: RoutingConfig, random: () => number = Math.random) {
    this.#country = config.office.country;
    this.#random = random;
    this.#numbers = new NumberClasses(config.office.country, config.emergency.numbers);
    this.#classes = new Map(config.outbound.classes.map((one) => [one.name, one]));
    this.#emergency = { trunks: emergencyTrunks(config), callerId: this.#e164(config.emergency.callerId) };
    this.#patterns = config.routes.flatMap((route) => route.numbers.map((number) => this.#pattern(route, number)));
    this.#handsets = new Map(config.handsets.map((handset) => [handset.extension, handset]));
    this.#outbound = config.outbound.routes;
  }

  /**
   * The route of a call from outside. An exact number comes before a longer prefix (`+482278360*`), that before a
   * shorter one, and `*` last; of equals one that names the trunk first, then the first in the configuration.
   * @param dialled Request-URI, or its user part
   */
  inbound(trunk: string, dialled: string): InboundRouting {
    const number = dialString(readNumber(dialled, this.#country)) ?? '';
    const fitting = this.#patterns
      .filter(({ route }) => route.trunks?.includes(trunk) ?? true)
      .filter(({ text, exact }) => (exact ? number === text : number.startsWith(text)));
    const found = best(fitting, moreSpecific);
    if (!found) return { kind: 'refused', status: 404, reason: 'no-route' };
    return { kind: 'route', route: found.route, dialled: number };
  }

  /**
   * Where a call of a handset goes.
   * @param extension the handset, authenticated; undefined: the office itself, which may call everyone
   * @param dialled Request-URI, or its user part
   */
  outbound(extension: string | undefined, dialled: string): OutboundRouting {
    const caller = extension === undefined ? OFFICE_ITSELF : this.#handsets.get(extension);
    // An extension or a prefix is the keys as they were pressed, not the number that they mean.
    const keys = dialledKeys(dialled);
    if (!caller) return refused(403, 'unknown-handset');
    if (keys === undefined) return refused(404, 'not-a-number');
    const urgent = this.emergencyNumber(keys);
    if (urgent !== undefined) return this.#urgent(urgent);
    if (keys === extension) return refused(486, 'own-extension');
    const callee = this.#handsets.get(keys);
    if (callee) return { kind: 'internal', extension: keys, displayName: callee.displayName };
    return this.#external(caller, keys);
  }

  /**
   * A call of a handset by exactly this trunk, to a number as somebody writes it, with no prefix before it: for a trial. What the
   * handset may not call it may not call so either.
   */
  byTrunk(extension: string, trunk: string, written: string): OutboundRouting {
    const caller = this.#handsets.get(extension);
    if (!caller) return refused(403, 'unknown-handset');
    if (this.emergencyNumber(written) !== undefined) return refused(403, 'emergency');
    const record = this.#outbound.find((route) => inOrder(route, () => 0).includes(trunk))?.record ?? 'always';
    return this.#toNumber(caller, written, { record, trunks: [trunk] });
  }

  /** The emergency number that a Request-URI or keys mean, with or without the prefix of a route; undefined for no such. */
  emergencyNumber(dialled: string): string | undefined {
    const keys = dialledKeys(dialled);
    if (keys === undefined) return undefined;
    const number = dialString(readNumber(dialled, this.#country));
    const rests = this.#outbound.filter(({ prefix }) => keys.startsWith(prefix)).map(({ strip }) => keys.slice(strip));
    return [keys, number, ...rests].find((one) => one !== undefined && this.#numbers.isEmergency(one));
  }

  /** All the ways in which emergency numbers may be dialled. */
  emergencyKeys(): readonly string[] {
    const prefixes = new Set(['', ...this.#outbound.map(({ prefix, strip }) => prefix.slice(0, strip))]);
    return this.#numbers.emergencyNumbers.flatMap((number) => [...prefixes].map((prefix) => prefix + number));
  }

  /** From every handset, whatever it may call otherwise; always recorded, and never without a number of the site. */
  #urgent(number: string): OutboundRouting {
    const { trunks } = this.#emergency;
    if (trunks.length === 0) return refused(404, 'no-route');
    const { callerId } = this.#emergency;
    return { kind: 'external', trunks, number, record: 'always', callerId, withheld: false, emergency: true, foreign: false }; // prettier-ignore
  }

  #external(caller: Caller, keys: string): OutboundRouting {
    const route = this.#longestPrefix(keys);
    if (!route) return refused(404, /^\d{2,6}$/.test(keys) ? 'unknown-extension' : 'no-route');
    if (route.prefix === '' && this.#looksLikeExtension(keys)) return refused(404, 'unknown-extension');
    const rest = keys.slice(route.strip);
    if (rest === '') return refused(484, 'incomplete');
    return this.#toNumber(caller, rest, { record: route.record, trunks: inOrder(route, this.#random) });
  }

  #toNumber(
    caller: Caller,
    written: string,
    { record, trunks }: Pick<OutboundRouting & { kind: 'external' }, 'record' | 'trunks'>,
  ): OutboundRouting {
    const number = dialString(readNumber(written, this.#country));
    // What is no number of the network goes nowhere: it could be a way around what is barred.
    const kind = number === undefined ? 'unknown' : this.#numbers.of(number);
    if (number === undefined || kind === 'unknown') return refused(404, 'not-a-number');
    const barred = this.#barred(caller, number, kind);
    if (barred) return refused(403, barred);
    const callerId = this.#e164(caller.callerId);
    const { withhold: withheld } = caller;
    return { kind: 'external', trunks, number, record, callerId, withheld, emergency: false, foreign: kind === 'foreign' }; // prettier-ignore
  }

  /** Why a handset may not call a number, if so. */
  #barred(caller: Caller, number: string, kind: NumberClass): OutboundRefusal | undefined {
    if (!caller.external) return 'not-allowed';
    if (caller.class === undefined) return undefined;
    const { premium = false, foreign = false } = this.#classes.get(caller.class) ?? {};
    if (kind === 'premium') return premium ? undefined : 'premium-barred';
    if (kind !== 'foreign' || foreign === true) return undefined;
    return foreign !== false && foreign.some((one) => number.startsWith(one)) ? undefined : 'foreign-barred';
  }

  /** Where no prefix leads outside: as long as an extension and beginning like it. It must not go to the provider. */
  #looksLikeExtension(keys: string): boolean {
    return [...this.#handsets.keys()].some((one) => one.length === keys.length && one[0] === keys[0]);
  }

  #longestPrefix(keys: string): OutboundRoute | undefined {
    const fitting = this.#outbound.filter(({ prefix }) => keys.startsWith(prefix));
    return best(fitting, (a, b) => a.prefix.length > b.prefix.length);
  }

  #pattern(route: Route, number: string): Pattern {
    const text = number.trim();
    if (text.endsWith('*')) return { route, text: text.slice(0, -1), exact: false };
    return { route, text: dialString(readNumber(text, this.#country)) ?? text, exact: true };
  }

  #e164(number: string | undefined): E164 | undefined {
    const read = number === undefined ? undefined : readNumber(number, this.#country);
    return read?.kind === 'e164' ? read.number : undefined;
  }
}

function moreSpecific(a: Pattern, b: Pattern): boolean {
  if (a.exact !== b.exact) return a.exact;
  if (a.text.length !== b.text.length) return a.text.length > b.text.length;
  return a.route.trunks !== undefined && b.route.trunks === undefined;
}

function refused(status: number, reason: OutboundRefusal): OutboundRouting {
  return { kind: 'refused', status, reason };
}

/** The best of a list, the first of equals. */
function best<T>(items: readonly T[], better: (a: T, b: T) => boolean): T | undefined {
  return items.reduce<T | undefined>(
    (winner, next) => (winner !== undefined && !better(next, winner) ? winner : next),
    undefined,
  );
}
