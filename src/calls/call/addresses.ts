/** Where media of a peer goes: the address of the face that its signalling uses, as the SIP server chooses it. */
import type { Config } from '../../config/schema.js';
import { advertisedAddress, chooseFace, ownNetworks, type Networks } from '../../sip/transport/faces.js';
import type { Face } from '../../sip/transport/types.js';
import type { LegAddress } from './context.js';

export function legAddresses(config: Pick<Config, 'sip'>, networks: Networks = ownNetworks): LegAddress {
  // Sound goes over UDP, whatever the face's signalling does.
  const faces: readonly Face[] = config.sip.faces.map((face) => ({ ...face, transports: ['udp'] }));
  return (peer) => {
    const own = networks();
    const face = chooseFace(faces, { protocol: 'udp', address: peer, port: 0 }, own) ?? faces[0];
    if (!face) return { local: peer, advertised: peer };
    return { local: face.address, advertised: advertisedAddress(face, peer, own) };
  };
}
