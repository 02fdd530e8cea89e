/** What the office sets about requests, and the days that follow from it. */
import { dayAt, endOf, termEnd } from '../../config/calendar.js';
import type { AccessRequest } from './state.js';

export interface Rules {
  /** IANA name of the office's time zone. */
  readonly zone: string;
  /** At least so many days for a completion; the law's least is 7 (art. 64 § 2 of the code of administrative procedure). */
  readonly completionDays: number;
  /** For opinions. */
  readonly opinionDays: number;
  /** For how many days the recordings of a refused request are held for a complaint. */
  readonly complaintHoldDays: number;
  /** How much earlier or later than set a session may begin. */
  readonly sessionToleranceMs: number;
}

export const defaultRules: Rules = {
  zone: 'Europe/Warsaw',
  completionDays: 7,
  opinionDays: 7,
  complaintHoldDays: 183,
  sessionToleranceMs: 30 * 60_000,
};

/** Art. 12(3) GDPR: one month from receipt; two more where that was told within it. */
export const art15Term = (request: AccessRequest): string =>
  termEnd(request.receivedOn, { months: request.extended ? 3 : 1 });

/** Whether the day is over. */
export const isPast = (day: string, at: number, rules: Rules): boolean => at >= endOf(day, rules.zone);

/** A term in days from the day of `at`. */
export const dueIn = (days: number, at: number, rules: Rules): string => termEnd(dayAt(at, rules.zone), { days });

/**
 * What the archive must hold for a request now: which calls, and until which day (none: until the request says
 * otherwise). It follows from the state alone, so it can be put right after any crash by comparing.
 */
export interface WantedHold {
  readonly calls: readonly string[];
  readonly until?: string;
}

export function holdOf(request: AccessRequest): WantedHold | undefined {
  const { state } = request;
  switch (state.phase) {
    case 'matched':
      return { calls: state.calls.map(({ id }) => id) };
    case 'opinions':
    case 'decision':
    case 'approved':
    case 'in_session':
    case 'no_show':
      return { calls: state.case.calls.map(({ id }) => id) };
    case 'copy_issued':
      return state.handedOver ? undefined : { calls: state.case.calls.map(({ id }) => id) };
    case 'refused':
      return { calls: state.case.calls.map(({ id }) => id), until: state.holdUntil };
    case 'received':
    case 'awaiting_completion':
    case 'rejected_formally':
    case 'answered':
    case 'completed':
    case 'closed':
    case 'withdrawn':
      return undefined;
  }
}
