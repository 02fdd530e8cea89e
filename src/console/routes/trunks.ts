/** A line tried at a click: whether the provider answers, and what it sees of us. */
import { z } from 'zod';
import { trunkProbe, type TrunkProbe } from '../../calls/office-status.js';
import { Problem } from '../frame/problem.js';
import { json, type Route } from '../frame/route.js';

export interface TrunkDoor {
  /** Asks the provider by OPTIONS. Undefined where there is no such trunk. */
  probe(trunk: string): Promise<TrunkProbe | undefined>;
}

export const trunkRoutes = (trunks: TrunkDoor): Route[] => [
  json({
    method: 'POST',
    path: '/trunks/:name/check',
    summary: 'Asks the provider of a line (OPTIONS): whether it answers, and what it sees of us',
    needs: 'settings.change',
    params: z.object({ name: z.string().min(1).max(100) }),
    audit: () => ({ event: 'settings', facts: { path: 'trunks.check' } }),
    answer: trunkProbe,
    handle: async ({ params: { name } }) => {
      const found = await trunks.probe(name);
      if (found) return found;
      throw new Problem('not-found', { pl: 'Nie ma takiego łącza.', en: 'There is no such line.' });
    },
  }),
];
