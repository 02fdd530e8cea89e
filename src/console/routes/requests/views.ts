/** Access requests as the pages see them: the record without what belongs to other browsers. */
import { z } from 'zod';
import { moverOf } from '../../../requests/inbox.js';
import { callsOf } from '../../../requests/machine/state.js';
import { gapsOf, requestForm } from '../../../requests/machine/form.js';
import { opinionsOf } from '../../../requests/machine/opinions.js';
import { art15Term } from '../../../requests/machine/rules.js';
import { kinds } from '../../../requests/machine/state.js';
import type { Run, Session } from '../../../requests/machine/state.js';
import type { CallId } from '../../../base/brands.js';
import { defined } from '../../../base/defined.js';
import { opinionOfPaper } from '../../../requests/papers/opinion-paper.js';
import { channels, type PaperRecord, type RequestRecord } from '../../../requests/records.js';
import type { Asker } from '../../frame/route.js';
import { callRow, rowOf } from '../call-views.js';
import type { RequestParts } from './common.js';

export const waitingView = z.object({
  request: z.string(),
  number: z.string(),
  requester: z.string(),
  /** What is to be done. */
  what: z.string(),
  /** The day by which. */
  due: z.string().optional(),
  /** When something happens, Unix milliseconds. */
  at: z.number().optional(),
  overdue: z.boolean(),
});

export const requestRow = z.object({
  id: z.string(),
  number: z.string(),
  kind: z.enum(kinds),
  receivedOn: z.string(),
  requester: z.string(),
  phase: z.string(),
  /** When the session is. */
  at: z.number().optional(),
  waits: waitingView.optional(),
});

export const paperView = z.object({
  n: z.number(),
  paper: z.string(),
  /** Of an opinion: whose it is. */
  of: z.enum(['dpo', 'unit']).optional(),
  unit: z.string().optional(),
  made: z.object({ at: z.number(), sha256: z.string(), bytes: z.number() }).optional(),
  signed: z.object({ at: z.number(), sha256: z.string(), by: z.string() }).optional(),
  delivered: z.object({ channel: z.enum(channels), on: z.string(), proof: z.string(), by: z.string() }).optional(),
});

/** What happened, by whom; the rest is of the event. */
const eventView = z.looseObject({ type: z.string(), at: z.number(), by: z.string() });

export const requestView = z.object({
  id: z.string(),
  number: z.string(),
  kind: z.enum(kinds),
  receivedOn: z.string(),
  filedBy: z.string(),
  filedAt: z.number(),
  caseSign: z.string().optional(),
  /** The day by which an art. 15 request is answered. */
  term: z.string().optional(),
  form: requestForm,
  /** What the form lacks. */
  gaps: z.array(z.string()),
  /** As the workflow has it: `phase`, and what is known in it. */
  state: z.looseObject({ phase: z.string() }),
  calls: z.array(callRow),
  events: z.array(eventView),
  papers: z.array(paperView),
  copy: z.object({ at: z.number(), by: z.string(), sha256: z.string(), bytes: z.number() }).optional(),
  filedAway: z.object({ on: z.string(), caseSign: z.string(), by: z.string() }).optional(),
  /** The steps that are open to whoever asks. */
  open: z.array(z.string()),
  /** The opinions that wait for whoever asks: the officer's, or of a unit that they head. */
  opinions: z.array(z.object({ of: z.enum(['dpo', 'unit']), unit: z.string().optional() })),
  waits: waitingView.optional(),
  /** How many milliseconds before and after the date a session may begin. */
  toleranceMs: z.number(),
});
export type RequestView = z.infer<typeof requestView>;
export type RequestRow = z.infer<typeof requestRow>;
export type WaitingView = z.infer<typeof waitingView>;
export type PaperView = z.infer<typeof paperView>;

export const waitingOf = ({ requests }: Pick<RequestParts, 'requests'>, { person }: Asker): WaitingView[] =>
  requests.waitingFor(person).map((one) => ({
    ...one,
    requester: requests.find(one.request)?.request.form.requester.name ?? '',
  }));

export function rowsOf(parts: Pick<RequestParts, 'requests'>, asker: Asker): RequestRow[] {
  const waits = new Map(waitingOf(parts, asker).map((one) => [one.request, one]));
  return parts.requests.list(asker.person).map(({ request }) => {
    const { id, number, kind, receivedOn, form, state } = request;
    const at = state.phase === 'approved' ? state.approval.appointment.at : undefined;
    const row = { id, number, kind, receivedOn, requester: form.requester.name, phase: state.phase };
    return defined({ ...row, at, waits: waits.get(id) });
  });
}

/** Names of browser sessions are nobody's business; whether it is this one is. */
const hidden = <S extends Session>({ browserSession, ...rest }: S, here: string) => ({
  ...rest,
  here: browserSession === here,
});

function stateOf({ request: { state } }: RequestRecord, here: string): RequestView['state'] {
  if (!('approval' in state)) return { ...state };
  const runs = state.approval.runs.map((run: Run) => hidden(run, here));
  const session = 'session' in state ? { session: hidden(state.session, here) } : {};
  const approval = { ...state.approval, runs };
  return { ...state, ...session, approval };
}

function paperOf(record: RequestRecord, { n, paper, made, signed, delivered }: PaperRecord): PaperView {
  const whose = opinionOfPaper(record, n)?.on;
  return defined({ n, paper, ...whose, made, signed, delivered });
}

export async function viewOf(parts: RequestParts, asker: Asker, record: RequestRecord): Promise<RequestView> {
  const { requests, archive } = parts;
  const { request, events, papers, filedAway, copy } = record;
  const { id, number, kind, receivedOn, filedBy, filedAt, caseSign, form } = request;
  const open = requests.openActions(asker.person, record);
  const found = await Promise.all(callsOf(request.state).map((call) => archive.find(call.id as CallId)));
  const view = {
    id,
    number,
    kind,
    receivedOn,
    filedBy,
    filedAt,
    caseSign,
    form,
    term: kind === 'art15' ? art15Term(request) : undefined,
    gaps: [...gapsOf(kind, form)],
    state: stateOf(record, asker.session.id),
    calls: found.flatMap((call) => (call ? [rowOf(call)] : [])),
    events: events
      .filter(({ type }) => type !== 'played')
      .map(({ by, ...event }) => {
        const { browserSession: _, ...shown } = { browserSession: '', ...event };
        return { ...shown, by: by.account };
      }),
    papers: papers.map((paper) => paperOf(record, paper)),
    filedAway,
    copy,
    open,
    opinions: open.includes('give-opinion') ? opinionsOf(request, moverOf(asker.person)) : [],
    waits: waitingOf(parts, asker).find((one) => one.request === id),
    toleranceMs: requests.rules.sessionToleranceMs,
  };
  return defined(view) as RequestView;
}
