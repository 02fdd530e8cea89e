/** What watches over the program: who is told of alarms, tried at a click; backups, as they stand in the audit log. */
import { z } from 'zod';
import type { AuditLog } from '../../audit/audit-log.js';
import { json, type Route } from '../frame/route.js';

const alertsView = z.object({
  mail: z.object({ server: z.string(), from: z.string(), to: z.array(z.string()) }).optional(),
  /** Where its address leads; never its secret. */
  webhook: z.object({ host: z.string(), signed: z.boolean() }).optional(),
  atMost: z.number(),
  afterMs: z.number(),
});
export type AlertsView = z.infer<typeof alertsView>;

const tried = z.object({ channel: z.string(), failure: z.string().optional() });
export type AlertTried = z.infer<typeof tried>;

export interface AlertDoor {
  view(): AlertsView;
  /** Tells a made-up alarm by every channel, now. Never rejects. */
  test(): Promise<AlertTried[]>;
}

const backupStep = z.object({
  at: z.number(),
  step: z.string(),
  files: z.number().optional(),
  bytes: z.number().optional(),
});
export type BackupStep = z.infer<typeof backupStep>;

export interface WatchingParts {
  readonly alerts: AlertDoor;
  readonly audit: Pick<AuditLog, 'read'>;
}

const needs = 'settings.change';
const MOST = 20;

export function watchingRoutes({ alerts, audit }: WatchingParts): Route[] {
  return [
    json({
      method: 'GET',
      path: '/alerts',
      summary: 'Who is told of alarms, and how',
      needs,
      audit: 'nothing',
      answer: alertsView,
      handle: () => alerts.view(),
    }),
    json({
      method: 'POST',
      path: '/alerts/test',
      summary: 'Tells a made-up alarm by every channel, and how that went',
      needs,
      audit: () => ({ event: 'settings', facts: { path: 'alerts.test' } }),
      answer: z.object({ tried: z.array(tried) }),
      handle: async () => ({ tried: await alerts.test() }),
    }),
    json({
      method: 'GET',
      path: '/backups',
      summary: 'The backups that were made, the newest first, as the audit log has them',
      needs,
      audit: 'nothing',
      answer: z.object({ backups: z.array(backupStep) }),
      handle: async () => {
        const { lines } = await audit.read({ events: ['backup'], limit: MOST });
        return { backups: lines.map(({ at, facts }) => ({ ...backupFacts.parse(facts), at })) };
      },
    }),
  ];
}

const backupFacts = backupStep.omit({ at: true });
