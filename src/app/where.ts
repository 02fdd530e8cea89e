/** Which configuration and which data folder a command means. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfig } from '../config/load.js';
import { parseConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';

export interface Where {
  readonly configFile: string;
  readonly config: Config;
  /** Absolute. */
  readonly data: string;
  /** Whether this is the safe loopback configuration that serves where there is no other. */
  readonly demo: boolean;
}

const OWN = 'config/halina.yaml';
const root = resolve(import.meta.dirname, '../../..');
const DEMO = resolve(root, 'config/demo.yaml');

/** The file that is meant: `--config`, else config/halina.yaml, else the demonstration's. */
export function configFileOf(options: { readonly config?: string }): string {
  if (options.config) return resolve(options.config);
  const own = resolve(OWN);
  return existsSync(own) ? own : DEMO;
}

/** `mayBeBroken`: the configuration is checked later; until then a default stands in for it. */
export async function locate(
  options: { readonly config?: string; readonly data?: string },
  { mayBeBroken = false } = {},
): Promise<Where> {
  const configFile = configFileOf(options);
  const config = mayBeBroken ? parseConfig('storage: { maxAge: 1d }', 'none') : await loadConfig(configFile);
  const data = resolve(options.data ?? config.storage.data);
  return { configFile, config: { ...config, storage: { ...config.storage, data } }, data, demo: configFile === DEMO };
}
