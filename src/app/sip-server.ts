/** `halina sip-server`: the SIP server alone, for other drachtio-srf programs. */
import { once } from 'node:events';
import { HalinaError } from '../base/errors.js';
import { createLog } from '../base/log.js';
import { SipServer } from '../sip/server.js';
import type { Face, Protocol } from '../sip/transport/types.js';

export interface SipServerArguments {
  readonly address: string;
  readonly port: string;
  readonly transport: readonly string[];
  readonly tlsPort?: string;
  readonly wsPort?: string;
  readonly wssPort?: string;
  /** PEM files: certificates and their keys, in the same order. */
  readonly certificate?: readonly string[];
  readonly key?: readonly string[];
  readonly trusted?: readonly string[];
  readonly clients?: 'none' | 'wanted' | 'required';
  readonly externalAddress?: string;
  readonly application: string;
  readonly secret: string;
}

const PROTOCOLS: readonly Protocol[] = ['udp', 'tcp', 'tls', 'ws', 'wss'];

function portOf(text: string, what: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new HalinaError('PORT_INVALID', `${text} is no port for ${what}`);
}

function protocolsOf(names: readonly string[]): Protocol[] {
  return names.map((name) => {
    const protocol = PROTOCOLS.find((one) => one === name);
    if (protocol) return protocol;
    const hint = `one of ${PROTOCOLS.join(', ')}`;
    throw new HalinaError('TRANSPORT_INVALID', `${name} is no transport`, { hint });
  });
}

/** The face that the arguments ask for. Throws `HalinaError` where they do not fit together. */
export function faceOf(options: SipServerArguments): Face {
  const transports = protocolsOf(options.transport);
  const { certificate = [], key = [], trusted, clients } = options;
  if (certificate.length !== key.length)
    throw new HalinaError('TLS_INVALID', 'every --certificate needs its --key, in the same order');
  const isSecure = transports.some((one) => one === 'tls' || one === 'wss');
  if (isSecure && certificate.length === 0)
    throw new HalinaError('TLS_INVALID', 'TLS needs a certificate', { hint: 'give --certificate and --key' });
  if (!isSecure && (certificate.length > 0 || trusted || clients))
    throw new HalinaError('TLS_INVALID', 'a certificate without TLS', { hint: 'add --transport udp tcp tls' });
  const certificates = certificate.map((file, n) => ({ certificate: file, key: key[n] ?? '' }));
  const port = (text: string | undefined, what: string): number | undefined =>
    text === undefined ? undefined : portOf(text, what);
  return {
    name: 'sip',
    address: options.address,
    port: portOf(options.port, 'SIP'),
    tlsPort: port(options.tlsPort, 'TLS'),
    wsPort: port(options.wsPort, 'WebSocket'),
    wssPort: port(options.wssPort, 'secure WebSocket'),
    transports,
    externalAddress: options.externalAddress,
    ...(isSecure ? { tls: { certificates, trusted, clients } } : {}),
  };
}

/** Runs until SIGINT or SIGTERM; SIGHUP has it read its certificates again. */
export async function runSipServer(options: SipServerArguments): Promise<void> {
  const log = createLog({ level: 'info', pretty: process.stdout.isTTY, name: 'sip' });
  const [, host = '127.0.0.1', port = ''] = /^(.*):(\d+)$/.exec(options.application) ?? [];
  const application = { host, port: portOf(port, 'applications'), secret: options.secret };
  const server = await SipServer.start({ faces: [faceOf(options)], application }, log);
  process.on('SIGHUP', () => void server.reloadCertificates());
  log.info({ faces: server.faces, applications: `${host}:${server.applicationPort}` }, 'ready');
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await server.close();
}
