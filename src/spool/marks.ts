/** Marks as they stand in a file, parsed into the types of `records.ts`. */
import { z } from 'zod';
import { callEntrySchema, talkReasons } from '../entry/call-entry.js';
import type { SpoolMark } from './records.js';

const leg = z.enum(['outside', 'inside']);

const mapping = z.strictObject({
  payloadType: z.number().int().min(0).max(127),
  codec: z.enum(['PCMA', 'PCMU', 'G722', 'opus', 'telephone-event', 'CN']),
  clockRate: z.number().int().positive(),
});

const party = z.strictObject({
  extension: z.string().optional(),
  number: z.string().optional(),
  why: z.enum(talkReasons).optional(),
});

const markSchema: z.ZodType<SpoolMark> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('call'), entry: callEntrySchema }),
  z.strictObject({ type: z.literal('codecs'), leg, mappings: z.array(mapping) }),
  z.strictObject({ type: z.literal('begin') }),
  z.strictObject({ type: z.literal('hold'), leg }),
  z.strictObject({ type: z.literal('resume'), leg }),
  z.strictObject({ type: z.literal('apart') }),
  z.strictObject({ type: z.literal('party'), party }),
  z.strictObject({ type: z.literal('cut'), reason: z.enum(['no-room', 'stopped', 'failed']) }),
  z.strictObject({ type: z.literal('end') }),
]);

/** The mark in this JSON, or nothing where it is not one. */
export function parseMark(json: string): SpoolMark | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  const parsed = markSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
