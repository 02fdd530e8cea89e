/** What the opening hours decide, between the configuration and a form: where calls go while it is open, and while it is not. */
import { listSection, settingsEdit, type Listed } from './list-section.js';
import { mistakesIn, nameMistake, optionalPlaceOf, placeMistakes, placeOf, unknownMistake, writtenOptional, writtenPlace, type FieldMistake, type OptionalPlaceForm, type PlaceForm, type Targets } from './place-text.js'; // prettier-ignore
import type { Config } from './schema.js';

export interface HoursForm extends Listed {
  readonly name: string;
  readonly schedule: string;
  readonly open: PlaceForm;
  readonly closed: PlaceForm;
  /** Unsaid: as `closed`. */
  readonly holiday: OptionalPlaceForm;
  readonly night: OptionalPlaceForm;
}

export const hoursForms = ({ hours }: Pick<Config, 'hours'>): HoursForm[] =>
  hours.map(({ name, schedule, open, closed, holiday, night }, was) => ({
    was,
    name,
    schedule,
    open: placeOf(open),
    closed: placeOf(closed),
    holiday: optionalPlaceOf(holiday),
    night: optionalPlaceOf(night),
  }));

/** @param before the forms of the section as it stands */
export const hoursSection = (section: string, before: readonly HoursForm[], forms: readonly HoursForm[]): string =>
  listSection(
    section,
    'hours',
    before,
    forms,
    settingsEdit((form) => ({
      name: form.name.trim(),
      schedule: form.schedule,
      open: writtenPlace(form.open),
      closed: writtenPlace(form.closed),
      holiday: writtenOptional(form.holiday),
      night: writtenOptional(form.night),
    })),
  );

export const hoursMistakes = (forms: readonly HoursForm[], targets: Targets): FieldMistake[] =>
  mistakesIn(forms, (form, index) => ({
    name: nameMistake(forms, index),
    schedule: unknownMistake([form.schedule], targets.schedules),
    ...placeMistakes(form.open, targets, 'open.'),
    ...placeMistakes(form.closed, targets, 'closed.'),
    ...placeMistakes(form.holiday, targets, 'holiday.'),
    ...placeMistakes(form.night, targets, 'night.'),
  }));
