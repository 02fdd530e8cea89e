/** Timer values of RFC 3261 § 17 (table 4), in milliseconds. */
export const T1 = 500;
export const T2 = 4000;
export const T4 = 5000;

/** 64*T1: how long anything is waited for. */
export const PATIENCE = 64 * T1;
/** Timer D on an unreliable transport: at least 32 s. */
export const TIMER_D = 32_000;

export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M';
