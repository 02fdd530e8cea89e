/** Queues between the configuration and a form: who takes their calls, what is heard meanwhile, how long and how many wait. */
import { teamMistakes, type TeamForm } from './group-text.js';
import { listSection, settingsEdit, type Written } from './list-section.js';
import { countMistake, listOf, mistakesIn, placeMistakes, placeOf, timeMistake, timeText, unknownMistake, writtenPlace, writtenTime, type FieldMistake, type PlaceForm, type Targets } from './place-text.js'; // prettier-ignore
import type { Config } from './schema.js';

export interface QueueForm extends TeamForm {
  /** Seconds after a call. */
  readonly rest: string;
  readonly music: string;
  /** A prompt; empty: none. */
  readonly welcome: string;
  /** Seconds from one telling of the place to the next; 0: it is never told. */
  readonly announce: string;
  readonly sayWait: boolean;
  /** Minutes. */
  readonly maxWait: string;
  /** Callers. */
  readonly maxLength: string;
  readonly overflow: PlaceForm;
}

export const queueForms = ({ queues }: Pick<Config, 'queues'>): QueueForm[] =>
  queues.map((queue, was) => ({
    was,
    name: queue.name,
    members: queue.agents.join(', '),
    strategy: queue.strategy,
    ring: timeText(queue.ring, 's'),
    rest: timeText(queue.rest, 's'),
    music: queue.music,
    welcome: queue.welcome,
    announce: timeText(queue.announce, 's'),
    sayWait: queue.sayWait,
    maxWait: timeText(queue.maxWait, 'min'),
    maxLength: String(queue.maxLength),
    overflow: placeOf(queue.overflow),
  }));

const written = (form: QueueForm): Written => ({
  name: form.name.trim(),
  agents: listOf(form.members),
  strategy: form.strategy,
  ring: writtenTime(form.ring, 's'),
  rest: writtenTime(form.rest, 's'),
  music: form.music,
  welcome: form.welcome,
  announce: writtenTime(form.announce, 's'),
  sayWait: form.sayWait,
  maxWait: writtenTime(form.maxWait, 'min'),
  maxLength: Number(form.maxLength),
  overflow: writtenPlace(form.overflow),
});

/** @param before the forms of the section as it stands */
export const queuesSection = (section: string, before: readonly QueueForm[], forms: readonly QueueForm[]): string =>
  listSection(section, 'queues', before, forms, settingsEdit(written));

export const queueMistakes = (forms: readonly QueueForm[], targets: Targets): FieldMistake[] =>
  mistakesIn(forms, (form, index) => ({
    ...teamMistakes(forms, index, form, targets),
    rest: timeMistake(form.rest, 0),
    music: unknownMistake([form.music], targets.music),
    welcome: form.welcome === '' ? undefined : unknownMistake([form.welcome], targets.announce),
    announce: timeMistake(form.announce, 0),
    maxWait: timeMistake(form.maxWait),
    maxLength: countMistake(form.maxLength, 999),
    ...placeMistakes(form.overflow, targets, 'overflow.'),
  }));
