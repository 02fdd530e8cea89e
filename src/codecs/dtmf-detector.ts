/**
 * Keys in sound (ITU-T Q.23, Q.24), by Goertzel's algorithm: windows of 102 samples (12.75 ms), each half over the one
 * before. A window is a key when the loudest tone of each group stands well above the others of its group, the two are
 * within the twist that Q.24 allows, nearly all energy is in them, and their second harmonics, which speech has, are
 * missing. Four such windows in a row are a press (32 ms), so that every press of the 40 ms of Q.24 is found; five
 * without it are its end, so that an interruption of 10 ms is none.
 */

const LOW = [697, 770, 852, 941] as const;
const HIGH = [1209, 1336, 1477, 1633] as const;
const KEYS = ['123A', '456B', '789C', '*0#D'] as const;

const RATE = 8000;
const WINDOW = 102;
const STEP = WINDOW / 2;
const WINDOWS_ON = 4;
const WINDOWS_OFF = 5;

/** Mean square of −32 dBm0, below which nothing is heard as a key; 0 dBm0 has an effective value of 15,890. */
const LEAST_POWER = (15_890 * 10 ** (-32 / 20)) ** 2;
/** Ratios of power. Q.24: the high tone up to 4 dB above the low one, or 8 dB below; half a dB is left for the line. */
const TWIST_HIGH = 10 ** 0.45;
const TWIST_LOW = 10 ** 0.85;
/** Tones of the same group are at least 8 dB below. */
const OTHERS = 10 ** -0.8;
/** Share of a window's energy that is in the two tones. */
const PURITY = 0.77;
/** Second harmonics are at least 10 dB below their tones. */
const HARMONICS = 10 ** -1;

const coefficient = (hertz: number): number => 2 * Math.cos((2 * Math.PI * hertz) / RATE);
const low = LOW.map(coefficient);
const high = HIGH.map(coefficient);
const lowSecond = LOW.map((hertz) => coefficient(2 * hertz));
const highSecond = HIGH.map((hertz) => coefficient(2 * hertz));

export class DtmfDetector {
  /** The samples of the window to come. */
  readonly #window = new Float64Array(WINDOW);
  #filled = 0;
  #candidate = '';
  #hits = 0;
  #misses = 0;
  /** The key that is being pressed. */
  #pressed = '';

  /** Whether a key sounds, or something that may become one. */
  get isSounding(): boolean {
    return this.#pressed !== '' || this.#hits > 0;
  }

  /**
   * Listens to encoded sound.
   *
   * @param toLinear the codec's table
   * @returns the key whose press became certain in this piece
   */
  listen(bytes: Uint8Array, start: number, end: number, toLinear: Int16Array): string | undefined {
    let found: string | undefined;
    for (let i = start; i < end; i++) {
      this.#window[this.#filled++] = toLinear[bytes[i] ?? 0] ?? 0;
      if (this.#filled < WINDOW) continue;
      found = this.#judge(keyIn(this.#window)) ?? found;
      this.#window.copyWithin(0, STEP);
      this.#filled = WINDOW - STEP;
    }
    return found;
  }

  #judge(key: string): string | undefined {
    if (key !== '' && key === this.#candidate) this.#hits++;
    else this.#hits = key === '' ? 0 : 1;
    this.#candidate = key;
    if (this.#pressed !== '') {
      this.#misses = key === this.#pressed ? 0 : this.#misses + 1;
      if (this.#misses < WINDOWS_OFF) return undefined;
      this.#pressed = '';
    }
    if (this.#hits < WINDOWS_ON) return undefined;
    this.#pressed = key;
    this.#misses = 0;
    return key;
  }
}

/** The key that a window holds, or ''. */
function keyIn(window: Float64Array): string {
  let energy = 0;
  for (const sample of window) energy += sample * sample;
  if (energy / WINDOW < LEAST_POWER) return '';
  const row = loudest(window, low);
  const column = loudest(window, high);
  if (!row || !column) return '';
  if (column.power > row.power * TWIST_HIGH || row.power > column.power * TWIST_LOW) return '';
  // A tone of power P (as goertzel() gives it) has the energy 2P/N in a window of N samples.
  if ((2 * (row.power + column.power)) / WINDOW < PURITY * energy) return '';
  if (goertzel(window, lowSecond[row.index] ?? 0) > row.power * HARMONICS) return '';
  if (goertzel(window, highSecond[column.index] ?? 0) > column.power * HARMONICS) return '';
  return KEYS[row.index]?.charAt(column.index) ?? '';
}

/** The loudest of a group, if it stands clear of the others. */
function loudest(window: Float64Array, group: readonly number[]): { index: number; power: number } | undefined {
  const powers = group.map((c) => goertzel(window, c));
  const power = Math.max(...powers);
  const index = powers.indexOf(power);
  return powers.every((other, i) => i === index || other <= power * OTHERS) ? { index, power } : undefined;
}

/** Squared magnitude of one frequency's component. */
function goertzel(window: Float64Array, c: number): number {
  let s1 = 0;
  let s2 = 0;
  for (const sample of window) {
    const s = sample + c * s1 - s2;
    s2 = s1;
    s1 = s;
  }
  return s1 * s1 + s2 * s2 - c * s1 * s2;
}
