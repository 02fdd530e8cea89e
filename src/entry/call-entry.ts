/**
 * A call's entry: what the office keeps of a call with the outside. It is made by the call application, carried in the
 * spool's first record, written to the journal, projected into the index and put whole into the recording's tags, so
 * there is one schema for all of them. Times are milliseconds since 1970 in UTC, the zone stands beside; durations are
 * measured on a monotonic clock and therefore need not equal the difference of two times.
 */
import { z } from 'zod';
import type { CallId } from '../base/brands.js';
import { isCallId } from '../base/call-id.js';
import { callMedia } from './call-media.js';

const callId = z.string().refine(isCallId, 'not a call id') as unknown as z.ZodType<CallId, string>;
const unixMs = z.number().int().nonnegative();
const milliseconds = z.number().nonnegative();

/** The side outside the office, as it was signalled. */
const outsideParty = z.strictObject({
  /** E.164 where the number could be understood as one. */
  number: z.string().optional(),
  /** The number or user part as signalled; empty when withheld. */
  signalled: z.string(),
  displayName: z.string().optional(),
  withheld: z.boolean(),
});

const employeeParty = z.strictObject({ extension: z.string(), displayName: z.string().optional() });

/** Why and by whom a call ended; each end of a call has exactly one. */
export const endReasons = [
  'completed', // a party hung up after they talked
  'cancelled', // the caller gave up before an answer
  'busy',
  'no-answer',
  'refused', // a party declined (e.g. 603), or the codec or request was refused (4xx)
  'unreachable', // no binding, no route to it, a transport failure
  'notice-failed', // the notice could not be played and notice.onFailure is reject
  'caller-declined', // the caller left at the choice
  'media-lost', // no RTP for media.silenceTimeout
  'peer-lost', // a side stopped answering signalling
  'limit', // the limit of concurrent calls, or of a call's length
  'private', // ended by the private-call code
  'engine-lost', // the media process died
  'restart', // found open at the next start
  'error',
] as const;
export type EndReason = (typeof endReasons)[number];

const callEnd = z.strictObject({
  at: unixMs,
  by: z.enum(['outside', 'employee', 'halina']),
  reason: z.enum(endReasons),
  /** Q.850 cause. */
  cause: z.number().int().min(0).max(127),
  /** The final SIP status that was received or sent, where there was one. */
  status: z.number().int().optional(),
});

/** The proof that the notice was played. */
const noticeEvidence = z.strictObject({
  prompt: z.string(),
  language: z.string(),
  /** SHA-256 of the WAV that was played, hex. */
  sha256: z.string(),
  mode: z.enum(['answered', 'early-media']),
  beganAt: unixMs,
  endedAt: unixMs,
  /** Media frames sent and frames the whole notice has; equal when it was played whole. */
  framesSent: z.number().int(),
  framesTotal: z.number().int(),
  /** Whether RTP from the caller arrived while it played. */
  callerMediaSeen: z.boolean(),
  choice: z
    .strictObject({ mode: z.enum(['none', 'opt-out', 'opt-in']), key: z.string().optional(), recorded: z.boolean() })
    .optional(),
});
export type NoticeEvidence = z.infer<typeof noticeEvidence>;

/** That the whole information under art. 13 GDPR was given, and who asked for it. */
const informationEvidence = noticeEvidence
  .omit({ mode: true, choice: true })
  .extend({ by: z.enum(['outside', 'employee']) });
export type InformationEvidence = z.infer<typeof informationEvidence>;

/** On outbound calls: how the notice was given (§ 1.3.3 of the ordinance). */
const outboundNotice = z.strictObject({
  mode: z.enum(['employee', 'automatic']),
  confirmed: z.boolean(),
  at: unixMs.optional(),
  /** Whether the employee was played the whole reminder; the callee's answer cuts it. Absent: none was played. */
  reminded: z.boolean().optional(),
  evidence: noticeEvidence.optional(),
});

