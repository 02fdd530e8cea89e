/**
 * One line of a journal: `CRC MARKSEQ PAYLOAD\n`, e.g. `9ae0daaf +17 {"id":…}`.
 *
 * - CRC: CRC-32 (ISO 3309, as in zlib) of everything after it and its space, eight hexadecimal digits.
 * - MARK: `+` on the first line of a batch, `.` on those that were written together with it. A batch is written only
 *   after the one before it is on the medium. So whatever stands before a sound `+` line was durable once, and a bad
 *   line there is damage; a bad line with no sound `+` line after it belongs to a batch that nobody was told was kept.
 * - SEQ: the line's number, for ever; a line that is copied into a checkpoint keeps it.
 * - PAYLOAD: text without line breaks. A `#` at its beginning marks the journal's own lines.
 */
import { crc32 } from 'node:zlib';

const SPACE = 0x20;
const NEWLINE = 0x0a;
const PLUS = 0x2b;
const DOT = 0x2e;
const CRC_DIGITS = 8;

/** A sound line, without its line break. `payload` is a view into the buffer that was parsed. */
export interface Line {
  readonly seq: number;
  readonly startsBatch: boolean;
  readonly payload: Buffer;
}

const digits = (crc: number): string => crc.toString(16).padStart(CRC_DIGITS, '0');

/** Eight hexadecimal digits, as a number; -1 for anything else (a digit in capitals would be a changed byte too). */
function readDigits(bytes: Buffer): number {
  let value = 0;
  for (let at = 0; at < CRC_DIGITS; at++) {
    const byte = bytes[at] ?? 0;
    const digit = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** A decimal number from `from` to before `to`; NaN for anything else. */
function readNumber(bytes: Buffer, from: number, to: number): number {
  let value = from === to ? Number.NaN : 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN;
  }
  return value;
}

/** The bytes of a line. */
export function formatLine(seq: number, startsBatch: boolean, payload: string): Buffer {
  const body = `${startsBatch ? '+' : '.'}${seq} ${payload}`;
  return Buffer.from(`${digits(crc32(body))} ${body}\n`);
}

/** Parses the line in `bytes` (with or without its line break), or says what is wrong with it. */
export function parseLine(bytes: Buffer): Line | string {
  const end = bytes.at(-1) === NEWLINE ? bytes.length - 1 : bytes.length;
  const mark = bytes[CRC_DIGITS + 1];
  if (end < CRC_DIGITS + 4 || bytes[CRC_DIGITS] !== SPACE || (mark !== PLUS && mark !== DOT)) return 'not a line';
  const space = bytes.indexOf(SPACE, CRC_DIGITS + 2);
  if (space < 0 || space >= end) return 'not a line';
  if (readDigits(bytes) !== crc32(bytes.subarray(CRC_DIGITS + 1, end))) return 'checksum does not match';
  const seq = readNumber(bytes, CRC_DIGITS + 2, space);
  if (!Number.isSafeInteger(seq)) return 'not a line';
  return { seq, startsBatch: mark === PLUS, payload: bytes.subarray(space + 1, end) };
}
