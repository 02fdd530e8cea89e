/** A call as the archive knows it, as the rules of requests look at it. */
import type { CallRecord } from '../archive/lifecycle.js';
import type { MatchedCall } from './machine/form.js';

export function matchedCall({ entry, units = [] }: CallRecord): MatchedCall {
  const talked = entry.parts.flatMap(({ kind, extension }) => (kind === 'talk' && extension ? [extension] : []));
  const extensions = new Set([...(entry.employee ? [entry.employee.extension] : []), ...talked]);
  const { number, withheld } = entry.outside;
  return {
    id: entry.id,
    startedAt: entry.startedAt,
    withheld,
    ...(number === undefined ? {} : { number }),
    extensions: [...extensions],
    units,
  };
}
