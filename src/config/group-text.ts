/** Groups of handsets between the configuration and a form: who is rung and how, and where a call goes that nobody takes. */
import { listSection, settingsEdit, type Listed, type Written } from './list-section.js';
import { listOf, mistakesIn, nameMistake, optionalPlaceOf, placeMistakes, timeMistake, timeText, unknownMistake, writtenOptional, writtenTime, type FieldMistake, type Found, type OptionalPlaceForm, type Targets } from './place-text.js'; // prettier-ignore
import type { Config } from './schema.js';

/** Who is rung, and how: of groups and of queues. */
export interface TeamForm extends Listed {
  readonly name: string;
  /** Extensions, divided by commas. */
  readonly members: string;
  readonly strategy: Config['groups'][number]['strategy'];
  /** Seconds. */
  readonly ring: string;
}

export interface GroupForm extends TeamForm {
  /** Unsaid: the caller hears why nobody answers, and the call ends. */
  readonly onBusy: OptionalPlaceForm;
  readonly onNoAnswer: OptionalPlaceForm;
}

export const groupForms = ({ groups }: Pick<Config, 'groups'>): GroupForm[] =>
  groups.map(({ name, members, strategy, ring, onBusy, onNoAnswer }, was) => ({
    was,
    name,
    members: members.join(', '),
    strategy,
    ring: timeText(ring, 's'),
    onBusy: optionalPlaceOf(onBusy),
    onNoAnswer: optionalPlaceOf(onNoAnswer),
  }));

const written = (form: GroupForm): Written => ({
  name: form.name.trim(),
  members: listOf(form.members),
  strategy: form.strategy,
  ring: writtenTime(form.ring, 's'),
  onBusy: writtenOptional(form.onBusy),
  onNoAnswer: writtenOptional(form.onNoAnswer),
});

/** @param before the forms of the section as it stands */
export const groupsSection = (section: string, before: readonly GroupForm[], forms: readonly GroupForm[]): string =>
  listSection(section, 'groups', before, forms, settingsEdit(written));

export const teamMistakes = (forms: readonly TeamForm[], index: number, form: TeamForm, targets: Targets): Found => ({
  name: nameMistake(forms, index),
  members: unknownMistake(listOf(form.members), targets.handsets),
  ring: timeMistake(form.ring),
});

export const groupMistakes = (forms: readonly GroupForm[], targets: Targets): FieldMistake[] =>
  mistakesIn(forms, (form, index) => ({
    ...teamMistakes(forms, index, form, targets),
    ...placeMistakes(form.onBusy, targets, 'onBusy.'),
    ...placeMistakes(form.onNoAnswer, targets, 'onNoAnswer.'),
  }));
