/**
 * What the command line can ask of a running program, over HTTP on the Unix socket `control.sock` in the data folder: one
 * schema for both ends. Bytes are bytes, times Unix milliseconds.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { phases } from '../archive/lifecycle.js';
import { liveCall, officeStatus, trunkProbe } from '../calls/office-status.js';
import {
  eraseReply,
  eraseRequest,
  guardReply,
  heldReply,
  holdRequest,
  pendingReply,
  releaseReply,
  releaseRequest,
} from './guard-api.js';
import {
  anchorReply,
  auditProof,
  auditReply,
  auditRequest,
  exportReply,
  exportRequest,
  noteRequest,
} from './audit-api.js';
import { peopleReply, peopleRequest } from './people-control.js';
import { keysReply, spoolReply, spoolRequest, takeKeysReply, takeKeysRequest } from './vault-api.js';

export { phases } from '../archive/lifecycle.js';

export const controlSocket = (data: string): string => join(data, 'control.sock');

const phase = z.enum(phases);

export const callsRequest = z.strictObject({
  number: z.string().optional(),
  numberEnd: z.string().optional(),
  extension: z.string().optional(),
  unit: z.string().optional(),
  trunk: z.string().optional(),
  direction: z.enum(['inbound', 'outbound']).optional(),
  phase: phase.optional(),
  held: z.literal(true).optional(),
  note: z.string().optional(),
  from: z.number().optional(),
  to: z.number().optional(),
  limit: z.number().int().min(1).max(500).optional(),
  cursor: z.string().optional(),
});

const callSummary = z.strictObject({
  id: z.string(),
  startedAt: z.number(),
  direction: z.enum(['inbound', 'outbound']),
  /** The outside party, as far as it is known. */
  number: z.string(),
  extension: z.string().optional(),
  trunk: z.string(),
  talkMs: z.number().optional(),
  end: z.string().optional(),
  /** Machines talked, in sound or by T.38. */
  fax: z.enum(['g711', 't38']).optional(),
  recording: z.strictObject({
    state: phase,
    why: z.string().optional(),
    path: z.string().optional(),
    bytes: z.number().optional(),
    durationMs: z.number().optional(),
    sha256: z.string().optional(),
  }),
});
export type CallSummary = z.infer<typeof callSummary>;

export const callsReply = z.strictObject({
  calls: z.array(callSummary),
  next: z.string().optional(),
  answeredBy: z.string(),
});

/** The calls that run now, the oldest first, internal ones too. `at`: the program's time, to count durations from. */
export const liveReply = z.strictObject({ at: z.number(), calls: z.array(liveCall) });

export const probeReply = z.strictObject({ trunks: z.array(trunkProbe) });

/** `bytes`: the new quota; without it only what stands is told. `dryRun`: say what would go, change nothing. */
export const quotaRequest = z.strictObject({ bytes: z.number().int().positive().optional(), dryRun: z.boolean() });

const plan = z.strictObject({
  recordings: z.number(),
  bytes: z.number(),
  reachesBackTo: z.number().optional(),
  fits: z.boolean(),
});

/** How far back the archive will reach. Days; the dates are those of the office's zone. */
const forecastReply = z.strictObject({
  reachDays: z.number(),
  weekBytes: z.number(),
  fullOn: z.string().optional(),
  promise: z
    .strictObject({ days: z.number(), state: z.enum(['kept', 'comes', 'breaks', 'never']), on: z.string().optional() })
    .optional(),
  /** The same in words. */
  text: z.string(),
});

export const quotaReply = z.strictObject({
  used: z.number(),
  quota: z.number(),
  free: z.number(),
  recordings: z.number(),
  oldest: z.number().optional(),
  newest: z.number().optional(),
  reachesBackDays: z.number(),
  /** Recordings that something keeps from eviction. */
  held: z.strictObject({ recordings: z.number(), bytes: z.number() }),
  /** What went, or would go. */
  plan: plan.optional(),
  forecast: forecastReply,
  /** The change waits for the Secretary. */
  pending: z.string().optional(),
});

export const evictRequest = z.strictObject({ dryRun: z.boolean() });
export const evictReply = plan;

/** `anchors`: of the audit log, kept elsewhere: what they come from, and their lines. */
export const verifyRequest = z.strictObject({
  hash: z.boolean(),
  anchors: z.strictObject({ name: z.string(), text: z.string() }).optional(),
});
const difference = z.strictObject({
  kind: z.string(),
  id: z.string().optional(),
  path: z.string().optional(),
  what: z.string(),
  todo: z.string(),
});
export const verifyReply = z.strictObject({ audit: auditProof, differences: z.array(difference) });

/** `entered`: recordings from their tags, since the start; `lost`: what could not be made anew. */
export const reindexReply = z.strictObject({
  calls: z.number(),
  entered: z.number(),
  lost: z.array(difference),
});

/** What long commands are at. */
export const progressReply = z.strictObject({
  works: z.array(z.strictObject({ name: z.string(), done: z.number(), all: z.number(), what: z.string() })),
});

/** Every command: its request and its reply. */
export const commands = {
  calls: { request: callsRequest, reply: callsReply },
  live: { request: z.strictObject({}), reply: liveReply },
  probe: { request: z.strictObject({}), reply: probeReply },
  status: { request: z.strictObject({}), reply: officeStatus },
  quota: { request: quotaRequest, reply: quotaReply },
  evict: { request: evictRequest, reply: evictReply },
  audit: { request: auditRequest, reply: auditReply },
  anchor: { request: z.strictObject({ newKey: z.boolean() }), reply: anchorReply },
  note: { request: noteRequest, reply: z.strictObject({}) },
  export: { request: exportRequest, reply: z.union([exportReply, pendingReply]) },
  verify: { request: verifyRequest, reply: verifyReply },
  people: { request: peopleRequest, reply: peopleReply },
  hold: { request: holdRequest, reply: guardReply },
  held: { request: z.strictObject({}), reply: heldReply },
  release: { request: releaseRequest, reply: releaseReply },
  erase: { request: eraseRequest, reply: eraseReply },
  keys: { request: z.strictObject({}), reply: keysReply },
  rotateKeys: { request: z.strictObject({}), reply: keysReply },
  takeKeys: { request: takeKeysRequest, reply: takeKeysReply },
  spool: { request: spoolRequest, reply: spoolReply },
  reindex: { request: z.strictObject({}), reply: reindexReply },
  progress: { request: z.strictObject({}), reply: progressReply },
} as const;

export type CommandName = keyof typeof commands;
export type Request<K extends CommandName> = z.infer<(typeof commands)[K]['request']>;
export type Reply<K extends CommandName> = z.infer<(typeof commands)[K]['reply']>;

/** Does the commands, in the running program or, where none runs, in the command line's own process. */
export type Control = { readonly [K in CommandName]: (request: Request<K>) => Promise<Reply<K>> };

export const failure = z.strictObject({ code: z.string(), message: z.string(), hint: z.string().optional() });
