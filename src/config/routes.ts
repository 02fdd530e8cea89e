/** Where calls go: those from outside by the dialled number, those from handsets by its beginning. */
import { z } from 'zod';
import { extension, language, name } from './atoms.js';
import { target } from './office.js';
import { callClass, guard } from './outbound-rules.js';
import { someTime } from './units.js';

const record = z.enum(['always', 'never']);

export const route = z.strictObject({
  name: name.describe('how entries name it'),
  numbers: z
    .array(
      z
        .string()
        .regex(/^(\*|\+?[0-9][0-9 ()/.-]{2,}|\+?[0-9]+\*)$/, 'write a number, the beginning of one with *, or "*"'),
    )
    .min(1)
    .describe('dialled numbers: E.164, a beginning such as `+4822783*`, or `*` for every other'),
  trunks: z.array(name).min(1).optional().describe('only calls from these trunks; default: from every trunk'),
  handsets: z.array(extension).default([]).describe('who is rung'),
  to: target.optional().describe('where the calls go, in place of `handsets`: a group, queue, menu, opening hours…'),
  strategy: z.enum(['parallel', 'in-turn']).default('parallel').describe('all at once, or one after another'),
  ring: someTime.prefault('30s').describe('how long to ring; in turn: each handset'),
  onBusy: target.optional().describe('when every handset is busy; default: the prompt `busy`'),
  onNoAnswer: target.optional().describe('when nobody answers; default: the prompt `no-answer`'),
  record: record.default('always').describe("`never` for lines such as the data-protection officer's"),
  language: language.optional().describe('of the announcements; default: notice.language'),
});

const outboundRoute = z.strictObject({
  prefix: z
    .string()
    .regex(/^[0-9*#+]*$/, 'use digits, *, # and +')
    .default('')
    .describe('what the dialled number begins with; the longest that fits is taken'),
  strip: z.number().int().min(0).default(0).describe('leading digits to take away'),
  trunk: name.optional().describe('the trunk that such calls take; instead of `trunks`'),
  trunks: z
    .array(z.union([name, z.strictObject({ trunk: name, weight: z.number().int().min(0).max(1000).default(1) })]))
    .min(1)
    .optional()
    .describe('several trunks: where one cannot take a call, the next one does'),
  order: z
    .enum(['listed', 'weighted'])
    .default('listed')
    .describe('the first of `trunks` always first, or each as often as its weight says'),
  record: record.default('always').describe('`never`: these calls are not recorded'),
});

export const outbound = z.strictObject({
  routes: z.array(outboundRoute).default([]).describe('which numbers go out by which trunk'),
  classes: z.array(callClass).default([]).describe('who may call numbers that cost; without it nobody may'),
  guard: guard
    .prefault({})
    .describe('stops calls abroad, and raises an alarm, when there are more than there should be'),
  notice: z
    .enum(['employee', 'automatic'])
    .default('employee')
    .describe(
      'who gives the notice: the employee, reminded by a whisper until the callee answers, or Halina to the callee on answer',
    ),
  unconfirmed: z
    .enum(['flag', 'stop', 'erase'])
    .default('flag')
    .describe('a call in which the employee did not confirm the notice by *1: marked, not recorded further, or erased'),
  ring: someTime.prefault('60s').describe('how long to wait for an answer'),
});
