/** Days as people write them. */
import { Temporal } from 'temporal-polyfill';

const months =
  'stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia'.split(' ');

/** `28 listopada 2026 r.` */
export function dayInWords(day: string): string {
  const { year, month, day: date } = Temporal.PlainDate.from(day);
  return `${date} ${months[month - 1] ?? ''} ${year} r.`;
}
