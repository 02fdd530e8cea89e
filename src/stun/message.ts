/**
 * STUN messages (RFC 8489 § 5, § 14), as much as who only answers has use for: binding requests are read, checked and
 * answered, on a SIP port (RFC 5626) and on one of media (ICE-lite). Whatever is malformed is nothing; sizes are bounded by the datagram.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import ipaddr from 'ipaddr.js';

export const BINDING_REQUEST = 0x0001;
export const BINDING_SUCCESS = 0x0101;
export const BINDING_ERROR = 0x0111;

/** Attributes by name; those below 0x8000 must be understood (§ 14). */
export const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  software: 0x8022,
  fingerprint: 0x8028,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
} as const;

const HEADER = 20;
const COOKIE = 0x2112_a442;
const FINGERPRINT_XOR = 0x5354_554e;
const INTEGRITY_BYTES = 20;
const MOST_ATTRIBUTES = 32;

export interface StunAttribute {
  readonly type: number;
  readonly value: Buffer;
  /** Where its header begins in the message. */
  readonly at: number;
}

export interface StunMessage {
  readonly type: number;
  /** 96 bits that a response repeats. */
  readonly transaction: Buffer;
  /** In their order, each once; those after MESSAGE-INTEGRITY, but FINGERPRINT, left out (§ 14.5). */
  readonly attributes: readonly StunAttribute[];
  readonly bytes: Buffer;
}

/** Whether a datagram is STUN, and neither SIP, which begins with a letter (RFC 5626 § 8), nor any of what RFC 7983 knows. */
export const isStun = (bytes: Buffer): boolean =>
  bytes.length >= HEADER &&
  bytes.length % 4 === 0 &&
  (bytes[0] ?? 255) < 4 &&
  bytes.readUInt32BE(4) === COOKIE &&
  bytes.readUInt16BE(2) === bytes.length - HEADER;

/** Reads a message; undefined: it is none, or malformed. */
export function readStun(bytes: Buffer): StunMessage | undefined {
  if (!isStun(bytes)) return undefined;
  const attributes = readAttributes(bytes);
  if (!attributes) return undefined;
  return { type: bytes.readUInt16BE(0), transaction: bytes.subarray(8, HEADER), attributes, bytes };
}

function readAttributes(bytes: Buffer): StunAttribute[] | undefined {
  const found: StunAttribute[] = [];
  let isSealed = false;
  for (let at = HEADER, count = 0; at < bytes.length; count++) {
    const type = bytes.readUInt16BE(at);
    const length = bytes.readUInt16BE(at + 2);
    const end = at + 4 + length;
    if (end > bytes.length || count === MOST_ATTRIBUTES) return undefined;
    const counts = !isSealed || type === ATTRIBUTE.fingerprint;
    if (counts && !found.some((one) => one.type === type)) found.push({ type, value: bytes.subarray(at + 4, end), at });
    isSealed ||= type === ATTRIBUTE.integrity;
    at = end + ((4 - (length % 4)) % 4);
  }
  return found;
}

export const attributeOf = ({ attributes }: StunMessage, type: number): StunAttribute | undefined =>
  attributes.find((one) => one.type === type);

/** Attributes that must be understood and are not (§ 6.3.1). `known`: those that are. */
export const notUnderstood = ({ attributes }: StunMessage, known: readonly number[]): number[] =>
  attributes.map(({ type }) => type).filter((type) => type < 0x8000 && !known.includes(type));

/** Whether MESSAGE-INTEGRITY is there and made with this password (§ 14.5, short-term credentials § 9.1). */
export function isAuthentic(message: StunMessage, password: string): boolean {
  const integrity = attributeOf(message, ATTRIBUTE.integrity);
  if (integrity?.value.length !== INTEGRITY_BYTES) return false;
  return timingSafeEqual(integrity.value, integrityOf(message.bytes.subarray(0, integrity.at), password));
}

/** Whether FINGERPRINT is there, the last, and right (§ 14.7). */
export function hasFingerprint(message: StunMessage): boolean {
  const fingerprint = attributeOf(message, ATTRIBUTE.fingerprint);
  if (fingerprint?.value.length !== 4 || fingerprint.at + 8 !== message.bytes.length) return false;
  return fingerprint.value.readUInt32BE(0) === checksumOf(message.bytes.subarray(0, fingerprint.at));
}

/** Over the message before it, whose length already counts this attribute. */
function integrityOf(before: Buffer, password: string): Buffer {
  const head = Buffer.from(before.subarray(0, HEADER));
  head.writeUInt16BE(before.length - HEADER + 4 + INTEGRITY_BYTES, 2);
  return createHmac('sha1', password).update(head).update(before.subarray(HEADER)).digest();
}

/** Of a message whose length counts the FINGERPRINT that follows. */
const checksumOf = (before: Buffer): number => (crc32(before) ^ FINGERPRINT_XOR) >>> 0;

/** Writes a message; with MESSAGE-INTEGRITY and FINGERPRINT where there is a password. */
export function writeStun(
  message: Pick<StunMessage, 'type' | 'transaction'>,
  attributes: readonly Pick<StunAttribute, 'type' | 'value'>[],
  password?: string,
): Buffer {
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(message.type, 0);
  head.writeUInt32BE(COOKIE, 4);
  message.transaction.copy(head, 8);
  const bytes = Buffer.concat([head, ...attributes.map(({ type, value }) => encoded(type, value))]);
  bytes.writeUInt16BE(bytes.length - HEADER, 2);
  return password === undefined ? bytes : sealed(bytes, password);
}

function sealed(message: Buffer, password: string): Buffer {
  const bytes = Buffer.concat([message, encoded(ATTRIBUTE.integrity, integrityOf(message, password))]);
  bytes.writeUInt16BE(bytes.length - HEADER + 8, 2);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(checksumOf(bytes), 0);
  return Buffer.concat([bytes, encoded(ATTRIBUTE.fingerprint, checksum)]);
}

function encoded(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + 4 * Math.ceil(value.length / 4));
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

type Attribute = Pick<StunAttribute, 'type' | 'value'>;

/** XOR-MAPPED-ADDRESS (§ 14.2): where a request came from, hidden from routers that change addresses in packets. */
export function xorMappedAddress(address: string, port: number, transaction: Buffer): Attribute {
  const plain = ipaddr.parse(address).toByteArray();
  const mask = Buffer.alloc(16);
  mask.writeUInt32BE(COOKIE, 0);
  transaction.copy(mask, 4);
  const value = Buffer.alloc(4 + plain.length);
  value[1] = plain.length === 4 ? 1 : 2;
  value.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  plain.forEach((byte, i) => (value[4 + i] = byte ^ (mask[i] ?? 0)));
  return { type: ATTRIBUTE.xorMappedAddress, value };
}

/** ERROR-CODE (§ 14.8). */
export function errorCode(code: number, reason = ''): Attribute {
  const value = Buffer.concat([Uint8Array.of(0, 0, Math.floor(code / 100), code % 100), Buffer.from(reason)]);
  return { type: ATTRIBUTE.errorCode, value };
}

/** UNKNOWN-ATTRIBUTES (§ 14.13). */
export function unknownAttributes(types: readonly number[]): Attribute {
  const value = Buffer.alloc(2 * types.length);
  types.forEach((type, i) => value.writeUInt16BE(type, 2 * i));
  return { type: ATTRIBUTE.unknownAttributes, value };
}
