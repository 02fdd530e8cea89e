/** How a provider wants things: numbers, identities, limits. Profiles (config/providers) are mostly made of these. */
import { z } from 'zod';
import { srtpPolicy } from './srtp.js';
import { duration } from './units.js';

const format = z.enum(['e164', 'digits', 'national']);

export const trunkManners = {
  profile: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'use small letters, digits and hyphens')
    .optional()
    .describe('takes what is not written here from config/providers/NAME.yaml'),
  numbers: z
    .strictObject({
      format: format
        .default('e164')
        .describe('of dialled numbers: `+48227836000`, `48227836000`, or as dialled within the country'),
      prefix: z
        .string()
        .regex(/^[0-9*#+]*$/, 'use digits, *, # and +')
        .default('')
        .describe('digits before every dialled number but emergency numbers'),
    })
    .prefault({})
    .describe('how numbers are written to the provider'),
  identity: z
    .strictObject({
      from: z
        .enum(['number', 'account'])
        .default('number')
        .describe('user part of From: the number shown, or the account, where the provider wants it there'),
      format: format.default('e164').describe('of the number shown'),
      headers: z
        .array(z.enum(['P-Asserted-Identity', 'P-Preferred-Identity']))
        .default(['P-Asserted-Identity'])
        .describe('headers that bear the number too (RFC 3325), also of callers who withhold it'),
      forwarded: z
        .enum(['own', 'caller'])
        .default('own')
        .describe(
          'who is shown where a call from outside is forwarded to the outside: the office, or whoever called it, where the provider allows that',
        ),
    })
    .prefault({})
    .describe('how we name ourselves to the provider'),
  trusted: z
    .boolean()
    .default(true)
    .describe('believe P-Asserted-Identity, Diversion and History-Info that come from the provider'),
  diversion: z
    .enum(['none', 'diversion', 'history-info', 'both'])
    .default('diversion')
    .describe('how a call that is sent on to the outside names who sent it (RFC 5806, RFC 7044)'),
  aboveLimit: z
    .enum(['busy', 'unavailable'])
    .default('busy')
    .describe(
      'calls from outside above maxCalls: 486, or 503 with Retry-After, where the provider then tries elsewhere',
    ),
  srtp: srtpPolicy
    .default('off')
    .describe('encrypted sound, where its signalling goes over TLS: never, where the provider can, or only so'),
  health: z
    .strictObject({
      every: duration.prefault('0s').describe('how often OPTIONS asks whether the provider is there; 0s: never'),
      failures: z.number().int().min(1).max(20).default(3).describe('questions without an answer that mark it down'),
    })
    .prefault({})
    .describe('whether the provider is there; one that is down is tried last'),
};
