/** Purposes that the Secretary gives employees, each for one recording. */
import { z } from 'zod';
import type { Archive } from '../../archive/archive.js';
import { purposes, type Listening, type Purpose } from '../../requests/listening.js';
import { matchedCall } from '../../requests/matching.js';
import { accountDoer } from '../doer.js';
import { json, type Route } from '../frame/route.js';
import { callOf, callParams } from './calls.js';

interface GivenPurposeParts {
  readonly archive: Pick<Archive, 'find'>;
  readonly hearing: Pick<Listening, 'givePurpose' | 'givenFor'>;
}

const givenPurpose = z.object({
  id: z.string(),
  account: z.string(),
  purpose: z.string(),
  reference: z.string(),
  by: z.string(),
  at: z.number(),
  until: z.number(),
});
export type GivenPurposeView = z.infer<typeof givenPurpose>;

export function givenPurposeRoutes({ archive, hearing }: GivenPurposeParts): Route[] {
  const needs = 'purpose.give';
  return [
    json({
      method: 'GET',
      path: '/calls/:id/purposes',
      summary: 'The purposes for which employees may hear this recording now',
      needs,
      params: callParams,
      audit: ({ params }) => ({ event: 'search', object: { kind: 'recording', id: params.id }, facts: { filters: ['purposes'] } }), // prettier-ignore
      answer: z.object({ given: z.array(givenPurpose) }),
      handle: ({ params }) => ({ given: hearing.givenFor(params.id) }),
    }),
    json({
      method: 'POST',
      path: '/calls/:id/purposes',
      summary: 'Gives an employee a purpose to hear this recording for, until a day',
      needs,
      params: callParams,
      body: z.strictObject({
        account: z.string().max(64),
        purpose: z.enum(Object.keys(purposes) as [Purpose, ...Purpose[]]),
        reference: z.string().trim().min(3).max(80),
        until: z.number().int(),
      }),
      facts: async ({ params }) => ({ extensions: matchedCall(await callOf(archive, params.id)).extensions }),
      audit: 'in-room',
      answer: givenPurpose,
      handle: async (context) => {
        const { asker, params, body } = context;
        return hearing.givePurpose(accountDoer(context), asker.person, { ...body, call: params.id });
      },
    }),
  ];
}
