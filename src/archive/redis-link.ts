/** A connection to Redis that never makes anyone wait: what can't be asked now fails now. */
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';

/** A `redis:` or `rediss:` URL, or the path of a Unix socket. */
export type RedisAddress = { readonly url: string } | { readonly socket: string };

/** A connection to one Redis, or to a cluster of them. */
export type RedisLink = Redis;

/** A command that is not answered by then has failed, milliseconds. */
const COMMAND_TIMEOUT_MS = 5000;
const LONGEST_RETRY_MS = 2000;

export function connectRedis(address: RedisAddress, log: Log): Redis {
  const options: RedisOptions = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), LONGEST_RETRY_MS),
    connectionName: 'halina',
  };
  const redis = 'url' in address ? new Redis(address.url, options) : new Redis({ ...options, path: address.socket });
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

/** The answers of a pipeline or transaction; rejects with the first that is an error. */
export async function answersOf(pending: Promise<[error: Error | null, result: unknown][] | null>): Promise<unknown[]> {
  const results = (await pending) ?? [];
  return results.map(([error, result]) => {
    if (error) throw error;
    return result;
  });
}
