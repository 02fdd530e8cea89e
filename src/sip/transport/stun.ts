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
