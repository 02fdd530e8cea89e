/** The steps of the workflow, a route each: what its form asks for, and the permission that it needs. */
import { z } from 'zod';
import type { Permission } from '../../../accounts/permissions.js';
import type { CallId } from '../../../base/brands.js';
import type { Action } from '../../../requests/access-requests.js';
import type { EventType } from '../../../requests/machine/events.js';
import { day, gaps, requestForm } from '../../../requests/machine/form.js';
import { matchedCall } from '../../../requests/matching.js';
import { Problem } from '../../frame/problem.js';
import { json, type Context, type Route, type Schema } from '../../frame/route.js';
import { callOf } from '../calls.js';
import { caseOf, doing, requestParams, taken, type RequestParams, type RequestParts } from './common.js';
import { requestView, viewOf } from './views.js';

const text = z.string().trim().min(1).max(2000);
const account = z.string().max(64);
const appointment = z.strictObject({
  /** Unix milliseconds. */
  at: z.number().int().nonnegative(),
  place: text,
  present: z.array(account).min(1).max(10),
});
const ms = z.number().int().min(0).max(200_000_000);
const verdict = z.enum(['for', 'against']);

interface Step<B extends Schema = Schema> {
  /** In the path; the name of the event where it is not given. */
  readonly name: string;
  readonly summary: string;
  readonly needs: Permission;
  readonly body: B;
  /** Of the body, and who asks. */
  readonly action: (body: z.output<B>, context: Context, parts: RequestParts) => Action | Promise<Action>;
}

const step = <B extends Schema>(
  name: string,
  needs: Permission,
  summary: string,
  body: B,
  action: Step<B>['action'],
): Step => ({ name, needs, summary, body, action }) as unknown as Step;

/** One whose body is its event. */
const plain = (type: EventType, needs: Permission, summary: string, fields: z.ZodRawShape = {}): Step =>
  step(type, needs, summary, z.strictObject(fields), (body) => ({ type, ...(body as object) }) as Action);

const clerical: readonly Step[] = [
  plain('ask-completion', 'request.complete', 'Asks the requester for what is missing', {
    gaps: z.array(z.enum(gaps)).min(1),
    note: z.string().trim().max(2000),
    until: day,
  }),
  plain('complete', 'request.complete', 'The form, completed', { form: requestForm }),
  step(
    'match',
    'request.match',
    'Says which calls it is about; their recordings are held',
    z.strictObject({ calls: z.array(z.string().max(64)).min(1).max(20), participation: text }),
    async ({ calls, participation }, _, { archive }) => {
      const found = await Promise.all(calls.map((id) => callOf(archive, id as CallId)));
      return { type: 'match', participation, calls: found.map(matchedCall) };
    },
  ),
  plain('reject', 'request.match', 'Leaves it without consideration (§ 2.1, § 2.7)', {
    why: z.enum(['number-withheld', 'not-a-participant']),
    note: text,
  }),
  plain('answer', 'request.match', 'Answers that there is no recording', {
    why: z.enum(['evicted', 'not-recorded', 'none-found']),
    facts: text,
  }),
  plain('withdraw', 'request.withdraw', 'The requester withdraws it', { how: text }),
  plain('enter-case-sign', 'request.complete', 'Enters the case sign', { caseSign: text.max(80) }),
  step(
    'hand-over-copy',
    'request.complete',
    'The copy was handed over; the check sum of the file that was made is kept',
    z.strictObject({ how: text }),
    ({ how }, { params }, { requests }) => {
      const { id } = params as RequestParams;
      const sha256 = requests.find(id)?.copy?.sha256;
      if (sha256 === undefined) throw noCopy();
      return { type: 'hand-over-copy', how, sha256 };
    },
  ),
];

const opinions: readonly Step[] = [
  step(
    'opinion-dpo',
    'opinion.dpo',
    'The opinion of the data-protection officer',
    z.strictObject({ verdict, reasons: text }),
    (body) => ({ type: 'give-opinion', on: { of: 'dpo' }, ...body }),
  ),
  step(
    'opinion-unit',
    'opinion.unit',
    'The opinion of the head of a unit that took part in the call',
    z.strictObject({ unit: text.max(200), verdict, reasons: text }),
    ({ unit, ...rest }) => ({ type: 'give-opinion', on: { of: 'unit', unit }, ...rest }),
  ),
];

