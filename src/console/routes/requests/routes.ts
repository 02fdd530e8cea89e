/** Access requests over HTTP: what waits, the list, one request, filing, its papers, its session. */
import { z } from 'zod';
import { mayEver } from '../../../accounts/judge.js';
import { dayAt } from '../../../config/calendar.js';
import { calendarOf } from './calendar.js';
import { day, requestForm } from '../../../requests/machine/form.js';
import { kinds } from '../../../requests/machine/state.js';
import { json, raw, type Route } from '../../frame/route.js';
import { callRow } from '../call-views.js';
import { candidatesFor } from './candidates.js';
import { accountDoer } from '../../doer.js';
import { caseOf, doing, inTheFuture, requestParams, taken, within, type RequestParts } from './common.js';
import { paperRoutes } from './papers.js';
import { stepRoutes } from './steps.js';
import { requestRow, requestView, rowsOf, viewOf, waitingOf, waitingView } from './views.js';

export const requestRoutes = (parts: RequestParts): Route[] => [
  ...lists(parts),
  ...one(parts),
  ...stepRoutes(parts),
  ...paperRoutes(parts),
  ...sessionRoutes(parts),
];

const looked = (what: string) => () => ({ event: 'search' as const, facts: { filters: [what] } });

function lists(parts: RequestParts): Route[] {
  const { requests, people } = parts;
  return [
    json({
      method: 'GET',
      path: '/inbox',
      summary: 'What waits for whoever asks, the most urgent first',
      needs: 'request.see',
      facts: within,
      audit: looked('inbox'),
      answer: z.object({ waiting: z.array(waitingView) }),
      handle: ({ asker }) => ({ waiting: waitingOf(parts, asker) }),
    }),
    json({
      method: 'GET',
      path: '/requests',
      summary: 'Access requests that this person may see, the newest first',
      needs: 'request.see',
      facts: within,
      audit: looked('requests'),
      answer: z.object({ requests: z.array(requestRow) }),
      handle: ({ asker }) => ({ requests: rowsOf(parts, asker) }),
    }),
    json({
      method: 'GET',
      path: '/conductors',
      summary: 'Who can be named to be present at a listening session',
      needs: 'request.decide',
      audit: 'nothing',
      answer: z.object({ people: z.array(z.object({ id: z.string(), name: z.string(), authorised: z.boolean() })) }),
      handle: () => ({
        people: people()
          .filter((person) => mayEver(person, 'session.conduct'))
          .map(({ id, name, authorisation }) => ({ id, name, authorised: authorisation !== undefined })),
      }),
    }),
    json({
      method: 'POST',
      path: '/requests',
      summary: 'A request comes in (Annex 1); a receipt is made',
      needs: 'request.file',
      body: z.strictObject({
        kind: z.enum(kinds),
        receivedOn: day,
        caseSign: z.string().trim().min(1).max(80).optional(),
        form: requestForm,
      }),
      audit: 'in-room',
      answer: requestView,
      handle: async (context) => {
        const { asker, body } = context;
        if (body.receivedOn > dayAt(parts.clock.now(), parts.zone)) throw inTheFuture();
        const doer = await doing(context, 'request.file', {});
        const { caseSign, ...given } = body;
        const filing = { ...given, ...(caseSign === undefined ? {} : { caseSign }) };
        const record = taken(await requests.file(doer, asker.person, filing));
        return viewOf(parts, asker, record);
      },
    }),
  ];
}

function one(parts: RequestParts): Route[] {
  const { requests } = parts;
  return [
    json({
      method: 'GET',
      path: '/requests/:id',
      summary: 'One request: its form, its story, its papers, and what one can do now',
      needs: 'request.see',
      params: requestParams,
      facts: within,
      audit: 'in-room',
      answer: requestView,
      handle: async (context) => {
        const { asker, params } = context;
        const record = await requests.open(accountDoer(context), asker.person, params.id);
        parts.listening.seen(params.id, asker.session.id);
        return viewOf(parts, asker, record);
      },
    }),
    json({
      method: 'GET',
      path: '/requests/:id/candidates',
      summary: 'Calls of the days on the form, by its number; `wide`: all calls of those days',
      needs: 'calls.search',
      params: requestParams,
      query: z.strictObject({ wide: z.literal('true').optional() }),
      facts: within,
      audit: ({ params }) => ({
        event: 'search',
        object: { kind: 'request', id: params.id },
        facts: { filters: ['candidates'] },
      }),
      answer: z.object({ calls: z.array(callRow) }),
      handle: async (context) => {
        const { asker, params, query } = context;
        const { request } = await requests.open(accountDoer(context), asker.person, params.id);
        return { calls: await candidatesFor(parts, request, asker.person, query.wide === 'true') };
      },
    }),
    raw({
      method: 'GET',
      path: '/requests/:id/date.ics',
      summary: 'The date of the session for a calendar (RFC 5545)',
      needs: 'request.see',
      params: requestParams,
      facts: within,
      audit: 'in-room',
      type: 'text/calendar',
      handle: async (context, _, reply) => {
        const { asker, params } = context;
        const record = await requests.open(accountDoer(context), asker.person, params.id);
        const file = calendarOf(record, parts);
        reply.header('content-disposition', 'attachment; filename="odsluch.ics"');
        return reply.type('text/calendar; charset=utf-8').send(file);
      },
    }),
  ];
}

function sessionRoutes({ requests, listening }: RequestParts): Route[] {
  return [
    json({
      method: 'POST',
      path: '/requests/:id/here',
      summary: 'The browser of the session is still there; gives who has confirmed the protocol',
      needs: 'session.conduct',
      params: requestParams,
      facts: ({ params }) => caseOf(requests, params.id),
      audit: 'nothing',
      answer: z.object({ open: z.boolean(), confirmed: z.array(z.string()) }),
      handle: ({ params, asker }) => {
        listening.seen(params.id, asker.session.id);
        const state = requests.find(params.id)?.request.state;
        if (state?.phase !== 'in_session') return { open: false, confirmed: [] };
        return { open: true, confirmed: state.session.confirmed.map(({ account }) => account) };
      },
    }),
  ];
}
