/** `struct sockaddr_in` and `sockaddr_in6` of Linux, in text form and back. */
import ipaddr from 'ipaddr.js';

export const AF_INET = 2;
const AF_INET6 = 10;
const ADDRESS_BYTES = { v4: 16, v6: 28 } as const;
/** 32-bit words of the longer. */
export const ADDRESS_WORDS = ADDRESS_BYTES.v6 / 4;

/** undefined where an address is one of neither, or has a zone. */
export function socketAddress(address: string, port: number): Buffer | undefined {
  if (!ipaddr.isValid(address) || address.includes('%')) return undefined;
  const bytes = ipaddr.parse(address).toByteArray();
  const isV4 = bytes.length === 4;
  const result = Buffer.alloc(isV4 ? ADDRESS_BYTES.v4 : ADDRESS_BYTES.v6);
  result.writeUInt16LE(isV4 ? AF_INET : AF_INET6, 0);
  result.writeUInt16BE(port, 2);
  result.set(bytes, isV4 ? 4 : 8);
  return result;
}

/** The address as dgram writes it. */
export function addressText(from: Buffer): string {
  if (from.readUInt16LE(0) === AF_INET) return from.subarray(4, 8).join('.');
  const address = new ipaddr.IPv6([...from.subarray(8, 24)]);
  return address.isIPv4MappedAddress() ? `::ffff:${address.toIPv4Address().toString()}` : address.toString();
}
