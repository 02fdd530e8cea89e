/** Which opinion a paper holds: each opinion that is given makes one paper, whenever that comes to be set. */
import type { EventOf } from '../machine/events.js';
import type { RequestRecord } from '../records.js';

type OpinionGiven = EventOf<'give-opinion'>;

/** Of the paper number `n`; undefined where that is another paper. */
export function opinionOfPaper({ papers, events }: RequestRecord, n: number): OpinionGiven | undefined {
  if (papers.find((one) => one.n === n)?.paper !== 'opinion') return undefined;
  const place = papers.filter((one) => one.paper === 'opinion' && one.n < n).length;
  return events.filter((event): event is OpinionGiven => event.type === 'give-opinion')[place];
}
