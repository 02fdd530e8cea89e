/**
 * Notices what is wrong with the sound of a call while it lasts: nothing comes from one side or from both, or a side is
 * cut off at full scale. Asked once a second.
 *
 * A side is silent when no packet came for five seconds, or when what came since it could talk, ten seconds at the
 * least, was never louder than a muted microphone. A side that only listens is not: it breathes, or has said hello.
 */
import type { Trouble } from '../../../entry/call-media.js';
import type { Leg as Side } from '../../../spool/records.js';

/** Milliseconds. */
const NO_PACKETS = 5_000;
const NEVER_AUDIBLE = 10_000;

export interface SideSound {
  /** Since when it is to be heard, monotonic milliseconds; undefined: it is not. */
  readonly expectedSince: number | undefined;
  /** When its last packet came, and its last that was no silence. */
  readonly heardAt: number;
  readonly audibleAt: number;
  /** Undefined: not known. */
  readonly clipped: boolean | undefined;
}

export interface TroubleChange {
  readonly leg: Side;
  readonly what: Trouble;
  readonly begins: boolean;
}

const other = (side: Side): Side => (side === 'outside' ? 'inside' : 'outside');

export class TroubleWatch {
  readonly #now: Readonly<Record<Side, Set<Trouble>>> = { outside: new Set(), inside: new Set() };

  /** What begins and what ends. */
  look(sides: Readonly<Record<Side, SideSound>>, now: number): TroubleChange[] {
    const silent = { outside: isSilent(sides.outside, now), inside: isSilent(sides.inside, now) };
    const changes: TroubleChange[] = [];
    for (const leg of ['outside', 'inside'] as const) {
      const [own, far] = [silent[leg], silent[other(leg)]];
      this.#note(changes, leg, 'one-way', own === true && far === false);
      this.#note(changes, leg, 'no-audio', own === true && far === true);
      const { clipped } = sides[leg];
      if (clipped !== undefined) this.#note(changes, leg, 'clipping', clipped);
    }
    return changes;
  }

  #note(changes: TroubleChange[], leg: Side, what: Trouble, is: boolean): void {
    const now = this.#now[leg];
    if (now.has(what) === is) return;
    if (is) now.add(what);
    else now.delete(what);
    changes.push({ leg, what, begins: is });
  }
}

/** Undefined: nothing is expected of it. */
function isSilent({ expectedSince, heardAt, audibleAt }: SideSound, now: number): boolean | undefined {
  if (expectedSince === undefined) return undefined;
  if (now - Math.max(expectedSince, heardAt) >= NO_PACKETS) return true;
  return audibleAt < expectedSince && now - expectedSince >= NEVER_AUDIBLE;
}
