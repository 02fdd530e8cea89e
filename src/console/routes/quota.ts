/** The room for recordings: what stands, and what a change would do. */
import { z } from 'zod';
import type { Accounts } from '../../accounts/accounts.js';
import { accountDoer } from '../doer.js';
import { json, type Route } from '../frame/route.js';
import { actionView } from './accounts.js';

const forecast = z.object({
  /** At this pace, in the long run. */
  reachDays: z.number(),
  weekBytes: z.number(),
  /** Days of the calendar: `2026-03-01`. */
  today: z.string(),
  /** When the first recording goes for want of room; none within three years. */
  fullOn: z.string().optional(),
  /** How long recordings are to be kept at least, and whether they are. */
  promise: z
    .object({ days: z.number(), state: z.enum(['kept', 'comes', 'breaks', 'never']), on: z.string().optional() })
    .optional(),
});
export type QuotaForecast = z.infer<typeof forecast>;

/** The running program's own way of changing the quota: the configuration file is the one place where it stands. */
export interface QuotaDoor {
  /** What would go. */
  plan(bytes: number): Promise<{
    readonly recordings: number;
    readonly bytes: number;
    readonly fits: boolean;
    readonly reachesBackTo?: number;
  }>;
  /** How far the archive will reach; with another quota, if one is named. */
  forecast(bytes?: number): Promise<QuotaForecast>;
  /** Bytes that the disk could hold, those that are there included. */
  holds(): Promise<number>;
  change(bytes: number): Promise<void>;
  readonly usage: () => {
    readonly used: number;
    readonly quota: number;
    readonly free: number;
    readonly recordings: number;
    readonly reachesBackDays: number;
  };
}

const GB = 1_000_000_000;
const amount = z.coerce
  .number()
  .int()
  .min(10_000_000)
  .max(100_000 * GB);
const plan = z.object({
  recordings: z.number(),
  bytes: z.number(),
  fits: z.boolean(),
  reachesBackTo: z.number().optional(),
});

export function quotaRoutes(quota: QuotaDoor, actions: Accounts['actions']): Route[] {
  return [
    json({
      method: 'GET',
      path: '/quota',
      summary: 'The quota, and what another one would take with it',
      needs: 'quota.change',
      query: z.strictObject({ bytes: amount.optional() }),
      audit: 'nothing',
      answer: z.object({
        usage: z.object({
          used: z.number(),
          quota: z.number(),
          free: z.number(),
          recordings: z.number(),
          reachesBackDays: z.number(),
        }),
        holds: z.number(),
        plan: plan.optional(),
        forecast,
      }),
      handle: async ({ query }) => ({
        usage: quota.usage(),
        holds: await quota.holds(),
        forecast: await quota.forecast(query.bytes),
        ...(query.bytes === undefined ? {} : { plan: await quota.plan(query.bytes) }),
      }),
    }),
    json({
      method: 'POST',
      path: '/quota',
      summary: 'Changes the quota; where recordings would go the Secretary confirms',
      needs: 'quota.change',
      body: z.strictObject({ bytes: amount, reason: z.string().trim().min(3).max(500) }),
      audit: 'in-room',
      answer: z.object({ pending: actionView.optional() }),
      handle: async (context) => {
        const { bytes, reason } = context.body;
        const would = await quota.plan(bytes);
        const old = quota.usage().quota;
        const facts = { old, new: bytes, recordings: would.recordings, bytes: would.bytes };
        await context.audit({ event: 'quota', role: 'administrator', facts });
        if (would.recordings === 0) {
          await quota.change(bytes);
          return {};
        }
        const wish = {
          action: 'quota' as const,
          subject: 'storage.quota',
          params: { bytes, recordings: would.recordings },
          reason,
        };
        return { pending: await actions.ask(accountDoer(context, 'administrator'), wish) };
      },
    }),
  ];
}
