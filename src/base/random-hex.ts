/** Identifiers by chance, for what is made many times a second: randomness is taken from the system in pages. */
import { randomFillSync } from 'node:crypto';

const page = Buffer.alloc(4_096);
let used = page.length;

/** So many bytes of the system's cryptographic randomness, in hex; each byte is given once. `bytes`: at most 64. */
export function randomHex(bytes: number): string {
  if (bytes > 64) throw new RangeError(`${bytes} bytes are more than an identifier`);
  if (used + bytes > page.length) {
    randomFillSync(page);
    used = 0;
  }
  const hex = page.toString('hex', used, used + bytes);
  page.fill(0, used, used + bytes); // what was given stands nowhere else
  used += bytes;
  return hex;
}
