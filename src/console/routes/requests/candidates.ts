/** Calls that a request may be about: of the days on the form, by the last digits of its number. */
import { addDays, dayAt, endOf } from '../../../config/calendar.js';
import type { AccessRequest } from '../../../requests/machine/state.js';
import { rowOf, type CallRow } from '../call-views.js';
import type { RequestParts } from './common.js';

/** As many as one looks through. */
const MOST = 100;
/** A Polish number without its country. */
const DIGITS = 9;

export async function candidatesFor(
  { archive, zone }: Pick<RequestParts, 'archive' | 'zone'>,
  { form }: AccessRequest,
  wide: boolean,
): Promise<CallRow[]> {
  const numberEnd = (form.number ?? '').replace(/\D/g, '').slice(-DIGITS);
  const byNumber = wide || numberEnd.length < 3 ? {} : { numberEnd };
  const found = new Map<string, CallRow>();
  for (const on of new Set(form.calls.map((call) => call.on))) {
    const [from, to] = [endOf(addDays(on, -1), zone), endOf(on, zone) - 1];
    const { calls } = await archive.search({ ...byNumber, from, to, limit: MOST });
    for (const record of calls) {
      if (dayAt(record.entry.startedAt, zone) === on) found.set(record.entry.id, rowOf(record));
    }
  }
  return [...found.values()].slice(0, MOST);
}
