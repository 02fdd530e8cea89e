/** Settings of lamps (BLF), presence and missed calls. */
import { z } from 'zod';
import { someTime } from './units.js';

export const presence = z.strictObject({
  parties: z
    .enum(['none', 'internal', 'all'])
    .default('internal')
    .describe(
      'with whom a watched handset speaks is shown to watching handsets: never, if it is an extension, or outside numbers too',
    ),
  subscriptions: z.number().int().min(1).max(1000).default(100).describe('what one handset may watch at once'),
  expires: someTime.prefault('1h').describe('how long a handset watches until it has to ask again'),
});