/** How somebody came to talk with the outside party. */
export const talkReasons = [
  'answered', // rung by the route, or the one who called
  'forwarded', // rung in place of another
  'picked-up', // by a code or INVITE with Replaces, while another rang
  'transferred',
  'retrieved', // a parked call
  'returned', // to the sender, since the transfer led to nobody
] as const;
export type TalkReason = (typeof talkReasons)[number];

/**
 * What happened from when to when. `talk`: with whom; `hold` and `stopped`: what happened within; `ringing`, `parked`,
 * `queued` and `menu`: the outside party waits, and nobody of the office is with it. A call between employees about it
 * (a consultation) is none of it.
 */
const part = z.strictObject({
  kind: z.enum(['talk', 'hold', 'stopped', 'ringing', 'parked', 'queued', 'menu']),
  /** Milliseconds from `connectedAt`. */
  from: milliseconds,
  to: milliseconds.optional(),
  /** Who talks, or who is rung; `number`: someone outside, where the call was sent on. */
  extension: z.string().optional(),
  number: z.string().optional(),
  by: z.enum(['outside', 'employee', 'halina']).optional(),
  /** Of `talk`; absent in entries of before it was kept. */
  why: z.enum(talkReasons).optional(),
  /** The extension that sent the call on, or parked it. */
  sender: z.string().optional(),
  /** Where a call is parked. */
  orbit: z.string().optional(),
});
export type CallPart = z.infer<typeof part>;

/** Why a call has no recording. */
export const notRecordedReasons = [
  'route-never', // the route says record: never
  'not-connected', // nobody talked
  'choice', // the caller chose not to be recorded
  'notice-failed', // notice.onFailure: connect-unrecorded
  'no-room', // the budget had no room for it
  'unconfirmed', // outbound.unconfirmed: stop
  'fax', // machines talked, not people
  'failed', // the recorder failed; the log says how
] as const;
export type NotRecordedReason = (typeof notRecordedReasons)[number];

/**
 * That it was a fax: how it went (in sound, or as T.38), and by what it was known: the tones of who calls (`cng`), who is
 * called (`ced`) or either (`v21`), or a request for T.38, be it taken or refused.
 */
const fax = z.strictObject({
  kind: z.enum(['g711', 't38']),
  by: z.enum(['cng', 'ced', 'v21', 't38']),
  at: unixMs,
});
export type Fax = z.infer<typeof fax>;

export const callEntrySchema = z.strictObject({
  version: z.literal(1),
  id: callId,
  direction: z.enum(['inbound', 'outbound']),
  trunk: z.string(),
  route: z.string().optional(),
  outside: outsideParty,
  /** The number that was dialled, as normalised by the route. */
  dialled: z.string(),
  /** A call to 112 and the like, or the emergency centre's call back. */
  emergency: z.literal(true).optional(),
  /** The number whose owner sent the call on to the office (Diversion, History-Info). */
  divertedBy: z.string().optional(),
  employee: employeeParty.optional(),
  /** When the INVITE came. */
  startedAt: unixMs,
  /** IANA name of the office's zone. */
  zone: z.string(),
  /** When the outside party's leg was answered: from here it pays. */
  answeredAt: unixMs.optional(),
  /** When a handset (or, outbound, the callee) answered and both could talk. */
  connectedAt: unixMs.optional(),
  /** From connection to end. */
  talkMs: milliseconds.optional(),
  notice: noticeEvidence.optional(),
  outboundNotice: outboundNotice.optional(),
  fax: fax.optional(),
  /** Each time that the information was played, whole or not. */
  information: z.array(informationEvidence).optional(),
  parts: z.array(part),
  record: z.discriminatedUnion('wanted', [
    z.strictObject({ wanted: z.literal(true) }),
    z.strictObject({ wanted: z.literal(false), why: z.enum(notRecordedReasons) }),
  ]),
  /** Set by `*7` (private, the call ends), `*9` (recording stopped) or outbound.unconfirmed: what was recorded is quarantined. */
  quarantine: z.strictObject({ why: z.enum(['private', 'stopped', 'unconfirmed']), at: unixMs }).optional(),
  end: callEnd.optional(),
  /** How its sound was; with the end. */
  media: callMedia.optional(),
});

export type CallEntry = z.infer<typeof callEntrySchema>;
