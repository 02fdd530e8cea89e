/** The way back: what a server notes in Via of a request that comes, and where its responses go by that (§ 18.2, RFC 3581). */
import { replaceFirst } from '../message/fields.js';
import { withoutParameter, withParameter } from '../message/grammar.js';
import { formatVia, topVia, viaParameter, viaRoute } from '../message/headers.js';
import { sameHost } from '../message/uri.js';
import type { SipMessage, SipResponse } from '../message/message.js';
import { defaultPort } from './face-ports.js';
import type { Destination, Flow } from './types.js';

/**
 * Notes in the top Via where a request came from: `received` where the address is not that of sent-by, `rport` where it was
 * asked for. What the sender itself put there is not believed: it could lead our responses to others. (RFC 3581 § 4 has
 * `received` even where it equals sent-by; the server that ours is compared with leaves it out, and it says nothing new.)
 */
export function stampVia(message: SipMessage, flow: Flow): void {
  const via = topVia(message);
  if (!via) return;
  const honest = sameHost(via.host, flow.remoteAddress);
  const claimed = viaParameter(via, 'received') !== undefined;
  let { parameters } = via;
  if (viaParameter(via, 'rport') !== undefined)
    parameters = withParameter(parameters, 'rport', String(flow.remotePort));
  if (!honest) parameters = withParameter(parameters, 'received', flow.remoteAddress);
  else if (claimed) parameters = withoutParameter(parameters, 'received');
  if (parameters !== via.parameters) replaceFirst(message, 'via', formatVia({ ...via, parameters }));
}

/**
 * Where a response goes. Over streams: the request's connection, and when that is gone, a new one to sent-by's port. Over UDP:
 * to the source's address and the port of `rport`, else of sent-by. `maddr`, which § 18.2.2 would have us follow, is made
 * for multicast, which we do not listen to; from anyone else it would make us send answers to whomever a stranger names.
 */
export function responseDestination(response: SipResponse, flow: Flow): Destination {
  const via = topVia(response);
  const { protocol, face, remoteAddress: address, remotePort: port } = flow;
  if (!via) return { protocol, face, address, port };
  const sentByPort = via.port ?? defaultPort(protocol);
  if (protocol !== 'udp') {
    const serverName = protocol === 'tls' ? via.host : undefined;
    return { protocol, face, address, port, connectPort: sentByPort, ...(serverName ? { serverName } : {}) };
  }
  const { rport } = viaRoute(via);
  return { protocol, face, address, port: typeof rport === 'number' ? rport : sentByPort };
}
