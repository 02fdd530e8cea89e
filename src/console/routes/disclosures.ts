/** Disclosures to authorities over HTTP: the list, entering one, its steps, the sealed file and the protocol. */
import { z } from 'zod';
import type { Facts } from '../../accounts/judge.js';
import type { Permission } from '../../accounts/permissions.js';
import type { Archive } from '../../archive/archive.js';
import type { CallId } from '../../base/brands.js';
import { isCallId } from '../../base/call-id.js';
import type { Clock } from '../../base/clock.js';
import { defined } from '../../base/defined.js';
import { dayAt } from '../../config/calendar.js';
import type { Disclosed, DisclosureAction, Disclosures } from '../../requests/disclosures.js';
import { day } from '../../requests/machine/form.js';
import { matchedCall } from '../../requests/matching.js';
import type { DisclosureRecord } from '../../requests/records.js';
import { accountDoer } from '../doer.js';
import { streamOf } from '../frame/file-stream.js';
import { json, raw, type Asker, type Context, type Route, type Schema } from '../frame/route.js';
import { callRow, rowOf } from './call-views.js';
import { callOf } from './calls.js';
import { doing, inTheFuture, refusal } from './requests/common.js';

export interface DisclosureParts {
  readonly disclosures: Disclosures;
  readonly archive: Pick<Archive, 'find'>;
  readonly zone: string;
  readonly clock: Clock;
}

const text = (max = 2000) => z.string().trim().min(1).max(max);
const params = z.object({ id: z.string().regex(/^[0-9a-f]{16}$/) });
type Params = z.output<typeof params>;

const disclosureRow = z.object({
  id: z.string(),
  number: z.string(),
  receivedOn: z.string(),
  authority: z.string(),
  phase: z.string(),
  confidential: z.boolean(),
  /** What waits in it for whoever asks. */
  waits: z.string().optional(),
});

const disclosureView = disclosureRow.extend({
  filedBy: z.string(),
  filedAt: z.number(),
  reference: z.string(),
  legalBasis: z.string(),
  scope: z.string(),
  binding: z.boolean(),
  calls: z.array(callRow),
  opinion: z
    .object({ verdict: z.enum(['for', 'against']), text: z.string(), by: z.string(), at: z.number() })
    .optional(),
  /** As the workflow has it. */
  state: z.looseObject({ phase: z.string() }),
  events: z.array(z.object({ type: z.string(), at: z.number(), by: z.string() })),
  paper: z.object({ paper: z.string(), at: z.number(), sha256: z.string(), bytes: z.number() }).optional(),
  filedAway: z.object({ on: z.string(), caseSign: z.string(), by: z.string() }).optional(),
  /** The steps that are open to whoever asks. */
  open: z.array(z.string()),
});
export type DisclosureRow = z.infer<typeof disclosureRow>;
export type DisclosureView = z.infer<typeof disclosureView>;

const filing = z.strictObject({
  receivedOn: day,
  authority: text(300),
  reference: text(120),
  legalBasis: text(500),
  scope: text(),
  calls: z.array(z.string().refine(isCallId, 'not a call id')).min(1).max(50),
  confidential: z.boolean(),
  binding: z.boolean(),
});

export const disclosureRoutes = (parts: DisclosureParts): Route[] => [
  ...lists(parts),
  ...steps.map((one) => stepRoute(one, parts)),
  ...files(parts),
];

function lists(parts: DisclosureParts): Route[] {
  const { disclosures, archive, clock, zone } = parts;
  return [
    json({
      method: 'GET',
      path: '/disclosures',
      summary: 'Disclosures to authorities that this person may know of, the newest first',
      needs: 'disclosure.see',
      audit: () => ({ event: 'search', facts: { filters: ['disclosures'] } }),
      answer: z.object({ disclosures: z.array(disclosureRow) }),
      handle: ({ asker }) => ({
        disclosures: disclosures.list(asker.person).map((record) => rowOfDisclosure(parts, asker, record)),
      }),
    }),
    json({
      method: 'POST',
      path: '/disclosures',
      summary: 'The letter of an authority is entered; the recordings are held from now on',
      needs: 'disclosure.prepare',
      body: filing,
      audit: 'in-room',
      answer: disclosureView,
      handle: async (context) => {
        const { asker, body } = context;
        const { receivedOn, calls, ...form } = body;
        if (receivedOn > dayAt(clock.now(), zone)) throw inTheFuture();
        const found = await Promise.all(calls.map((id) => callOf(archive, id)));
        const matched = found.map(matchedCall);
        const facts = { extensions: matched.flatMap(({ extensions }) => extensions) };
        const doer = await doing(context, 'disclosure.prepare', facts);
        return taken(parts, asker, await disclosures.file(doer, asker.person, { receivedOn, form: { ...form, calls: matched } })); // prettier-ignore
      },
    }),
    json({
      method: 'GET',
      path: '/disclosures/:id',
      summary: 'One disclosure, and what one can do in it now',
      needs: 'disclosure.see',
      params,
      audit: 'in-room',
      answer: disclosureView,
      handle: async (context) => {
        const { asker } = context;
        return viewOf(parts, asker, await disclosures.open(accountDoer(context), asker.person, context.params.id));
      },
    }),
  ];
}

interface Step {
  readonly name: string;
  readonly summary: string;
  readonly needs: Permission;
  readonly body: Schema;
  readonly action: (body: unknown) => DisclosureAction;
}

const step = <B extends Schema>(
  name: string,
  needs: Permission,
  summary: string,
  body: B,
  action: (body: z.output<B>) => DisclosureAction,
): Step => ({ name, needs, summary, body, action: (given) => action(given as z.output<B>) });

