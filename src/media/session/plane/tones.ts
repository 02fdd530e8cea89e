/**
 * The tones of the Polish network (ITU-T E.180, supplement 2): 425 Hz in cadences, each as one period that is repeated.
 * The beep that can be heard on a recorded line is 1400 Hz.
 */
import type { Tone } from '../../engine.js';
import { type EncodedSound, encodeSound } from './sound.js';

const RATE = 8000;
/** About −13 dBm0: within E.180's range for tones, and no shock in the ear. */
const AMPLITUDE = 5_000;
/** Samples over which a tone rises and falls, so that it does not click. */
const RAMP = 40;

interface Cadence {
  readonly hertz: number;
  readonly onMs: number;
  readonly offMs: number;
}

const cadences: Readonly<Record<Tone, Cadence>> = {
  ringback: { hertz: 425, onMs: 1_000, offMs: 4_000 },
  busy: { hertz: 425, onMs: 500, offMs: 500 },
  congestion: { hertz: 425, onMs: 240, offMs: 240 },
  beep: { hertz: 1400, onMs: 200, offMs: 14_800 },
};

function period({ hertz, onMs, offMs }: Cadence): Int16Array {
  const on = (onMs * RATE) / 1000;
  const samples = new Int16Array(on + (offMs * RATE) / 1000);
  for (let n = 0; n < on; n++) {
    const envelope = Math.min(1, n / RAMP, (on - n) / RAMP);
    samples[n] = Math.round(AMPLITUDE * envelope * Math.sin((2 * Math.PI * hertz * n) / RATE));
  }
  return samples;
}

/** One period of each tone. */
export const makeTones = (): Readonly<Record<Tone, EncodedSound>> => ({
  ringback: encodeSound(period(cadences.ringback)),
  busy: encodeSound(period(cadences.busy)),
  congestion: encodeSound(period(cadences.congestion)),
  beep: encodeSound(period(cadences.beep)),
});
