/** PDF read back by poppler, a program that we did not write. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function poppler(program: string, pdf: Uint8Array, ...args: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'halina-pdf-'));
  try {
    const path = join(folder, 'paper.pdf');
    writeFileSync(path, pdf);
    const { status, stdout, stderr, error } = spawnSync(
      program,
      args.map((arg) => (arg === '@' ? path : arg)),
      {
        encoding: 'utf8',
      },
    );
    if (error || status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Its text in reading order, in one line, with plain spaces. */
export const pdfText = (pdf: Uint8Array): string =>
  poppler('pdftotext', pdf, '-layout', '@', '-').replaceAll('\u00a0', ' ').replace(/\s+/g, ' ');

export interface PdfFacts {
  readonly pages: number;
  readonly tagged: boolean;
  readonly title: string;
  /** All fonts are in the file. */
  readonly embedded: boolean;
}

export function pdfFacts(pdf: Uint8Array): PdfFacts {
  const info = poppler('pdfinfo', pdf, '@');
  const said = (name: string): string => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(info)?.[1] ?? '';
  const fonts = poppler('pdffonts', pdf, '@').trim().split('\n').slice(2);
  const embedded = fonts.length > 0 && fonts.every((line) => / yes (yes|no) (yes|no)\s/.test(line));
  return { pages: Number(said('Pages')), tagged: said('Tagged') === 'yes', title: said('Title'), embedded };
}
