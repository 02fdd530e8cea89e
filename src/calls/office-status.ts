/** The office's telephony at a glance, as `halina status` and the console tell it: calls, lines, handsets, what was turned away. */
import { z } from 'zod';

const counters = z.record(z.string(), z.number());

/** A call that runs; internal ones too. */
export const liveCall = z.strictObject({
  id: z.string(),
  direction: z.enum(['inbound', 'outbound', 'internal']),
  /** What the call is doing, e.g. `ringing`. */
  state: z.string(),
  trunk: z.string().optional(),
  outside: z.string().optional(),
  dialled: z.string(),
  extension: z.string().optional(),
  /** Handsets that are being rung. */
  ringing: z.array(z.string()).readonly().optional(),
  startedAt: z.number(),
  connectedAt: z.number().optional(),
  recording: z.boolean(),
  fax: z.enum(['g711', 't38']).optional(),
});

const trunkStatus = z.strictObject({
  name: z.string(),
  proxy: z.string(),
  /** Whether its provider answers OPTIONS and calls. */
  health: z.enum(['unknown', 'up', 'down']),
  /** Since when; Unix milliseconds. */
  healthSince: z.number().optional(),
  /** Absent on trunks that do not register. */
  registration: z
    .strictObject({
      state: z.enum(['stopped', 'registering', 'registered', 'failed']),
      until: z.number().optional(),
      reason: z.string().optional(),
      status: z.number().optional(),
    })
    .optional(),
  calls: z.number(),
  maxCalls: z.number().optional(),
});

const handsetStatus = z.strictObject({
  extension: z.string(),
  displayName: z.string().optional(),
  /** None: it is not registered. */
  contacts: z.array(
    z.strictObject({
      address: z.string(),
      protocol: z.string(),
      userAgent: z.string().optional(),
      /** Unix milliseconds. */
      /** Since when it is registered, where it is known. */
      since: z.number().optional(),
      expiresAt: z.number(),
      reachable: z.boolean(),
    }),
  ),
  /** When its last registration ended, where there is none now and it is known. */
  goneAt: z.number().optional(),
});

const queueStatus = z.strictObject({
  name: z.string(),
  waiting: z.number(),
  /** Since when the first caller in it waits; Unix milliseconds. */
  since: z.number().optional(),
  /** Agents who are logged in, and those of them who could be rung now. */
  agents: z.number(),
  free: z.number(),
});

export const officeStatus = z.strictObject({
  at: z.number(),
  startedAt: z.number(),
  trunks: z.array(trunkStatus),
  handsets: z.array(handsetStatus),
  queues: z.array(queueStatus),
  calls: z.strictObject({ running: z.number(), recording: z.number(), most: z.number() }),
  disk: z.strictObject({
    used: z.number(),
    quota: z.number(),
    free: z.number(),
    recordings: z.number(),
    reachesBackDays: z.number(),
  }),
  /** With what recordings are made; absent until it is chosen. `text`: in words, why it is not the one wanted too. */
  encoder: z.strictObject({ name: z.string(), text: z.string() }).optional(),
  /** Absent where none are configured. */
  backup: z
    .strictObject({
      target: z.string(),
      /** When the last whole one was begun, and when the next will be; Unix milliseconds. */
      lastAt: z.number().optional(),
      nextAt: z.number().optional(),
      running: z.boolean(),
      /** Of the last try. */
      failure: z.string().optional(),
    })
    .optional(),
  alarms: z.array(z.strictObject({ code: z.string(), subject: z.string(), message: z.string(), since: z.number() })),
  bans: z.array(z.strictObject({ address: z.string(), until: z.number(), times: z.number() })),
  /** Since the start of the program; `sip` and `admission` since that of the SIP server, absent where it does not tell. */
  counters: z.strictObject({
    authentication: counters,
    guard: counters,
    admission: counters.optional(),
    sip: counters.optional(),
  }),
});
export type OfficeStatus = z.infer<typeof officeStatus>;

const seenFrom = z.strictObject({ address: z.string(), port: z.number() });

/** What OPTIONS to a trunk's proxy brought. */
export const trunkProbe = z.strictObject({
  trunk: z.string(),
  proxy: z.string(),
  /** Of the proxy's host. */
  addresses: z.array(z.string()),
  resolveError: z.string().optional(),
  status: z.number().optional(),
  reason: z.string().optional(),
  afterMs: z.number().optional(),
  answeredBy: seenFrom.optional(),
  /** Our Via: what we say of ourselves. */
  said: seenFrom.extend({ protocol: z.string() }).optional(),
  /** Our address as the provider saw it, where it tells. */
  seen: seenFrom.partial({ port: true }).optional(),
  /** `no-answer`, or why nothing could be sent. */
  failure: z.string().optional(),
  /** Our address in Contact and SDP of calls with this trunk. */
  advertised: z.string(),
  at: z.number(),
});
export type TrunkProbe = z.infer<typeof trunkProbe>;
