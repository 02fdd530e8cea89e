/**
 * A report as CSV (RFC 4180, with semicolons and a byte order mark, as spreadsheets of a Polish office open it).
 *
 * A spreadsheet takes a cell that begins with =, +, -, @ or a control sign for a formula and runs it: such a cell gets an
 * apostrophe before it, which shows it as text. Telephone numbers in international form are among them.
 */
import type { Report } from './report.js';

const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@|%＝＋－＠]|^[\t\r\n]/u;

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

const line = (cells: readonly string[]): string => `${cells.map(cell).join(';')}\r\n`;

export function csvOf({ title, about, sections }: Report): string {
  const body = sections.map(
    ({ heading, columns, rows }) => `${line([heading])}${line(columns)}${rows.map(line).join('')}`,
  );
  return `\uFEFF${line([title, about])}\r\n${body.join('\r\n')}`;
}
