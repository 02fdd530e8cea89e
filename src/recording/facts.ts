/** What is known of a recording beside the call's entry: it stands in the recording's tags with it. */
import { z } from 'zod';
import { callEntrySchema } from '../entry/call-entry.js';

const channelFacts = z.strictObject({
  /** Packets with sound that came; duplicates not counted. */
  packets: z.number().int(),
  /** Missing by their sequence numbers. */
  lost: z.number().int(),
  duplicates: z.number().int(),
  /** Came after one with a later sequence number, and were put in order. */
  reordered: z.number().int(),
  /** Sound that was made up where packets were lost, milliseconds. */
  concealedMs: z.number().int(),
  /** How often the source changed, or its numbers or times jumped. */
  restarts: z.number().int(),
  /** How much the source's clock was slow (negative: fast) against ours, parts per million; of its longest stretch. */
  driftPpm: z.number(),
  /** Nothing is to be heard in this channel. */
  silent: z.boolean(),
});
export type ChannelFacts = z.infer<typeof channelFacts>;

export const recordingFactsSchema = z.strictObject({
  version: z.literal(1),
  /** Wall time of the recording's time zero, milliseconds since 1970. */
  beganAt: z.number(),
  durationMs: z.number(),
  kbps: z.number(),
  /** Hz; 8000 where it is not told. */
  rate: z.number().optional(),
  encoder: z.string(),
  /** Left and right channel. */
  outside: channelFacts,
  inside: channelFacts,
  /**
   * Why the sound ends before the call did, and when, milliseconds from time zero. `no-room-for-mp3`: the budget had no
   * room for the rest of the sound.
   */
  cut: z
    .strictObject({ reason: z.enum(['no-room', 'stopped', 'failed', 'no-room-for-mp3']), atMs: z.number() })
    .optional(),
  /** The spool has no end mark: the program ended before the call did, or the disk failed. */
  recovered: z.boolean(),
  /** Bytes of the spool that could not be read. */
  damagedBytes: z.number().int(),
});
export type RecordingFacts = z.infer<typeof recordingFactsSchema>;

/** The whole that is written into a recording. `partsOmitted`: the entry had more parts than the tag has room for. */
export const recordingDocumentSchema = z.strictObject({
  entry: callEntrySchema,
  recording: recordingFactsSchema,
  partsOmitted: z.number().int().optional(),
});
export type RecordingDocument = z.infer<typeof recordingDocumentSchema>;
