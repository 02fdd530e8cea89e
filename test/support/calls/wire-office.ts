/** Doors with a provider that challenges INVITEs and handsets that have registered: calls over real sockets. */
import { freePort } from '../ports.js';
import type { RawPeer } from '../sip/raw-peer.js';
import { openDoors, PROVIDER, WireHandset, type Doors } from './doors.js';

export interface WireOffice {
  readonly doors: Doors;
  readonly provider: RawPeer;
  /** In the order of their extensions as they were asked for. */
  readonly phones: WireHandset[];
}

export async function openWireOffice(
  changes: Parameters<typeof openDoors>[0] = {},
  extensions: readonly string[] = ['201'],
): Promise<WireOffice> {
  const port = await freePort(PROVIDER);
  const trunk = { name: 'provider', addresses: [PROVIDER], proxy: `sip:${PROVIDER}:${port}`, callerId: '+48227836000' };
  const auth = { username: 'office', password: 'trunk-secret' };
  const doors = await openDoors({ trunks: [{ ...trunk, auth }], ...changes });
  const provider = await doors.peer(PROVIDER, port);
  const phones = await Promise.all(
    extensions.map(async (extension, index) => new WireHandset(await doors.peer(`127.0.0.${10 + index}`), extension)),
  );
  for (const phone of phones) {
    const { status } = await phone.register();
    if (status !== 200) throw new Error(`${phone.extension} could not register: ${status}`);
  }
  return { doors, provider, phones };
}
