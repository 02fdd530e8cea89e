/**
 * The access request as a state machine without effects: `transition(request, event)` gives the next request and what
 * is to be done, or why it is refused. The workflow is that of the ordinance's § 2; `table.ts` has its first columns.
 *
 *     received ⇄ awaiting_completion ──▶ rejected_formally
 *        │ ├──▶ rejected_formally, answered  (reopened: received)
 *        ▼
 *     matched ─▶ opinions ─▶ decision ─▶ refused      (reopened: received, decision)
 *        ▲          │           │ ├────▶ copy_issued
 *        └──────────┴───────────┤ ▼
 *               (match again)   └ approved ⇄ in_session ─▶ completed
 *                                   ▲ ▼
 *                                 no_show ─▶ closed         withdrawn: from every state that is not final, nor in_session
 */
import { termEnd, dayAt } from '../../config/calendar.js';
import type { Effect, EventOf, EventType, Paper, RequestEvent, Step } from './events.js';
import { gapsInWords, gapsOf } from './form.js';
import type { RequestForm } from './form.js';
import { barrier, refuse, tookPart } from './guards.js';
import { art15Term, dueIn, isPast } from './rules.js';
import type { Rules } from './rules.js';
import { closeSession, confirmProtocol, interrupt, openSession, played } from './session.js';
import type { AccessRequest, Kind, Mover, RequestState } from './state.js';
import { callsOf } from './state.js';
import { giveOpinion, opinionsFor } from './opinions.js';
import { filers } from './table.js';
import { dayInWords } from './words.js';

export const makes = (...papers: readonly Paper[]): Effect[] => papers.map((paper) => ({ do: 'make-paper', paper }));
const endGrants: Effect = { do: 'end-grants' };
const calendarFile: Effect = { do: 'make-calendar-file' };

const to = (request: AccessRequest, state: RequestState, ...effects: Effect[]): Step => ({
  request: { ...request, state },
  effects,
});
const no = (...why: Parameters<typeof refuse>): Step => ({ refused: refuse(...why) });

export interface Filing {
  readonly id: string;
  readonly number: string;
  readonly kind: Kind;
  readonly receivedOn: string;
  readonly form: RequestForm;
  readonly caseSign?: string;
  readonly by: Mover;
  readonly at: number;
}

/** A request comes in: a receipt is printed. A form with gaps is entered as it is; completion is asked for then. */
export function file({ by, at, ...filed }: Filing): Step {
  if (!filers.some((role) => by.roles.includes(role))) return no('not-yours', 'wniosek przyjmuje Biuro Podawcze');
  if (filed.form.requester.account === by.account) return no('own-request', 'własny wniosek przyjmuje inna osoba');
  const request: AccessRequest = { ...filed, filedBy: by.account, filedAt: at, state: { phase: 'received' } };
  return { request, effects: makes('receipt') };
}

/** Digits of a number as they are compared: the stated one may lack the country, or have spaces. */
const digits = (number: string): string => number.replace(/\D/g, '').replace(/^(00)?48(?=\d{9}$)/, '');

type Move<T extends EventType> = (request: AccessRequest, event: EventOf<T>, rules: Rules) => Step;

function askCompletion(request: AccessRequest, event: EventOf<'ask-completion'>, rules: Rules): Step {
  const least = dueIn(Math.max(7, rules.completionDays), event.at, rules);
  if (event.until < least)
    return no('term-too-short', `termin uzupełnienia jest za krótki: najwcześniej ${dayInWords(least)}`);
  const { gaps, note, until } = event;
  return to(request, { phase: 'awaiting_completion', gaps, note, until }, ...makes('completion'));
}

function complete(request: AccessRequest, event: EventOf<'complete'>): Step {
  const left = gapsOf(request.kind, event.form);
  if (left.length > 0) return no('incomplete', `nadal brakuje: ${gapsInWords(left)}`);
  // Whose request it is can become known, but not be forgotten: it bars that person from acting on it.
  const account = event.form.requester.account ?? request.form.requester.account;
  const requester = account === undefined ? event.form.requester : { ...event.form.requester, account };
  return to({ ...request, form: { ...event.form, requester } }, { phase: 'received' });
}

function termPassed(request: AccessRequest, event: EventOf<'term-passed'>, rules: Rules): Step {
  const { state } = request;
  if (state.phase !== 'awaiting_completion' || !isPast(state.until, event.at, rules)) {
    return no('not-due', 'termin uzupełnienia jeszcze biegnie');
  }
  const rejected: RequestState = { phase: 'rejected_formally', why: 'not-completed', note: state.note };
  return to(request, rejected, ...makes('left-without-consideration'));
}

