/** How long recordings are kept, and why: the rules of `storage` beyond its sizes. */
import { z } from 'zod';
import { name } from './atoms.js';
import { duration, someTime } from './units.js';

export const retentionClass = z.strictObject({
  name: name.describe('what it is called'),
  routes: z.array(name).default([]).describe('calls that came by one of these routes'),
  units: z.array(z.string().min(1)).default([]).describe('calls in which somebody of one of these units talked'),
  maxAge: someTime.describe('how long such a recording is kept at the most'),
  keepAtLeast: duration.optional().describe('younger ones are never evicted for room; default: storage.keepAtLeast'),
  keepMetadata: duration.optional().describe('how long entries outlive their recordings; default: its own maxAge'),
  purpose: z.string().min(1).describe('what they are kept for'),
  legalBasis: z.string().min(1).describe('on what legal basis'),
});

export const whenFull = z
  .enum(['do-not-record', 'record-over-budget'])
  .default('do-not-record')
  .describe(
    'when nothing may go any more: calls go on unrecorded, or are recorded over the quota, up to `reserve` more',
  );
