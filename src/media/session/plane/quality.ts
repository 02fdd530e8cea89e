/** How the sound of one leg is, over the whole call and in its worst ten seconds. */
import type { LegMedia, Trouble } from '../../../entry/call-media.js';
import { meanOpinion } from '../../../rtp/e-model.js';
import type { LegQuality } from '../../engine.js';
import type { FarReports } from './reporter.js';
import { SoundMeter } from './sound-meter.js';

const STRETCH_MS = 10_000;
/** A stretch with fewer packets says nothing. */
const LEAST_PACKETS = 100;
/** Milliseconds of a packet, and of the least buffer at the far ear. */
const PACKET_MS = 20;
const BUFFER_MS = 40;

/** What the receiver has counted so far. */
export interface Counted {
  readonly received: number;
  readonly lost: number;
  readonly jitterMs: number;
}

export class Quality {
  readonly meter = new SoundMeter();
  readonly #troubles: { what: Trouble; at: number; until?: number }[] = [];
  #before: Counted = { received: 0, lost: 0, jitterMs: 0 };
  #nextAt = -Infinity;
  #worst: number | undefined;

  /** To be called every second or so. `now`: monotonic milliseconds. */
  sweep(counted: Counted, far: FarReports, now: number): void {
    if (now < this.#nextAt) return;
    this.#nextAt = now + STRETCH_MS;
    const received = counted.received - this.#before.received;
    const lost = Math.max(0, counted.lost - this.#before.lost);
    this.#before = counted;
    if (received + lost < LEAST_PACKETS) return;
    const mos = opinion({ received, lost, jitterMs: counted.jitterMs }, far);
    if (this.#worst === undefined || mos < this.#worst) this.#worst = mos;
  }

  /** `at`: milliseconds since 1970. */
  trouble(what: Trouble, begins: boolean, at: number): void {
    if (begins) this.#troubles.push({ what, at });
    else {
      const open = this.#troubles.findLast((one) => one.what === what);
      if (open) open.until = at;
    }
  }

  report(counted: Counted, far: FarReports, sent: number): LegQuality {
    const { peakDb } = this.meter;
    const said = farSaid(far, sent);
    return {
      ...(counted.received === 0 ? {} : { mos: opinion(counted, far) }),
      ...(this.#worst === undefined ? {} : { worstMos: this.#worst }),
      ...(far.roundTripMs === undefined ? {} : { roundTripMs: rounded(far.roundTripMs, 1) }),
      ...(said ? { far: said } : {}),
      ...(peakDb === undefined ? {} : { peakDb }),
      ...(this.#troubles.length === 0 ? {} : { troubles: this.#troubles.map((one) => ({ ...one })) }),
    };
  }
}

/** What the peer said of the sound that it got, `sent` packets of it. */
function farSaid({ lost, jitterMs, voip }: FarReports, sent: number): LegMedia['far'] {
  if (lost === undefined && !voip) return undefined;
  const byReports = (100 * Math.max(0, lost ?? 0)) / Math.max(1, sent);
  return {
    lostPercent: rounded(Math.min(100, voip?.lostPercent ?? byReports), 2),
    jitterMs: rounded(jitterMs ?? 0, 1),
    ...(voip?.mos === undefined ? {} : { mos: voip.mos }),
  };
}

function opinion({ received, lost, jitterMs }: Counted, { roundTripMs }: FarReports): number {
  const lostPercent = (100 * Math.max(0, lost)) / Math.max(1, received + lost);
  const delayMs = (roundTripMs ?? 0) / 2 + PACKET_MS + Math.max(BUFFER_MS, 2 * jitterMs);
  return rounded(meanOpinion({ lostPercent, delayMs }), 2);
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
