/** A connection to Redis that never makes anyone wait: what can't be asked now fails now. */
import { Cluster, Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** A `redis:` or `rediss:` URL, the path of a Unix socket, a master that Sentinels know, or some nodes of a cluster. */
export type RedisAddress =
  | { readonly url: string }
  | { readonly socket: string }
  | { readonly sentinels: readonly HostPort[]; readonly name: string; readonly password?: string }
  | { readonly cluster: readonly HostPort[]; readonly password?: string };

/** A connection to one Redis, or to a cluster of them, in which all keys of an archive stand on one node. */
export type RedisLink = Redis;

/** A command that is not answered by then has failed, milliseconds. */
const COMMAND_TIMEOUT_MS = 5000;
const LONGEST_RETRY_MS = 2000;

const retryAfter = (times: number): number => Math.min(50 * 2 ** Math.min(times, 10), LONGEST_RETRY_MS);

export function connectRedis(address: RedisAddress, log: Log): Redis {
  const options: RedisOptions = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: retryAfter,
    connectionName: 'halina',
  };
  const redis = linkTo(address, options);
  let told = '';
  redis.on('ready', () => {
    if (told !== '') log.info({}, 'Redis is there again');
    told = '';
  });
  redis.on('error', (error: unknown) => {
    const message = errorMessage(error);
    if (message !== told) log.warn({ error: message }, 'Redis is away; calls go on, searches are answered from memory');
    told = message;
  });
  return redis;
}

function linkTo(address: RedisAddress, options: RedisOptions): Redis {
  if ('url' in address) return new Redis(address.url, options);
  if ('socket' in address) return new Redis({ ...options, path: address.socket });
  const secret = address.password === undefined ? {} : { password: address.password };
  if ('sentinels' in address) {
    const { sentinels, name } = address;
    const sentinelRetryStrategy = retryAfter;
    return new Redis({ ...options, ...secret, sentinels: [...sentinels], name, sentinelRetryStrategy });
  }
  const { enableOfflineQueue, commandTimeout, connectTimeout, connectionName } = options;
  const cluster = new Cluster([...address.cluster], {
    enableOfflineQueue: enableOfflineQueue ?? false,
    clusterRetryStrategy: retryAfter,
    redisOptions: {
      ...secret,
      ...(commandTimeout === undefined ? {} : { commandTimeout }),
      ...(connectTimeout === undefined ? {} : { connectTimeout }),
      ...(connectionName === undefined ? {} : { connectionName }),
    },
  });
  // A cluster takes the same commands; what is asked of each node goes by `nodesOf`.
  return cluster as unknown as Redis;
}

/** Every Redis that holds keys: the connection itself, or the masters of a cluster. */
export function nodesOf(redis: RedisLink): readonly Redis[] {
  const link: unknown = redis;
  return link instanceof Cluster ? link.nodes('master') : [redis];
}

/** The answers of a pipeline or transaction; rejects with the first that is an error. */
export async function answersOf(pending: Promise<[error: Error | null, result: unknown][] | null>): Promise<unknown[]> {
  const results = (await pending) ?? [];
  return results.map(([error, result]) => {
    if (error) throw error;
    return result;
  });
}
