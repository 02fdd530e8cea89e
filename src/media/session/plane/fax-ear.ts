/**
 * Listens for fax machines on both legs of a session, for the first minute and for the first minute of every pair that
 * is connected: a machine shows itself within T1 of T.30 (35 s), and what is relayed later costs no listening.
 */
import type { Clock } from '../../../base/clock.js';
import { FaxDetector, type FaxSign } from '../../../codecs/fax-detector.js';
import { aLawToLinear, muLawToLinear } from '../../../codecs/g711.js';
import type { Leg as Side } from '../../../spool/records.js';
import { type Kind, PCMA, PCMU } from './payload-kinds.js';

const LISTEN_MS = 60_000;

export class FaxEar {
  readonly #clock: Clock;
  readonly #tell: (leg: Side, sign: FaxSign) => void;
  #detectors = newDetectors();
  #until: number;
  #told = false;
  #isListening = true;

  constructor(clock: Clock, tell: (leg: Side, sign: FaxSign) => void) {
    this.#clock = clock;
    this.#tell = tell;
    this.#until = clock.monotonic() + LISTEN_MS;
  }

  /** Two are connected: it begins anew. */
  again(): void {
    this.#detectors = newDetectors();
    this.#until = this.#clock.monotonic() + LISTEN_MS;
    this.#isListening = !this.#told;
  }

  /** Sound of a leg, as its payload stands in `bytes`. */
  hear(side: Side, kind: Kind, bytes: Uint8Array, start: number, end: number, now: number): void {
    if (!this.#isListening || (kind !== PCMA && kind !== PCMU)) return;
    if (now > this.#until) {
      this.#isListening = false;
      return;
    }
    const detector = side === 'outside' ? this.#detectors.outside : this.#detectors.inside;
    const sign = detector.listen(bytes, start, end, kind === PCMA ? aLawToLinear : muLawToLinear);
    if (!sign) return;
    this.#told = true;
    this.#isListening = false;
    this.#tell(side, sign);
  }
}

const newDetectors = (): Readonly<Record<Side, FaxDetector>> => ({
  outside: new FaxDetector(),
  inside: new FaxDetector(),
});
