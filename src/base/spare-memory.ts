/**
 * V8 spends memory to spare time: it looks for garbage late, and leaves what is in use where it lies, between holes. With few calls that
 * is little; with thousands it is half of what a process has. From many calls on it is told to keep less, which costs
 * some 4 % of the time that a call takes.
 */
import { setFlagsFromString } from 'node:v8';
import type { Clock } from './clock.js';

/** Calls that are many, and so few that they are not any more. */
const MANY = 500;
const FEW = 400;
const LOOK_MS = 2_000;

/**
 * Looks now and then at how many calls the process has. `set`: V8's flags, of which this one may be set at any time: it says how the
 * heap is run from the next collection on.
 *
 * @returns ends it
 */
export function spareMemory(calls: () => number, clock: Clock, set: (flag: string) => void = setFlagsFromString) {
  let spares = false;
  let timer = clock.setTimer(LOOK_MS, function look() {
    timer = clock.setTimer(LOOK_MS, look);
    const isTo = calls() >= (spares ? FEW : MANY);
    if (isTo !== spares) set(isTo ? '--optimize-for-size' : '--no-optimize-for-size');
    spares = isTo;
  });
  return (): void => timer.cancel();
}
