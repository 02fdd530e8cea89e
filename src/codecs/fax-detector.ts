/**
 * Fax machines in sound (ITU-T T.30, V.21), told from people by what no voice does:
 *
 * - `cng`, of who calls: 1100 Hz for half a second every 3 s. It is believed at its second time, as a person may whistle.
 * - `ced`, of who is called: 2100 Hz for 2.6 s at least, with or without the phase reversals of V.25 every 450 ms.
 * - `v21`, of either: the flags before the first frame, a second of 300 bit/s between 1650 and 1850 Hz.
 *
 * In pieces of 10 ms it is asked how near the sound is to a single sinusoid, and which. A sinusoid obeys
 * x[n−1] + x[n+1] = 2cos ω · x[n]; the factor k that fits best and what is left over give frequency and purity in one
 * pass, for a few operations a sample.
 */

export type FaxSign = 'cng' | 'ced' | 'v21';

const RATE = 8000;
/** Samples of a piece: 10 ms. */
const PIECE = 80;
/** Mean square of −43 dBm0, the least that T.30 has a receiver hear; 0 dBm0 has an effective value of 15,890. */
const LEAST_POWER = (15_890 * 10 ** (-43 / 20)) ** 2;
/** What may be left over of the power: a tone with 15 dB of noise leaves 0.06 at 2100 Hz and 0.12 at 1100 Hz. */
const IMPURE = 0.12;

/**
 * Most pieces are voice, and most voice is told by a fifth of a piece: samples in its middle that are no sinusoid between
 * these frequencies even with much room for error. Only where they may be one is the whole piece looked at.
 */
const GLANCE = { from: 32, to: 49 };
const GLANCE_IMPURE = 0.5;
/** Where nothing sounds so many pieces are passed over: a tone is then noticed up to 30 ms late. */
const PASSED = 3;

/** 2cos ω: it falls as the frequency rises. */
const factor = (hertz: number): number => 2 * Math.cos((2 * Math.PI * hertz) / RATE);
const between = (from: number, to: number) => ({ least: factor(to), most: factor(from) });
const within = ({ least, most }: ReturnType<typeof between>, k: number): boolean => k >= least && k <= most;
/** T.30: 1100 Hz ± 38, with room for the bias of noise, which draws the estimate towards 2000 Hz. */
const CNG = between(1050, 1160);
/** 2100 Hz ± 15. */
const CED = between(2070, 2130);
const V21 = between(1600, 1900);
const GLANCE_BAND = between(900, 2350);
const V21_LOW = factor(1690);
const V21_HIGH = factor(1730);

/** Pieces of a CNG burst: half a second ± 15 %, less what is passed over. */
const BURST = { least: 43 - PASSED, most: 62 };
/** Pieces from the end of a burst to the beginning of the next: 3 s ± 15 %. */
const PAUSE = { least: 245, most: 355 };
/** Pieces of 2100 Hz that no call progress tone or voice has: a second and a half. */
const CED_PIECES = 150;
/** Pieces of the preamble, and how often it changes its estimate in them. */
const V21_PIECES = 40;
const V21_CHANGES = 8;
/** Pieces within a tone that may be anything: a phase reversal, a lost packet. */
const GAP = 2;

/** A tone that goes on: for how many pieces, and how many were missing at its end. */
class Run {
  length = 0;
  #missing = 0;

