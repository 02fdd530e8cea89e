/** The listening session: opened by a designated person, played in one browser, closed with a protocol (§ 2.6). */
import type { Effect, EventOf, RefusalCode, Step } from './events.js';
import { refuse } from './guards.js';
import type { Rules } from './rules.js';
import type { AccessRequest, Run } from './state.js';

const endGrants: Effect = { do: 'end-grants' };
const no = (code: RefusalCode, message: string): Step => ({ refused: refuse(code, message) });

export function openSession(request: AccessRequest, event: EventOf<'open-session'>, rules: Rules): Step {
  const { state } = request;
  const { by, at, browserSession, identity } = event;
  if (state.phase !== 'approved') return no('out-of-order', 'odsłuch nie jest zatwierdzony');
  if (by.authorisation === undefined) return no('no-authorisation', 'brak upoważnienia Burmistrza (§ 6 pkt 2)');
  if (identity.trim() === '') return no('incomplete', 'potwierdź tożsamość wnioskodawcy');
  const { appointment } = state.approval;
  if (Math.abs(at - appointment.at) > rules.sessionToleranceMs) {
    return no('wrong-time', 'odsłuch rozpoczyna się w wyznaczonym terminie; Sekretarz może go zmienić');
  }
  const opened = { openedAt: at, openedBy: by.account, authorisation: by.authorisation };
  const session = { ...opened, browserSession, identity, played: [], confirmed: [] };
  return { request: { ...request, state: { ...state, phase: 'in_session', session } }, effects: [] };
}

export function played(request: AccessRequest, { stretch, at }: EventOf<'played'>): Step {
  const { state } = request;
  if (state.phase !== 'in_session') return no('out-of-order', 'odsłuch nie trwa');
  const known = state.case.calls.some(({ id }) => id === stretch.call);
  if (!known || !(stretch.fromMs >= 0 && stretch.fromMs <= stretch.toMs)) {
    return no('outside-recording', 'to nie jest nagranie zatwierdzone do tego odsłuchu');
  }
  const session = { ...state.session, played: [...state.session.played, { ...stretch, at }] };
  return { request: { ...request, state: { ...state, session } }, effects: [] };
}

export function confirmProtocol(request: AccessRequest, { by, at }: EventOf<'confirm-protocol'>): Step {
  const { state } = request;
  if (state.phase !== 'in_session') return no('out-of-order', 'odsłuch nie trwa');
  const { confirmed } = state.session;
  if (confirmed.some(({ account }) => account === by.account)) return no('already-given', 'protokół już potwierdzono');
  const session = { ...state.session, confirmed: [...confirmed, { account: by.account, at }] };
  return { request: { ...request, state: { ...state, session } }, effects: [] };
}

/** What was played stays on record; the approval stands, and the session can be opened again. */
export function interrupt(request: AccessRequest, { why, at }: EventOf<'interrupt'>): Step {
  const { state } = request;
  if (state.phase !== 'in_session') return no('out-of-order', 'odsłuch nie trwa');
  const run: Run = { ...state.session, endedAt: at, ended: why };
  const approval = { ...state.approval, runs: [...state.approval.runs, run] };
  const approved = { phase: 'approved', case: state.case, approval } as const;
  return { request: { ...request, state: approved }, effects: [endGrants] };
}

export function closeSession(request: AccessRequest, event: EventOf<'close-session'>): Step {
  const { state } = request;
  if (state.phase !== 'in_session') return no('out-of-order', 'odsłuch nie trwa');
  const { by, at, remarks } = event;
  const { present } = state.approval.appointment;
  const confirmed = state.session.confirmed.map(({ account }) => account);
  const unconfirmed = event.unconfirmed.filter(
    ({ account }) => present.includes(account) && !confirmed.includes(account),
  );
  const silent = present.filter(
    (account) =>
      !confirmed.includes(account) && !unconfirmed.some((one) => one.account === account && one.reason.trim()),
  );
  if (silent.length > 0) {
    return no('unconfirmed', 'protokół potwierdza każda obecna osoba, albo podaje się, dlaczego nie');
  }
  const run: Run = { ...state.session, endedAt: at, ended: 'closed' };
  const approval = { ...state.approval, runs: [...state.approval.runs, run] };
  const protocol = { remarks, unconfirmed, closedBy: by.account, closedAt: at };
  const completed = { phase: 'completed', case: state.case, approval, protocol } as const;
  return {
    request: { ...request, state: completed },
    effects: [{ do: 'make-paper', paper: 'protocol' }, endGrants],
  };
}
