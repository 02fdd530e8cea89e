/** Where calls go: what would happen to one at some instant, and the settings that say it, edited and tried before they count. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { HalinaError } from '../../base/errors.js';
import type { PreviewAsk, StoryPart } from '../../calls/office/preview.js';
import { ConfigError } from '../../config/problems.js';
import { defined } from '../../base/defined.js';
import { scheduleMistakes, weekdays, type ScheduleForm, type ScheduleMistake } from '../../config/schedule-text.js'; // prettier-ignore
import { groupMistakes, type GroupForm, type GroupMistake } from '../../config/group-text.js';
import { leads, routeMistakes, type RouteForm, type RouteMistake, type RouteTargets } from '../../config/route-text.js';
import { Problem } from '../frame/problem.js';
import type { Text } from '../frame/language.js';
import { json, type Route } from '../frame/route.js';

/** Of the configuration file, in the order of a call's way. */
export const routingSections = ['routes', 'schedules', 'hours', 'menus', 'groups', 'queues'] as const;

const section = z.strictObject({ name: z.enum(routingSections), text: z.string().max(20_000) });
export type SectionText = z.infer<typeof section>;

/** Which of the file's entries it is. */
const was = z.number().int().min(0).max(1000).optional();

const scheduleForm = z.strictObject({
  was,
  name: z.string().max(60),
  week: z.record(z.enum(weekdays), z.string().max(200)),
  holidays: z.enum(['closed', 'open']),
  exceptions: z.array(
    z.strictObject({ was, on: z.string().max(40), hours: z.string().max(200), why: z.string().max(200) }),
  ),
});

const routeForm = z.strictObject({
  was,
  name: z.string().max(60),
  numbers: z.string().max(400),
  leads: z.enum(leads),
  to: z.string().max(200),
});
const place = z.strictObject({ leads: z.enum([...leads, 'prompt']), to: z.string().max(200) });
const groupForm = z.strictObject({
  was,
  name: z.string().max(60),
  members: z.string().max(400),
  strategy: z.enum(['all', 'in-turn', 'longest-idle']),
  ring: z.string().max(10),
  onBusy: place,
  onNoAnswer: place,
});
const names = z.array(z.string());
const routeTargets = z.object({ handsets: names, group: names, queue: names, menu: names, hours: names });

export interface RoutingDoor {
  sections(): Promise<{
    readonly routes: readonly RouteForm[];
    readonly targets: RouteTargets;
    readonly schedules: readonly ScheduleForm[];
    readonly groups: readonly GroupForm[];
    readonly trunks: readonly string[];
    readonly version: string;
    readonly editable: boolean;
    readonly sections: readonly SectionText[];
  }>;
  /** The section `routes` of the file, changed to what the forms say; nothing is kept. */
  routesSection(forms: readonly RouteForm[]): Promise<SectionText>;
  /** The section `schedules` likewise. */
  schedulesSection(forms: readonly ScheduleForm[]): Promise<SectionText>;
  groupsSection(forms: readonly GroupForm[]): Promise<SectionText>;
  /** By what is in effect, or as it would be with these sections. Throws `ConfigError`. */
  preview(ask: PreviewAsk, sections?: readonly SectionText[]): Promise<readonly StoryPart[]>;
  /** In effect for the next call. Throws `ConfigError`, or `CONFIG_CHANGED` where the file is not of that version. */
  save(sections: readonly SectionText[], version: string): Promise<void>;
}

const needs = 'settings.change';
const sections = z.array(section).max(routingSections.length);

