/** Finding calls, and looking at one. */
import { z } from 'zod';
import type { Archive } from '../../archive/archive.js';
import type { CallRecord } from '../../archive/lifecycle.js';
import { phases } from '../../archive/lifecycle.js';
import type { CallQuery } from '../../archive/search.js';
import { isCallId } from '../../base/call-id.js';
import type { CallId } from '../../base/brands.js';
import { defined } from '../../base/defined.js';
import { Problem } from '../frame/problem.js';
import { json, type Route } from '../frame/route.js';
import { callRow, callView, rowOf, viewOf } from './call-views.js';

export type CallArchive = Pick<Archive, 'search' | 'find'>;

const whole = z.coerce.number().int().nonnegative();

const query = z.strictObject({
  number: z.string().max(40).optional(),
  /** The last digits. */
  numberEnd: z
    .string()
    .regex(/^\d{3,15}$/)
    .optional(),
  extension: z.string().max(20).optional(),
  unit: z.string().max(100).optional(),
  trunk: z.string().max(100).optional(),
  direction: z.enum(['inbound', 'outbound']).optional(),
  phase: z.enum(phases).optional(),
  held: z.literal('true').optional(),
  note: z.string().max(200).optional(),
  from: whole.optional(),
  to: whole.optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
  cursor: z.string().max(100).optional(),
});

export const callParams = z.object({ id: z.string().refine(isCallId, 'not a call id') });

/** The call, or `not-found`. */
export async function callOf(archive: Pick<Archive, 'find'>, id: string): Promise<CallRecord> {
  const record = await archive.find(id as CallId);
  if (record) return record;
  throw new Problem('not-found', {
    pl: 'Nie ma takiej rozmowy w rejestrze. Mogła zostać usunięta po upływie terminu przechowywania.',
    en: 'There is no such call in the register. It may have been deleted when its term was over.',
  });
}

/** Names of what was asked by: the values are personal. */
const named = (asked: object): string[] => Object.keys(asked).filter((key) => key !== 'limit' && key !== 'cursor');

export function callRoutes(archive: CallArchive): Route[] {
  return [
    json({
      method: 'GET',
      path: '/calls',
      summary: 'Calls that match, the newest first; the cursor leads on',
      needs: 'calls.search',
      query,
      audit: (context) => ({
        event: 'search',
        facts: { filters: named(context.query) },
        personal: { filter: JSON.stringify(context.query).slice(0, 2000) },
      }),
      answer: z.object({
        calls: z.array(callRow),
        next: z.string().optional(),
        answeredBy: z.enum(['index', 'journal']),
      }),
      handle: async ({ query: asked }) => {
        const { held, ...rest } = asked;
        const wanted: CallQuery = defined({ ...rest, held: held ? (true as const) : undefined });
        const page = await archive.search(wanted);
        return { ...page, calls: page.calls.map(rowOf) };
      },
    }),
    json({
      method: 'GET',
      path: '/calls/:id',
      summary: 'All that is known of a call',
      needs: 'calls.search',
      params: callParams,
      audit: ({ params }) => ({ event: 'call_opened', object: { kind: 'recording', id: params.id }, facts: {} }),
      answer: callView,
      handle: async ({ params }) => viewOf(await callOf(archive, params.id)),
    }),
  ];
}
