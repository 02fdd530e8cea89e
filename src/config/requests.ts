/** Access requests (§ 2 of the ordinance): their terms, and what heads the office's letters. */
import { z } from 'zod';
import { someTime } from './units.js';

const days = (least: number) => z.number().int().min(least).max(365);

export const requests = z.strictObject({
  letterhead: z
    .array(z.string().max(120))
    .max(5)
    .default([])
    .describe("lines below the office's name at the head of letters: address, telephone"),
  completion: days(7).default(7).describe('days that a person gets at the least to complete a request (at least 7)'),
  opinion: days(1).default(7).describe('days for an opinion; then the Secretary may go on without it'),
  complaintHold: days(1).default(183).describe('days for which the recordings of a refused request are held'),
  sessionTolerance: someTime
    .prefault('30min')
    .describe('how much earlier or later than set a listening session may begin'),
  keep: days(1)
    .default(365)
    .describe("days after the hand-over to the office's records, then the personal data of a request are erased here"),
});
