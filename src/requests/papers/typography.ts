/** Polish typography: what must not stand alone at the end of a line is tied to what follows by a no-break space. */
const NBSP = '\u00a0';

/** Words of one letter (a, i, o, u, w, z), and abbreviations and signs that belong to the number or name after them. */
const leading =
  /(?<=^|[\s(„])([aiouwzAIOUWZ]|§|art\.|ust\.|pkt|nr|Nr|ul\.|poz\.|r\.|godz\.|tel\.|str\.|p\.|dr|mgr|inż\.) (?=\S)/g;
/** A number and its unit or the month after it. */
const trailing =
  /(\d) (?=(?:r\.|zł|min|s|h|dni|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia)(?![\p{L}]))/gu;

export function typeset(text: string): string {
  // Twice, since two short words may stand side by side ("i w domu") and share the space between them.
  const tied = text.replace(leading, `$1${NBSP}`).replace(leading, `$1${NBSP}`);
  const ranges = (line: string): string => line.replace(/(?<=^|\s)(od|do) (?=\d)/g, `$1${NBSP}`);
  // A sentence that ends with an abbreviation has one full stop.
  return ranges(tied)
    .replace(/\br\.\./g, 'r.')
    .replace(trailing, `$1${NBSP}`)
    .replace(/ - /g, ' – ')
    .replace(/(\d)-(?=\d{2}:\d{2})/g, '$1–');
}
