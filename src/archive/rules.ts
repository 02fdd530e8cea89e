/** Which rules of retention hold for a call: those of the first class that its route or a unit in it belongs to. */
import { defined } from '../base/defined.js';
import type { Item } from './catalogue.js';
import type { StoragePolicy } from './ports.js';

/** All in milliseconds. */
export interface Rules {
  /** The class; none: what holds for all the others. */
  readonly name?: string;
  readonly maxAge: number;
  readonly keepAtLeast: number;
  readonly keepMetadata: number;
  readonly purpose?: string;
  readonly legalBasis?: string;
}

type Classified = Pick<Item, 'route' | 'units'>;

export class RuleBook {
  readonly #default: Rules;
  readonly #classes: readonly (Rules & { readonly routes: readonly string[]; readonly ofUnits: readonly string[] })[];
  readonly #known = new Map<string | undefined, Map<readonly string[], Rules>>();

  constructor(policy: StoragePolicy) {
    const { maxAge, keepAtLeast, keepMetadata, purpose, legalBasis, classes = [] } = policy;
    this.#default = defined({ maxAge, keepAtLeast, keepMetadata, purpose, legalBasis });
    this.#classes = classes.map(({ routes, units, ...rules }) => ({ ...rules, routes, ofUnits: units }));
  }

  of(call: Classified): Rules {
    if (this.#classes.length === 0) return this.#default;
    const byUnits = this.#known.get(call.route) ?? new Map<readonly string[], Rules>();
    this.#known.set(call.route, byUnits);
    const known = byUnits.get(call.units) ?? this.#find(call);
    byUnits.set(call.units, known);
    return known;
  }

  /** The shortest of all classes. */
  least(term: 'maxAge' | 'keepAtLeast' | 'keepMetadata'): number {
    return Math.min(this.#default[term], ...this.#classes.map((rules) => rules[term]));
  }

  /** The longest promise, and what makes it. */
  get promise(): Rules {
    return this.#classes.reduce((most, rules) => (rules.keepAtLeast > most.keepAtLeast ? rules : most), this.#default);
  }

  #find({ route, units }: Classified): Rules {
    const found = this.#classes.find(
      ({ routes, ofUnits }) =>
        (route !== undefined && routes.includes(route)) || ofUnits.some((unit) => units.includes(unit)),
    );
    return found ?? this.#default;
  }
}
