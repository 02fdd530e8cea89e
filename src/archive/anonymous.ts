/** What stays of a call's entry when the call is erased: that there was one, when and how it went, and nobody in it. */
import type { CallEntry, CallPart } from '../entry/call-entry.js';

const anonymousPart = ({ kind, from, to, by, why }: CallPart): CallPart => ({
  kind,
  from,
  ...(to === undefined ? {} : { to }),
  ...(by === undefined ? {} : { by }),
  ...(why === undefined ? {} : { why }),
});

export function anonymous(entry: CallEntry): CallEntry {
  const { employee, divertedBy, outside, parts, dialled, ...rest } = entry;
  return {
    ...rest,
    outside: { signalled: '', withheld: outside.withheld },
    // What was dialled from inside is the other party's number.
    dialled: entry.direction === 'inbound' ? dialled : '',
    parts: parts.map(anonymousPart),
  };
}