/** § 2.7: the number must be identifiable, and be the stated one. For art. 15 other facts may show which call it is. */
function numberBar({ kind, form }: AccessRequest, { calls }: EventOf<'match'>): Step | undefined {
  if (kind === 'art15') return undefined;
  if (calls.some((call) => call.withheld || call.number === undefined)) {
    return no('number-withheld', 'numer osoby dzwoniącej jest zastrzeżony (§ 2 ust. 7)');
  }
  const stated = digits(form.number ?? '');
  if (stated === '' || calls.some((call) => digits(call.number ?? '') !== stated)) {
    return no('number-differs', 'numer w rozmowie nie jest numerem podanym we wniosku');
  }
  return undefined;
}

function match(request: AccessRequest, event: EventOf<'match'>): Step {
  const again = request.state.phase !== 'received';
  if (again && !event.by.roles.includes('staff')) return no('not-yours', 'ponownie dopasowuje wyznaczony pracownik');
  if (event.calls.length === 0) return no('incomplete', 'nie wskazano żadnej rozmowy');
  const left = gapsOf(request.kind, request.form);
  if (left.length > 0) return no('incomplete', `we wniosku brakuje: ${gapsInWords(left)}`);
  if (event.participation.trim() === '') return no('incomplete', 'brak opisu, jak sprawdzono udział w rozmowie');
  if (tookPart(event.by, event.calls))
    return no('took-part', 'rozmowę dopasowuje osoba, która w niej nie uczestniczyła');
  return numberBar(request, event) ?? to(request, { phase: 'matched', calls: event.calls });
}

function reject(request: AccessRequest, { why, note }: EventOf<'reject'>): Step {
  if (request.kind !== 'ordinance')
    return no('kind', 'żądania z art. 15 RODO nie odrzuca się z powodu zastrzeżonego numeru');
  return to(request, { phase: 'rejected_formally', why, note }, ...makes('left-without-consideration'));
}

function goOn(request: AccessRequest, { reason, at }: EventOf<'go-on'>, rules: Rules): Step {
  const { state } = request;
  if (state.phase !== 'opinions' || !isPast(state.case.due, at, rules)) {
    return no('not-due', 'termin na opinie jeszcze nie minął');
  }
  if (reason.trim() === '') return no('incomplete', 'podaj powód podjęcia decyzji bez brakującej opinii');
  return to(request, { phase: 'decision', case: { ...state.case, wentOn: reason } });
}

/** Nobody decides on what they gave an opinion on. */
function fourEyes(request: AccessRequest, by: Mover): Step | undefined {
  const { state } = request;
  const gave = 'case' in state && state.case.opinions.some((opinion) => opinion.by === by.account);
  return gave ? no('four-eyes', 'decyzję podejmuje inna osoba niż opiniująca') : undefined;
}

function badAppointment({ appointment, at }: EventOf<'approve' | 'change-date' | 'new-date'>): Step | undefined {
  if (appointment.present.length === 0) return no('incomplete', 'wyznacz co najmniej jedną osobę obecną (§ 2 ust. 6)');
  if (appointment.place.trim() === '') return no('incomplete', 'podaj miejsce odsłuchu');
  return appointment.at <= at ? no('wrong-time', 'termin odsłuchu musi być w przyszłości') : undefined;
}

function approve(request: AccessRequest, event: EventOf<'approve'>): Step {
  const { state } = request;
  if (state.phase !== 'decision') return no('out-of-order', 'nie ma czego zatwierdzić');
  const bad = fourEyes(request, event.by) ?? badAppointment(event);
  if (bad) return bad;
  const approval = { by: event.by.account, at: event.at, appointment: event.appointment, runs: [] };
  return to(request, { phase: 'approved', case: state.case, approval }, ...makes('notice-of-date'), calendarFile);
}

function approveCopy(request: AccessRequest, { by, at, cuts }: EventOf<'approve-copy'>): Step {
  const { state, kind } = request;
  if (kind !== 'art15') return no('kind', 'kopię nagrania wydaje się tylko na żądanie z art. 15 RODO');
  if (state.phase !== 'decision') return no('out-of-order', 'nie ma czego zatwierdzić');
  const ids = callsOf(state).map(({ id }) => id);
  if (cuts.some(({ call, fromMs, toMs }) => !ids.includes(call) || !(fromMs >= 0 && fromMs < toMs))) {
    return no('outside-recording', 'wyłączony fragment nie należy do nagrań tego wniosku');
  }
  const issued: RequestState = { phase: 'copy_issued', case: state.case, by: by.account, at, cuts };
  return fourEyes(request, by) ?? to(request, issued, ...makes('copy-letter'));
}

function handOverCopy(request: AccessRequest, { by, at, how, sha256 }: EventOf<'hand-over-copy'>): Step {
  const { state } = request;
  if (state.phase !== 'copy_issued') return no('out-of-order', 'kopii nie wydano');
  if (state.handedOver) return no('already-given', 'przekazanie kopii już odnotowano');
  return to(request, { ...state, handedOver: { at, by: by.account, how, sha256 } });
}

