/** What a quota comes to, of what the server counted: nothing here contradicts what goes at once. */
export interface Outlook {
  /** What would go at once. */
  readonly plan: { readonly recordings: number; readonly bytes: number; readonly fits: boolean };
  readonly forecast: {
    readonly reachDays: number;
    readonly weekBytes: number;
    readonly today: string;
    readonly fullOn?: string;
    readonly promise?: {
      readonly days: number;
      readonly state: 'kept' | 'comes' | 'breaks' | 'never';
      readonly on?: string;
    };
  };
}

/** When new recordings begin to take the place of the oldest. */
export type Filling =
  | { readonly when: 'at-once' }
  | { readonly when: 'already' }
  | { readonly when: 'on'; readonly day: string }
  | { readonly when: 'not-foreseen' };

export function fillingOf({ plan, forecast: { fullOn, today } }: Outlook): Filling {
  if (plan.recordings > 0) return { when: 'at-once' };
  if (fullOn === undefined) return { when: 'not-foreseen' };
  return fullOn <= today ? { when: 'already' } : { when: 'on', day: fullOn };
}

export function toneOf({ plan, forecast: { promise } }: Outlook): 'good' | 'warn' | 'bad' {
  if (!plan.fits || promise?.state === 'breaks' || promise?.state === 'never') return 'bad';
  return plan.recordings > 0 ? 'warn' : 'good';
}

export const GB = 1e9;

/** Of the slider, gigabytes: from a step to what the disk can hold, never less than stands. */
export function boundsOf(
  holds: number,
  quota: number,
): { readonly min: number; readonly max: number; readonly step: number } {
  const most = Math.max(holds, quota) / GB;
  const step = most >= 20 ? 1 : most >= 2 ? 0.1 : 0.01;
  return { min: step, max: Number((Math.max(1, Math.floor(most / step)) * step).toFixed(2)), step };
}
