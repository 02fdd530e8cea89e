/** Time-based one-time passwords (RFC 6238, on RFC 4226): SHA-1, 30 seconds, six digits, as authenticator apps have them. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const STEP_MS = 30_000;
const DIGITS = 6;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 of RFC 4648 without padding. */
export function base32(bytes: Uint8Array): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => ALPHABET[Number.parseInt(group.padEnd(5, '0'), 2)] ?? '').join('');
}

export function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

/** RFC 4226 § 5.3. */
export function hotp(key: Buffer, counter: number, digits = DIGITS): string {
  const moving = Buffer.alloc(8);
  moving.writeBigUInt64BE(BigInt(counter));
  const mac = createHmac('sha1', key).update(moving).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

export const stepAt = (at: number): number => Math.floor(at / STEP_MS);
export const newSecret = (): string => base32(randomBytes(20));

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** The step whose code it is: this one, the one before or the one after (§ 5.2, § 6), and later than `lastStep`. */
export function matchCode(secret: string, code: string, at: number, lastStep: number): number | undefined {
  const key = fromBase32(secret);
  const typed = code.replace(/\s/g, '');
  const now = stepAt(at);
  return [now, now - 1, now + 1].find((step) => step > lastStep && same(hotp(key, step), typed));
}

/** What authenticator apps read from a QR code. */
export function keyUri(secret: string, login: string, issuer: string): string {
  const query = new URLSearchParams({ secret, issuer, algorithm: 'SHA1', digits: '6', period: '30' });
  return `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(login)}?${query.toString().replaceAll('+', '%20')}`;
}

const CODES = 10;
/** Codes for the day on which the telephone is lost; 50 bits each, shown once. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: CODES }, () =>
    base32(randomBytes(7))
      .slice(0, 10)
      .replace(/(.{5})/, '$1-'),
  );

export const recoveryHash = (code: string): string =>
  createHash('sha256')
    .update(code.toUpperCase().replace(/[^A-Z2-7]/g, ''))
    .digest('hex');
