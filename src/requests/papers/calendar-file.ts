/** The date of a listening session as an iCalendar file (RFC 5545). */
export interface CalendarEntry {
  /** Stays the same when the date changes; `sequence` goes up then (§ 3.8.7.4). */
  readonly uid: string;
  readonly sequence: number;
  /** Unix milliseconds. */
  readonly at: number;
  readonly minutes: number;
  readonly made: number;
  readonly summary: string;
  readonly place: string;
  readonly description: string;
}

const utc = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');

/** § 3.3.11: what means something is escaped, line breaks become `\n`. */
const text = (value: string): string =>
  value
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\r?\n/g, '\\n')
    .replace(/\p{Cc}/gu, ' ');

/** § 3.1: lines of at most 75 octets, folded between characters. */
function fold(line: string): string {
  const lines: string[] = [];
  let part = '';
  for (const letter of line) {
    const limit = lines.length === 0 ? 75 : 74;
    if (Buffer.byteLength(part + letter) > limit) {
      lines.push(part);
      part = '';
    }
    part += letter;
  }
  return [...lines, part].join('\r\n ');
}

export function calendarFile(entry: CalendarEntry): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Halina//PL',
    'METHOD:PUBLISH',
    'BEGIN:VEVENT',
    `UID:${text(entry.uid)}`,
    `SEQUENCE:${entry.sequence}`,
    `DTSTAMP:${utc(entry.made)}`,
    `DTSTART:${utc(entry.at)}`,
    `DTEND:${utc(entry.at + entry.minutes * 60_000)}`,
    `SUMMARY:${text(entry.summary)}`,
    `LOCATION:${text(entry.place)}`,
    `DESCRIPTION:${text(entry.description)}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}
