/** Small readers that the parser of session descriptions is made of. They never throw. */

/** The whole number that `text` is, if it is digits only and at most `max`. */
export function wholeNumber(text: string | undefined, max: number): number | undefined {
  if (text === undefined || text.length === 0 || text.length > 15 || !isDigits(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}

function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return text.length > 0;
}

/** The words of a line, however many spaces or tabs stand between them. */
export function words(text: string): string[] {
  const found: string[] = [];
  let start = -1;
  for (let i = 0; i <= text.length; i++) {
    const blank = i === text.length || text[i] === ' ' || text[i] === '\t';
    if (!blank && start < 0) start = i;
    if (blank && start >= 0) {
      found.push(text.slice(start, i));
      start = -1;
    }
  }
  return found;
}

/** Splits at the first `separator`; the second part is undefined where there is none. */
export function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
