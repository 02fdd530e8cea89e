/** How a party is named to another: From of our INVITEs. */
import { formatNameAddress } from '../../sip/message/headers.js';
import type { Headers } from '../sip-port.js';
import type { Outside } from './context.js';

/** The host part that the SIP server replaces by its own address towards the peer. */
const OWN_HOST = 'localhost';

/** From an outside party to a handset. A withheld number is not passed on (RFC 3323 § 4.1.1.3). */
export function fromOutside(outside: Outside): Headers {
  if (outside.withheld) return { From: '"Anonymous" <sip:anonymous@anonymous.invalid>' };
  return from(outside.number ?? outside.signalled, outside.displayName);
}

/** From a handset to a handset. */
export const fromExtension = (extension: string, displayName: string | undefined): Headers =>
  from(extension, displayName);

function from(user: string, displayName: string | undefined): Headers {
  const escaped = user.replaceAll(/[^A-Za-z0-9\-_.!~*'()+]/g, (c) => encodeURIComponent(c));
  const uri = escaped === '' ? `sip:${OWN_HOST}` : `sip:${escaped}@${OWN_HOST}`;
  return { From: formatNameAddress({ displayName: displayName || undefined, uri, parameters: [] }) };
}
