/**
 * When somebody is logged out for want of use, and what a page does about it. Whoever types or clicks does something, though the
 * server hears nothing of it: the page tells it now and then. Before the end there is a warning, which any key puts off
 * (WCAG 2.2.1). All times are Unix milliseconds of this browser.
 */
export interface Watch {
  /** Since when the server has heard nothing. */
  readonly answeredAt: number;
  /** Of the last key, click or turn of the wheel. */
  readonly touchedAt: number;
  /** Without a request for so long it is over, milliseconds. */
  readonly idleMs: number;
  /** It is over whatever happens. */
  readonly endsAt: number;
}

/** `renew`: the server is told of the use. `warn`: asked how long there is, and warned of it. `over`: asked whether it is. */
export type Next = 'nothing' | 'renew' | 'warn' | 'over';

const MINUTE = 60_000;
/** So long before the end one is warned: time to come back to the desk. */
export const warnedFor = (idleMs: number): number => Math.min(2 * MINUTE, idleMs / 4);
/** So long before the latest end one is told to save. */
export const LAST_MS = 10 * MINUTE;

export const overAt = ({ answeredAt, idleMs, endsAt }: Watch): number => Math.min(answeredAt + idleMs, endsAt);

export function next(now: number, watch: Watch): Next {
  const { answeredAt, touchedAt, idleMs } = watch;
  if (now >= overAt(watch)) return 'over';
  const warnedAt = answeredAt + idleMs - warnedFor(idleMs);
  if (touchedAt - answeredAt >= Math.min(MINUTE, idleMs / 8) || touchedAt >= warnedAt) return 'renew';
  return now >= warnedAt ? 'warn' : 'nothing';
}
