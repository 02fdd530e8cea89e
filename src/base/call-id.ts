/** Call ids: 10 characters of time and 16 of chance in Crockford's base 32 (the ULID layout), so names sort by time. */
import type { CallId } from './brands.js';
import { randomHex } from './random-hex.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PATTERN = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/** Makes a new id. `unixMs`: the time the call began, in milliseconds since 1970. */
export function newCallId(unixMs: number): CallId {
  let time = Math.floor(unixMs);
  let text = '';
  for (let i = 0; i < 10; i++) {
    text = ALPHABET.charAt(time % 32) + text;
    time = Math.floor(time / 32);
  }
  for (const byte of Buffer.from(randomHex(16), 'hex')) text += ALPHABET.charAt(byte & 31);
  return text as CallId;
}

/** Whether `text` has the form of a call id. */
export function isCallId(text: string): text is CallId {
  return PATTERN.test(text);
}
