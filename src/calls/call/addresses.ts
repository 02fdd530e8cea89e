/** Where media of a peer goes: the address of the face that its signalling uses, as the SIP server chooses it. */
import type { Config } from '../../config/schema.js';
import { advertisedAddress, chooseFace, ownNetworks, type Networks } from '../../sip/transport/faces.js';
import type { Face } from '../../sip/transport/types.js';
import { isIP } from 'node:net';
import { HalinaError } from '../../base/errors.js';
import { parseUri } from '../../sip/message/uri.js';
import type { Trunk } from '../trunks/sources.js';
import type { LegAddress } from './context.js';

/** An address on none of our networks (RFC 5737). */
const ELSEWHERE = '203.0.113.1';

export function legAddresses(config: Pick<Config, 'sip'>, networks: Networks = ownNetworks): LegAddress {
  // Sound goes over UDP, whatever the face's signalling does.
  const faces: readonly Face[] = config.sip.faces.map((face) => ({ ...face, transports: ['udp'] }));
  return (peer) => {
    const own = networks();
    // A host name lies beyond our networks like any address that we know nothing of.
    const address = peer !== undefined && isIP(peer) > 0 ? peer : ELSEWHERE;
    const face = chooseFace(faces, { protocol: 'udp', address, port: 0 }, own);
    if (!face) throw new HalinaError('MEDIA_NO_FACE', 'no SIP face is configured');
    return { local: face.address, advertised: advertisedAddress(face, address, own) };
  };
}

/** The address of a provider by its configuration: the proxy's if it is one, else the first that is listed. */
export function addressOfTrunk(trunk: Pick<Trunk, 'proxy' | 'addresses'>): string | undefined {
  const listed = trunk.addresses.map((address) => address.split('/')[0] ?? '');
  return [parseUri(trunk.proxy)?.host ?? '', ...listed].find((one) => isIP(one) > 0);
}