const nothing = z.strictObject({});
const steps: readonly Step[] = [
  step('check', 'disclosure.prepare', 'Authority, legal basis, scope and confidentiality were checked', z.strictObject({ findings: text() }), ({ findings }) => ({ type: 'check', findings, complete: true })), // prettier-ignore
  step('opinion', 'disclosure.opinion', 'The opinion of the data-protection officer', z.strictObject({ verdict: z.enum(['for', 'against']), text: text() }), (body) => ({ type: 'give-opinion', ...body })), // prettier-ignore
  step('approve', 'disclosure.approve', 'Approves it', nothing, () => ({ type: 'approve' })),
  step('refuse', 'disclosure.approve', 'Refuses it, with reasons', z.strictObject({ reasons: text() }), (body) => ({ type: 'refuse', ...body })), // prettier-ignore
  step('seal', 'disclosure.prepare', 'Seals the recordings into one file', nothing, () => ({ type: 'seal' })),
  step('hand-over', 'disclosure.prepare', 'The sealed file was handed over; the protocol is made', z.strictObject({ to: text(300), receipt: text(300) }), (body) => ({ type: 'hand-over', ...body })), // prettier-ignore
];

function factsOf({ disclosures }: DisclosureParts, id: string): Facts {
  const calls = disclosures.find(id)?.disclosure.form.calls ?? [];
  return { extensions: calls.flatMap(({ extensions }) => extensions) };
}

function stepRoute({ name, summary, needs, body, action }: Step, parts: DisclosureParts): Route {
  return json({
    method: 'POST',
    path: `/disclosures/:id/${name}`,
    summary,
    needs,
    params,
    body,
    facts: ({ params: { id } }) => factsOf(parts, id),
    audit: 'in-room',
    answer: disclosureView,
    handle: async (context: Context<Params>) => {
      const { asker, params: asked } = context;
      const doer = await doing(context, needs, factsOf(parts, asked.id));
      const done = await parts.disclosures.act(doer, asker.person, asked.id, action(context.body));
      return taken(parts, asker, done);
    },
  });
}

function files(parts: DisclosureParts): Route[] {
  const { disclosures } = parts;
  return [
    json({
      method: 'POST',
      path: '/disclosures/:id/file-away',
      summary: "It is in the office's records; the time runs after which its details are erased here",
      needs: 'disclosure.prepare',
      params,
      body: z.strictObject({ on: day, caseSign: text(80) }),
      facts: (context) => factsOf(parts, context.params.id),
      audit: 'in-room',
      answer: disclosureView,
      handle: async (context) => {
        const { asker, params: asked, body } = context;
        const doer = await doing(context, 'disclosure.prepare', factsOf(parts, asked.id));
        return viewOf(parts, asker, await disclosures.fileAway(doer, asker.person, asked.id, body));
      },
    }),
    raw({
      method: 'GET',
      path: '/disclosures/:id/sealed',
      summary: 'The sealed file, until it is handed over',
      needs: 'disclosure.prepare',
      params,
      facts: (context) => factsOf(parts, context.params.id),
      audit: 'in-room',
      type: 'application/zip',
      handle: async (context, _, reply) => {
        const { asker, params: asked } = context;
        const { file, bytes } = await disclosures.sealedFile(accountDoer(context), asker.person, asked.id);
        reply.header('content-disposition', 'attachment; filename="nagrania.zip"').header('content-length', bytes);
        return reply.type('application/zip').send(streamOf(file, bytes));
      },
    }),
    raw({
      method: 'GET',
      path: '/disclosures/:id/paper',
      summary: 'The protocol of the hand-over, or the refusal',
      needs: 'disclosure.see',
      params,
      audit: 'in-room',
      type: 'application/pdf',
      handle: async (context, _, reply) => {
        const { asker, params: asked } = context;
        const pdf = await disclosures.paper(accountDoer(context), asker.person, asked.id);
        reply.header('content-disposition', 'inline; filename="protokol.pdf"');
        return reply.type('application/pdf').send(pdf);
      },
    }),
  ];
}

async function taken(parts: DisclosureParts, asker: Asker, done: Disclosed): Promise<DisclosureView> {
  if ('record' in done) return viewOf(parts, asker, done.record);
  throw refusal(done.refused);
}

function rowOfDisclosure({ disclosures }: DisclosureParts, { person }: Asker, record: DisclosureRecord): DisclosureRow {
  const { id, number, receivedOn, form, state } = record.disclosure;
  const waits = disclosures.waitsFor(person, record);
  const { authority, confidential } = form;
  return { id, number, receivedOn, authority, confidential, phase: state.phase, ...defined({ waits }) };
}

async function viewOf(parts: DisclosureParts, asker: Asker, record: DisclosureRecord): Promise<DisclosureView> {
  const { disclosure, events, paper, filedAway } = record;
  const { form, state, opinion, filedBy, filedAt } = disclosure;
  const found = await Promise.all(form.calls.map(({ id }) => parts.archive.find(id as CallId)));
  const { reference, legalBasis, scope, binding } = form;
  return defined({
    ...rowOfDisclosure(parts, asker, record),
    filedBy,
    filedAt,
    reference,
    legalBasis,
    scope,
    binding,
    opinion,
    paper,
    filedAway,
    calls: found.flatMap((call) => (call ? [rowOf(call)] : [])),
    state: { ...state },
    events: events.map(({ type, at, by }) => ({ type, at, by: by.account })),
    open: parts.disclosures.openSteps(asker.person, record),
  }) as DisclosureView;
}
