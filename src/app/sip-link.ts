/** The way to the SIP server: the embedded one, which takes rules and tells its counters, or a drachtio-server, which does neither. */
import type { Log, LogLevel } from '../base/log.js';
import type { Config } from '../config/schema.js';
import { readSecret } from '../config/secrets.js';
import type { SipCounters } from '../sip/main.js';
import type { AdmissionRules, CallerChange } from '../sip/transport/admission.js';
import type { Closers } from './closers.js';
import { SipProcess, type SipConnection } from './sip-process.js';

export interface SipLink {
  readonly connection: SipConnection;
  /** Whom the server lets in from now on. */
  obey(rules: () => AdmissionRules): void;
  change(change: CallerChange): void;
  counters(): Promise<SipCounters | undefined>;
  /** Whether the embedded server answers; of another one we see nothing but our connection to it, which has its own alarm. */
  answers(): Promise<boolean>;
  /** Calls `listener` when a connection with a peer is gone; a drachtio-server does not tell. */
  onConnectionLost(listener: (address: string) => void): void;
  /** Has it look at the files of its certificates now. */
  reloadCertificates(): void;
}

/** Starts the embedded server, unless the configuration names another. */
export async function openSip(
  { sip, unknownTrunk }: Config,
  logging: { readonly level: LogLevel; readonly pretty: boolean },
  log: Log,
  closers: Closers,
): Promise<SipLink> {
  if (sip.server) {
    const { host, port, secret } = sip.server;
    const none = (): void => undefined;
    const counters = (): Promise<undefined> => Promise.resolve(undefined);
    const connection = { host, port, secret: readSecret(secret) };
    const answers = (): Promise<boolean> => Promise.resolve(true);
    const deaf = { obey: none, change: none, onConnectionLost: none, reloadCertificates: none };
    return { connection, ...deaf, counters, answers };
  }
  // Until it is known who is known, strangers are kept out.
  const closed: AdmissionRules = unknownTrunk === 'drop' ? { callers: [] } : {};
  const { process, connection } = await SipProcess.start(sip, logging, log, closed);
  closers.add('SIP server', () => process.close());
  return {
    connection,
    obey: (rules) => process.obey(rules),
    change: (change) => process.change(change),
    counters: () => process.counters(),
    answers: async () => (await process.counters()) !== undefined,
    onConnectionLost: (listener) => {
      process.onConnectionLost = listener;
    },
    reloadCertificates: () => process.reloadCertificates(),
  };
}
