// The music that callers hear in a queue where an office has none of its own: a slow round of four chords, broken into
// single notes that fade like those of a music box. Written for Halina, under its licence; made of sine waves between
// 290 and 1,800 Hz, which every telephone carries, and quiet enough to be talked over. It ends where it begins.
const RATE = 8_000;
/** Seconds from one note to the next, and notes to a chord. */
const STEP = 0.375;
const NOTES = 8;
/** Semitones from concert A (440 Hz) of the notes of each chord, from low to high: D, B minor, G, A. */
const chords = [
  [-7, -3, 0, 5],
  [-10 + 12, -7, -3, 2],
  [-2, 2, 5, 10],
  [0, 4, 7, 12],
];
/** In which order a chord's notes come. */
const order = [0, 2, 1, 3, 2, 1, 3, 2];
/** A note, its octave and its twelfth, as loud as these. */
const partials = [1, 0.35, 0.12];
const FADE = 0.7;
const AMPLITUDE = 3_600;

/** 16-bit samples at `rate` Hz. */
export function waitingMusic() {
  const length = Math.round(chords.length * NOTES * STEP * RATE);
  const sound = new Float64Array(length);
  chords.forEach((chord, bar) =>
    order.forEach((which, beat) => {
      const hertz = 440 * 2 ** (chord[which] / 12);
      const begin = Math.round((bar * NOTES + beat) * STEP * RATE);
      // What of the last notes is left at the end sounds on at the beginning, so that the loop has no seam.
      for (let n = 0; n < 3 * RATE; n++) sound[(begin + n) % length] += note(hertz, n / RATE);
    }),
  );
  return { rate: RATE, samples: Int16Array.from(sound, (value) => Math.round(AMPLITUDE * value)) };
}

function note(hertz, seconds) {
  const attack = Math.min(1, seconds / 0.012);
  return partials.reduce((sum, loud, n) => {
    const wave = Math.sin(2 * Math.PI * hertz * (n + 1) * seconds);
    return sum + attack * loud * Math.exp((-seconds * (n + 1)) / FADE) * wave;
  }, 0);
}

/** A plain RIFF file of 16-bit mono samples. */
export function wavOf({ rate, samples }) {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + samples.length * 2, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(samples.length * 2, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer)]);
}
