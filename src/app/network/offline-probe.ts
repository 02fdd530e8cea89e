/** The probe where no program runs: the SIP server alone, for a moment, on the faces of the configuration. */
import { systemClock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import { SrfPort } from '../../calls/srf.js';
import { resolveByDns } from '../../calls/trunks/resolver.js';
import type { Config } from '../../config/schema.js';
import { readSecret } from '../../config/secrets.js';
import { Closers } from '../closers.js';
import { SipProcess, type SipConnection } from '../sip-process.js';
import type { TrunkProbe } from '../../calls/office-status.js';
import { probeTrunks } from './trunk-probe.js';

/** Rejects where the faces cannot be listened on. */
export async function probeOffline(config: Config, log: Log): Promise<TrunkProbe[]> {
  const closers = new Closers(log);
  try {
    const connection = await connect(config, log, closers);
    // No handlers: whoever calls in this moment gets what callers get while the program is down.
    const sip = new SrfPort({ ...connection, log }, {});
    await sip.connect();
    closers.add('SIP connection', () => sip.close());
    return await probeTrunks({ config, sip, resolve: resolveByDns(config.sip.dns.servers), clock: systemClock });
  } finally {
    await closers.close();
  }
}

async function connect({ sip }: Config, log: Log, closers: Closers): Promise<SipConnection> {
  if (sip.server) return { host: sip.server.host, port: sip.server.port, secret: readSecret(sip.server.secret) };
  const { process, connection } = await SipProcess.start(sip, { level: 'error', pretty: false }, log);
  closers.add('SIP server', () => process.close());
  return connection;
}
