/**
 * What stays of a call's entry when the call is erased: that there was one, when and how it went, and nobody in it. Each
 * thing that stays is named, so that what an entry is given later does not stay by mistake.
 */
import { defined } from '../base/defined.js';
import type { CallEntry, CallPart } from '../entry/call-entry.js';

const anonymousPart = ({ kind, from, to, by, why }: CallPart): CallPart => defined({ kind, from, to, by, why });

export function anonymous(entry: CallEntry): CallEntry {
  const { version, id, direction, trunk, route, emergency, startedAt, zone, answeredAt, connectedAt } = entry;
  const { talkMs, notice, outboundNotice, information, record, quarantine, end } = entry;
  const kept = { version, id, direction, trunk, route, emergency, startedAt, zone, answeredAt, connectedAt };
  const told = { talkMs, notice, outboundNotice, information, record, quarantine, end };
  const outside = { signalled: '', withheld: entry.outside.withheld };
  // What was dialled from inside is the other party's number.
  const dialled = direction === 'inbound' ? entry.dialled : '';
  return defined({ ...kept, ...told, outside, dialled, parts: entry.parts.map(anonymousPart) });
}
