/** `halina check --network`: this machine's part of it, and what follows from what the providers answered. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import ipaddr from 'ipaddr.js';
import { DSCP, setDscp } from '../../base/socket-options.js';
import type { Config } from '../../config/schema.js';
import { listeningFaces } from '../../sip/transport/configured.js';
import { facePort } from '../../sip/transport/face-ports.js';
import { isWildcard, ownNetworks } from '../../sip/transport/faces.js';
import type { Face } from '../../sip/transport/types.js';
import { error, warning, type Finding } from '../finding.js';
import type { TrunkProbe } from '../../calls/office-status.js';

export interface NetworkReport {
  readonly faces: readonly Face[];
  readonly media: {
    readonly from: number;
    readonly to: number;
    /** Ports of the range that are in use on this machine. */
    readonly taken: number;
    /** Calls that the range has room for. */
    readonly calls: number;
  };
  /** DiffServ code points that go out; absent where the system does not let us set them. */
  readonly dscp: typeof DSCP | undefined;
  readonly trunks: readonly TrunkProbe[];
}

const PORTS_A_CALL = 4;

export async function networkReport({ sip, media }: Config, trunks: readonly TrunkProbe[]): Promise<NetworkReport> {
  const { from, to } = media.ports;
  const taken = (await portsInUse()).filter((port) => port >= from && port <= to).length;
  return {
    faces: listeningFaces(sip.faces),
    media: { from, to, taken, calls: Math.floor((to - from + 1) / PORTS_A_CALL) },
    dscp: (await marks()) ? DSCP : undefined,
    trunks,
  };
}

/** UDP ports of this machine that someone has bound; none known where there is no /proc. */
async function portsInUse(): Promise<number[]> {
  const tables = await Promise.all(
    ['udp', 'udp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const ports = tables.join('\n').matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) /gm);
  return [...new Set([...ports].map(([, port]) => Number.parseInt(port ?? '', 16)))];
}

/** Whether a socket takes the mark. */
async function marks(): Promise<boolean> {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const done = setDscp(socket, DSCP.media);
  socket.close();
  return done;
}

export async function networkFindings(config: Config, report: NetworkReport, running: boolean): Promise<Finding[]> {
  return [
    ...(report.dscp ? [] : [warning('packets are not marked for priority (DSCP): this system does not let us')]),
    ...(running || report.media.taken === 0
      ? []
      : [warning(`${report.media.taken} ports of media.ports are taken`, 'find who has them with `ss -lnup`')]),
    ...(await ephemeral(config)),
    ...config.trunks.flatMap((trunk) => {
      const probe = report.trunks.find((one) => one.trunk === trunk.name);
      return probe ? trunkFindings(probe, config) : [];
    }),
  ];
}

/** Ports that the kernel hands to whoever asks for any: a media port among them may be taken at times. */
async function ephemeral({ media: { ports } }: Config): Promise<Finding[]> {
  const text = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '');
  const [first = 0, last = -1] = text.trim() === '' ? [] : text.trim().split(/\s+/).map(Number);
  if (ports.from > last || ports.to < first) return [];
  const hint = `other programs may get ports of it: choose one outside of ${first} to ${last}`;
  return [warning(`media.ports (${ports.from} to ${ports.to}) overlaps the ports for outgoing connections`, hint)];
}

export function trunkFindings(probe: TrunkProbe, { sip }: Pick<Config, 'sip'>): Finding[] {
  const name = `trunk ${probe.trunk}`;
  if (probe.resolveError !== undefined)
    return [error(`${name}: ${probe.resolveError}`, 'see `proxy`, and whether this machine has a DNS server')];
  if (probe.failure === 'no-answer')
    return [
      warning(
        `${name}: no answer to OPTIONS from ${probe.proxy}`,
        'a firewall on the way, a wrong address, or a provider that answers only addresses that it knows: tell it the external address',
      ),
    ];
  if (probe.failure !== undefined) return [error(`${name}: OPTIONS could not be sent: ${probe.failure}`)];
  return [...natFindings(name, probe, sip), ...privateAddress(name, probe)];
}

/** What the provider saw is not what we say of ourselves. */
function natFindings(name: string, { said, seen }: TrunkProbe, sip: Config['sip']): Finding[] {
  if (!said || !seen) return [];
  const face = listeningFaces(sip.faces).find(({ address, externalAddress }) =>
    [address, externalAddress].includes(said.address),
  );
  const setting = face ? `sip.faces (${face.name}): externalAddress` : 'externalAddress of the face';
  if (seen.address !== said.address)
    return [
      error(
        `${name}: the provider sees ${seen.address}, and we call ourselves ${said.address}`,
        `a router translates addresses: set ${setting}: ${seen.address}, and forward the SIP and media ports to this machine`,
      ),
    ];
  // Over streams the port is the connection's own.
  if (said.protocol !== 'udp' || seen.port === undefined || seen.port === said.port) return [];
  return [
    warning(
      `${name}: the provider sees port ${seen.port}, and we listen on ${said.port}`,
      `a router changes ports: forward UDP port ${said.port} to this machine, and switch off its "SIP ALG"`,
    ),
  ];
}

/** The provider is on the internet, and is told an address that is not. */
function privateAddress(name: string, { advertised, answeredBy, seen }: TrunkProbe): Finding[] {
  if (seen || !answeredBy || isWildcard(advertised)) return [];
  const isPublic = (address: string): boolean =>
    ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
  if (!isPublic(answeredBy.address) || isPublic(advertised)) return [];
  const hint = 'set externalAddress of the face to the public address, or the provider sends sound nowhere';
  return [warning(`${name}: Contact and SDP carry the private address ${advertised}`, hint)];
}

/** For a person: a line for each thing. */
export function networkText({ faces, media, dscp, trunks }: NetworkReport): string {
  const own = ownNetworks();
  const faceLine = (face: NetworkReport['faces'][number]): string => {
    const network = own.find((cidr) => cidr.startsWith(`${face.address}/`));
    const outside = face.externalAddress ? `, outside it is ${face.externalAddress}` : '';
    const ports = face.transports.map((protocol) => `${protocol} ${facePort(face, protocol)}`).join(', ');
    return `face ${face.name}: ${face.address}, ${ports}${network ? ` in ${network}` : ''}${outside}`;
  };
  const mediaLine = `media: UDP ${media.from} to ${media.to}, room for ${media.calls} calls, ${media.taken} ports in use now`;
  const marksLine = dscp ? `marks: DSCP ${dscp.media} (EF) on sound, ${dscp.signalling} (CS3) on SIP` : 'marks: none';
  return [...faces.map(faceLine), mediaLine, marksLine, ...trunks.map(trunkLine)].join('\n');
}

function trunkLine(probe: TrunkProbe): string {
  const host = probe.addresses.length > 0 ? ` (${probe.addresses.join(', ')})` : '';
  const told = `gets ${probe.advertised} in Contact and SDP`;
  const seen = probe.seen ? `, sees us as ${probe.seen.address}${probe.seen.port ? `:${probe.seen.port}` : ''}` : '';
  const answered =
    probe.status === undefined
      ? `OPTIONS: ${probe.failure ?? 'failed'}`
      : `OPTIONS: ${probe.status} ${probe.reason ?? ''} after ${probe.afterMs ?? 0} ms`;
  return `trunk ${probe.trunk}: ${probe.proxy}${host} ${told}${seen}; ${answered}`;
}
