/** Holds, restrictions and erasure: what keeps a recording, or ends it. Release and erasure are for two persons. */
import { z } from 'zod';
import type { Accounts } from '../../accounts/accounts.js';
import type { Facts } from '../../accounts/judge.js';
import type { Archive } from '../../archive/archive.js';
import { defined } from '../../base/defined.js';
import { accountDoer, archiveDoer } from '../doer.js';
import { json, type Route } from '../frame/route.js';
import { actionView } from './accounts.js';
import { callOf, callParams } from './calls.js';
import { callRow, factsOf, guardView, rowOf } from './call-views.js';

const reason = z.string().trim().min(3).max(500);

export interface HoldParts {
  readonly archive: Pick<Archive, 'find' | 'held' | 'hold' | 'restrict' | 'release'>;
  readonly actions: Accounts['actions'];
}

/** Asked for by an administrator it only waits: the confirmation is the Secretary's. */
const waits: Facts = { confirmedBy: { account: '', role: 'secretary' } };

export function holdRoutes({ archive, actions }: HoldParts): Route[] {
  const facts = async ({ params: { id } }: { params: { id: string } }): Promise<Facts> => ({
    ...waits,
    ...factsOf(await callOf(archive, id)),
  });
  return [
    json({
      method: 'GET',
      path: '/holds',
      summary: 'Calls that something holds',
      needs: 'hold.place',
      audit: () => ({ event: 'search', facts: { filters: ['held'] } }),
      answer: z.object({ calls: z.array(callRow.extend({ guards: z.array(guardView) })) }),
      handle: async () => {
        const calls = await archive.held();
        return { calls: calls.map((record) => ({ ...rowOf(record), guards: [...(record.guards ?? [])] })) };
      },
    }),
    json({
      method: 'POST',
      path: '/calls/:id/holds',
      summary: 'Places a hold (no eviction, no erasure) or a restriction (GDPR art. 18: no playback either)',
      needs: 'hold.place',
      audit: 'in-room',
      params: callParams,
      body: z.strictObject({
        effect: z.enum(['hold', 'restriction']),
        kind: z.enum(['administrator', 'authority']),
        reason,
        reference: z.string().trim().min(1).max(80).optional(),
        until: z.number().int().optional(),
      }),
      answer: guardView,
      handle: async (context) => {
        const { effect, ...wish } = context.body;
        const { entry } = await callOf(archive, context.params.id);
        const { role } = await context.permit('hold.place');
        const all = { ...defined(wish), ...archiveDoer(context, role) };
        return effect === 'hold' ? archive.hold(entry.id, all) : archive.restrict(entry.id, all);
      },
    }),
    json({
      method: 'POST',
      path: '/calls/:id/holds/:hold/release',
      summary: 'Releases a hold or restriction; what an administrator asks for waits for the Secretary',
      needs: 'hold.release',
      facts,
      audit: 'in-room',
      params: callParams.extend({ hold: z.string().max(64) }),
      body: z.strictObject({ reason }),
      answer: z.object({ released: guardView.optional(), pending: actionView.optional() }),
      handle: async (context) => {
        const { id, hold } = context.params;
        const { role } = await context.permit('hold.release', waits);
        if (context.asker.person.roles.includes('secretary')) {
          const wish = { ...archiveDoer(context, 'secretary'), reason: context.body.reason };
          return { released: await archive.release(id, hold, wish) };
        }
        const wish = { action: 'release-hold' as const, subject: id, params: { hold }, reason: context.body.reason };
        return { pending: await actions.ask(accountDoer(context, role), wish) };
      },
    }),
    json({
      method: 'POST',
      path: '/calls/:id/erasure',
      summary: 'Asks for a recording to be erased for good: the Secretary confirms',
      needs: 'recording.erase',
      facts,
      audit: 'in-room',
      params: callParams,
      body: z.strictObject({ reason, basis: z.string().trim().min(1).max(200).optional() }),
      answer: z.object({ pending: actionView }),
      handle: async (context) => {
        const { entry } = await callOf(archive, context.params.id);
        const { reason: why, basis } = context.body;
        const wish = { action: 'erase' as const, subject: entry.id, params: defined({ basis }), reason: why };
        return { pending: await actions.ask(accountDoer(context, 'administrator'), wish) };
      },
    }),
  ];
}
