/**
 * The routes of calls from outside between the configuration and a form: which numbers, and where they lead. The section is changed
 * only where the form says something else than it does: its comments and what the form does not show stay.
 */
import { listSection, type Listed, type Written } from './list-section.js';
import { listOf, mistakesIn, nameMistake, placeMistakes, placeOf, writtenPlace, type FieldMistake, type Mistake, type PlaceForm, type Targets } from './place-text.js'; // prettier-ignore
import type { Config } from './schema.js';

export interface RouteForm extends Listed, PlaceForm {
  readonly name: string;
  /** Divided by commas. */
  readonly numbers: string;
}

export const routeForms = ({ routes }: Pick<Config, 'routes'>): RouteForm[] =>
  routes.map(({ name, numbers, handsets, to }, was) => ({
    was,
    name,
    numbers: numbers.join(', '),
    ...placeOf(to ?? { handsets }),
  }));

/** What stands in the section for where a form leads. */
const targetOf = (form: RouteForm): Written =>
  form.leads === 'handsets' ? writtenPlace(form) : { to: writtenPlace(form) };

/** @param before the forms of the section as it stands */
export const routesSection = (section: string, before: readonly RouteForm[], forms: readonly RouteForm[]): string =>
  listSection(section, 'routes', before, forms, {
    fresh: (form) => ({ name: form.name.trim(), numbers: listOf(form.numbers), ...targetOf(form) }),
    change(entry, old, now) {
      if (now.name !== old.name) entry.set('name', now.name.trim());
      if (now.numbers !== old.numbers) entry.set('numbers', listOf(now.numbers));
      if (now.leads === old.leads && now.to === old.to) return;
      const target = targetOf(now);
      for (const key of ['handsets', 'to']) entry.set(key, target[key]);
    },
  });

/** As `routes[].numbers` of the configuration has it. */
const NUMBER = /^(\*|\+?[0-9][0-9 ()/.-]{2,}|\+?[0-9]+\*)$/;

function numbersMistake(text: string): Mistake | undefined {
  const numbers = listOf(text);
  if (numbers.length === 0) return { what: 'empty' };
  const bad = numbers.find((number) => !NUMBER.test(number));
  return bad === undefined ? undefined : { what: 'not-a-number', which: bad };
}

export const routeMistakes = (forms: readonly RouteForm[], targets: Targets): FieldMistake[] =>
  mistakesIn(forms, (form, index) => ({
    name: nameMistake(forms, index),
    numbers: numbersMistake(form.numbers),
    ...placeMistakes(form, targets),
  }));
