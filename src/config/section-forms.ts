/** The sections of the configuration that say where calls go: each read into forms, written from them, its mistakes told by field. */
import { groupForms, groupMistakes, groupsSection, type GroupForm } from './group-text.js';
import { hoursForms, hoursMistakes, hoursSection, type HoursForm } from './hours-text.js';
import { menuForms, menuMistakes, menusSection, type MenuForm } from './menu-text.js';
import type { FieldMistake, Targets } from './place-text.js';
import { queueForms, queueMistakes, queuesSection, type QueueForm } from './queue-text.js';
import { routeForms, routeMistakes, routesSection, type RouteForm } from './route-text.js';
import { scheduleForms, scheduleMistakes, schedulesSection, type ScheduleForm } from './schedule-text.js';
import type { Config } from './schema.js';

/** A form of an entry, by its section. */
export interface EntryForms {
  readonly routes: RouteForm;
  readonly schedules: ScheduleForm;
  readonly hours: HoursForm;
  readonly menus: MenuForm;
  readonly groups: GroupForm;
  readonly queues: QueueForm;
}
export type FormName = keyof EntryForms;

/** The forms of all sections. */
export type SectionForms = { readonly [Name in FormName]: readonly EntryForms[Name][] };

interface SectionForm<Form> {
  readonly read: (config: Config) => Form[];
  /** @param before the forms of the section as it stands */
  readonly write: (section: string, before: readonly Form[], forms: readonly Form[]) => string;
  readonly mistakes: (forms: readonly Form[], targets: Targets) => FieldMistake[];
}

export const sectionForms: { readonly [Name in FormName]: SectionForm<EntryForms[Name]> } = {
  routes: { read: routeForms, write: routesSection, mistakes: routeMistakes },
  schedules: { read: scheduleForms, write: schedulesSection, mistakes: scheduleMistakes },
  hours: { read: hoursForms, write: hoursSection, mistakes: hoursMistakes },
  menus: { read: menuForms, write: menusSection, mistakes: menuMistakes },
  groups: { read: groupForms, write: groupsSection, mistakes: groupMistakes },
  queues: { read: queueForms, write: queuesSection, mistakes: queueMistakes },
};

export const readForms = (config: Config): SectionForms => ({
  routes: routeForms(config),
  schedules: scheduleForms(config),
  hours: hoursForms(config),
  menus: menuForms(config),
  groups: groupForms(config),
  queues: queueForms(config),
});