  /** Whether it has just ended; its length stands until the next piece. */
  note(heard: boolean): boolean {
    if (heard) {
      if (this.#missing > GAP) this.clear();
      this.length += 1 + this.#missing;
      this.#missing = 0;
      return false;
    }
    if (this.length === 0) return false;
    this.#missing++;
    if (this.#missing === GAP + 1) return true;
    if (this.#missing > GAP + 1) this.clear();
    return false;
  }

  clear(): void {
    this.length = 0;
    this.#missing = 0;
  }
}

export class FaxDetector {
  readonly #cng = new Run();
  readonly #ced = new Run();
  readonly #v21 = new Run();
  /** Pieces since the end of the last whole CNG burst. */
  #sinceBurst = Infinity;
  #changes = 0;
  #wasHigh = false;
  /** The two samples before, and the sums of the present piece: Σx², Σx·(neighbours), Σ(neighbours)². */
  #before = 0;
  #last = 0;
  #filled = 0;
  /** Pieces to be passed over. */
  #passing = 0;
  #power = 0;
  #product = 0;
  #neighbours = 0;

  /**
   * Listens to encoded sound.
   *
   * @param toLinear the codec's table
   * @returns what became certain in this piece; the same is said again as it goes on
   */
  listen(bytes: Uint8Array, start: number, end: number, toLinear: Int16Array): FaxSign | undefined {
    let found: FaxSign | undefined;
    for (let at = start; at < end;) {
      if (this.#passing > 0 && this.#filled === 0 && at + PIECE <= end) {
        at = this.#pass(bytes, at, toLinear);
        continue;
      }
      if (this.#filled === 0 && at + PIECE <= end && !mayBeTone(bytes, at, toLinear)) {
        at = this.#skip(bytes, at, toLinear);
        found = this.#note(false, 0) ?? found;
        if (this.#isQuiet) this.#passing = PASSED;
        continue;
      }
      const until = Math.min(end, at + PIECE - this.#filled);
      this.#sum(bytes, at, until, toLinear);
      this.#filled += until - at;
      at = until;
      if (this.#filled === PIECE) found = this.#judge() ?? found;
    }
    return found;
  }

  /** No tone goes on, or has just ended. */
  get #isQuiet(): boolean {
    return this.#cng.length + this.#ced.length + this.#v21.length === 0;
  }

  /** A piece without being looked at. Gives where it ends. */
  #skip(bytes: Uint8Array, at: number, toLinear: Int16Array): number {
    const end = at + PIECE;
    this.#before = toLinear[bytes[end - 2] ?? 0] ?? 0;
    this.#last = toLinear[bytes[end - 1] ?? 0] ?? 0;
    return end;
  }

  /** The same while nothing sounds. */
  #pass(bytes: Uint8Array, at: number, toLinear: Int16Array): number {
    this.#passing--;
    this.#sinceBurst++;
    return this.#skip(bytes, at, toLinear);
  }

  #sum(bytes: Uint8Array, start: number, end: number, toLinear: Int16Array): void {
    let [before, last, power, product, neighbours] = [
      this.#before,
      this.#last,
      this.#power,
      this.#product,
      this.#neighbours,
    ];
    for (let i = start; i < end; i++) {
      const next = toLinear[bytes[i] ?? 0] ?? 0;
      const sum = before + next;
      power += last * last;
      product += last * sum;
      neighbours += sum * sum;
      before = last;
      last = next;
    }
    this.#before = before;
    this.#last = last;
    this.#power = power;
    this.#product = product;
    this.#neighbours = neighbours;
  }

  #judge(): FaxSign | undefined {
    const power = this.#power;
    const k = power === 0 ? NaN : this.#product / power;
    const isTone = power / PIECE >= LEAST_POWER && this.#neighbours - k * this.#product <= IMPURE * power;
    this.#filled = this.#power = this.#product = this.#neighbours = 0;
    return this.#note(isTone, k);
  }

  /** A piece is over. `k`: its frequency's factor, if it was a tone. */
  #note(isTone: boolean, k: number): FaxSign | undefined {
    const ced = this.#isCed(isTone && within(CED, k));
    const v21 = this.#isV21(isTone && within(V21, k), k);
    const cng = this.#isCng(isTone && within(CNG, k));
    return ced ?? v21 ?? cng;
  }

  #isCng(heard: boolean): 'cng' | undefined {
    this.#sinceBurst++;
    if (!this.#cng.note(heard)) return undefined;
    const { length } = this.#cng;
    if (length < BURST.least || length > BURST.most) {
      if (length > BURST.most) this.#sinceBurst = Infinity;
      return undefined;
    }
    const pause = this.#sinceBurst - length;
    this.#sinceBurst = 0;
    return pause >= PAUSE.least && pause <= PAUSE.most ? 'cng' : undefined;
  }

  #isCed(heard: boolean): 'ced' | undefined {
    this.#ced.note(heard);
    return heard && this.#ced.length >= CED_PIECES ? 'ced' : undefined;
  }

  #isV21(heard: boolean, k: number): 'v21' | undefined {
    if (this.#v21.note(heard)) this.#changes = 0;
    if (!heard) return undefined;
    if (this.#wasHigh ? k > V21_LOW : k < V21_HIGH) {
      this.#wasHigh = !this.#wasHigh;
      this.#changes++;
    }
    return this.#v21.length >= V21_PIECES && this.#changes >= V21_CHANGES ? 'v21' : undefined;
  }
}

/** Whether the piece from `at` on is worth being looked at: by a few of its samples, and generously. */
function mayBeTone(bytes: Uint8Array, at: number, toLinear: Int16Array): boolean {
  let before = toLinear[bytes[at + GLANCE.from - 1] as number] as number;
  let here = toLinear[bytes[at + GLANCE.from] as number] as number;
  let [power, product, neighbours] = [0, 0, 0];
  for (let i = at + GLANCE.from; i < at + GLANCE.to; i++) {
    const next = toLinear[bytes[i + 1] as number] as number;
    const sum = before + next;
    power += here * here;
    product += here * sum;
    neighbours += sum * sum;
    before = here;
    here = next;
  }
  const k = power === 0 ? NaN : product / power;
  return within(GLANCE_BAND, k) && neighbours - k * product <= GLANCE_IMPURE * power;
}
