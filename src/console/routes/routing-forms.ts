/** Sections of the configuration file made from forms, for a draft: their mistakes are told by field, nothing is kept. */
import { z } from 'zod';
import { menuKeys } from '../../config/menu-text.js';
import { leads, type FieldMistake } from '../../config/place-text.js';
import { weekdays } from '../../config/schedule-text.js';
import { sectionForms, type EntryForms, type FormName } from '../../config/section-forms.js';
import type { Text } from '../frame/language.js';
import { Problem } from '../frame/problem.js';
import { json, type Route } from '../frame/route.js';
import { section, told, type RoutingDoor } from './routing-door.js';

/** Which of the file's entries it is. */
const was = z.number().int().min(0).max(1000).exactOptional();
const name = z.string().max(60);
const many = z.string().max(4000);
const amount = z.string().max(10);
const sound = z.string().max(60);
const place = { leads: z.enum(leads), to: many };
const after = z.strictObject({ leads: z.enum([...leads, 'unsaid']), to: many });
const team = { was, name, members: many, strategy: z.enum(['all', 'in-turn', 'longest-idle']), ring: amount };

const shapes = {
  routes: z.strictObject({ was, name, numbers: many, ...place }),
  schedules: z.strictObject({
    was,
    name,
    week: z.record(z.enum(weekdays), z.string().max(200)),
    holidays: z.enum(['closed', 'open']),
    exceptions: z.array(
      z.strictObject({ was, on: z.string().max(40), hours: z.string().max(200), why: z.string().max(200) }),
    ),
  }),
  hours: z.strictObject({
    was,
    name,
    schedule: name,
    open: z.strictObject(place),
    closed: z.strictObject(place),
    holiday: after,
    night: after,
  }),
  menus: z.strictObject({
    was,
    name,
    say: sound,
    keys: z.array(z.strictObject({ key: z.enum(menuKeys), ...place })).max(menuKeys.length),
    wait: amount,
    times: amount,
    otherwise: z.strictObject(place),
  }),
  groups: z.strictObject({ ...team, onBusy: after, onNoAnswer: after }),
  queues: z.strictObject({
    ...team,
    rest: amount,
    music: sound,
    welcome: sound,
    announce: amount,
    sayWait: z.boolean(),
    maxWait: amount,
    maxLength: amount,
    overflow: z.strictObject(place),
  }),
};

export const formShapes = z.object({
  routes: z.array(shapes.routes),
  schedules: z.array(shapes.schedules),
  hours: z.array(shapes.hours),
  menus: z.array(shapes.menus),
  groups: z.array(shapes.groups),
  queues: z.array(shapes.queues),
});

const names = z.array(z.string());
export const targetShape = z.object({
  handsets: names,
  group: names,
  queue: names,
  menu: names,
  hours: names,
  schedules: names,
  announce: names,
  music: names,
});

export const formRoutes = (routing: RoutingDoor): Route[] => [
  formRoute(routing, 'routes', shapes.routes, 'Numbers and where they lead'),
  formRoute(routing, 'schedules', shapes.schedules, 'Opening hours'),
  formRoute(routing, 'hours', shapes.hours, 'What opening hours decide'),
  formRoute(routing, 'menus', shapes.menus, 'Menus'),
  formRoute(routing, 'groups', shapes.groups, 'Groups of handsets'),
  formRoute(routing, 'queues', shapes.queues, 'Queues'),
];

const formRoute = <Name extends FormName>(
  routing: RoutingDoor,
  of: Name,
  shape: z.ZodType<EntryForms[Name]>,
  what: string,
): Route =>
  json({
    method: 'POST',
    path: `/routing/${of}`,
    summary: `${what}, of a form, as a section of the configuration file; nothing is kept`,
    needs: 'settings.change',
    body: z.strictObject({ forms: z.array(shape).max(200) }),
    audit: 'nothing',
    answer: section,
    handle: async ({ body }) => {
      const { forms } = body;
      const { targets } = await routing.sections();
      const mistakes = sectionForms[of].mistakes(forms, targets);
      if (mistakes.length > 0) throw wrongFields(mistakes);
      const made = await routing.formed(of, forms);
      await told(routing.preview({ trunk: '', dialled: '', at: 0 }, [made]));
      return made;
    },
  });

const whats = (which: string): Readonly<Record<FieldMistake['what'], Text>> => ({
  empty: { pl: 'Wypełnij to pole.', en: 'Fill this in.' },
  twice: { pl: 'Jest już wpis o tej nazwie.', en: 'There is an entry of this name already.' },
  'twice-key': { pl: `Klawisz ${which} ma już swój cel wyżej.`, en: `Key ${which} leads somewhere already, above.` },
  'not-a-number': { pl: `„${which}” to nie jest numer, początek numeru z * ani sama *.`, en: `“${which}” is no number, no beginning of one with *, and not * alone.` }, // prettier-ignore
  unknown: { pl: `Nie ma: ${which}.`, en: `There is no ${which}.` },
  'wrong-name': { pl: 'Użyj małych liter bez polskich znaków, cyfr i myślników.', en: 'Use small letters, digits and hyphens.' }, // prettier-ignore
  'no-time': { pl: 'Wpisz liczbę większą od zera, na przykład 20.', en: 'Write a number above zero, for example 20.' },
  'no-time-or-zero': { pl: 'Wpisz liczbę, na przykład 20, albo 0.', en: 'Write a number, for example 20, or 0.' },
  'no-count': { pl: `Wpisz liczbę całkowitą ${which}.`, en: `Write a whole number ${which}.` },
  'no-hours': {
    pl: `„${which}” to nie są godziny. Napisz na przykład 08:00-16:00.`,
    en: `“${which}” is no hours. Write for example 08:00-16:00.`,
  },
  'no-day': {
    pl: 'Wpisz dzień, który istnieje, na przykład 2026-12-24 albo 12-24.',
    en: 'Write a day that exists, for example 2026-12-24 or 12-24.',
  },
});

function wrongFields(mistakes: readonly FieldMistake[]): Problem {
  const fields = mistakes.map(({ index, field, what, which = '' }) => ({
    field: `forms.${index}.${field}`,
    what: whats(which)[what],
  }));
  return new Problem(
    'invalid',
    { pl: 'Popraw zaznaczone pola.', en: 'Correct the fields that are marked.' },
    { fields },
  );
}
