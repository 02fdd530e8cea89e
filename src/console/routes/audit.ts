/** The audit log, read. */
import { z } from 'zod';
import type { AuditLog } from '../../audit/audit-log.js';
import { auditNames } from '../../audit/events.js';
import { defined } from '../../base/defined.js';
import { json, type Route } from '../frame/route.js';

const whole = z.coerce.number().int().nonnegative();

const line = z.object({
  seq: z.number(),
  hash: z.string(),
  at: z.number(),
  event: z.string(),
  actor: z.looseObject({ by: z.string(), id: z.string().optional() }),
  role: z.string().optional(),
  object: z.object({ kind: z.string(), id: z.string() }).optional(),
  facts: z.record(z.string(), z.unknown()).readonly(),
  personal: z.record(z.string(), z.string()).readonly(),
  erased: z.array(z.string()).readonly(),
});

export function auditRoutes(audit: Pick<AuditLog, 'read' | 'anchoredAt' | 'verify'>): Route[] {
  return [
    json({
      method: 'POST',
      path: '/audit/verify',
      summary: 'Reads the whole log and looks whether anything in it was changed',
      needs: 'audit.read',
      audit: 'in-room',
      answer: z.object({
        differences: z.array(z.object({ what: z.string(), todo: z.string() })),
        lines: z.number(),
        anchoredTo: z.number(),
      }),
      handle: async (context) => {
        const { role } = await context.permit('audit.read');
        const { differences, proof } = await audit.verify();
        await context.audit({ event: 'verify', role, facts: { differences: differences.length, proven: false } });
        const { lines, anchoredTo } = proof;
        return { differences: differences.map(({ what, todo }) => ({ what, todo })), lines, anchoredTo };
      },
    }),
    json({
      method: 'GET',
      path: '/audit',
      summary: 'Events, the newest first',
      needs: 'audit.read',
      query: z.strictObject({
        from: whole.optional(),
        to: whole.optional(),
        event: z.enum(auditNames as [string, ...string[]]).optional(),
        actor: z.string().max(64).optional(),
        kind: z.string().max(40).optional(),
        object: z.string().max(64).optional(),
        limit: z.coerce.number().int().min(1).max(200).optional(),
        cursor: z.string().max(100).optional(),
      }),
      audit: ({ query }) => ({ event: 'search', facts: { filters: ['audit', ...Object.keys(query)] } }),
      answer: z.object({
        lines: z.array(line),
        next: z.string().optional(),
        unreadable: z.number(),
        anchoredAt: z.number().optional(),
      }),
      handle: async ({ query }) => {
        const { event, kind, object, ...rest } = query;
        const events = event === undefined ? undefined : [event as (typeof auditNames)[number]];
        const what = kind === undefined && object === undefined ? undefined : defined({ kind, id: object });
        const page = await audit.read(defined({ ...rest, events, object: what }));
        return { ...defined({ anchoredAt: audit.anchoredAt }), ...page, lines: [...page.lines] };
      },
    }),
  ];
}
