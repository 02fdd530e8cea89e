/** Calls as the pages see them. */
import { z } from 'zod';
import type { Facts } from '../../accounts/judge.js';
import { callMedia } from '../../entry/call-media.js';
import { phases, type CallRecord } from '../../archive/lifecycle.js';

export const guardView = z.object({
  id: z.string(),
  effect: z.enum(['hold', 'restriction']),
  kind: z.enum(['request', 'administrator', 'authority']),
  by: z.string(),
  reason: z.string(),
  reference: z.string().optional(),
  at: z.number(),
  until: z.number().optional(),
  released: z.object({ at: z.number(), by: z.string(), reason: z.string() }).optional(),
});

export type GuardView = z.infer<typeof guardView>;

export const callRow = z.object({
  id: z.string(),
  startedAt: z.number(),
  direction: z.enum(['inbound', 'outbound']),
  /** As signalled; empty: withheld. */
  number: z.string(),
  displayName: z.string().optional(),
  withheld: z.boolean(),
  extension: z.string().optional(),
  employee: z.string().optional(),
  units: z.array(z.string()),
  trunk: z.string(),
  talkMs: z.number().optional(),
  end: z.string().optional(),
  phase: z.enum(phases),
  /** Why there is no recording, or no more. */
  why: z.string().optional(),
  durationMs: z.number().optional(),
  held: z.boolean(),
  restricted: z.boolean(),
  note: z.string().optional(),
});
export type CallRow = z.infer<typeof callRow>;

export function rowOf({ entry, state, guards = [], note, units = [] }: CallRecord): CallRow {
  const stands = guards.filter(({ released }) => !released);
  const recording = 'recording' in state ? state.recording : undefined;
  const why = 'why' in state ? state.why : state.phase === 'failed' ? state.error : undefined;
  const { employee, end, talkMs, outside } = entry;
  return {
    id: entry.id,
    startedAt: entry.startedAt,
    direction: entry.direction,
    number: outside.number ?? outside.signalled,
    ...(outside.displayName === undefined ? {} : { displayName: outside.displayName }),
    withheld: outside.withheld,
    ...(employee ? { extension: employee.extension } : {}),
    ...(employee?.displayName === undefined ? {} : { employee: employee.displayName }),
    units: [...units],
    trunk: entry.trunk,
    ...(talkMs === undefined ? {} : { talkMs }),
    ...(end ? { end: end.reason } : {}),
    phase: state.phase,
    ...(why === undefined ? {} : { why }),
    ...(recording ? { durationMs: recording.durationMs } : {}),
    held: stands.length > 0,
    restricted: stands.some(({ effect }) => effect === 'restriction'),
    ...(note ? { note: note.text } : {}),
  };
}

const notice = z.object({
  prompt: z.string(),
  language: z.string(),
  sha256: z.string(),
  beganAt: z.number(),
  endedAt: z.number(),
  framesSent: z.number(),
  framesTotal: z.number(),
  callerMediaSeen: z.boolean(),
  mode: z.string().optional(),
  choice: z.object({ mode: z.string(), key: z.string().optional(), recorded: z.boolean() }).optional(),
});

export const callView = callRow.extend({
  dialled: z.string(),
  zone: z.string(),
  answeredAt: z.number().optional(),
  connectedAt: z.number().optional(),
  endedAt: z.number().optional(),
  endedBy: z.string().optional(),
  parts: z.array(
    z.object({
      kind: z.string(),
      from: z.number(),
      to: z.number().optional(),
      extension: z.string().optional(),
      number: z.string().optional(),
      why: z.string().optional(),
      /** Who sent the call on. */
      sender: z.string().optional(),
    }),
  ),
  /** How its sound was. */
  media: callMedia.optional(),
  notice: notice.optional(),
  outboundNotice: z.object({ mode: z.string(), confirmed: z.boolean(), at: z.number().optional() }).optional(),
  quarantine: z.object({ why: z.string(), at: z.number() }).optional(),
  guards: z.array(guardView),
  sha256: z.string().optional(),
  bytes: z.number().optional(),
});

export type CallView = z.infer<typeof callView>;

export function viewOf(record: CallRecord): z.input<typeof callView> {
  const { entry, state, guards = [] } = record;
  const recording = 'recording' in state ? state.recording : undefined;
  const { dialled, zone, parts, end } = entry;
  return {
    ...rowOf(record),
    ...entry,
    end: end?.reason,
    dialled,
    zone,
    endedAt: end?.at,
    endedBy: end?.by,
    parts: [...parts],
    guards: [...guards],
    sha256: recording?.sha256,
    bytes: recording?.bytes,
    employee: entry.employee?.displayName,
  };
}

/** What the table of permissions asks of a call: who took part in it. */
export function factsOf({ entry, units = [] }: CallRecord): Pick<Facts, 'extensions' | 'units'> {
  const extensions = new Set(entry.parts.flatMap(({ extension }) => (extension === undefined ? [] : [extension])));
  if (entry.employee) extensions.add(entry.employee.extension);
  return { extensions: [...extensions], units: [...units] };
}
