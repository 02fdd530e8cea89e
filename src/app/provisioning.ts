/** Handsets that fetch their configuration: the server, where it is wanted, and what its administrator asks for. */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { renderUnicodeCompact } from 'uqr';
import { systemClock } from '../base/clock.js';
import { HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Config } from '../config/schema.js';
import { devicesOf, provisioningUrl } from '../provisioning/device.js';
import { Fetches, fetchesSchema } from '../provisioning/fetches.js';
import { ProvisioningServer } from '../provisioning/server.js';
import { NodeFileStore } from '../journal/node-files.js';
import type { Closers } from './closers.js';
import { KeptFile } from './kept-file.js';

const templates = resolve(import.meta.dirname, '../../../config/provisioning');

/** Who fetched a configuration, kept in the data folder. */
export async function openFetches(data: string, log: Log, closers: Closers): Promise<Fetches> {
  const what = 'which handset fetched its configuration';
  const file = new KeptFile({ files: new NodeFileStore(), data, name: 'provisioned.json', log, what });
  closers.add('provisioned', () => file.close());
  return new Fetches(await file.read(fetchesSchema), (fetched) => file.save(fetched));
}

/** Listens where the configuration has a section for it. */
export async function startProvisioning(
  { provisioning: settings, handsets }: Config,
  log: Log,
  closers: Closers,
  fetches: Fetches,
): Promise<ProvisioningServer | undefined> {
  if (!settings) return undefined;
  const server = await ProvisioningServer.start({ settings, handsets, templates, clock: systemClock, log, fetches });
  closers.add('provisioning', () => server.close());
  return server;
}

export interface HandsetAddress {
  readonly extension: string;
  readonly maker: string;
  /** With the device's secret in it. */
  readonly url: string;
}

/** Where a handset fetches its configuration. Throws where it does not. */
export function handsetAddress(config: Config, extension: string): HandsetAddress {
  const { provisioning } = config;
  if (!provisioning)
    throw new HalinaError('NOT_PROVISIONED', 'handsets are not provisioned here', {
      hint: 'add a section `provisioning`',
    });
  const device = devicesOf(config).find((one) => one.extension === extension);
  if (!device)
    throw new HalinaError('NOT_PROVISIONED', `the handset ${extension} is not there, or has no \`device\``, {
      hint: 'add `device: { maker, mac, secret }` to it in the configuration',
    });
  return { extension, maker: device.maker, url: provisioningUrl(device, provisioning) };
}

/** 24 characters that an address holds as they are: 144 bits. */
export const newSecret = (): string => randomBytes(18).toString('base64url');

/** The address as a code for a camera, in characters. */
export const codeOf = (url: string): string => renderUnicodeCompact(url, { border: 2 });
