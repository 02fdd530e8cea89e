/**
 * `halina check`: what would keep the program from starting, or from doing what the office expects, found without starting
 * anything. This file looks at the configuration; `check-machine.ts` at what is around it.
 */
import { clockSync, type ClockSync } from '../base/clock-sync.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import { loadConfig } from '../config/load.js';
import { ConfigError, describe } from '../config/problems.js';
import type { Config } from '../config/schema.js';
import { readSecret } from '../config/secrets.js';
import { whyNoDtls } from '../dtls/index.js';
import { NodeFileStore } from '../journal/node-files.js';
import { addressesOf } from '../sip/transport/configured.js';
import { checkMachine } from './check-machine.js';
import { error, warning, type Finding } from './finding.js';
import type { NetworkReport } from './network/network-report.js';
import { checkKeystore, masterKeysOf } from './vault.js';
import type { Where } from './where.js';

export interface CheckReport {
  /** The file that was read. */
  readonly config: string;
  readonly findings: readonly Finding[];
  /** The configuration cannot be used. */
  readonly broken?: true;
  /** What stands on the network side, where that was asked for. */
  readonly network?: NetworkReport;
}

const YEAR_MS = 366 * 86_400_000;
const SHORT_PASSWORD = 12;

/** `clock` tells who keeps the wall clock. */
export async function runChecks(where: Where, clock: () => ClockSync = clockSync): Promise<CheckReport> {
  const file = where.configFile;
  try {
    const config = await loadConfig(file, { secrets: true });
    return {
      config: file,
      findings: [
        ...passwords(config),
        ...gaps(config),
        ...secrecy(config),
        ...(await keys(config, where.data)),
        ...(await checkMachine(config, where.data, clock)),
      ],
    };
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    return { config: file, broken: true, findings: thrown.problems.map((one) => error(describe(file, one))) };
  }
}

/** Short passwords, where anyone but this machine could try them. */
function passwords(config: Config): Finding[] {
  if (config.sip.faces.flatMap(addressesOf).every((address) => /^(127\.|::1$)/.test(address))) return [];
  return config.handsets
    .filter(({ password }) => readSecret(password).length < SHORT_PASSWORD)
    .map(({ extension }) =>
      warning(
        `the password of handset ${extension} is short`,
        `robots guess short ones; take ${SHORT_PASSWORD} characters or more`,
      ),
    );
}

/** Keys of encrypted sound that anybody can read, or sound that will not be encrypted although that may be hoped. */
function secrecy({ media, sip, handsets, trunks }: Config): Finding[] {
  const found: Finding[] = [];
  if (media.srtpWithoutTls)
    found.push(
      warning(
        'media.srtpWithoutTls: the keys of encrypted sound travel in clear where signalling does',
        'whoever reads the signalling can decrypt the sound; let telephones and providers use TLS',
      ),
    );
  const transports = new Set(sip.faces.flatMap((face) => face.transports));
  const hasPages = transports.has('ws') || transports.has('wss');
  for (const { extension, srtp } of handsets)
    if (srtp === 'require' && !transports.has('tls') && !hasPages && !media.srtpWithoutTls)
      found.push(
        error(
          `the handset ${extension} must encrypt its sound, and no face listens on TLS`,
          'add tls to sip.faces[].transports, or set its srtp to dtls if it knows DTLS-SRTP',
        ),
      );
  const why = hasPages || [...handsets, ...trunks].some(({ srtp }) => srtp === 'dtls') ? whyNoDtls() : undefined;
  if (why !== undefined)
    found.push(error(`no DTLS-SRTP, which telephones in browsers need: ${why}`, 'take an official build of Node'));
  return found;
}

/** The master key against the keystore of the data folder. */
async function keys(config: Config, data: string): Promise<Finding[]> {
  try {
    await checkKeystore(new NodeFileStore(), masterKeysOf(config, data), data);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof HalinaError)) return [error(`the keystore cannot be read: ${errorMessage(thrown)}`)];
    return [error(thrown.message, thrown.hint)];
  }
}

/** What is well formed and yet hardly meant. */
function gaps({ handsets, trunks, routes, outbound, storage }: Config): Finding[] {
  const found: Finding[] = [];
  if (handsets.length === 0) found.push(warning('there are no handsets', 'add them under `handsets`'));
  if (trunks.length === 0) found.push(warning('there is no trunk: no calls from outside', 'add one under `trunks`'));
  if (trunks.length > 0 && routes.length === 0)
    found.push(warning('calls from outside lead nowhere', 'add a route under `routes`'));
  if (trunks.length > 0 && outbound.routes.length === 0)
    found.push(warning('nobody can call outside', 'add a route under `outbound.routes`'));
  const rung = new Set(routes.flatMap((route) => route.handsets));
  for (const { extension } of handsets)
    if (!rung.has(extension) && routes.length > 0)
      found.push(warning(`no route rings the handset ${extension}`, 'it can still be called from other handsets'));
  if (storage.maxAge > YEAR_MS)
    found.push(warning('storage.maxAge is above a year', 'the data-protection officer should have agreed to that'));
  return found;
}
