/**
 * `halina check`: what would keep the program from starting, or from doing what the office expects, found without starting
 * anything. It reads, binds ports for a moment, and asks for versions.
 */
import { execFile } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { access, constants, mkdir } from 'node:fs/promises';
import net from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { errorMessage, HalinaError } from '../base/errors.js';
import { loadConfig } from '../config/load.js';
import { ConfigError, describe } from '../config/problems.js';
import type { Config } from '../config/schema.js';
import { readSecret, type Secret } from '../config/secrets.js';
import { controlSocket } from './control-api.js';
import type { Where } from './where.js';

export interface Finding {
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly hint?: string;
}

export interface CheckReport {
  readonly config: string;
  readonly findings: readonly Finding[];
}

const error = (message: string, hint?: string): Finding => ({ level: 'error', message, ...(hint ? { hint } : {}) });
const warning = (message: string, hint?: string): Finding => ({ level: 'warning', message, ...(hint ? { hint } : {}) });

export async function runChecks(where: Where): Promise<CheckReport> {
  const file = where.configFile;
  try {
    const config = await loadConfig(file);
    const data = resolve(where.data);
    const looked = await Promise.all([redis(config), dataFolder(data), ports(config, data)]);
    return { config: file, findings: [...secrets(config), ...gaps(config), ...looked.flat()] };
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    return { config: file, findings: thrown.problems.map((one) => error(describe(file, one))) };
  }
}

function secrets(config: Config): Finding[] {
  const all: [string, Secret][] = [
    ...config.handsets.map((one): [string, Secret] => [`handset ${one.extension}`, one.password]),
    ...config.trunks.flatMap((one) =>
      one.register ? [[`trunk ${one.name}`, one.register.password] as [string, Secret]] : [],
    ),
    ...config.trunks.flatMap((one) => (one.auth ? [[`trunk ${one.name}`, one.auth.password] as [string, Secret]] : [])),
  ];
  return all.flatMap(([whose, secret]) => {
    try {
      const text = readSecret(secret);
      const weak = whose.startsWith('handset') && text.length < 12 && !isLoopbackOnly(config);
      return weak
        ? [warning(`the password of ${whose} is short`, 'robots guess short ones; take 12 characters or more')]
        : [];
    } catch (thrown) {
      return [error(`${whose}: ${errorMessage(thrown)}`, thrown instanceof HalinaError ? thrown.hint : undefined)];
    }
  });
}

const isLoopbackOnly = (config: Config): boolean =>
  config.sip.faces.every((face) => /^(127\.|::1$)/.test(face.address));

/** What is well formed and yet hardly meant. */
function gaps(config: Config): Finding[] {
  const found: Finding[] = [];
  if (config.handsets.length === 0) found.push(warning('there are no handsets', 'add them under `handsets`'));
  if (config.trunks.length > 0 && config.routes.length === 0)
    found.push(warning('calls from outside lead nowhere', 'add a route under `routes`'));
  const rung = new Set(config.routes.flatMap((route) => route.handsets));
  for (const { extension } of config.handsets)
    if (!rung.has(extension) && config.routes.length > 0)
      found.push(warning(`no route rings the handset ${extension}`, 'it can still be called from other handsets'));
  if (config.storage.maxAge > 400 * 86_400_000)
    found.push(warning('storage.maxAge is above a year', 'the data-protection officer should have agreed to that'));
  return found;
}

async function redis(config: Config): Promise<Finding[]> {
  if (config.redis.url) return [];
  try {
    await promisify(execFile)('redis-server', ['--version']);
    return [];
  } catch {
    return [
      error(
        'redis-server is not installed',
        'on Debian and Ubuntu: sudo apt-get install redis-server; or set redis.url',
      ),
    ];
  }
}

async function dataFolder(data: string): Promise<Finding[]> {
  try {
    await mkdir(data, { recursive: true });
    await access(data, constants.R_OK | constants.W_OK | constants.X_OK);
    return [];
  } catch (thrown) {
    return [
      error(
        `the data folder ${data} cannot be used: ${errorMessage(thrown)}`,
        'see storage.data, and who owns the folder',
      ),
    ];
  }
}

/** Every port of every face, unless the program that has them is ours. */
async function ports(config: Config, data: string): Promise<Finding[]> {
  if (await runs(data)) return [];
  const tries = config.sip.faces.flatMap((face) =>
    face.transports.map(async (protocol): Promise<Finding[]> => {
      try {
        await (protocol === 'udp' ? tryUdp(face.address, face.port) : tryTcp(face.address, face.port));
        return [];
      } catch (thrown) {
        const code = (thrown as NodeJS.ErrnoException).code;
        const where = `${protocol} ${face.address}:${face.port} (face ${face.name})`;
        if (code === 'EADDRINUSE') return [error(`${where} is taken`, 'find who has it with `ss -lnp`')];
        if (code === 'EADDRNOTAVAIL')
          return [error(`${face.address} is no address of this machine (face ${face.name})`, 'see `ip addr`')];
        return [error(`${where}: ${errorMessage(thrown)}`)];
      }
    }),
  );
  return (await Promise.all(tries)).flat();
}

async function runs(data: string): Promise<boolean> {
  const socket = net.connect(controlSocket(data));
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function tryUdp(address: string, port: number): Promise<void> {
  const socket = dgram.createSocket(net.isIPv6(address) ? 'udp6' : 'udp4');
  socket.bind(port, address);
  await once(socket, 'listening');
  socket.close();
}

async function tryTcp(address: string, port: number): Promise<void> {
  const server = net.createServer();
  server.listen(port, address);
  await once(server, 'listening');
  server.close();
}

/** Where our own prompts are. */
export const promptsFolder = join(import.meta.dirname, '../../../prompts');
