/**
 * STUN on a SIP port, as the keep-alive of flows over UDP (RFC 5626 § 5.4, RFC 5389): a peer that asks learns from which
 * address its packets come, and so that its way here is open, and whether its NAT has given it another one.
 */
import ipaddr from 'ipaddr.js';

const HEADER = 20;
const COOKIE = 0x2112a442;
const BINDING = { request: 0x0001, success: 0x0101, error: 0x0111 } as const;
const ATTRIBUTE = { errorCode: 0x0009, unknown: 0x000a, xorMappedAddress: 0x0020 } as const;
/** Attributes above may be skipped by those who do not know them (§ 15). */
const OPTIONAL = 0x8000;

/** Whether a datagram is STUN and not SIP, which begins with a letter (RFC 5626 § 8, RFC 5389 § 6). */
export const isStun = (datagram: Buffer): boolean =>
  datagram.length >= HEADER &&
  (datagram[0] ?? 255) < 4 &&
  datagram.readUInt32BE(4) === COOKIE &&
  datagram.readUInt16BE(2) === datagram.length - HEADER &&
  datagram.length % 4 === 0;

/** The answer to a Binding request from there; undefined to whatever else STUN may be. */
export function stunAnswer(datagram: Buffer, address: string, port: number): Buffer | undefined {
  if (datagram.readUInt16BE(0) !== BINDING.request) return undefined;
  const unknown = requiredIn(datagram);
  if (unknown === undefined) return undefined;
  if (unknown.length > 0)
    return message(datagram, BINDING.error, [
      attribute(ATTRIBUTE.errorCode, Buffer.from([0, 0, 4, 20])), // 420: § 7.3.1
      attribute(ATTRIBUTE.unknown, Buffer.from(unknown.flatMap((type) => [type >> 8, type & 255]))),
    ]);
  return message(datagram, BINDING.success, [
    attribute(ATTRIBUTE.xorMappedAddress, xorMapped(datagram, address, port)),
  ]);
}

/** Attributes that must be understood: we know none. Undefined where they do not fit into the message. */
function requiredIn(datagram: Buffer): number[] | undefined {
  const found: number[] = [];
  for (let at = HEADER; at < datagram.length;) {
    const type = datagram.readUInt16BE(at);
    const end = at + 4 + datagram.readUInt16BE(at + 2);
    if (end > datagram.length) return undefined;
    if (type < OPTIONAL) found.push(type);
    at = (end + 3) & ~3;
  }
  return found;
}

/** § 15.2: address and port, each mixed with cookie and transaction, so that no NAT rewrites them. */
function xorMapped(request: Buffer, address: string, port: number): Buffer {
  const bytes = ipaddr.parse(address).toByteArray();
  const mixed = bytes.map((byte, n) => byte ^ (request[4 + n] ?? 0));
  const family = bytes.length === 4 ? 1 : 2;
  const mixedPort = port ^ (COOKIE >>> 16);
  return Buffer.from([0, family, mixedPort >> 8, mixedPort & 255, ...mixed]);
}

function attribute(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + ((value.length + 3) & ~3));
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}

function message(request: Buffer, type: number, attributes: readonly Buffer[]): Buffer {
  const body = Buffer.concat(attributes);
  const head = Buffer.from(request.subarray(0, HEADER));
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}
