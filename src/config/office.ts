/**
 * The settings of what an office does with its calls: opening hours, menus, groups, queues, forwarding. Each thing has a
 * name, and a target names where a call goes next, so that every road through the office is one flat list of
 * signposts. What no single setting shows (roads that end nowhere or go in a circle) is in `office-checks.ts`.
 */
import { z } from 'zod';
import { digits, extension, name } from './atoms.js';
import { days, interval } from './opening.js';
import { duration, someTime } from './units.js';

/** Where a call goes next. */
export const target = z.union([
  z.strictObject({ handsets: z.array(extension).min(1) }).describe('rings these handsets'),
  z.strictObject({ group: name }).describe('rings a group'),
  z.strictObject({ queue: name }).describe('waits in a queue'),
  z.strictObject({ menu: name }).describe('hears a menu'),
  z.strictObject({ hours: name }).describe('goes on by the opening hours, under `hours`'),
  z.strictObject({ number: digits }).describe('goes on to this number outside'),
  z.strictObject({ announce: z.string() }).describe('hears this prompt, then the call ends'),
  z.strictObject({ hangUp: z.literal(true) }).describe('the call ends'),
]);

/** The code of a service, as it is dialled between `*` and `#`. */
const service = z.string().regex(/^[0-9]{2,3}$/, 'a code is two or three digits, in quotes');

const someHours = z.array(interval);
const dayHours = someHours.default([]);

export const schedule = z.strictObject({
  name: name.describe('how `hours` names it'),
  week: z
    .strictObject({
      mon: dayHours.describe('Monday'),
      tue: dayHours.describe('Tuesday'),
      wed: dayHours.describe('Wednesday'),
      thu: dayHours.describe('Thursday'),
      fri: dayHours.describe('Friday'),
      sat: dayHours.describe('Saturday'),
      sun: dayHours.describe('Sunday'),
    })
    .describe('when it is open, e.g. `mon: ["08:00-12:00", "13:00-16:00"]`; a day that is not named is closed'),
  holidays: z
    .enum(['closed', 'open'])
    .default('closed')
    .describe('on the public holidays of office.country, which are computed; open: as on every such day of the week'),
  exceptions: z
    .array(
      z.strictObject({
        on: days.describe(
          '2026-08-03, 2026-08-03..2026-08-14, or 12-31 for every year; a date goes before one of every year',
        ),
        hours: someHours.default([]).describe('open then; none: closed'),
        why: z.string().optional().describe('the reason, for the log and the console'),
      }),
    )
    .default([])
    .describe('days of other hours; they go before holidays and the week'),
  code: service
    .optional()
    .describe('night mode from handsets: `*CODE*1#` closed, `*CODE*0#` open, `#CODE#` by the hours again'),
  switchedBy: z.array(extension).optional().describe('handsets that may dial this code; default: every one'),
});

export const hours = z.strictObject({
  name: name.describe('how targets name it'),
  schedule: name.describe('the opening hours, under `schedules`'),
  open: target.describe('where calls go while it is open'),
  closed: target.prefault({ announce: 'closed' }).describe('where they go while it is closed'),
  holiday: target.optional().describe('where they go on holidays and exceptions that are closed; default: as `closed`'),
  night: target.optional().describe('where they go in night mode; default: as `closed`'),
});

const strategy = z
  .enum(['all', 'in-turn', 'longest-idle'])
  .describe('all at once, each after the other, or first whoever has been without a call the longest');
const mayJoin = z
  .array(extension)
  .default([])
  .describe('handsets that may log in by the code, and are not in at first');
const joinCode = service.optional().describe('`*CODE#` logs the handset in, `#CODE#` out, `*#CODE#` says which');

export const group = z.strictObject({
  name: name.describe('how targets name it'),
  members: z.array(extension).min(1).describe('handsets that are rung'),
  mayJoin,
  strategy: strategy.default('all'),
  ring: someTime.prefault('20s').describe('how long to ring; one after the other: each'),
  code: joinCode,
  onBusy: target.optional().describe('when every member is busy; default: the prompt `busy`'),
  onNoAnswer: target.optional().describe('when nobody answers; default: the prompt `no-answer`'),
});

export const queue = z.strictObject({
  name: name.describe('how targets name it'),
  agents: z.array(extension).min(1).describe('handsets that take its calls'),
  mayJoin,
  strategy: strategy.default('longest-idle'),
  ring: someTime.prefault('20s').describe('how long an agent is rung before the next'),
  rest: duration.prefault('5s').describe('how long after a call an agent is left alone'),
  code: joinCode,
  music: name.default('waiting').describe('what is heard meanwhile: music/NAME.wav of the prompts'),
  welcome: z.string().default('please-wait').describe('the prompt at the beginning, where nobody is free at once'),
  announce: duration.prefault('45s').describe('how often the position is said; 0s: never'),
  sayWait: z.boolean().default(true).describe('say the estimated wait too, once there is something to estimate it by'),
  maxWait: someTime.prefault('10min').describe('who has waited so long goes to `overflow`'),
  maxLength: z.number().int().min(1).max(999).default(20).describe('who would make it longer goes there at once'),
  overflow: target.prefault({ announce: 'queue-full' }).describe('where those go'),
});

const key = z.string().regex(/^[0-9*#]$/, 'one key: a digit, * or #, in quotes');

export const menu = z.strictObject({
  name: name.describe('how targets name it'),
  say: z.string().describe('the prompt that tells the keys'),
  keys: z.record(key, target).describe('where each key leads, e.g. `"1": { queue: citizens }`'),
  wait: someTime.prefault('5s').describe('how long after the prompt a key is waited for'),
  times: z.number().int().min(1).max(9).default(3).describe('how often it is said before `otherwise`'),
  otherwise: target.describe('where a caller goes who presses no key, or only wrong ones'),
});

const forwardTo = z.string().regex(/^[0-9]{2,20}$/, 'write an extension, or a number as it is dialled, in quotes');

export const forward = z.strictObject({
  always: forwardTo.optional().describe('every call goes there'),
  busy: forwardTo.optional().describe('when it is busy'),
  noAnswer: forwardTo.optional().describe('when nobody answers within `after`'),
  notRegistered: forwardTo.optional().describe('when it is switched off or not reached'),
});

export const codes = z.strictObject({
  forwardAlways: service.default('21').describe('every call: `*21*NUMBER#` on, `#21#` off, `*#21#` asks'),
  forwardBusy: service.default('67').describe('when busy'),
  forwardNoAnswer: service.default('61').describe('when nobody answers'),
  forwardNotRegistered: service.default('62').describe('when the handset is not reached'),
  doNotDisturb: service.default('26').describe('`*26#` on, `#26#` off, `*#26#` asks'),
});