export function routingRoutes(routing: RoutingDoor): Route[] {
  return [
    json({
      method: 'GET',
      path: '/routing',
      summary: 'The settings by which calls go, as they stand in the configuration file',
      needs,
      audit: 'nothing',
      answer: z.object({
        trunks: z.array(z.string()),
        version: z.string(),
        editable: z.boolean(),
        sections: z.array(section),
        /** Those in effect, for a form. */
        schedules: z.array(scheduleForm),
        routes: z.array(routeForm),
        groups: z.array(groupForm),
        /** What calls can be led to. */
        targets: routeTargets,
      }),
      handle: async () => {
        const { trunks, sections: texts, schedules, routes, groups, targets, ...rest } = await routing.sections();
        const lists = Object.fromEntries(Object.entries(targets).map(([kind, all]) => [kind, [...all]]));
        const forms = schedules.map((one) => ({ ...one, exceptions: [...one.exceptions] }));
        return {
          ...rest,
          trunks: [...trunks],
          sections: [...texts],
          schedules: forms,
          routes: [...routes],
          groups: [...groups],
          targets: routeTargets.parse(lists),
        };
      },
    }),
    json({
      method: 'POST',
      path: '/routing/schedules',
      summary: 'Opening hours of a form as a section of the configuration file; nothing is kept',
      needs,
      body: z.strictObject({ schedules: z.array(scheduleForm).max(50) }),
      audit: 'nothing',
      answer: section,
      handle: async ({ body }) => {
        const forms = body.schedules.map(({ exceptions, ...form }) =>
          defined({ ...form, exceptions: exceptions.map(defined) }),
        ) as ScheduleForm[];
        const mistakes = scheduleMistakes(forms);
        if (mistakes.length > 0) throw wrongFields(mistakes.map(hoursField));
        const made = await routing.schedulesSection(forms);
        await told(routing.preview({ trunk: '', dialled: '', at: 0 }, [made]));
        return made;
      },
    }),
    json({
      method: 'POST',
      path: '/routing/routes',
      summary: 'Numbers and where they lead, of a form, as a section of the configuration file; nothing is kept',
      needs,
      body: z.strictObject({ routes: z.array(routeForm).max(200) }),
      audit: 'nothing',
      answer: section,
      handle: async ({ body }) => {
        const forms = body.routes.map(defined) as RouteForm[];
        const mistakes = routeMistakes(forms, (await routing.sections()).targets);
        if (mistakes.length > 0) throw wrongFields(mistakes.map(routeField));
        const made = await routing.routesSection(forms);
        await told(routing.preview({ trunk: '', dialled: '', at: 0 }, [made]));
        return made;
      },
    }),
    json({
      method: 'POST',
      path: '/routing/groups',
      summary: 'Groups of handsets, of a form, as a section of the configuration file; nothing is kept',
      needs,
      body: z.strictObject({ groups: z.array(groupForm).max(100) }),
      audit: 'nothing',
      answer: section,
      handle: async ({ body }) => {
        const forms = body.groups.map(defined) as GroupForm[];
        const mistakes = groupMistakes(forms, (await routing.sections()).targets);
        if (mistakes.length > 0) throw wrongFields(mistakes.map(groupField));
        const made = await routing.groupsSection(forms);
        await told(routing.preview({ trunk: '', dialled: '', at: 0 }, [made]));
        return made;
      },
    }),
    json({
      method: 'POST',
      path: '/routing/preview',
      summary: 'What would happen to a call at an instant; `sections`: as if they stood in the file',
      needs,
      body: z.strictObject({
        trunk: z.string().min(1).max(100),
        dialled: z.string().trim().min(1).max(60),
        at: z.number().int(),
        sections: sections.optional(),
      }),
      audit: 'nothing',
      answer: z.object({ story: z.array(z.looseObject({ is: z.string() })) }),
      handle: async ({ body: { sections: tried, ...ask } }) => ({
        story: (await told(routing.preview(ask, tried))).map((part) => ({ ...part })),
      }),
    }),
    json({
      method: 'POST',
      path: '/routing',
      summary: 'Puts changed settings into the configuration file; they count from the next call on',
      needs,
      body: z.strictObject({ sections: sections.min(1), version: z.string().max(64) }),
      bodyLimit: 200_000,
      audit: 'in-room',
      answer: z.object({}),
      handle: async ({ body, audit }) => {
        const before = await routing.sections();
        if (!before.editable) throw notHere();
        await told(routing.preview({ trunk: '', dialled: '', at: 0 }, body.sections));
        for (const { name, text } of body.sections) {
          const old = before.sections.find((one) => one.name === name)?.text ?? '';
          if (old === text) continue;
          const personal = { old: old.slice(0, 4000), new: text.slice(0, 4000) };
          const facts = { path: name, old: hash(old), new: hash(text) };
          await audit({ event: 'settings', role: 'administrator', facts, personal });
        }
        await told(routing.save(body.sections, body.version));
        return {};
      },
    }),
  ];
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What is wrong with a text, as a problem that names each mistake. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ConfigError) {
      const all = error.problems.map(
        ({ setting, message, hint }) => `${setting}: ${message}${hint ? ` (${hint})` : ''}`,
      );
      const text = all.slice(0, 10).join('\n');
      throw new Problem('invalid', { pl: `Tych ustawień nie można użyć. ${text}`, en: `These settings cannot be used. ${text}` }, { cause: error }); // prettier-ignore
    }
    if (error instanceof HalinaError && error.code === 'SECTION_INVALID')
      throw new Problem('invalid', { pl: `Tekst nie jest poprawny: ${error.message}`, en: error.message }, { cause: error }); // prettier-ignore
    if (error instanceof HalinaError && error.code === 'CONFIG_CHANGED') throw changed();
    throw error;
  }
}

