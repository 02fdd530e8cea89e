/**
 * Templates of letters, as the office edits them: plain text in lines.
 *
 *     # Title            ## Heading           - item of a list
 *     > to the right     | label | value      ---  (a line to sign on, with what is after it below)
 *     ?name: the rest of the line only where `name` has a value
 *     {name}  the value of a field;  an empty line begins a new paragraph
 *
 * A template is parsed before values come in, and values are text only: nothing that a person wrote can become a
 * heading, a field or another value.
 */
import { HalinaError } from '../../base/errors.js';

/** Text of a template, with the places of its values. */
export type Piece = { readonly text: string } | { readonly field: string };
export type Pieces = readonly Piece[];

export type TemplateBlock = { readonly onlyWith?: string } & (
  | { readonly kind: 'title' | 'heading' | 'paragraph' | 'right' | 'item' | 'sign'; readonly text: Pieces }
  | { readonly kind: 'row'; readonly label: Pieces; readonly value: Pieces }
);
export type Template = readonly TemplateBlock[];

/** What is ready to be set: all values in place. */
export type Block =
  | { readonly kind: 'title' | 'heading' | 'paragraph' | 'right' | 'item' | 'sign'; readonly text: string }
  | { readonly kind: 'row'; readonly label: string; readonly value: string };

export type Values = Readonly<Record<string, string>>;

const FIELD = /\{([a-z][A-Za-z0-9]*)\}/g;
const CONDITION = /^\?([a-z][A-Za-z0-9]*):\s*/;
const MARKS = [
  ['## ', 'heading'],
  ['# ', 'title'],
  ['- ', 'item'],
  ['> ', 'right'],
  ['---', 'sign'],
] as const;

function invalid(line: number, what: string): HalinaError {
  return new HalinaError('TEMPLATE_INVALID', `wiersz ${line}: ${what}`);
}

function piecesOf(text: string, line: number, fields: ReadonlySet<string>): Pieces {
  const pieces: Piece[] = [];
  let end = 0;
  const plain = (to: number): void => {
    const between = text.slice(end, to);
    if (/[{}]/.test(between)) throw invalid(line, 'klamra bez pary albo zła nazwa pola');
    if (between !== '') pieces.push({ text: between });
  };
  for (const match of text.matchAll(FIELD)) {
    const [whole, field = ''] = match;
    if (!fields.has(field)) throw invalid(line, `nie ma pola {${field}}`);
    plain(match.index);
    pieces.push({ field });
    end = match.index + whole.length;
  }
  plain(text.length);
  return pieces;
}

/** Throws `TEMPLATE_INVALID` with the line. `fields`: those that there are. */
export function parseTemplate(source: string, fields: ReadonlySet<string>): Template {
  const blocks: TemplateBlock[] = [];
  let open = false;
  for (const [index, raw] of source.split(/\r?\n/).entries()) {
    const line = index + 1;
    const condition = CONDITION.exec(raw)?.[1];
    if (condition !== undefined && !fields.has(condition)) throw invalid(line, `nie ma pola {${condition}}`);
    const rest = raw.replace(CONDITION, '').trim();
    const only = condition === undefined ? {} : { onlyWith: condition };
    const mark = MARKS.find(([sign]) => rest.startsWith(sign));
    const last = blocks.at(-1);
    if (rest === '') open = false;
    else if (mark)
      blocks.push({ ...only, kind: mark[1], text: piecesOf(rest.slice(mark[0].length).trim(), line, fields) });
    else if (rest.startsWith('|')) blocks.push({ ...only, ...rowOf(rest, line, fields) });
    else if (open && condition === undefined && last?.kind === 'paragraph') {
      blocks[blocks.length - 1] = { ...last, text: [...last.text, { text: '\n' }, ...piecesOf(rest, line, fields)] };
    } else blocks.push({ ...only, kind: 'paragraph', text: piecesOf(rest, line, fields) });
    if (rest !== '') open = !mark && !rest.startsWith('|');
  }
  return blocks;
}

function rowOf(rest: string, line: number, fields: ReadonlySet<string>) {
  const [, label = '', ...value] = rest.split('|');
  if (value.length === 0) throw invalid(line, 'wiersz tabeli ma postać „| nazwa | wartość”');
  const text = value
    .join('|')
    .replace(/\|\s*$/, '')
    .trim();
  return { kind: 'row' as const, label: piecesOf(label.trim(), line, fields), value: piecesOf(text, line, fields) };
}

/** A value: no signs that steer (they could hide or turn text round), lines stay. */
const clean = (value: string): string => value.replace(/[\p{Cc}\p{Cf}]/gu, (sign) => (sign === '\n' ? sign : ' '));

export function fill(template: Template, values: Values): Block[] {
  const text = (pieces: Pieces): string =>
    pieces.map((piece) => ('text' in piece ? piece.text : clean(values[piece.field] ?? ''))).join('');
  return template
    .filter(({ onlyWith }) => onlyWith === undefined || (values[onlyWith] ?? '').trim() !== '')
    .map((block) =>
      block.kind === 'row'
        ? { kind: 'row', label: text(block.label), value: text(block.value) }
        : { kind: block.kind, text: text(block.text) },
    );
}
