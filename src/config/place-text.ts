/** Where a call goes next, between the configuration and a form; and what all forms of roads have: names, lists, times. */
import type { Written } from './list-section.js';
import { promptsSaid } from './office-checks.js';
import type { Config } from './schema.js';

/** As targets of the configuration are named. */
export const leads = ['handsets', 'group', 'queue', 'menu', 'hours', 'number', 'announce', 'hangUp'] as const;
export type Leads = (typeof leads)[number];

export interface PlaceForm {
  readonly leads: Leads;
  /** Extensions, divided by commas; a number outside; or the name of what it is. Nothing where the call ends. */
  readonly to: string;
}

/** One that need not be in the file: `unsaid`. */
export interface OptionalPlaceForm {
  readonly leads: Leads | 'unsaid';
  readonly to: string;
}

type Target = NonNullable<Config['routes'][number]['to']>;

export const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

export function placeOf(target: Target): PlaceForm {
  if ('handsets' in target) return { leads: 'handsets', to: target.handsets.join(', ') };
  if ('hangUp' in target) return { leads: 'hangUp', to: '' };
  const [[kind, to]] = Object.entries(target) as [[Leads, string]];
  return { leads: kind, to };
}

/** What stands in the file for it. */
export function writtenPlace({ leads: kind, to }: PlaceForm): Written {
  if (kind === 'handsets') return { handsets: listOf(to) };
  return { [kind]: kind === 'hangUp' ? true : to.trim() };
}

export const optionalPlaceOf = (target: Target | undefined): OptionalPlaceForm =>
  target ? placeOf(target) : { leads: 'unsaid', to: '' };

export const writtenOptional = ({ leads: kind, to }: OptionalPlaceForm): Written | undefined =>
  kind === 'unsaid' ? undefined : writtenPlace({ leads: kind, to });

/** What there is for calls to be led to, and to be heard. */
export interface Targets {
  readonly handsets: readonly string[];
  readonly group: readonly string[];
  readonly queue: readonly string[];
  readonly menu: readonly string[];
  readonly hours: readonly string[];
  readonly schedules: readonly string[];
  readonly announce: readonly string[];
  readonly music: readonly string[];
}

/** Names of what can be heard. */
export type Sounds = Pick<Targets, 'announce' | 'music'>;

const namesOf = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name);

export const targetsOf = (config: Config, sounds: Sounds): Targets => ({
  handsets: config.handsets.map(({ extension }) => extension),
  group: namesOf(config.groups),
  queue: namesOf(config.queues),
  menu: namesOf(config.menus),
  hours: namesOf(config.hours),
  schedules: namesOf(config.schedules),
  announce: [...new Set([...sounds.announce, ...promptsSaid(config)])].filter((one) => one !== '').toSorted(),
  music: [...new Set([...sounds.music, ...config.queues.map(({ music }) => music)])].toSorted(),
});

/** A mistake in a form of a section: which entry, which of its fields (`onBusy.to`), what. */
export interface FieldMistake {
  readonly index: number;
  readonly field: string;
  readonly what: Mistake['what'];
  /** What is meant, where the field has several; or what would be right. */
  readonly which?: string;
}

export interface Mistake {
  readonly what:
    | 'empty'
    | 'twice'
    | 'twice-key'
    | 'not-a-number'
    | 'unknown'
    | 'wrong-name'
    | 'no-time'
    | 'no-time-or-zero'
    | 'no-count'
    | 'no-hours'
    | 'no-day';
  readonly which?: string;
}

/** The mistakes of an entry, by its fields. */
export type Found = Readonly<Record<string, Mistake | undefined>>;

export const mistakesIn = <Form>(forms: readonly Form[], found: (form: Form, index: number) => Found): FieldMistake[] =>
  forms.flatMap((form, index) =>
    Object.entries(found(form, index)).flatMap(([field, wrong]) => (wrong ? [{ index, field, ...wrong }] : [])),
  );

/** As names are in the configuration. */
const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;

export function nameMistake(forms: readonly { readonly name: string }[], index: number): Mistake | undefined {
  const name = forms[index]?.name.trim() ?? '';
  if (name === '') return { what: 'empty' };
  if (forms.some((other, n) => n < index && other.name.trim() === name)) return { what: 'twice' };
  return NAME.test(name) ? undefined : { what: 'wrong-name' };
}

/** @param prefix of the field's name: `onBusy.` */
export const placeMistakes = (place: OptionalPlaceForm, targets: Targets, prefix = ''): Found => ({
  [`${prefix}to`]: placeMistake(place, targets),
});

export function placeMistake({ leads: kind, to }: OptionalPlaceForm, targets: Targets): Mistake | undefined {
  if (kind === 'hangUp' || kind === 'unsaid') return undefined;
  if (kind === 'number' && to.trim() !== '')
    return /^\+?[0-9 ]{3,}$/.test(to.trim()) ? undefined : { what: 'not-a-number', which: to };
  return unknownMistake(kind === 'handsets' ? listOf(to) : [to.trim()], kind === 'number' ? [] : targets[kind]);
}

/** All of them are to be there, and one at least. */
export function unknownMistake(wanted: readonly string[], known: readonly string[]): Mistake | undefined {
  if (wanted.every((one) => one === '')) return { what: 'empty' };
  const unknown = wanted.find((one) => !known.includes(one));
  return unknown === undefined ? undefined : { what: 'unknown', which: unknown };
}

const UNITS = { s: 1000, min: 60_000 } as const;

/** Milliseconds as a number of these, for a field. */
export const timeText = (ms: number, unit: keyof typeof UNITS): string =>
  String(Math.round((ms * 100) / UNITS[unit]) / 100);

export const writtenTime = (text: string, unit: keyof typeof UNITS): string =>
  `${text.trim().replace(',', '.')}${unit}`;

/** @param least 0: none is a time too */
export function timeMistake(text: string, least: 0 | 1 = 1): Mistake | undefined {
  const isNumber = /^\d{1,4}([.,]\d{1,2})?$/.test(text.trim());
  if (isNumber && (least === 0 || /[1-9]/.test(text))) return undefined;
  return { what: least === 0 ? 'no-time-or-zero' : 'no-time', which: text };
}

/** A whole number from 1 on. */
export function countMistake(text: string, most: number): Mistake | undefined {
  const isCount = /^[1-9]\d{0,2}$/.test(text.trim()) && Number(text) <= most;
  return isCount ? undefined : { what: 'no-count', which: `1–${most}` };
}
