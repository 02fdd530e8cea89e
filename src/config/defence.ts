/** What the office lets strangers do, and for how long it shuts out those who try more. */
import { z } from 'zod';
import { someTime } from './units.js';

export const defence = z.strictObject({
  allow: z
    .array(z.string())
    .default([])
    .describe('addresses or networks (CIDR) that are never banned nor slowed, whatever they do'),
  requestsPerSecond: z
    .number()
    .int()
    .min(1)
    .default(50)
    .describe('SIP requests a second that an address may send for long; providers are not limited'),
  burst: z.number().int().min(1).default(300).describe('requests that it may send at once'),
  guesses: z.number().int().min(3).default(10).describe('wrong passwords within ten minutes that ban an address'),
  ban: someTime.prefault('15min').describe('how long the first ban lasts; each further one twice as long'),
  longestBan: someTime.prefault('24h').describe('the longest ban; each day without one forgives one'),
});
