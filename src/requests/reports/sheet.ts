/** A report as a paper: narrow tables as rows, wide ones entry by entry, so that a screen reader reads them in order. */
import type { Sheet } from '../papers/pdf.js';
import type { Block } from '../papers/template.js';
import type { Report, Section } from './report.js';

/** No signs that steer: they could hide text or turn it round. */
const clean = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, ' ');

function blocksOf({ heading, columns, rows }: Section): Block[] {
  const head: Block = { kind: 'heading', text: heading };
  if (rows.length === 0) return [head, { kind: 'paragraph', text: 'Brak.' }];
  const items = rows.map((cells): Block => {
    const [label = '', ...rest] = cells.map(clean);
    if (columns.length === 2) return { kind: 'row', label, value: rest[0] === '' ? '–' : (rest[0] ?? '–') };
    const told = rest.flatMap((text, n) => (text === '' ? [] : `${columns[n + 1] ?? ''}: ${text}`));
    return { kind: 'item', text: [label, ...told].join('; ') };
  });
  return [head, ...items];
}

export function sheetOf(report: Report, letterhead: readonly string[], at: number): Sheet {
  const blocks: Block[] = [
    { kind: 'title', text: report.title },
    { kind: 'paragraph', text: report.about },
    ...report.sections.flatMap(blocksOf),
  ];
  return { title: report.title, letterhead, foot: report.title, blocks, at };
}
