/**
 * The routes of calls from outside between the configuration and a form: which numbers, and where they lead. The section is changed
 * only where the form says something else than it does: its comments and what the form does not show stay.
 */
import { listSection, type Listed, type Written } from './list-section.js';
import type { Config } from './schema.js';

export const leads = ['handsets', 'group', 'queue', 'menu', 'hours', 'number', 'other'] as const;
export type Leads = (typeof leads)[number];

export interface RouteForm extends Listed {
  readonly name: string;
  /** Divided by commas. */
  readonly numbers: string;
  /** `other`: as it stands in the section, which the form cannot say. */
  readonly leads: Leads;
  /** Extensions, divided by commas; the name of a group, queue, menu or of opening hours; or a number outside. */
  readonly to: string;
}

type Route = Config['routes'][number];

export const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** What a target says, or the handsets of the route itself. */
export function placeOf({ handsets, to }: Pick<Route, 'handsets' | 'to'>): Pick<RouteForm, 'leads' | 'to'> {
  if (to === undefined) return { leads: 'handsets', to: handsets.join(', ') };
  if ('handsets' in to) return { leads: 'handsets', to: to.handsets.join(', ') };
  for (const kind of ['group', 'queue', 'menu', 'hours', 'number'] as const) {
    const named = (to as Written)[kind];
    if (typeof named === 'string') return { leads: kind, to: named };
  }
  return { leads: 'other', to: '' };
}

export const routeForms = ({ routes }: Pick<Config, 'routes'>): RouteForm[] =>
  routes.map((route, was) => ({ was, name: route.name, numbers: route.numbers.join(', '), ...placeOf(route) }));

/** What stands in the section for where a form leads. */
function targetOf({ leads: kind, to }: RouteForm): Written {
  return kind === 'handsets' ? { handsets: listOf(to) } : { to: { [kind]: to.trim() } };
}

/** @param before the forms of the section as it stands */
export const routesSection = (section: string, before: readonly RouteForm[], forms: readonly RouteForm[]): string =>
  listSection(section, 'routes', before, forms, {
    fresh: (form) => ({ name: form.name.trim(), numbers: listOf(form.numbers), ...targetOf(form) }),
    change(entry, old, now) {
      if (now.name !== old.name) entry.set('name', now.name.trim());
      if (now.numbers !== old.numbers) entry.set('numbers', listOf(now.numbers));
      if (now.leads === 'other' || (now.leads === old.leads && now.to === old.to)) return;
      const target = targetOf(now);
      for (const key of ['handsets', 'to']) entry.set(key, target[key]);
    },
  });

/** A mistake in a form: which one, which field, what. */
export interface RouteMistake {
  readonly index: number;
  readonly field: 'name' | 'numbers' | 'to';
  readonly what: 'empty' | 'twice' | 'not-a-number' | 'unknown' | 'wrong-name';
  /** What is meant, where the field has several. */
  readonly which?: string;
}

/** What there is for calls to be led to. */
export interface RouteTargets {
  readonly handsets: readonly string[];
  readonly group: readonly string[];
  readonly queue: readonly string[];
  readonly menu: readonly string[];
  readonly hours: readonly string[];
}

const namesOf = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name);

export const routeTargets = ({ handsets, groups, queues, menus, hours }: Config): RouteTargets => ({
  handsets: handsets.map(({ extension }) => extension),
  group: namesOf(groups),
  queue: namesOf(queues),
  menu: namesOf(menus),
  hours: namesOf(hours),
});

/** As `routes[].numbers` of the configuration has it. */
const NUMBER = /^(\*|\+?[0-9][0-9 ()/.-]{2,}|\+?[0-9]+\*)$/;
export const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;

export function routeMistakes(forms: readonly RouteForm[], targets: RouteTargets): RouteMistake[] {
  return forms.flatMap((form, index) => {
    const found = (field: RouteMistake['field'], what: RouteMistake['what'], which?: string): RouteMistake[] => [
      { index, field, what, ...(which === undefined ? {} : { which }) },
    ];
    const name = form.name.trim();
    const isTwice = forms.some((other, n) => n < index && other.name.trim() === name);
    const ofName = name === '' ? found('name', 'empty') : isTwice ? found('name', 'twice') : NAME.test(name) ? [] : found('name', 'wrong-name'); // prettier-ignore
    const numbers = listOf(form.numbers);
    const bad = numbers.find((number) => !NUMBER.test(number));
    const ofNumbers = numbers.length === 0 ? found('numbers', 'empty') : bad === undefined ? [] : found('numbers', 'not-a-number', bad); // prettier-ignore
    const wrong = placeMistake(form, targets);
    return [...ofName, ...ofNumbers, ...(wrong ? found('to', wrong.what, wrong.which) : [])];
  });
}

export interface PlaceMistake {
  readonly what: 'empty' | 'not-a-number' | 'unknown';
  readonly which?: string;
}

export function placeMistake(
  { leads: kind, to }: Pick<RouteForm, 'leads' | 'to'>,
  targets: RouteTargets,
): PlaceMistake | undefined {
  if (kind === 'other') return undefined;
  const wanted = kind === 'handsets' ? listOf(to) : [to.trim()].filter((one) => one !== '');
  if (wanted.length === 0) return { what: 'empty' };
  if (kind === 'number') return /^\+?[0-9 ]{3,}$/.test(to.trim()) ? undefined : { what: 'not-a-number', which: to };
  const unknown = wanted.find((one) => !targets[kind].includes(one));
  return unknown === undefined ? undefined : { what: 'unknown', which: unknown };
}
