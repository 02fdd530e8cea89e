/** Times in the office's zone, whatever the zone of the machine. */

function partsIn(zone: string, unixMs: number): Readonly<Record<string, string>> {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return Object.fromEntries(format.formatToParts(unixMs).map(({ type, value }) => [type, value]));
}

/** `2026-03-23 08:00:30` */
export function formatTime(unixMs: number, zone: string): string {
  const { year, month, day, hour, minute, second } = partsIn(zone, unixMs);
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

/** Unix milliseconds of a wall time in the zone; of the two that the end of summer time makes, the earlier. */
export function instantOf(wall: number, zone: string): number {
  const offsetAt = (unixMs: number): number => Date.parse(`${formatTime(unixMs, zone).replace(' ', 'T')}Z`) - unixMs;
  const guess = wall - offsetAt(wall);
  const candidates = [wall - offsetAt(guess - 3_600_000), guess, wall - offsetAt(guess)];
  return candidates.find((one) => one + offsetAt(one) === wall) ?? guess;
}
