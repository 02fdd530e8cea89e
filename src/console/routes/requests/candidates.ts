/** Calls that a request may be about: of the days on the form, by the last digits of its number. */
import type { Person } from '../../../accounts/judge.js';
import { cell } from '../../../accounts/permissions.js';
import { addDays, dayAt, endOf } from '../../../config/calendar.js';
import type { AccessRequest } from '../../../requests/machine/state.js';
import { rowOf, type CallRow } from '../call-views.js';
import type { RequestParts } from './common.js';

/** As many as one looks through. */
const MOST = 100;
/** A Polish number without its country. */
const DIGITS = 9;

/**
 * `wide`: all calls of those days, for who may match or search. Who only gives an opinion sees those of the number, and the head
 * of a unit of these the unit's own.
 */
export async function candidatesFor(
  { archive, zone }: Pick<RequestParts, 'archive' | 'zone'>,
  { form }: AccessRequest,
  person: Person,
  wide: boolean,
): Promise<CallRow[]> {
  const conditions = new Set(person.roles.map((role) => cell('calls.search', role)));
  const matches = conditions.has('yes') || conditions.has('to-match-request');
  const ofUnits = matches || conditions.has('within-request') ? undefined : person.units;
  const numberEnd = (form.number ?? '').replace(/\D/g, '').slice(-DIGITS);
  const isNumber = numberEnd.length >= 3;
  if (!matches && !isNumber) return [];
  const byNumber = isNumber && !(wide && matches) ? { numberEnd } : {};
  const found = new Map<string, CallRow>();
  for (const on of new Set(form.calls.map((call) => call.on))) {
    const [from, to] = [endOf(addDays(on, -1), zone), endOf(on, zone) - 1];
    const { calls } = await archive.search({ ...byNumber, from, to, limit: MOST });
    for (const record of calls) {
      if (ofUnits && !record.units?.some((unit) => ofUnits.includes(unit))) continue;
      if (dayAt(record.entry.startedAt, zone) === on) found.set(record.entry.id, rowOf(record));
    }
  }
  return [...found.values()].slice(0, MOST);
}
