/**
 * Where a call goes: pure look-ups in the configuration. Inbound calls find their route by the dialled number, calls of
 * handsets go to an extension or, by prefix, to a trunk. A configuration is read once into tables; a changed one makes
 * a new `Routing`.
 */
import type { E164 } from '../../base/brands.js';
import type { Config } from '../../config/schema.js';
import { dialledKeys, dialString, readNumber } from '../numbers.js';

export type Route = Config['routes'][number];
type OutboundRoute = Config['outbound']['routes'][number];
type Handset = Config['handsets'][number];

/** What routing needs of the configuration. */
export type RoutingConfig = Pick<Config, 'office' | 'trunks' | 'handsets' | 'routes' | 'outbound'>;

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
      readonly trunk: string;
      /** What to dial at the trunk: E.164 with `+`, or a short number as it is. */
      readonly number: string;
      readonly record: 'always' | 'never';
      /** The number to show; undefined where neither the handset nor the trunk has one. */
      readonly callerId: E164 | undefined;
      readonly emergency: boolean;
    }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: OutboundRefusal };

export type OutboundRefusal =
  | 'unknown-handset'
  | 'own-extension'
  | 'not-a-number'
  | 'incomplete'
  | 'unknown-extension'
  | 'no-route'
  | 'not-allowed';

/** 112 in all of the EU, and the older ones of each country. They go out from every handset. */
const EMERGENCY: Readonly<Record<string, readonly string[]>> = { PL: ['112', '997', '998', '999'] };

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
  readonly #callerIds: ReadonlyMap<string, E164 | undefined>;

  constructor(config: RoutingConfig) {
    this.#country = config.office.country;
    this.#patterns = config.routes.flatMap((route) => route.numbers.map((number) => this.#pattern(route, number)));
    this.#handsets = new Map(config.handsets.map((handset) => [handset.extension, handset]));
    this.#outbound = config.outbound.routes;
    this.#callerIds = new Map(config.trunks.map((trunk) => [trunk.name, this.#e164(trunk.callerId)]));
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
    const caller = extension === undefined ? { external: true } : this.#handsets.get(extension);
    // An extension or a prefix is the keys as they were pressed, not the number that they mean.
    const keys = dialledKeys(dialled);
    if (!caller) return refused(403, 'unknown-handset');
    if (keys === undefined) return refused(404, 'not-a-number');
    if (keys === extension) return refused(486, 'own-extension');
    const callee = this.#handsets.get(keys);
    if (callee) return { kind: 'internal', extension: keys, displayName: callee.displayName };
    return this.#external(caller, keys);
  }

  #external(
    caller: Pick<Handset, 'external'> & { readonly callerId?: Handset['callerId'] },
    keys: string,
  ): OutboundRouting {
    const emergency = this.#emergency(keys);
    const route = this.#longestPrefix(keys) ?? (emergency ? this.#outbound[0] : undefined);
    if (!route) return refused(404, /^\d{2,6}$/.test(keys) ? 'unknown-extension' : 'no-route');
    if (route.prefix === '' && !emergency && this.#looksLikeExtension(keys)) return refused(404, 'unknown-extension');
    const rest = emergency ? keys : keys.slice(route.strip);
    if (rest === '') return refused(484, 'incomplete');
    const target = dialString(readNumber(rest, this.#country));
    if (target === undefined || /[*#]/.test(target)) return refused(404, 'not-a-number');
    const urgent = emergency || this.#emergency(target);
    if (!caller.external && !urgent) return refused(403, 'not-allowed');
    const callerId = this.#e164(caller.callerId) ?? this.#callerIds.get(route.trunk);
    return { kind: 'external', trunk: route.trunk, number: target, record: route.record, callerId, emergency: urgent };
  }

  /** Where no prefix leads outside: as long as an extension and beginning like it. It must not go to the provider. */
  #looksLikeExtension(keys: string): boolean {
    return [...this.#handsets.keys()].some((one) => one.length === keys.length && one[0] === keys[0]);
  }

  #emergency(number: string): boolean {
    return (EMERGENCY[this.#country] ?? ['112']).includes(number);
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
