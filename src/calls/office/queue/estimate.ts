/**
 * How long callers in a queue will wait, by how long its latest calls took. With n agents and calls that take S on average,
 * one of them becomes free every S / n, so whoever stands at place p waits p × S / n. S is the mean of the last twenty
 * calls, each counted as three times their median at the most: a single call of an hour, or a handset that was left off
 * the hook, moves it little, while the long calls that an office really has still count (the median alone would promise
 * too much: half of all calls are longer). Before three calls nothing is promised.
 */

const REMEMBERED = 20;
const NEEDED = 3;
const OUTLIER = 3;

export class ServiceTimes {
  readonly #latest: number[] = [];

  /** A call of the queue took so long, from the agent's answer to its end; milliseconds. */
  add(ms: number): void {
    this.#latest.push(ms);
    if (this.#latest.length > REMEMBERED) this.#latest.shift();
  }

  /** Milliseconds; undefined where there is too little to tell by. */
  get typical(): number | undefined {
    return this.#latest.length < NEEDED ? undefined : trimmedMean(this.#latest);
  }
}

export function trimmedMean(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const counted = sorted.map((time) => Math.min(time, OUTLIER * middle));
  return counted.reduce((sum, time) => sum + time, 0) / counted.length;
}

/** @param place from 1 @param agents who take calls at present */
export function estimatedWait(place: number, agents: number, typical: number | undefined): number | undefined {
  return typical === undefined || agents < 1 ? undefined : (place * typical) / agents;
}
