/**
 * V8 spends memory to spare time: it looks for garbage late, and leaves what is in use where it lies, between holes. With few calls that
 * is little; with thousands it is half of what a process has. From many calls on it is told to keep less, and malloc to give back what it
 * keeps. That costs time, up to a third of what a call takes where few calls come and go quickly, so it is not told before.
 */
import { setFlagsFromString } from 'node:v8';
import type { Clock } from './clock.js';
import { mallocTrim } from './malloc-trim.js';

/** Calls that are many, and so few that they are not any more. */
const MANY = 500;
const FEW = 400;
const LOOK_MS = 2_000;
/** How often malloc gives back what it keeps. */
const TRIM_MS = 10_000;
/**
 * Flags that V8 looks at with each collection: what is in use lies close together; and garbage is looked for once there may be 30 % of
 * it, in place of up to three times as much as is in use.
 */
const SPARING = ['--optimize-for-size', '--heap-growing-percent=30'] as const;
const AS_EVER = ['--no-optimize-for-size', '--heap-growing-percent=0'] as const;

/** What is told to spare; in tests something else. */
interface Keepers {
  /** Sets a flag of V8. */
  readonly set: (flag: string) => void;
  readonly trim: () => unknown;
}

/**
 * Looks now and then at how many calls the process has.
 *
 * @returns ends it
 */
export function spareMemory(
  calls: () => number,
  clock: Clock,
  { set, trim }: Keepers = { set: setFlagsFromString, trim: mallocTrim() },
): () => void {
  let spares = false;
  let trimmedAt = clock.monotonic();
  const look = (): void => {
    timer = clock.setTimer(LOOK_MS, look);
    const isTo = calls() >= (spares ? FEW : MANY);
    if (isTo !== spares) for (const flag of isTo ? SPARING : AS_EVER) set(flag);
    spares = isTo;
    const now = clock.monotonic();
    if (!spares || now - trimmedAt < TRIM_MS) return;
    trimmedAt = now;
    trim();
  };
  let timer = clock.setTimer(LOOK_MS, look);
  return () => timer.cancel();
}