const deciding: readonly Step[] = [
  plain('go-on', 'request.decide', 'Goes on without an opinion that is overdue', { reason: text }),
  plain('approve', 'request.decide', 'Approves it: date, place, who is present', { appointment }),
  plain('approve-copy', 'request.decide', 'Approves a copy (GDPR 15), without the parts of others', {
    cuts: z.array(z.strictObject({ call: z.string().max(64), fromMs: ms, toMs: ms })).max(200),
  }),
  plain('refuse', 'request.decide', 'Refuses it, with reasons', { reasons: text }),
  plain('change-date', 'request.decide', 'Sets another date', { appointment }),
  plain('revoke', 'request.decide', 'Takes the approval back, with reasons', { reasons: text }),
  plain('new-date', 'request.decide', 'A new date after nobody came', { appointment }),
  plain('close', 'request.decide', 'Closes it after nobody came', { note: text }),
  plain('reopen', 'request.decide', 'Reopens it by a complaint, an authority or a court', {
    to: z.enum(['received', 'decision']),
    ground: z.enum(['complaint', 'authority', 'court']),
    document: text,
  }),
  plain('extend-term', 'request.decide', 'Extends the term by two months, with the reason', { reason: text }),
];

const session: readonly Step[] = [
  step(
    'open-session',
    'session.conduct',
    'Opens the listening session, in this browser',
    z.strictObject({ identity: text.max(300) }),
    ({ identity }, { asker }) => ({ type: 'open-session', identity, browserSession: asker.session.id }),
  ),
  plain('confirm-protocol', 'session.conduct', 'Confirms the protocol as one who was present'),
  step('interrupt', 'session.conduct', 'Stops the session; it can be opened again', z.strictObject({}), () => ({
    type: 'interrupt',
    why: 'stopped',
  })),
  plain('close-session', 'session.conduct', 'Closes the session; the protocol is made', {
    remarks: z.string().trim().max(5000),
    unconfirmed: z.array(z.strictObject({ account, reason: text })).max(10),
  }),
  plain('no-show', 'session.conduct', 'The requester did not come'),
];

/** Before these nothing plays on, and what was played is on record. */
const ending: ReadonlySet<string> = new Set(['interrupt', 'close-session', 'revoke', 'change-date']);

export function stepRoutes(parts: RequestParts): Route[] {
  return [...clerical, ...opinions, ...deciding, ...session].map((one) => stepRoute(one, parts));
}

function stepRoute({ name, summary, needs, body, action }: Step, parts: RequestParts): Route {
  const { requests, listening } = parts;
  return json({
    method: 'POST',
    path: `/requests/:id/${name}`,
    summary,
    needs,
    params: requestParams,
    body,
    facts: ({ params }) => caseOf(requests, params.id),
    audit: 'in-room',
    answer: requestView,
    handle: async (context: Context<RequestParams>) => {
      const { params, asker } = context;
      const doer = await doing(context, needs, caseOf(requests, params.id));
      const wanted = await action(context.body, context, parts);
      if (ending.has(name)) await endFor(context, parts, wanted);
      const record = taken(await requests.act(doer, asker.person, params.id, wanted));
      if (wanted.type === 'open-session') listening.opened(record);
      return viewOf(parts, asker, record);
    },
  });
}

/** Only who may take the step stops the sound. */
async function endFor({ params, asker }: Context<RequestParams>, parts: RequestParts, { type }: Action): Promise<void> {
  const record = parts.requests.find(params.id);
  if (record && parts.requests.openActions(asker.person, record).includes(type))
    await parts.listening.settle(params.id);
}

const noCopy = (): Problem =>
  new Problem('not-now', {
    pl: 'Kopii jeszcze nie ma: przygotowuje ją Sekretarz na tej samej stronie.',
    en: 'There is no copy yet: the Secretary makes it on the same page.',
  });
