/** What the calendar calls for in a request, and what is left to be checked when it goes to the office's records. */
import { HalinaError } from '../base/errors.js';
import { addDays, type Day } from '../config/calendar.js';
import { finalPhases } from './machine/state.js';
import type { RequestRecord } from './records.js';

const KEEP_DAYS = 365;

/** @param keepDays of a closed request, after it went to the office's records */
export function dueStep(
  { request: { state }, filedAway }: RequestRecord,
  today: Day,
  keepDays = KEEP_DAYS,
): 'term-passed' | 'ask-opinions' | 'erase' | undefined {
  if (state.phase === 'awaiting_completion' && today > state.until) return 'term-passed';
  if (state.phase === 'matched') return 'ask-opinions';
  const isOver = filedAway !== undefined && finalPhases.includes(state.phase);
  return isOver && today > addDays(filedAway.on, keepDays) ? 'erase' : undefined;
}

/** Throws `REQUEST_OPEN`, or `CASE_SIGN_MISSING`. */
export function mustBeReadyForFiles({ request }: RequestRecord, caseSign: string): void {
  if (!finalPhases.includes(request.state.phase))
    throw new HalinaError('REQUEST_OPEN', 'do akt przekazuje się zakończoną sprawę');
  if (caseSign.trim() === '') throw new HalinaError('CASE_SIGN_MISSING', 'podaj znak sprawy');
}
