/**
 * The bytes of the keystore, `keys/sealed.keys`: a header of 96 bytes, twice (one may be damaged), then an entry of 112
 * bytes for each key, appended. The master key wraps the epoch key that is in the header, and that wraps the entries.
 * When a key is to be destroyed the file is written anew under another epoch key.
 */
import { crc32 } from 'node:zlib';
import { createHash } from 'node:crypto';
import { isCallId } from '../base/call-id.js';
import { sealKinds, type SealKind } from './format.js';
import { WRAPPED_BYTES } from './master-key.js';

export const STORE_HEADER_BYTES = 96;
export const ENTRIES_AT = 2 * STORE_HEADER_BYTES;
export const ENTRY_BYTES = 112;

const MAGIC = Buffer.from('HLNKEYS1', 'latin1');
const EPOCH_AT = 8;
const MASTER_AT = 12;
const EPOCH_KEY_AT = 20;
const SUM_AT = EPOCH_KEY_AT + WRAPPED_BYTES; // 80
const SUM_BYTES = 16;

export interface StoreHeader {
  /** Counts how often the file was written anew. */
  readonly epoch: number;
  /** Of the master key that wraps the epoch key. */
  readonly masterId: string;
  readonly wrapped: Buffer;
}

/** What the wrapping of the epoch key binds. */
export function aboutEpoch(epoch: number): Buffer {
  const about = Buffer.alloc(12);
  MAGIC.copy(about);
  about.writeUInt32BE(epoch, EPOCH_AT);
  return about;
}

const sumOf = (bytes: Buffer): Buffer =>
  createHash('sha256').update(bytes.subarray(0, SUM_AT)).digest().subarray(0, SUM_BYTES);

export function formatStoreHeader({ epoch, masterId, wrapped }: StoreHeader): Buffer {
  const header = Buffer.alloc(STORE_HEADER_BYTES);
  aboutEpoch(epoch).copy(header);
  header.write(masterId, MASTER_AT, 8, 'hex');
  wrapped.copy(header, EPOCH_KEY_AT);
  sumOf(header).copy(header, SUM_AT);
  return Buffer.concat([header, header]);
}

/** Undefined where neither copy is whole. */
export function parseStoreHeader(file: Buffer): StoreHeader | undefined {
  for (const at of [0, STORE_HEADER_BYTES]) {
    const header = file.subarray(at, at + STORE_HEADER_BYTES);
    if (header.length < STORE_HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) continue;
    if (!sumOf(header).equals(header.subarray(SUM_AT))) continue;
    const wrapped = Buffer.from(header.subarray(EPOCH_KEY_AT, SUM_AT));
    return {
      epoch: header.readUInt32BE(EPOCH_AT),
      masterId: header.toString('hex', MASTER_AT, MASTER_AT + 8),
      wrapped,
    };
  }
  return undefined;
}

/** Whether the two copies of the header are one another's. */
export const headersAgree = (file: Buffer): boolean =>
  file.subarray(0, STORE_HEADER_BYTES).equals(file.subarray(STORE_HEADER_BYTES, ENTRIES_AT));

export interface EntryName {
  readonly kind: SealKind;
  readonly owner: string;
  readonly keyId: string;
}

export interface StoreEntry extends EntryName {
  readonly wrapped: Buffer;
}

const KINDS: Readonly<Record<SealKind, string>> = { recording: 'R', spool: 'S', copy: 'C' };
const OWNER_AT = 1;
const KEY_ID_AT = 28;
const WRAPPED_AT = 44;
const CRC_AT = WRAPPED_AT + WRAPPED_BYTES + 4; // 108

/** What the wrapping of a key binds: whose it is, and of which epoch. */
export function aboutEntry({ kind, owner, keyId }: EntryName, epoch: number): Buffer {
  return Buffer.from(`${KINDS[kind]} ${owner} ${keyId} ${epoch}`, 'latin1');
}

export function formatEntry({ kind, owner, keyId, wrapped }: StoreEntry): Buffer {
  const entry = Buffer.alloc(ENTRY_BYTES);
  entry.write(KINDS[kind], 0, 1, 'latin1');
  entry.write(owner, OWNER_AT, 26, 'latin1');
  entry.write(keyId, KEY_ID_AT, 16, 'hex');
  wrapped.copy(entry, WRAPPED_AT);
  entry.writeUInt32BE(crc32(entry.subarray(0, CRC_AT)), CRC_AT);
  return entry;
}

/** Undefined where it is not as it was written. */
export function parseEntry(bytes: Buffer): StoreEntry | undefined {
  if (bytes.length < ENTRY_BYTES || bytes.readUInt32BE(CRC_AT) !== crc32(bytes.subarray(0, CRC_AT))) return undefined;
  const letter = bytes.toString('latin1', 0, 1);
  const kind = sealKinds.find((one) => KINDS[one] === letter);
  const owner = bytes.toString('latin1', OWNER_AT, OWNER_AT + 26);
  if (!kind || !isCallId(owner)) return undefined;
  const keyId = bytes.toString('hex', KEY_ID_AT, KEY_ID_AT + 16);
  return { kind, owner, keyId, wrapped: Buffer.from(bytes.subarray(WRAPPED_AT, WRAPPED_AT + WRAPPED_BYTES)) };
}
