/** What a person may do in a request now, and what waits for them: both follow from the state and the table alone. */
import type { Facts, Person } from '../accounts/judge.js';
import { judge } from '../accounts/judge.js';
import { callsOf, finalPhases } from './machine/state.js';
import type { AccessRequest, Mover } from './machine/state.js';
import type { EventType } from './machine/events.js';
import { barrier } from './machine/guards.js';
import { opinionsOf } from './machine/opinions.js';
import { art15Term, isPast } from './machine/rules.js';
import type { Rules } from './machine/rules.js';
import { table } from './machine/table.js';
import type { RequestRecord } from './records.js';

export const moverOf = ({ id, roles, units, extensions, authorisation }: Person): Mover => ({
  account: id,
  roles,
  units,
  extensions,
  ...(authorisation ? { authorisation: authorisation.number } : {}),
});

export const theSystem: Mover = { account: 'system', roles: [], units: [], extensions: [] };

/** What `judge` has to know of a request. */
export function factsOf({ form, state }: AccessRequest): Facts {
  const { account } = form.requester;
  const calls = callsOf(state);
  return {
    request: true,
    ...(account === undefined ? {} : { requester: account }),
    extensions: calls.flatMap(({ extensions }) => extensions),
    units: calls.flatMap(({ units }) => units),
  };
}

/** An officer and unit heads see what their opinion is asked on; one's own request is out of sight. */
export function maySee(person: Person, { request }: RequestRecord): boolean {
  const present = 'approval' in request.state && request.state.approval.appointment.present.includes(person.id);
  return (
    (present && request.form.requester.account !== person.id) || judge(person, 'request.see', factsOf(request)).allowed
  );
}

const onlyFor: Partial<Record<EventType, AccessRequest['kind']>> = {
  reject: 'ordinance',
  'approve-copy': 'art15',
  'extend-term': 'art15',
};

function fits({ request }: RequestRecord, type: EventType, by: Mover, at: number, rules: Rules): boolean {
  const { state, kind } = request;
  if (onlyFor[type] !== undefined && onlyFor[type] !== kind) return false;
  if (type === 'approve' && kind === 'art15') return true;
  if (type === 'match' && state.phase !== 'received') return by.roles.includes('staff');
  if (type === 'extend-term') return !request.extended && !isPast(art15Term(request), at, rules);
  if (state.phase === 'opinions') {
    if (type === 'give-opinion') return opinionsOf(request, by).length > 0;
    if (type === 'go-on') return isPast(state.case.due, at, rules);
  }
  if (state.phase === 'decision') return !state.case.opinions.some((one) => one.by === by.account) || type === 'match';
  if (state.phase === 'approved') {
    const { at: set } = state.approval.appointment;
    if (type === 'open-session')
      return Math.abs(at - set) <= rules.sessionToleranceMs && by.authorisation !== undefined;
    if (type === 'no-show') return at >= set;
  }
  if (state.phase === 'in_session' && type === 'confirm-protocol') {
    return !state.session.confirmed.some(({ account }) => account === by.account);
  }
  return !(state.phase === 'copy_issued' && type === 'hand-over-copy' && state.handedOver);
}

/** The steps that are open to this person now; what they need besides (reasons, a date) is asked on the page. */
export function openActions(record: RequestRecord, person: Person, at: number, rules: Rules): EventType[] {
  const by = moverOf(person);
  return (Object.keys(table) as EventType[]).filter(
    (type) => barrier(record.request, { type, by }) === undefined && fits(record, type, by, at, rules),
  );
}

export interface Waiting {
  readonly request: string;
  readonly number: string;
  readonly what: EventType | 'file-away' | 'deliver' | 'hear' | 'make-copy';
  /** The day by which. */
  readonly due?: string;
  /** Unix milliseconds: a date at which something happens. */
  readonly at?: number;
  readonly overdue: boolean;
}

/** What this person has to do about a request; undefined where it is another's turn. */
export function waitingFor(record: RequestRecord, person: Person, at: number, rules: Rules): Waiting | undefined {
  const { request } = record;
  const { state } = request;
  const open = openActions(record, person, at, rules);
  const term = request.kind === 'art15' && !finalPhases.includes(state.phase) ? art15Term(request) : undefined;
  const item = (what: Waiting['what'], due = term, instant?: number): Waiting => ({
    request: request.id,
    number: request.number,
    what,
    ...(due === undefined ? {} : { due }),
    ...(instant === undefined ? {} : { at: instant }),
    overdue: due !== undefined && isPast(due, at, rules),
  });
  switch (state.phase) {
    case 'received':
      return open.includes('match') ? item('match') : undefined;
    case 'opinions':
      if (open.includes('give-opinion')) return item('give-opinion', state.case.due);
      return open.includes('go-on') ? item('go-on', state.case.due) : undefined;
    case 'decision':
      return open.includes('refuse') ? item(request.kind === 'art15' ? 'approve-copy' : 'approve') : undefined;
    case 'approved': {
      const { appointment } = state.approval;
      if (open.includes('no-show') && !open.includes('open-session')) return item('no-show', term, appointment.at);
      return appointment.present.includes(person.id) ? item('open-session', term, appointment.at) : undefined;
    }
    case 'in_session':
      return open.includes('confirm-protocol') ? item('confirm-protocol') : undefined;
    case 'no_show':
      return open.includes('new-date') ? item('new-date') : undefined;
    case 'copy_issued':
      if (!open.includes('hand-over-copy')) break;
      if (!record.copy) return person.roles.includes('secretary') ? item('make-copy') : undefined;
      if (person.roles.includes('front_office')) return item('hand-over-copy');
      break;
    case 'matched':
    case 'awaiting_completion':
    case 'refused':
    case 'rejected_formally':
    case 'answered':
    case 'completed':
    case 'closed':
    case 'withdrawn':
      break;
  }
  if (!person.roles.includes('front_office') || !maySee(person, record)) return undefined;
  if (record.papers.some((paper) => mustBeDelivered.has(paper.paper) && !paper.delivered)) return item('deliver');
  return finalPhases.includes(state.phase) && !record.filedAway ? item('file-away') : undefined;
}

/** Papers for the requester: they go out, and how they did is entered. */
const mustBeDelivered: ReadonlySet<string> = new Set([
  'completion',
  'left-without-consideration',
  'no-recording',
  'notice-of-date',
  'changed-date',
  'revocation',
  'refusal',
  'refusal-art15',
  'extension',
]);

/** What waits for this person of all requests, the most urgent first. */
export function allWaitingFor(records: readonly RequestRecord[], person: Person, now: number, rules: Rules): Waiting[] {
  const waiting = records.flatMap((record) => waitingFor(record, person, now, rules) ?? []);
  const urgency = ({ due, at }: Waiting): string => due ?? (at === undefined ? '9' : new Date(at).toISOString());
  return waiting.sort((a, b) => (urgency(a) < urgency(b) ? -1 : 1));
}
