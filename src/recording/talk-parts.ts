/** Who had the inside leg from when to when, by a spool's marks: for the entry of a call that the program did not see end. */
import type { CallPart } from '../entry/call-entry.js';
import type { SpoolMark } from '../spool/records.js';

export interface FoundTalk {
  /** When both could talk, Unix milliseconds. */
  readonly beganAt: number;
  /** Milliseconds from there; the last one has no end. */
  readonly parts: readonly CallPart[];
}

export class TalkParts {
  #beganAt: number | undefined;
  readonly #parts: CallPart[] = [];

  /** `timeMs`: Unix milliseconds. */
  mark(mark: SpoolMark, timeMs: number): void {
    if (mark.type === 'begin') this.#beganAt ??= timeMs;
    else if (mark.type === 'party') this.#next({ kind: 'talk', ...mark.party }, timeMs);
    // Whether it rang or was parked, the spool does not know.
    else if (mark.type === 'apart') this.#next({ kind: 'ringing' }, timeMs);
  }

  #next(part: Omit<CallPart, 'from'>, timeMs: number): void {
    if (this.#beganAt === undefined) return;
    const from = Math.max(0, Math.round(timeMs - this.#beganAt));
    const last = this.#parts.pop();
    if (last) this.#parts.push({ ...last, to: from });
    this.#parts.push({ ...part, from });
  }

  /** Nothing where the spool does not say who talked. */
  get found(): FoundTalk | undefined {
    if (this.#beganAt === undefined || this.#parts.length === 0) return undefined;
    return { beganAt: this.#beganAt, parts: this.#parts };
  }
}
