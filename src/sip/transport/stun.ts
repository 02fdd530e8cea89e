/**
 * STUN on a SIP port, as the keep-alive of flows over UDP (RFC 5626 § 5.4, RFC 5389): a peer that asks learns from which
 * address its packets come, and so that its way here is open, and whether its NAT has given it another one.
 */
import {
  BINDING_ERROR,
  BINDING_REQUEST,
  BINDING_SUCCESS,
  errorCode,
  notUnderstood,
  readStun,
  unknownAttributes,
  writeStun,
  xorMappedAddress,
} from '../../stun/message.js';

const HEADER = 20;
const COOKIE = 0x2112a442;

/** Whether a datagram is STUN and not SIP, which begins with a letter (RFC 5626 § 8, RFC 5389 § 6). */
export const isStun = (datagram: Buffer): boolean =>
  datagram.length >= HEADER &&
  (datagram[0] ?? 255) < 4 &&
  datagram.readUInt32BE(4) === COOKIE &&
  datagram.readUInt16BE(2) === datagram.length - HEADER &&
  datagram.length % 4 === 0;

/** The answer to a Binding request from there; undefined to whatever else STUN may be. */
export function stunAnswer(datagram: Buffer, address: string, port: number): Buffer | undefined {
  const message = readStun(datagram);
  if (message?.type !== BINDING_REQUEST) return undefined;
  const { transaction } = message;
  const unknown = notUnderstood(message, []);
  return unknown.length > 0
    ? writeStun({ type: BINDING_ERROR, transaction }, [errorCode(420), unknownAttributes(unknown)]) // RFC 5389 § 7.3.1
    : writeStun({ type: BINDING_SUCCESS, transaction }, [xorMappedAddress(address, port, transaction)]);
}
