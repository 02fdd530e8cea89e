/** Which configuration and which data folder a command means. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfig, parseConfig } from '../config/load.js';
import { ConfigError } from '../config/problems.js';
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

/**
 * `mayBeBroken`: the configuration is checked later; until then a default stands in for it. `secrets`: they are needed,
 * so those that cannot be read are mistakes.
 */
export async function locate(
  options: { readonly config?: string; readonly data?: string },
  { mayBeBroken = false, secrets = false } = {},
): Promise<Where> {
  const configFile = configFileOf(options);
  const config = mayBeBroken ? await whateverIsThere(configFile) : await loadConfig(configFile, { secrets });
  const data = resolve(options.data ?? config.storage.data);
  return { configFile, config: withData(config, data), data, demo: configFile === DEMO };
}

/** The file read again, with the data folder that was settled at the start. */
export async function readAgain({ configFile, data }: Where): Promise<Config> {
  return withData(await loadConfig(configFile, { secrets: true }), data);
}

function withData(config: Config, data: string): Config {
  return { ...config, storage: { ...config.storage, data } };
}

async function whateverIsThere(file: string): Promise<Config> {
  try {
    return await loadConfig(file);
  } catch (error) {
    if (error instanceof ConfigError) return parseConfig('storage: { maxAge: 1d }', 'nothing');
    throw error;
  }
}
