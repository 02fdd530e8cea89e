/** The announcement that the call is recorded, and the prompts that come with Halina. */
import { z } from 'zod';
import { language } from './atoms.js';
import { duration } from './units.js';

/** The announcements that come with Halina (prompts/<language>/<name>.wav). */
export const shippedPrompts = [
  'busy',
  'closed',
  'code-refused',
  'do-not-disturb-off',
  'do-not-disturb-on',
  'forward-off',
  'forward-on',
  'group-in',
  'group-out',
  'menu',
  'menu-invalid',
  'night-automatic',
  'night-closed',
  'night-open',
  'information',
  'no-answer',
  'notice',
  'notice-opt-in',
  'notice-opt-out',
  'please-wait',
  'private',
  'queue-full',
  'recording-stopped',
  'reminder',
  'unavailable',
] as const;

export const notice = z.strictObject({
  language: language.default('pl').describe('of the announcements, where the route says nothing'),
  mode: z
    .enum(['answered', 'early-media'])
    .default('answered')
    .describe('answer the caller and play it, or play it before the answer (free for the caller; not with a choice)'),
  order: z
    .enum(['before-ringing', 'while-ringing'])
    .default('before-ringing')
    .describe('ring after the notice, or during it (nobody can answer before its end in either case)'),
  choice: z
    .enum(['none', 'opt-out', 'opt-in'])
    .default('none')
    .describe('whether a key keeps the call from being recorded, or is needed for it to be'),
  key: z
    .string()
    .regex(/^[0-9*#]$/, 'one key: a digit, * or #, in quotes')
    .optional()
    .describe('the key of the choice; default 9 to opt out, 1 to opt in'),
  informationKey: z
    .string()
    .regex(/^[0-9*#]$/, 'one key: a digit, * or #, in quotes')
    .optional()
    .describe(
      'the key by which the caller hears the whole information under art. 13 GDPR (prompt `information`), pressed while the notice plays or the choice is waited for; default: none; employees play it by *4',
    ),
  choiceWait: duration.prefault('5s').describe('how long after the notice the key is waited for'),
  mediaWait: duration.prefault('1s').describe('how long at most to wait for the way to the caller'),
  onFailure: z
    .enum(['reject', 'connect-unrecorded'])
    .default('reject')
    .describe('what becomes of a call to which the notice cannot be played'),
  folder: z
    .string()
    .optional()
    .describe("the office's own prompts, laid out as prompts/; they go before those of Halina"),
});
