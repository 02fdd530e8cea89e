/** Where media of a peer goes: the address of the face that its signalling uses, as the SIP server chooses it. */
import type { Config } from '../../config/schema.js';
import { ownNetworks, type Networks } from '../../sip/transport/faces.js';
import { addressesOf, listeningFaces } from '../../sip/transport/configured.js';
import type { Face } from '../../sip/transport/types.js';
import { Ways } from '../../sip/transport/ways.js';
import { isIP } from 'node:net';
import type { Clock } from '../../base/clock.js';
import { HalinaError } from '../../base/errors.js';
import { parseUri } from '../../sip/message/uri.js';
import type { Trunk } from '../trunks/sources.js';
import type { LegAddress } from './context.js';

/** Addresses on none of our networks (RFC 5737, RFC 3849). */
const ELSEWHERE = '203.0.113.1';
const ELSEWHERE_6 = '2001:db8::1';

type Settings = Pick<Config, 'sip'> & { readonly media: Pick<Config['media'], 'codecs'> };

export function legAddresses(config: Settings, clock: Clock, networks: Networks = ownNetworks): LegAddress {
  // Sound goes over UDP, whatever the face's signalling does.
  const faces: readonly Face[] = listeningFaces(config.sip.faces).map((face) => ({ ...face, transports: ['udp'] }));
  const ways = new Ways(faces, clock, networks);
  const codecs = new Map(
    config.sip.faces.flatMap((face) => addressesOf(face).map((address) => [address, face.codecs] as const)),
  );
  return (peer) => {
    // A host name lies beyond our networks like any address that we know nothing of.
    const address = peer !== undefined && isIP(peer) > 0 ? peer : ELSEWHERE;
    // Of the peer's own family, as sound must reach what signalling does; of the other only where there is no such face.
    const way = ways.to({ protocol: 'udp', address }) ?? ways.to({ protocol: 'udp', address: ELSEWHERE_6 });
    if (!way) throw new HalinaError('MEDIA_NO_FACE', 'no SIP face is configured');
    const { address: local } = way.face;
    return { local, advertised: way.advertised, codecs: codecs.get(local) ?? config.media.codecs };
  };
}

/** The address of a provider by its configuration: the proxy's if it is one, else the first that is listed. */
export function addressOfTrunk(trunk: Pick<Trunk, 'proxy' | 'addresses'>): string | undefined {
  const listed = trunk.addresses.map((address) => address.split('/')[0] ?? '');
  return [parseUri(trunk.proxy)?.host ?? '', ...listed].find((one) => isIP(one) > 0);
}
