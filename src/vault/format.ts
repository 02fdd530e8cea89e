/**
 * The bytes of a sealed file (docs/decisions/encryption-at-rest.md). It is one or more writing sessions, each a header
 * and then pieces, sealed by AES-256-GCM (NIST SP 800-38D) under a key that no other session has. The nonce of a piece
 * is its number, so none is used twice under a key; its additional data are the whole header and the piece's head
 * (number, length, whether it is the last), so a piece that stands elsewhere, or in another file, does not open.
 *
 * A recording has one session with pieces of 64 KiB; their heads follow from their places and are not in the file. A
 * spool has pieces as they were written, each with its head before it, and a session for each time it was opened.
 */
import { isCallId } from '../base/call-id.js';

/** `copy`: what waits to be handed over, sealed as a recording is. */
export type SealKind = 'recording' | 'spool' | 'copy';

export interface SealHeader {
  readonly kind: SealKind;
  /** The call's id: a sealed file says of which call it is. */
  readonly owner: string;
  /** 16 bytes in hex. */
  readonly keyId: string;
  /** Of the spool's sessions, from 0. */
  readonly session: number;
}

export interface PieceHead {
  readonly number: number;
  /** Of what is sealed in it, bytes. */
  readonly length: number;
  readonly last: boolean;
}

export const MAGIC = Buffer.from('HLNSEAL1', 'latin1');
export const HEADER_BYTES = 64;
export const TAG_BYTES = 16;
export const KEY_BYTES = 32;
/** Of a recording. */
export const PIECE_BYTES = 64 * 1024;
const SEALED_PIECE = PIECE_BYTES + TAG_BYTES;
/** Stands before each piece of a spool. */
export const PIECE_MAGIC = Buffer.from('HBLK', 'latin1');
export const PIECE_HEAD_BYTES = 16;
/** What a piece of a spool takes beyond its content. */
export const SPOOL_PIECE_OVERHEAD = PIECE_HEAD_BYTES + TAG_BYTES;
/** No piece of a spool is longer; a head that says so is damage. */
export const MOST_SPOOL_PIECE = 4 * 1024 * 1024;

export const sealKinds = ['recording', 'spool', 'copy'] as const satisfies readonly SealKind[];
const KINDS: Readonly<Record<SealKind, number>> = { recording: 1, spool: 2, copy: 3 };
const OWNER_AT = 12;
const OWNER_BYTES = 26;
const KEY_ID_AT = 40;
const KEY_ID_BYTES = 16;
const SESSION_AT = 56;
const LAST = 1;

export function formatHeader({ kind, owner, keyId, session }: SealHeader): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header[8] = KINDS[kind];
  header.write(owner, OWNER_AT, OWNER_BYTES, 'latin1');
  header.write(keyId, KEY_ID_AT, KEY_ID_BYTES, 'hex');
  header.writeUInt32BE(session, SESSION_AT);
  return header;
}

export const isSealed = (start: Buffer): boolean =>
  start.length >= MAGIC.length && start.subarray(0, MAGIC.length).equals(MAGIC);

/** Undefined where it is no header of ours; whether it was changed is only seen when a piece is opened. */
export function parseHeader(bytes: Buffer): SealHeader | undefined {
  if (bytes.length < HEADER_BYTES || !isSealed(bytes)) return undefined;
  const kind = sealKinds.find((one) => KINDS[one] === bytes[8]);
  const owner = bytes.toString('latin1', OWNER_AT, OWNER_AT + OWNER_BYTES);
  if (!kind || !isCallId(owner)) return undefined;
  const keyId = bytes.toString('hex', KEY_ID_AT, KEY_ID_AT + KEY_ID_BYTES);
  return { kind, owner, keyId, session: bytes.readUInt32BE(SESSION_AT) };
}

/** `HBLK`, length (4 bytes, big-endian as all numbers), flags (1: the last), number (7 bytes). */
export function formatPieceHead({ number, length, last }: PieceHead): Buffer {
  const head = Buffer.alloc(PIECE_HEAD_BYTES);
  PIECE_MAGIC.copy(head);
  head.writeUInt32BE(length, 4);
  head[8] = last ? LAST : 0;
  head.writeUIntBE(number, 10, 6);
  return head;
}

/** What stands at `at`, if it looks like a head. */
export function parsePieceHead(bytes: Buffer, at: number): PieceHead | undefined {
  if (at + PIECE_HEAD_BYTES > bytes.length) return undefined;
  if (!bytes.subarray(at, at + PIECE_MAGIC.length).equals(PIECE_MAGIC)) return undefined;
  const length = bytes.readUInt32BE(at + 4);
  const flags = bytes[at + 8] as number;
  if (length > MOST_SPOOL_PIECE || flags > LAST || bytes[at + 9] !== 0) return undefined;
  return { number: bytes.readUIntBE(at + 10, 6), length, last: flags === LAST };
}

/** 96 bits (SP 800-38D § 8.2.1, the deterministic construction: the key is the session's own). */
export function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 6, 6);
  return nonce;
}

/** Pieces of a recording of so many bytes: always one at the least, so that there is a last one. */
export const piecesOf = (plainBytes: number): number => Math.max(1, Math.ceil(plainBytes / PIECE_BYTES));

/** Bytes of the sealed file of a recording of `plainBytes`. */
export const sealedBytes = (plainBytes: number): number => HEADER_BYTES + plainBytes + piecesOf(plainBytes) * TAG_BYTES;

/** Bytes of the recording in a sealed file of `storedBytes`; undefined where no recording gives such a file. */
export function plainBytes(storedBytes: number): number | undefined {
  const body = storedBytes - HEADER_BYTES;
  const pieces = Math.ceil(body / SEALED_PIECE);
  const plain = body - pieces * TAG_BYTES;
  return pieces >= 1 && plain >= 0 && sealedBytes(plain) === storedBytes ? plain : undefined;
}

/** The longest recording whose sealed file has at most `storedBytes`; 0 where there is room for none. */
export function plainWithin(storedBytes: number): number {
  const body = Math.max(0, storedBytes - HEADER_BYTES);
  const whole = Math.floor(body / SEALED_PIECE);
  return whole * PIECE_BYTES + Math.max(0, body - whole * SEALED_PIECE - TAG_BYTES);
}

/** Where the sealed piece of that number begins in a recording's file. */
export const pieceAt = (number: number): number => HEADER_BYTES + number * SEALED_PIECE;
