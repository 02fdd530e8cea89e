/**
 * Calls everyone who takes part once in 0.8 s, all of a process on one timer. What is done for many in a row finds code and data at
 * hand, which for each by itself costs more than the doing; and their blocks are synced together. So a turn is filled up to forty
 * before another is begun, as far from those before as there is room: nothing else is held up for long.
 */
import type { Clock, Timer } from '../../../base/clock.js';

export const ROUND_MS = 800;
const TURN_MS = 20;
const TURNS = ROUND_MS / TURN_MS;
/** So many have one turn before another is begun. */
const TOGETHER = 40;
/** In which order turns are begun. */
const FIRST: readonly number[] = [0, 20, 10, 30, 5, 25, 15, 35];
const ORDER = [...FIRST, ...Array.from({ length: TURNS }, (_, n) => n).filter((n) => !FIRST.includes(n))];

type Call = () => void;

export class Rounds {
  readonly #clock: Clock;
  readonly #turns: readonly Set<Call>[] = Array.from({ length: TURNS }, () => new Set<Call>());
  /** The turn that is next, and when the one before it was due, monotonic milliseconds. */
  #next = 0;
  #at = 0;
  #members = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Until it is cancelled. The first call is within a round from now. */
  join(call: Call): Timer {
    const member: Call = () => call(); // the same function may take part twice
    if (this.#members++ === 0) this.#at = this.#clock.monotonic();
    const turn = this.#choose();
    turn.add(member);
    this.#arm();
    return {
      cancel: () => {
        if (!turn.delete(member)) return;
        this.#members--;
        if (this.#members === 0) this.#timer?.cancel();
      },
    };
  }

  #choose(): Set<Call> {
    const turns = ORDER.flatMap((n) => this.#turns[n] ?? []);
    const emptiest = turns.reduce((best, turn) => (turn.size < best.size ? turn : best));
    return turns.find((turn) => turn.size < TOGETHER) ?? emptiest;
  }

  /** For the next turn that somebody has. */
  #arm(): void {
    this.#timer?.cancel();
    let ahead = 0;
    while (ahead < TURNS && this.#turns[(this.#next + ahead) % TURNS]?.size === 0) ahead++;
    const inMs = Math.max(0, this.#at + (ahead + 1) * TURN_MS - this.#clock.monotonic());
    this.#timer = this.#clock.setTimer(inMs, () => this.#take());
  }

  /** Takes the turns that are due; where it is later than a whole round, each once. */
  #take(): void {
    const due = Math.floor((this.#clock.monotonic() - this.#at) / TURN_MS);
    this.#at += due * TURN_MS;
    for (let left = Math.min(due, TURNS); left > 0; left--) {
      const turn = this.#turns[this.#next];
      this.#next = (this.#next + 1) % TURNS;
      const members = Array.from(turn ?? []); // who joins meanwhile has the turn after
      for (const member of members) if (turn?.has(member)) member();
    }
    if (this.#members > 0) this.#arm();
  }
}
