/** Registers and reports: to be read, as CSV, and on paper. */
import { z } from 'zod';
import type { Permission } from '../../accounts/permissions.js';
import type { Report } from '../../requests/reports/report.js';
import type { Context, Route } from '../frame/route.js';
import { json, raw } from '../frame/route.js';

/** Month: `2026-03`; without it, the one that it is. */
export interface ReportsDoor {
  monthly(month: string | undefined, language: 'pl' | 'en'): Promise<Report>;
  requests(language: 'pl' | 'en'): Promise<Report>;
  processing(language: 'pl' | 'en'): Promise<Report>;
  csv(report: Report): string;
  pdf(report: Report): Promise<Uint8Array>;
}

const answer = z.object({
  title: z.string(),
  about: z.string(),
  sections: z
    .array(
      z.object({
        heading: z.string(),
        columns: z.array(z.string()).readonly(),
        rows: z.array(z.array(z.string()).readonly()).readonly(),
      }),
    )
    .readonly(),
});

const month = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/);

interface Asked {
  readonly month?: string | undefined;
}

interface Kind {
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly needs: Permission;
  readonly query: z.ZodType<Asked>;
  readonly make: (query: Asked, language: 'pl' | 'en') => Promise<Report>;
}

export function reportRoutes(reports: ReportsDoor): Route[] {
  const kinds: readonly Kind[] = [
    {
      path: '/reports/monthly',
      name: 'report-monthly',
      summary: "The Secretary's monthly report",
      needs: 'reports.read',
      query: z.strictObject({ month: month.optional() }),
      make: (query, language) => reports.monthly(query.month, language),
    },
    {
      path: '/registers/requests',
      name: 'register-requests',
      summary: 'The register of requests',
      needs: 'register.read',
      query: z.strictObject({}),
      make: (_, language) => reports.requests(language),
    },
    {
      path: '/registers/processing',
      name: 'register-processing',
      summary: 'The record of processing (GDPR art. 30)',
      needs: 'register.read',
      query: z.strictObject({}),
      make: (_, language) => reports.processing(language),
    },
  ];
  return kinds.flatMap((kind) => routesOf(kind, reports));
}

function routesOf({ path, name, summary, needs, query, make }: Kind, reports: ReportsDoor): Route[] {
  const note = (action: string) => () => ({ event: 'document' as const, facts: { kind: name, action } });
  return [
    json({
      method: 'GET',
      path,
      summary,
      needs,
      query,
      audit: note('read'),
      answer,
      handle: ({ query: asked, language }) => make(asked, language),
    }),
    ...(['csv', 'pdf'] as const).map((format) =>
      raw({
        method: 'GET',
        path: `${path}/${format}`,
        summary: `${summary}, as ${format.toUpperCase()}`,
        needs,
        query,
        audit: note('exported'),
        type: format === 'pdf' ? 'application/pdf' : 'text/csv',
        handle: async ({ query: asked, language }: FileContext, _request, reply) => {
          // On paper in the office's language.
          const report = await make(asked, format === 'pdf' ? 'pl' : language);
          const month = asked.month === undefined ? '' : `-${asked.month}`;
          return reply
            .header('content-type', format === 'pdf' ? 'application/pdf' : 'text/csv; charset=utf-8')
            .header('content-disposition', `attachment; filename="${name}${month}.${format}"`)
            .header('cache-control', 'no-store')
            .send(format === 'pdf' ? Buffer.from(await reports.pdf(report)) : reports.csv(report));
        },
      }),
    ),
  ];
}

type FileContext = Context<unknown, Asked>;
