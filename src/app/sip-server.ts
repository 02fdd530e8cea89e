/** `halina sip-server`: the SIP server alone, for other drachtio-srf programs. */
import { once } from 'node:events';
import { HalinaError } from '../base/errors.js';
import { createLog } from '../base/log.js';
import { SipServer } from '../sip/server.js';

export interface SipServerArguments {
  readonly address: string;
  readonly port: string;
  readonly externalAddress?: string;
  readonly application: string;
  readonly secret: string;
}

function portOf(text: string, what: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new HalinaError('PORT_INVALID', `${text} is no port for ${what}`);
}

/** Runs until SIGINT or SIGTERM. */
export async function runSipServer(options: SipServerArguments): Promise<void> {
  const log = createLog({ level: 'info', pretty: process.stdout.isTTY, name: 'sip' });
  const [, host = '127.0.0.1', port = ''] = /^(.*):(\d+)$/.exec(options.application) ?? [];
  const face = {
    name: 'sip',
    address: options.address,
    port: portOf(options.port, 'SIP'),
    transports: ['udp', 'tcp'] as const,
    externalAddress: options.externalAddress,
  };
  const application = { host, port: portOf(port, 'applications'), secret: options.secret };
  const server = await SipServer.start({ faces: [face], application }, log);
  log.info({ faces: server.faces, applications: `${host}:${server.applicationPort}` }, 'ready');
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await server.close();
}
