/** Whether evictions went by age, by what a program logged: a recording that is still to be made has no turn yet. */
import type { LogLine } from './halina.js';

interface Call {
  readonly id: string;
  readonly recording: { readonly state: string };
}

/** Calls (`newestFirst`) whose recordings went although an older one stood in its place by then, and still does. */
export function evictedOutOfTurn(newestFirst: readonly Call[], log: readonly LogLine[]): string[] {
  const line = (msg: string, id: string): number => log.findIndex((one) => one.msg === msg && one['callId'] === id);
  let keptSince = Number.POSITIVE_INFINITY;
  return newestFirst.toReversed().flatMap(({ id, recording: { state } }) => {
    if (state === 'recorded') keptSince = Math.min(keptSince, line('recording kept', id));
    return state === 'evicted' && line('recording evicted', id) > keptSince ? [id] : [];
  });
}
