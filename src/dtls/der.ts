/** Writes DER (X.690), as much as a certificate is made of. */

const tagged = (tag: number, content: Uint8Array): Buffer => {
  const { length } = content;
  const head = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]; // prettier-ignore
  return Buffer.concat([Uint8Array.from(head), content]);
};

export const sequence = (...parts: Uint8Array[]): Buffer => tagged(0x30, Buffer.concat(parts));
export const set = (...parts: Uint8Array[]): Buffer => tagged(0x31, Buffer.concat(parts));
export const utf8 = (text: string): Buffer => tagged(0x0c, Buffer.from(text));
/** A string of whole bytes. */
export const bits = (content: Uint8Array): Buffer => tagged(0x03, Buffer.concat([Uint8Array.of(0), content]));
/** `[n] EXPLICIT`. */
export const explicit = (n: number, content: Uint8Array): Buffer => tagged(0xa0 | n, content);

/** A whole number, not negative, from its bytes, the highest first. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((one) => one !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : []; // else it would be a negative one
  return tagged(0x02, Buffer.concat([Uint8Array.from(sign), digits]));
}

/** An object identifier, e.g. `2.5.4.3`. */
export function identifier(dotted: string): Buffer {
  const [one = 0, two = 0, ...rest] = dotted.split('.').map(Number);
  const content = [one * 40 + two, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift(0x80 | (left & 0x7f));
    return digits;
  });
  return tagged(0x06, Uint8Array.from(content));
}

/** UTCTime: seconds, and a year from 1950 to 2049. */
export const time = (unixMs: number): Buffer =>
  tagged(
    0x17,
    Buffer.from(
      `${new Date(unixMs)
        .toISOString()
        .replace(/\.\d+Z$|[-:T]/g, '')
        .slice(2)}Z`,
    ),
  );
