/** Emergency calls, what handsets may call, and the guard against fraud. */
import { z } from 'zod';
import { someTime } from './units.js';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'use small letters, digits and hyphens');
const digits = z.string().regex(/^\+?[0-9][0-9 ()/.-]{2,}$/, 'write the number with its digits, e.g. "+48227836000"');
const beginning = z.string().regex(/^\+[1-9][0-9]*$/, 'write the beginning of an international number, e.g. "+49"');
const time = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'write a time of the day, e.g. "22:00"');
const count = z.number().int().min(0);

export const emergency = z.strictObject({
  numbers: z
    .array(z.string().regex(/^[0-9]{2,6}$/, 'an emergency number is two to six digits, in quotes'))
    .default([])
    .describe('emergency numbers besides those of the country (PL: 112, 997 to 999, 984 to 994)'),
  callerId: digits
    .optional()
    .describe("the site's geographic number, shown on emergency calls; default: the trunk's callerId"),
  trunks: z
    .array(name)
    .min(1)
    .optional()
    .describe('trunks that emergency calls try, in this order; default: those of outbound.routes, then all others'),
  callBack: z
    .strictObject({
      numbers: z.array(digits).default([]).describe('numbers from which emergency centres call back'),
      within: someTime.prefault('2h').describe('how long after an emergency call'),
    })
    .prefault({})
    .describe('calls of an emergency centre that skip hours, menus and queues and ring who had called it'),
});

export const callClass = z.strictObject({
  name: name.describe('how handsets name it; `standard` is that of handsets which name none'),
  foreign: z
    .union([z.boolean(), z.array(beginning).min(1)])
    .default(false)
    .describe('may call abroad: everywhere, or only to numbers that begin so, e.g. ["+49", "+420"]'),
  premium: z
    .boolean()
    .default(false)
    .describe('may call numbers that cost more than others (PL: 20x, 30x, 40x, 70x, 118)'),
});

export const guard = z.strictObject({
  perHour: count.default(20).describe('calls abroad within an hour, of all handsets together'),
  perHourOfHandset: count.default(6).describe('the same of one handset'),
  atOnce: count.default(2).describe('calls abroad at the same time'),
  night: z
    .strictObject({
      from: time.default('22:00').describe('when they begin'),
      to: time.default('06:00').describe('when they end'),
    })
    .prefault({})
    .describe("hours of the office's zone without calls abroad; none where both are the same"),
});
