/** What listens where by the configuration, and which of it would take another's port. */
import { formatHostPort } from '../sip/message/grammar.js';
import { listeningFaces } from '../sip/transport/configured.js';
import { facePort } from '../sip/transport/face-ports.js';
import type { Config } from '../config/schema.js';
import { error, type Finding } from './finding.js';

export interface Listener {
  /** The setting that names the port. */
  readonly setting: string;
  readonly address: string;
  readonly port: number;
}

type Settings = Pick<Config, 'sip' | 'console' | 'provisioning' | 'ops'>;

/** What takes TCP connections, but for the faces. */
export function webListeners({ console: pages, provisioning, ops }: Settings): Listener[] {
  return [
    ...(pages.enabled && pages.port !== 0
      ? [{ setting: 'console.port', address: pages.address, port: pages.port }]
      : []),
    ...(provisioning ? [{ setting: 'provisioning.port', address: provisioning.address, port: provisioning.port }] : []),
    ...(ops.http ? [{ setting: 'ops.http.port', address: ops.http.address, port: ops.http.port }] : []),
  ];
}

/** The TCP ports of the faces: UDP has ports of its own. */
function faceListeners({ sip }: Settings): Listener[] {
  if (sip.server) return [];
  return listeningFaces(sip.faces).flatMap((face) =>
    face.transports
      .filter((protocol) => protocol !== 'udp')
      .map((protocol) => ({
        setting: `the ${protocol} port of the face ${face.name}`,
        address: face.address,
        port: facePort(face, protocol),
      })),
  );
}

const everywhere = new Set(['0.0.0.0', '::']);
const meet = (a: Listener, b: Listener): boolean =>
  a.port === b.port && (a.address === b.address || everywhere.has(a.address) || everywhere.has(b.address));

/** Each pair that would take the same port. */
export function portClashes(config: Settings): Finding[] {
  const all = [...webListeners(config), ...faceListeners(config)];
  return all.flatMap((one, index) =>
    all
      .slice(index + 1)
      .filter((other) => meet(one, other))
      .map((other) => {
        const where = `${one.setting} and ${other.setting} are both ${one.port}`;
        const at = `${formatHostPort(one.address, one.port)} and ${formatHostPort(other.address, other.port)}`;
        return error(`${where} (${at}): only one of them can have it`, 'give one of the two another port');
      }),
  );
}
