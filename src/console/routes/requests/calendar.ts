/** The date of a session as a calendar file. */
import { calendarFile } from '../../../requests/papers/calendar-file.js';
import type { RequestRecord } from '../../../requests/records.js';
import { Problem } from '../../frame/problem.js';
import type { RequestParts } from './common.js';

const MINUTES = 60;

export function calendarOf({ request, events }: RequestRecord, { clock, office }: RequestParts): string {
  const { state, number, id } = request;
  if (state.phase !== 'approved') throw noDate();
  const { at, place } = state.approval.appointment;
  const dates = events.filter(({ type }) => ['approve', 'change-date', 'new-date'].includes(type));
  return calendarFile({
    uid: `${id}@halina`,
    sequence: Math.max(0, dates.length - 1),
    at,
    minutes: MINUTES,
    made: clock.now(),
    summary: `Odsłuch nagrania, wniosek ${number}`,
    place,
    description: `${office}. Odsłuch nagrania rozmowy telefonicznej na wniosek nr ${number}.`,
  });
}

const noDate = (): Problem =>
  new Problem('not-now', {
    pl: 'Termin odsłuchu nie jest wyznaczony.',
    en: 'No date is set for a session.',
  });
