/** How the sound of a call was: each leg as we received it, and as its peer said that it received us. */
import { z } from 'zod';

/** What was wrong with the sound of a leg. */
export const troubles = [
  'one-way', // nothing was heard from it while the other side was
  'no-audio', // nothing was heard from either side
  'clipping', // its sound was cut off at full scale
] as const;
export type Trouble = (typeof troubles)[number];

const share = z.number().min(0).max(100);
const milliseconds = z.number().nonnegative();
/** Mean opinion score, by a simplified E-model (ITU-T G.107): 1 to 4.5. */
const mos = z.number().min(1).max(5);

const legMedia = z.strictObject({
  /** The SRTP suite that its sound was encrypted by; absent: it was plain. */
  encryption: z.string().optional(),
  packetsReceived: z.number().int().nonnegative(),
  packetsSent: z.number().int().nonnegative(),
  lostPercent: share,
  /** RFC 3550, at the end. */
  jitterMs: milliseconds,
  mos: mos.optional(),
  /** Of its worst ten seconds. */
  worstMos: mos.optional(),
  /** Mean of what reports showed (RTCP). */
  roundTripMs: milliseconds.optional(),
  /** What its peer reported of the sound that it got from us. */
  far: z.strictObject({ lostPercent: share, jitterMs: milliseconds, mos: mos.optional() }).optional(),
  /** Loudest level that was heard, dB below full scale, at most 0. */
  peakDb: z.number().max(0).optional(),
  troubles: z
    .array(
      z.strictObject({
        what: z.enum(troubles),
        /** When it was noticed, and until when it lasted; absent: to the end. Milliseconds since 1970. */
        at: z.number().int().nonnegative(),
        until: z.number().int().nonnegative().optional(),
      }),
    )
    .optional(),
});
export type LegMedia = z.infer<typeof legMedia>;

export const callMedia = z.strictObject({
  outside: legMedia.optional(),
  inside: legMedia.optional(),
  /** That of its worse leg. */
  mos: mos.optional(),
  /** Packets that both could hear and the recording lacks: disk or machine was too slow for too long. */
  unrecorded: z.number().int().positive().optional(),
});
export type CallMedia = z.infer<typeof callMedia>;
