/** Where calls to a binding go. */
import { formatHostPort } from '../../sip/message/grammar.js';
import { parseUri } from '../../sip/message/uri.js';
import type { Binding } from '../ports.js';

/** The flow cannot be opened again from our side once it is closed. */
export function isStream(binding: Binding): boolean {
  return binding.protocol !== 'udp';
}

/** The handset names another address than the one its REGISTER came from. */
export function isBehindNat(binding: Binding): boolean {
  return parseUri(binding.contact)?.host.toLowerCase() !== binding.sourceAddress.toLowerCase();
}

/**
 * Request-URI and next hop of a request to a handset. It goes back along the flow of the REGISTER; only a handset on
 * UDP that names its own address truly is believed in the port, too (it may receive on another one than it sends from).
 */
export function targetOf(binding: Binding): { readonly uri: string; readonly nextHop: string } {
  const contact = parseUri(binding.contact);
  const believed = !isStream(binding) && !isBehindNat(binding);
  const port = believed ? (contact?.port ?? 5060) : binding.sourcePort;
  const hop = `sip:${formatHostPort(binding.sourceAddress, port)};transport=${binding.protocol}`;
  return { uri: binding.contact, nextHop: hop };
}
