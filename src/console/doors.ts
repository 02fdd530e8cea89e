/** What the console asks of the running program that no room of the archive or the people has: its telephony, now. */
import { z } from 'zod';

const words = z.record(z.string(), z.number());

export const liveCall = z.object({
  id: z.string(),
  direction: z.enum(['inbound', 'outbound', 'internal']),
  /** What the call is doing, e.g. `ringing`. */
  state: z.string(),
  trunk: z.string().optional(),
  outside: z.string().optional(),
  dialled: z.string(),
  extension: z.string().optional(),
  ringing: z.array(z.string()).readonly().optional(),
  startedAt: z.number(),
  connectedAt: z.number().optional(),
  recording: z.boolean(),
});
export type LiveCall = z.infer<typeof liveCall>;

export const status = z.object({
  at: z.number(),
  startedAt: z.number(),
  trunks: z.array(
    z.object({
      name: z.string(),
      proxy: z.string(),
      health: z.enum(['unknown', 'up', 'down']),
      healthSince: z.number().optional(),
      registration: z
        .object({
          state: z.enum(['stopped', 'registering', 'registered', 'failed']),
          until: z.number().optional(),
          reason: z.string().optional(),
          status: z.number().optional(),
        })
        .optional(),
      calls: z.number(),
      maxCalls: z.number().optional(),
    }),
  ),
  handsets: z.array(
    z.object({
      extension: z.string(),
      displayName: z.string().optional(),
      contacts: z.array(
        z.object({
          address: z.string(),
          protocol: z.string(),
          userAgent: z.string().optional(),
          expiresAt: z.number(),
          reachable: z.boolean(),
        }),
      ),
    }),
  ),
  calls: z.object({ running: z.number(), recording: z.number(), most: z.number() }),
  disk: z.object({
    used: z.number(),
    quota: z.number(),
    free: z.number(),
    recordings: z.number(),
    reachesBackDays: z.number(),
  }),
  alarms: z.array(z.object({ code: z.string(), subject: z.string(), message: z.string(), since: z.number() })),
  bans: z.array(z.object({ address: z.string(), until: z.number(), times: z.number() })),
  counters: z.object({
    authentication: words,
    guard: words,
    admission: words.optional(),
    sip: words.optional(),
  }),
});
export type OfficeStatus = z.infer<typeof status>;

export interface Telephony {
  live(): readonly LiveCall[];
  status(): Promise<OfficeStatus>;
}
