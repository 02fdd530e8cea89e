/**
 * Whether the sound of a party is encrypted: by its configuration, and by the way of its signalling. Keys in descriptions
 * (RFC 4568 § 7.1) must not go over an open way: there, sound that may be encrypted is plain and sound that must be is
 * refused, but where the party asks for DTLS-SRTP. A telephone in a browser is known by its WebSocket, and gets DTLS-SRTP.
 */
import type { Config } from '../../config/schema.js';
import type { SrtpPolicy } from '../../config/srtp.js';
import type { MediaSecurity } from '../../media/engine.js';
import { parseUri } from '../../sip/message/uri.js';
import type { Source } from '../sip-port.js';
import type { Trunk } from '../trunks/sources.js';
import type { Party } from './party.js';

type Protocol = Source['protocol'];
type Settings = Pick<Config, 'handsets' | 'media'>;

function securityOf(policy: SrtpPolicy, protocol: Protocol, { media }: Settings): MediaSecurity {
  const isPage = protocol === 'ws' || protocol === 'wss';
  if (isPage && policy !== 'off') return policy === 'allow' ? 'page' : 'dtls';
  const isSecret = protocol === 'tls' || media.srtpWithoutTls;
  if (policy === 'off' || policy === 'dtls' || isSecret) return policy;
  return policy === 'require' ? 'refuse' : 'open';
}

/** Of a handset whose messages come by this protocol. */
export function handsetSecurity(settings: Settings, extension: string, protocol: Protocol): MediaSecurity {
  const handset = settings.handsets.find((one) => one.extension === extension);
  return handset ? securityOf(handset.srtp, protocol, settings) : 'off';
}

/** Of a provider. `protocol`: by which its message came; else what its proxy is reached by. */
export const trunkSecurity = (settings: Settings, trunk: Trunk, protocol = protocolOf(trunk)): MediaSecurity =>
  securityOf(trunk.srtp, protocol, settings);

/** Of whoever has a place in a call. */
export const partySecurity = (settings: Settings, party: Party, protocol: Protocol): MediaSecurity =>
  party.kind === 'handset'
    ? handsetSecurity(settings, party.extension, protocol)
    : trunkSecurity(settings, party.trunk, protocol);

function protocolOf({ proxy }: Trunk): Protocol {
  const uri = parseUri(proxy);
  const isTls =
    uri?.scheme === 'sips' ||
    uri?.parameters.some(([name, value]) => name === 'transport' && value?.toLowerCase() === 'tls');
  return isTls ? 'tls' : 'udp';
}
