/** What has dates: the Mayor's authorisations, deputies, that employees were told; and what waits for a second person. */
import { z } from 'zod';
import type { Accounts } from '../../accounts/accounts.js';
import { mayEver, type Facts, type Person } from '../../accounts/judge.js';
import { authorisationRecord, deputyRecord, informationRecord, type DeputyRecord } from '../../accounts/records.js';
import { roles } from '../../accounts/roles.js';
import type { Archive } from '../../archive/archive.js';
import { isCallId } from '../../base/call-id.js';
import { defined } from '../../base/defined.js';
import { accountDoer } from '../doer.js';
import { json, type Route } from '../frame/route.js';
import { actionView } from './accounts.js';
import { factsOf } from './call-views.js';

const day = z.iso.date();
const text = z.string().trim().min(1).max(500);
const params = z.object({ id: z.string().max(64) });
const looked = (what: string) => () => ({ event: 'search' as const, facts: { filters: [what] } });

export function termRoutes(accounts: Accounts, archive: Pick<Archive, 'find'>): Route[] {
  return [
    ...authorisationRoutes(accounts),
    ...deputyRoutes(accounts),
    ...informationRoutes(accounts),
    ...actionRoutes(accounts, archive),
  ];
}

function authorisationRoutes({ terms }: Accounts): Route[] {
  const needs = 'accounts.change';
  return [
    json({
      method: 'GET',
      path: '/authorisations',
      summary: "The Mayor's authorisations to hear recordings (§ 6.2)",
      needs,
      audit: looked('authorisations'),
      answer: z.object({ authorisations: z.array(authorisationRecord) }),
      handle: () => ({ authorisations: terms.authorisations() }),
    }),
    json({
      method: 'POST',
      path: '/authorisations',
      summary: 'Enters an authorisation of the Mayor',
      needs,
      audit: 'in-room',
      body: z.strictObject({
        account: z.string().max(64),
        number: text,
        scope: text,
        from: day,
        until: day.optional(),
      }),
      answer: authorisationRecord,
      handle: (context) => terms.enterAuthorisation(accountDoer(context, 'administrator'), defined(context.body)),
    }),
    json({
      method: 'POST',
      path: '/authorisations/:id/withdraw',
      summary: 'The Mayor has withdrawn it: who was hearing by it stops at once',
      needs,
      audit: 'in-room',
      params,
      body: z.strictObject({ why: text }),
      answer: z.object({}),
      handle: async (context) => {
        await terms.withdrawAuthorisation(accountDoer(context, 'administrator'), context.params.id, context.body.why);
        return {};
      },
    }),
  ];
}

function deputyRoutes({ terms }: Accounts): Route[] {
  const body = z.strictObject({
    deputy: z.string().max(64),
    of: z.string().max(64),
    role: z.enum(roles),
    from: day,
    until: day,
    reason: text,
    document: text.optional(),
  });
  return [
    json({
      method: 'GET',
      path: '/deputies',
      summary: 'Who stands in for whom, and when; the reason only for who names deputies, and for the two',
      needs: 'person',
      audit: looked('deputies'),
      answer: z.object({ deputies: z.array(deputyRecord.partial({ reason: true })) }),
      handle: ({ asker }) => ({ deputies: terms.deputies().map((one) => deputyFor(asker.person, one)) }),
    }),
    json({
      method: 'POST',
      path: '/deputies',
      summary: 'Names a deputy',
      needs: 'deputy.name',
      facts: (context) => defined({ deputyOf: context.body.role, document: context.body.document }),
      audit: 'in-room',
      body,
      answer: deputyRecord,
      handle: (context) => terms.nameDeputy(accountDoer(context), defined(context.body)),
    }),
    json({
      method: 'POST',
      path: '/deputies/:id/end',
      summary: 'Ends it before its time; what the deputy was hearing stops at once',
      needs: 'deputy.name',
      params,
      facts: ({ params: { id } }) => {
        const found = terms.deputies().find((one) => one.id === id);
        return found ? defined({ deputyOf: found.role, document: found.document }) : {};
      },
      audit: 'in-room',
      answer: z.object({}),
      handle: async (context) => {
        await terms.endDeputy(accountDoer(context), context.params.id);
        return {};
      },
    }),
  ];
}

/** Why somebody is away may be an illness (art. 9 GDPR): who only has to know whom to turn to is not told. */
function deputyFor(person: Person, record: DeputyRecord): Omit<DeputyRecord, 'reason'> & { readonly reason?: string } {
  const { reason, ...rest } = record;
  const isTold = mayEver(person, 'deputy.name') || [record.deputy, record.of].includes(person.id);
  return isTold ? { ...rest, reason } : rest;
}

function informationRoutes({ terms }: Accounts): Route[] {
  return [
    json({
      method: 'GET',
      path: '/informations',
      summary: 'Which employees were told of the recording, and when (§ 7)',
      needs: 'handsets.change',
      audit: looked('informations'),
      answer: z.object({ informations: z.array(informationRecord) }),
      handle: () => ({ informations: terms.informations() }),
    }),
    json({
      method: 'POST',
      path: '/informations',
      summary: 'Enters that an employee was told',
      needs: 'handsets.change',
      audit: 'in-room',
      body: z.strictObject({ extension: z.string().max(20), person: text, on: day, document: text.optional() }),
      answer: informationRecord,
      handle: (context) => terms.enterInformation(accountDoer(context, 'administrator'), defined(context.body)),
    }),
  ];
}

/** Who took part in the calls that an action is about. */
async function factsOfAction({ actions }: Accounts, archive: Pick<Archive, 'find'>, id: string): Promise<Facts> {
  const action = actions.all().find((one) => one.id === id);
  const calls = exportedCalls.safeParse(action?.params).data?.calls ?? [action?.subject ?? ''];
  const found = await Promise.all(calls.filter(isCallId).map((call) => archive.find(call)));
  return { extensions: found.flatMap((record) => (record ? (factsOf(record).extensions ?? []) : [])) };
}

const exportedCalls = z.object({ calls: z.array(z.string()) });

function actionRoutes(accounts: Accounts, archive: Pick<Archive, 'find'>): Route[] {
  const { actions } = accounts;
  const facts = ({ params: { id } }: { params: z.output<typeof params> }): Promise<Facts> =>
    factsOfAction(accounts, archive, id);
  return [
    json({
      method: 'GET',
      path: '/actions',
      summary: 'What was asked for and waits for a second person',
      needs: 'action.confirm',
      audit: looked('actions'),
      answer: z.object({ actions: z.array(actionView) }),
      handle: () => ({ actions: actions.waiting() }),
    }),
    json({
      method: 'POST',
      path: '/actions/:id/confirm',
      summary: 'Confirms, and it is done',
      needs: 'action.confirm',
      facts,
      audit: 'in-room',
      params,
      answer: actionView,
      handle: (context) => actions.confirm(accountDoer(context, 'secretary'), context.params.id),
    }),
    json({
      method: 'POST',
      path: '/actions/:id/refuse',
      summary: 'Refuses, with a reason',
      needs: 'action.confirm',
      facts,
      audit: 'in-room',
      params,
      body: z.strictObject({ note: text }),
      answer: actionView,
      handle: (context) => actions.refuse(accountDoer(context, 'secretary'), context.params.id, context.body.note),
    }),
  ];
}
