/**
 * Bytes and text. Header values are UTF-8 (RFC 3261 § 7.3), but what arrives need not be. Bytes that are no UTF-8 become lone
 * surrogates, U+DC80 to U+DCFF, one a byte: no valid text holds these, so every byte string has exactly one text and turns
 * back into the same bytes. Between the two stands a "wire string": one character a byte (Latin-1).
 */

/** Well-formed UTF-8 sequences above ASCII, as wire characters (Unicode 15, table 3-7). */
const MULTIBYTE = new RegExp(
  [
    '[\\xc2-\\xdf][\\x80-\\xbf]',
    '\\xe0[\\xa0-\\xbf][\\x80-\\xbf]',
    '[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}',
    '\\xed[\\x80-\\x9f][\\x80-\\xbf]',
    '\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}',
    '[\\xf1-\\xf3][\\x80-\\xbf]{3}',
    '\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}',
  ].join('|') + '|([\\x80-\\xff])',
  'g',
);
const HIGH_BYTE = /[\x80-\xff]/;
const LONE_SURROGATE = /\p{Surrogate}/gu;
const NOT_ASCII = /[^\0-\x7f]/;

/** Whether a wire string is the text itself. */
export const isAscii = (wire: string): boolean => !HIGH_BYTE.test(wire);

/** Text of a wire string. */
export function decodeText(wire: string): string {
  if (isAscii(wire)) return wire;
  const text = Buffer.from(wire, 'latin1').toString('utf8');
  if (!text.includes('\ufffd')) return text;
  return wire.replaceAll(MULTIBYTE, (sequence: string, stray: string | undefined) =>
    stray === undefined
      ? Buffer.from(sequence, 'latin1').toString('utf8')
      : String.fromCharCode(0xdc00 + stray.charCodeAt(0)),
  );
}

/** Wire string of a text: the inverse of `decodeText`. Lone surrogates that stand for no byte become U+FFFD. */
export function encodeText(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  if (!/\p{Surrogate}/u.test(text)) return Buffer.from(text).toString('latin1');
  const parts: string[] = [];
  let start = 0;
  for (const { 0: stray, index } of text.matchAll(LONE_SURROGATE)) {
    const code = stray.charCodeAt(0);
    parts.push(Buffer.from(text.slice(start, index)).toString('latin1'));
    parts.push(code >= 0xdc80 && code <= 0xdcff ? String.fromCharCode(code - 0xdc00) : '\xef\xbf\xbd');
    start = index + 1;
  }
  parts.push(Buffer.from(text.slice(start)).toString('latin1'));
  return parts.join('');
}