const whats = (which: string): Readonly<Record<RouteMistake['what'] | GroupMistake['what'], Text>> => ({
  'no-time': { pl: 'Wpisz liczbę sekund od 1 do 999.', en: 'Write a number of seconds, 1 to 999.' },
  empty: { pl: 'Wypełnij to pole.', en: 'Fill this in.' },
  twice: { pl: 'Jest już wpis o tej nazwie.', en: 'There is an entry of this name already.' },
  'not-a-number': { pl: `„${which}” to nie jest numer, początek numeru z * ani sama *.`, en: `“${which}” is no number, no beginning of one with *, and not * alone.` }, // prettier-ignore
  unknown: { pl: `Nie ma: ${which}.`, en: `There is no ${which}.` },
  'wrong-name': { pl: 'Użyj małych liter bez polskich znaków, cyfr i myślników.', en: 'Use small letters, digits and hyphens.' }, // prettier-ignore
});

interface WrongField {
  readonly field: string;
  readonly what: Text;
}

const routeField = ({ index, field, what, which = '' }: RouteMistake): WrongField => ({
  field: `routes.${index}.${field}`,
  what: whats(which)[what],
});

const groupField = ({ index, field, what, which = '' }: GroupMistake): WrongField => ({
  field: `groups.${index}.${field}`,
  what: whats(which)[what],
});

const hoursField = ({ index, field, what, which }: ScheduleMistake): WrongField => ({
  field: `schedules.${index}.${field}`,
  what:
    what === 'no-hours'
      ? {
          pl: `„${which}” to nie są godziny. Napisz na przykład 08:00-16:00.`,
          en: `“${which}” is no hours. Write for example 08:00-16:00.`,
        }
      : {
          pl: 'Wpisz dzień, który istnieje, na przykład 2026-12-24 albo 12-24.',
          en: 'Write a day that exists, for example 2026-12-24 or 12-24.',
        },
});

const wrongFields = (fields: readonly WrongField[]): Problem =>
  new Problem('invalid', { pl: 'Popraw zaznaczone pola.', en: 'Correct the fields that are marked.' }, { fields });

const changed = (): Problem =>
  new Problem('changed', {
    pl: 'Plik konfiguracji został w międzyczasie zmieniony. Wczytaj stronę ponownie i wprowadź zmianę jeszcze raz.',
    en: 'The configuration file was changed meanwhile. Load the page again and make the change once more.',
  });
const notHere = (): Problem =>
  new Problem('not-now', {
    pl: 'Program działa na konfiguracji pokazowej. Utwórz plik config/halina.yaml, aby zapisywać ustawienia.',
    en: 'The program runs with the configuration of the demonstration. Make config/halina.yaml to keep settings.',
  });
