/** Where calls to a binding go. */
import { formatHostPort } from '../../sip/message/grammar.js';
import { parseUri, requestUri } from '../../sip/message/uri.js';
import type { Binding } from '../ports.js';

/** The flow cannot be opened again from our side once it is closed. */
export function isStream(binding: Binding): boolean {
  return binding.protocol !== 'udp';
}

/** The handset names another address than the one its REGISTER came from. */
export function isBehindNat(binding: Binding): boolean {
  return parseUri(binding.contact)?.host.toLowerCase() !== binding.sourceAddress.toLowerCase();
}

/** How a request reaches a handset. */
export interface WayToHandset {
  /** Request-URI. */
  readonly uri: string;
  /** For `nextHop` of the request. */
  readonly nextHop: string;
  readonly headers?: { readonly Route: readonly string[] };
}

/**
 * Request-URI and next hop of a request to a handset. With a Path it goes to the proxy that the REGISTER came from, and by
 * the rest from there (RFC 3327 § 5.3): never to an address that only stands in a header. Else it goes back along the flow of the REGISTER; only a handset on
 * UDP that names its own address truly is believed in the port, too (it may receive on another one than it sends from).
 */
export function targetOf(binding: Binding): WayToHandset {
  const contact = parseUri(binding.contact);
  const believed = !isStream(binding) && !isBehindNat(binding) && !binding.path?.length;
  const port = believed ? (contact?.port ?? 5060) : binding.sourcePort;
  const hop = `sip:${formatHostPort(binding.sourceAddress, port)};transport=${binding.protocol}`;
  const route = binding.path?.length ? { headers: { Route: binding.path } } : {};
  return { uri: requestUri(binding.contact), nextHop: hop, ...route };
}
