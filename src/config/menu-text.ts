/** Menus between the configuration and a form: what is said, where each key leads, and what becomes of who presses none. */
import { listSection, type Entry, type Listed, type Written } from './list-section.js';
import { countMistake, mistakesIn, nameMistake, placeMistake, placeMistakes, placeOf, timeMistake, timeText, unknownMistake, writtenPlace, writtenTime, type FieldMistake, type Found, type PlaceForm, type Targets } from './place-text.js'; // prettier-ignore
import type { Config } from './schema.js';

export const menuKeys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '*', '#'] as const;

export interface KeyForm extends PlaceForm {
  readonly key: (typeof menuKeys)[number];
}

export interface MenuForm extends Listed {
  readonly name: string;
  /** The prompt that tells the keys. */
  readonly say: string;
  /** In the order of a telephone's keys. */
  readonly keys: readonly KeyForm[];
  /** Seconds. */
  readonly wait: string;
  /** How often it is said. */
  readonly times: string;
  readonly otherwise: PlaceForm;
}

export const menuForms = ({ menus }: Pick<Config, 'menus'>): MenuForm[] =>
  menus.map(({ name, say, keys, wait, times, otherwise }, was) => ({
    was,
    name,
    say,
    keys: menuKeys.flatMap((key) => (keys[key] ? [{ key, ...placeOf(keys[key]) }] : [])),
    wait: timeText(wait, 's'),
    times: String(times),
    otherwise: placeOf(otherwise),
  }));

const keysOf = ({ keys }: MenuForm): Written =>
  Object.fromEntries(keys.map(({ key, ...place }) => [key, writtenPlace(place)]));

const written = (form: MenuForm): Written => ({
  name: form.name.trim(),
  say: form.say,
  wait: writtenTime(form.wait, 's'),
  times: Number(form.times),
  otherwise: writtenPlace(form.otherwise),
});

function change(entry: Entry, before: MenuForm, now: MenuForm): void {
  entry.setChanged(written(before), written(now));
  entry.under('keys')?.setChanged(keysOf(before), keysOf(now));
}

/** @param before the forms of the section as it stands */
export const menusSection = (section: string, before: readonly MenuForm[], forms: readonly MenuForm[]): string =>
  listSection(section, 'menus', before, forms, { fresh: (form) => ({ ...written(form), keys: keysOf(form) }), change });

/** Fields `keys.0.key`, `keys.0.to`. */
const keyMistakes = ({ keys }: MenuForm, targets: Targets): Found =>
  Object.fromEntries(
    keys.flatMap(({ key, ...place }, n) => [
      [
        `keys.${n}.key`,
        keys.slice(0, n).some((other) => other.key === key) ? { what: 'twice-key', which: key } : undefined,
      ],
      [`keys.${n}.to`, placeMistake(place, targets)],
    ]),
  );

export const menuMistakes = (forms: readonly MenuForm[], targets: Targets): FieldMistake[] =>
  mistakesIn(forms, (form, index) => ({
    name: nameMistake(forms, index),
    say: unknownMistake([form.say], targets.announce),
    ...keyMistakes(form, targets),
    wait: timeMistake(form.wait),
    times: countMistake(form.times, 9),
    ...placeMistakes(form.otherwise, targets, 'otherwise.'),
  }));
