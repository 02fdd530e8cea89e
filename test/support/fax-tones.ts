/** The sounds of fax machines (ITU-T T.30, V.21, V.25), 8000 samples a second. */

/** The amplitude of a sine at this level; 0 dBm0 has an effective value of 15,890. */
const amplitudeOf = (dbm0: number): number => 15_890 * Math.SQRT2 * 10 ** (dbm0 / 20);

export const silenceMs = (ms: number): number[] => Array.from({ length: ms * 8 }, () => 0);

export const tone = (hertz: number, ms: number, dbm0 = -12): number[] =>
  Array.from({ length: ms * 8 }, (_, n) => amplitudeOf(dbm0) * Math.sin((2 * Math.PI * hertz * n) / 8000));

/** Who calls: bursts with pauses between them and after the last. */
export function cng(how: { bursts: number; hertz?: number; onMs?: number; offMs?: number; dbm0?: number }): number[] {
  const { bursts, hertz = 1100, onMs = 500, offMs = 3_000, dbm0 = -12 } = how;
  const one = [...tone(hertz, onMs, dbm0), ...silenceMs(offMs)];
  return Array.from({ length: bursts }, () => one).flat();
}

/** Who is called. `reversalsMs`: the phase turns by 180° so often (V.25, against echo cancellers). */
export function ced(how: { ms?: number; hertz?: number; dbm0?: number; reversalsMs?: number }): number[] {
  const { ms = 2_600, hertz = 2100, dbm0 = -12, reversalsMs } = how;
  const turned = (n: number): boolean => reversalsMs !== undefined && Math.floor(n / (8 * reversalsMs)) % 2 === 1;
  return tone(hertz, ms, dbm0).map((x, n) => (turned(n) ? -x : x));
}

/** HDLC flags, 01111110, at 300 bit/s: 0 is 1850 Hz, 1 is 1650 Hz; the phase goes on. */
export function v21Flags(ms: number, dbm0 = -12): number[] {
  const amplitude = amplitudeOf(dbm0);
  let phase = 0;
  return Array.from({ length: ms * 8 }, (_, n) => {
    const bit = Math.floor((n * 300) / 8000) % 8;
    phase += (2 * Math.PI * (bit === 0 || bit === 7 ? 1850 : 1650)) / 8000;
    return amplitude * Math.sin(phase);
  });
}
