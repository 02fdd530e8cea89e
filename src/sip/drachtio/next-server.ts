/** What changes in a request when another server gets it than the one that it was made for. */
import { header, setHeader } from '../message/fields.js';
import { withoutParameter, withParameter } from '../message/grammar.js';
import { formatNameAddress, parseNameAddress } from '../message/headers.js';
import type { SipRequest } from '../message/message.js';
import { formatUri, parseUri } from '../message/uri.js';
import { defaultPort } from '../transport/face-ports.js';
import type { Destination } from '../transport/types.js';
import { localContact, type Context } from './context.js';

/** Our Contact, where it names the face by which the first server was reached, names the one that leads to the next. */
export function moveContact(context: Context, request: SipRequest, before: Destination, now: Destination): void {
  const [old, next] = [localContact(context, before), localContact(context, now)];
  const address = parseNameAddress(header(request, 'contact') ?? '');
  const uri = address && parseUri(address.uri);
  if (!uri || uri.host !== old.host || (uri.port ?? defaultPort(before.protocol)) !== old.port) return;
  const parameters =
    next.protocol === 'udp'
      ? withoutParameter(uri.parameters, 'transport')
      : withParameter(uri.parameters, 'transport', next.protocol);
  const moved = formatUri({ ...uri, host: next.host, port: next.port, parameters });
  setHeader(request, 'contact', formatNameAddress({ ...address, uri: moved }));
}
