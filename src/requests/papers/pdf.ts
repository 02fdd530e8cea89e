/**
 * Sets a document as PDF 1.7: A4, letterhead, page numbers, DejaVu Serif embedded, tagged for screen readers (title, headings,
 * paragraphs, lists; what repeats on each page is an artifact), language pl-PL.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import Pdf from 'pdfkit';
import type { Block } from './template.js';
import { typeset } from './typography.js';

export interface Sheet {
  /** For the reader's window, and searches. */
  readonly title: string;
  /** The office's name and address, a line each. */
  readonly letterhead: readonly string[];
  /** What stands at the foot of each page beside its number, e.g. the number in the register. */
  readonly foot: string;
  readonly blocks: readonly Block[];
  /** Unix milliseconds. */
  readonly at: number;
}

type Doc = PDFKit.PDFDocument;

const fonts = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');
const MARGIN = 64;
const BODY = 10.5;
const LABEL_WIDTH = 170;
/** Room for the foot, in points. */
const FOOT = 46;

export function makePdf(sheet: Sheet): Promise<Buffer> {
  const doc = new Pdf({
    size: 'A4',
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: MARGIN + 20 },
    pdfVersion: '1.7',
    tagged: true,
    lang: 'pl-PL',
    displayTitle: true,
    bufferPages: true,
    info: { Title: sheet.title, Creator: 'Halina', CreationDate: new Date(sheet.at) },
  });
  const done = new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
  doc.registerFont('body', join(fonts, 'DejaVuSerif.ttf'));
  doc.registerFont('bold', join(fonts, 'DejaVuSerif-Bold.ttf'));
  const root = doc.struct('Document');
  doc.addStructure(root);
  head(doc, root, sheet.letterhead);
  for (const block of sheet.blocks) set(doc, root, block);
  root.end();
  feet(doc, sheet.foot);
  doc.end();
  return done;
}

type Root = PDFKit.PDFStructureElement;
const width = (doc: Doc): number => doc.page.width - 2 * MARGIN;

/** Text that has a place in the reading order. */
function tagged(doc: Doc, root: Root, tag: string, write: () => void): void {
  root.add(doc.struct(tag, {}, write));
}

function head(doc: Doc, root: Root, lines: readonly string[]): void {
  const [name = '', ...address] = lines;
  tagged(doc, root, 'P', () => {
    doc
      .font('bold')
      .fontSize(12)
      .text(typeset(name), { width: width(doc) });
    doc.font('body').fontSize(9);
    for (const line of address) doc.text(typeset(line), { width: width(doc) });
  });
  const y = doc.y + 6;
  doc.markContent('Artifact', { type: 'Layout' });
  doc
    .moveTo(MARGIN, y)
    .lineTo(doc.page.width - MARGIN, y)
    .lineWidth(0.7)
    .stroke();
  doc.endMarkedContent();
  doc.y = y + 16;
  doc.x = MARGIN;
}

function set(doc: Doc, root: Root, block: Block): void {
  doc.x = MARGIN;
  if (block.kind === 'row') return row(doc, root, block);
  const text = typeset(block.text);
  switch (block.kind) {
    case 'title':
      doc.moveDown(0.8).font('bold').fontSize(14);
      tagged(doc, root, 'H1', () => doc.text(text, { align: 'center', width: width(doc) }));
      return void doc.moveDown(0.8);
    case 'heading':
      keepTogether(doc, 60);
      doc.moveDown(0.5).font('bold').fontSize(11);
      tagged(doc, root, 'H2', () => doc.text(text, { width: width(doc) }));
      return void doc.moveDown(0.3);
    case 'paragraph':
      doc.font('body').fontSize(BODY);
      tagged(doc, root, 'P', () => doc.text(text, { width: width(doc), lineGap: 2 }));
      return void doc.moveDown(0.6);
    case 'right':
      doc.font('body').fontSize(BODY);
      tagged(doc, root, 'P', () => doc.text(text, { align: 'right', width: width(doc) }));
      return void doc.moveDown(0.3);
    case 'item':
      return item(doc, root, text);
    case 'sign':
      return sign(doc, root, text);
  }
}

function item(doc: Doc, root: Root, text: string): void {
  doc.font('body').fontSize(BODY);
  const list = doc.struct('L');
  const one = doc.struct('LI');
  root.add(list);
  list.add(one);
  one.add(
    doc.struct('LBody', {}, () => {
      doc.text(`–\u00a0${text}`, MARGIN + 12, doc.y, { width: width(doc) - 12, lineGap: 2 });
    }),
  );
  one.end();
  list.end();
  doc.x = MARGIN;
  doc.moveDown(0.3);
}

function row(doc: Doc, root: Root, { label, value }: { readonly label: string; readonly value: string }): void {
  const bold = { width: LABEL_WIDTH - 10 };
  const wide = { width: width(doc) - LABEL_WIDTH, lineGap: 2 };
  const empty = value === '';
  const shown = empty ? '.'.repeat(88) : typeset(value);
  doc.font('body').fontSize(BODY);
  const height = Math.max(doc.heightOfString(shown, wide), doc.font('bold').fontSize(9.5).heightOfString(label, bold));
  keepTogether(doc, Math.min(height, 200));
  const y = doc.y;
  tagged(doc, root, 'P', () => {
    doc
      .font('bold')
      .fontSize(9.5)
      .text(typeset(label), MARGIN, y + 1, bold);
    const labelEnd = doc.y;
    doc
      .font('body')
      .fontSize(BODY)
      .text(shown, MARGIN + LABEL_WIDTH, y, wide);
    doc.y = Math.max(doc.y, doc.y > y ? labelEnd : doc.y);
  });
  doc.x = MARGIN;
  doc.moveDown(empty ? 0.9 : 0.35); // room for a hand
}

/** A line to sign on, at the right, with who signs below. */
function sign(doc: Doc, root: Root, text: string): void {
  keepTogether(doc, 80);
  const x = doc.page.width - MARGIN - 220;
  const y = doc.y + 40;
  doc.markContent('Artifact', { type: 'Layout' });
  doc
    .moveTo(x, y)
    .lineTo(x + 220, y)
    .lineWidth(0.5)
    .dash(2, { space: 2 })
    .stroke()
    .undash();
  doc.endMarkedContent();
  doc.font('body').fontSize(9);
  tagged(doc, root, 'P', () => doc.text(text, x, y + 4, { width: 220, align: 'center' }));
  doc.x = MARGIN;
  doc.moveDown(1);
}

function keepTogether(doc: Doc, height: number): void {
  if (doc.y + height > doc.page.height - doc.page.margins.bottom) doc.addPage();
}

function feet(doc: Doc, foot: string): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    doc.switchToPage(page);
    // The foot stands in the margin: without this, writing there would begin a new page.
    doc.page.margins.bottom = 0;
    const y = doc.page.height - FOOT;
    doc.markContent('Artifact', { type: 'Pagination', attached: ['Bottom'] });
    doc.font('body').fontSize(8).fillColor('#444');
    doc.text(foot, MARGIN, y, { width: width(doc) - 90, lineBreak: false, ellipsis: true });
    doc.text(`strona ${page + 1} z ${count}`, MARGIN, y, { width: width(doc), align: 'right', lineBreak: false });
    doc.fillColor('black');
    doc.endMarkedContent();
  }
}
