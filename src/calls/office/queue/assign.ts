/** Whom a queue rings for whom: pure. Callers in the order in which they came, agents by the queue's strategy. */

export interface Agent {
  readonly extension: string;
  /** Since when it has been without a call, or last did not answer; Unix milliseconds. */
  readonly freeSince: number;
}

export interface Offer<Id> {
  readonly to: Id;
  readonly agents: readonly string[];
}

export type Strategy = 'all' | 'in-turn' | 'longest-idle';

/**
 * @param waiting callers for whom nobody is rung, in their order
 * @param free agents who can be rung, in the order of the configuration
 * @param last the agent who was rung last, for `in-turn`
 */
export function assign<Id>(
  strategy: Strategy,
  waiting: readonly Id[],
  free: readonly Agent[],
  last: string | undefined,
  order: readonly string[],
): readonly Offer<Id>[] {
  const [first] = waiting;
  if (first === undefined || free.length === 0) return [];
  if (strategy === 'all') return [{ to: first, agents: free.map(({ extension }) => extension) }];
  const ranked =
    strategy === 'longest-idle' ? free.toSorted((a, b) => a.freeSince - b.freeSince) : inTurn(free, last, order);
  return ranked.slice(0, waiting.length).flatMap(({ extension }, index) => {
    const to = waiting[index];
    return to === undefined ? [] : [{ to, agents: [extension] }];
  });
}

/** From the one after the last on, round and round. */
function inTurn(free: readonly Agent[], last: string | undefined, order: readonly string[]): readonly Agent[] {
  const after = last === undefined ? 0 : order.indexOf(last) + 1;
  const turn = ({ extension }: Agent): number => (order.indexOf(extension) - after + order.length) % order.length;
  return free.toSorted((a, b) => turn(a) - turn(b));
}