function refuseRequest(request: AccessRequest, { by, at, reasons }: EventOf<'refuse'>, rules: Rules): Step {
  const { state } = request;
  if (state.phase !== 'decision') return no('out-of-order', 'nie ma o czym decydować');
  if (reasons.trim() === '') return no('incomplete', 'odmowa wymaga uzasadnienia (§ 2 ust. 5)');
  const holdUntil = termEnd(dayAt(at, rules.zone), { days: rules.complaintHoldDays });
  const refused: RequestState = { phase: 'refused', case: state.case, reasons, by: by.account, at, holdUntil };
  const paper = request.kind === 'art15' ? 'refusal-art15' : 'refusal';
  return fourEyes(request, by) ?? to(request, refused, ...makes(paper));
}

function changeDate(request: AccessRequest, event: EventOf<'change-date' | 'new-date'>): Step {
  const { state } = request;
  if (state.phase !== 'approved' && state.phase !== 'no_show') return no('out-of-order', 'nie ma terminu');
  const approval = { ...state.approval, appointment: event.appointment };
  const changed: RequestState = { phase: 'approved', case: state.case, approval };
  return badAppointment(event) ?? to(request, changed, ...makes('changed-date'), calendarFile, endGrants);
}

function revoke(request: AccessRequest, { reasons }: EventOf<'revoke'>): Step {
  const { state } = request;
  if (state.phase !== 'approved') return no('out-of-order', 'nie ma zgody, którą można cofnąć');
  if (reasons.trim() === '') return no('incomplete', 'cofnięcie zgody wymaga uzasadnienia');
  return to(request, { phase: 'decision', case: state.case }, ...makes('revocation'), endGrants);
}

function noShow(request: AccessRequest, { at }: EventOf<'no-show'>): Step {
  const { state } = request;
  if (state.phase !== 'approved') return no('out-of-order', 'nie ma terminu');
  if (at < state.approval.appointment.at) return no('wrong-time', 'termin odsłuchu jeszcze nie nadszedł');
  return to(request, { phase: 'no_show', case: state.case, approval: state.approval });
}

function close(request: AccessRequest, { note }: EventOf<'close'>): Step {
  const { state } = request;
  if (state.phase !== 'no_show') return no('out-of-order', 'nie ma czego zakończyć');
  return to(request, { phase: 'closed', case: state.case, approval: state.approval, note }, ...makes('no-show-closed'));
}

function reopen(request: AccessRequest, event: EventOf<'reopen'>): Step {
  const { state } = request;
  if (event.document.trim() === '') return no('incomplete', 'podaj numer pisma, na podstawie którego wznawiasz sprawę');
  if (event.to === 'received') return to(request, { phase: 'received' });
  if (state.phase !== 'refused') return no('out-of-order', 'do decyzji wraca tylko wniosek, w którym odmówiono');
  return to(request, { phase: 'decision', case: state.case });
}

function extend(request: AccessRequest, { reason, at }: EventOf<'extend-term'>, rules: Rules): Step {
  if (request.kind !== 'art15') return no('kind', 'termin przedłuża się tylko dla żądań z art. 15 RODO');
  if (request.extended) return no('already-given', 'termin już przedłużono');
  if (isPast(art15Term(request), at, rules)) return no('wrong-time', 'miesiąc na odpowiedź już minął');
  if (reason.trim() === '') return no('incomplete', 'podaj powód przedłużenia');
  return { request: { ...request, extended: { reason, at } }, effects: makes('extension') };
}

const moves: { readonly [T in EventType]: Move<T> } = {
  'ask-completion': askCompletion,
  complete,
  'term-passed': termPassed,
  match,
  reject,
  answer: (request, { why, facts }) => to(request, { phase: 'answered', why, facts }, ...makes('no-recording')),
  'ask-opinions': (request, { at }, rules) => to(request, opinionsFor(callsOf(request.state), at, rules)),
  'give-opinion': giveOpinion,
  'go-on': goOn,
  approve,
  'approve-copy': approveCopy,
  'hand-over-copy': handOverCopy,
  refuse: refuseRequest,
  'change-date': changeDate,
  revoke,
  'open-session': openSession,
  played,
  'confirm-protocol': confirmProtocol,
  interrupt,
  'close-session': closeSession,
  'no-show': noShow,
  'new-date': changeDate,
  close,
  reopen,
  withdraw: (request, { how }) => to(request, { phase: 'withdrawn', how }, ...makes('withdrawal'), endGrants),
  'extend-term': extend,
  'enter-case-sign': (request, { caseSign }) => ({ request: { ...request, caseSign }, effects: [] }),
};

/** The one way from state to state. */
export function transition(request: AccessRequest, event: RequestEvent, rules: Rules): Step {
  const refused = barrier(request, event);
  if (refused) return { refused };
  // The table of moves has one for each type of event, of just that type; the compiler can't follow the index.
  const move = moves[event.type] as (request: AccessRequest, event: RequestEvent, rules: Rules) => Step;
  return move(request, event, rules);
}
