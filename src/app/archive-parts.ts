/** The archive with what it stands on: the folder's lock, the disk, the encoders, Redis. Shared by the program and offline work. */
import { mkdir } from 'node:fs/promises';
import type { Redis } from 'ioredis';
import { Archive } from '../archive/archive.js';
import { connectRedis } from '../archive/redis-link.js';
import type { HostPort, RedisAddress } from '../archive/redis-link.js';
import { RedisServer } from '../archive/redis-server.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { AlarmBell } from '../base/alarms.js';
import { systemClock } from '../base/clock.js';
import { defined } from '../base/defined.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Config } from '../config/schema.js';
import { readSecret } from '../config/secrets.js';
import type { StoragePolicy } from '../archive/ports.js';
import { lockDataFolder } from '../journal/data-lock.js';
import { NodeFileStore } from '../journal/node-files.js';
import { auditPort, openAudit } from './audit-parts.js';
import type { Vault } from '../vault/vault.js';
import type { Closers } from './closers.js';
import { encoderOf, type Encoding } from './encoding.js';
import { openVault, recordRotation } from './vault.js';
import type { Where } from './where.js';

export interface ArchiveParts {
  readonly archive: Archive;
  readonly vault: Vault;
  readonly redis: Redis | undefined;
  readonly encoding: Encoding;
  readonly audit: AuditLog;
}

export function policyOf({ storage, recording, handsets }: Config): StoragePolicy {
  const { quota, minFree, maxAge, keepAtLeast, keepMetadata = maxAge, purpose, legalBasis } = storage;
  const { whenFull, reserve, watermarks } = storage;
  const classes = storage.classes.map((one) => ({
    ...one,
    keepAtLeast: one.keepAtLeast ?? keepAtLeast,
    keepMetadata: one.keepMetadata ?? one.maxAge,
  }));
  const units = new Map(handsets.flatMap(({ extension, unit }) => (unit === undefined ? [] : [[extension, unit]])));
  const terms = { quota, minFree, maxAge, keepAtLeast, keepMetadata, quarantine: recording.quarantine };
  return defined({
    ...terms,
    purpose,
    legalBasis,
    whenFull,
    reserve,
    watermarks,
    units,
    classes: classes.length > 0 ? classes : undefined,
  });
}

/** Takes the data folder's lock and opens the archive in it. What it starts is handed to `closers`. */
export async function openArchive(
  { config, data }: Where,
  alarms: AlarmBell,
  log: Log,
  closers: Closers,
): Promise<ArchiveParts> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const lock = lockDataFolder(data);
  closers.add('lock', () => lock.release());
  const files = new NodeFileStore();
  const vault = await openVault(config, data, files, log);
  const audit = await openAudit({ config, data }, files, alarms, log);
  closers.add('audit log', () => audit.close());
  const redis = await openRedis(config, data, log, closers);
  const encoding = encoderOf(config, vault.sound, log, closers);
  const archive = await Archive.open({
    data,
    policy: policyOf(config),
    files,
    clock: systemClock,
    log,
    encoder: encoding.encoder,
    found: encoding.found,
    workers: config.recording.workers,
    ...(redis ? { redis } : {}),
    alarms,
    vault,
    audit: auditPort(audit),
  });
  closers.add('archive', () => archive.close());
  await recordRotation(vault, audit);
  return { archive, vault, redis, audit, encoding };
}

function addressOf({ url, sentinel, cluster, password }: Config['redis']): RedisAddress | undefined {
  const hosts = (places: readonly string[]): HostPort[] =>
    places.map((place) => {
      const at = place.lastIndexOf(':');
      return { host: place.slice(0, at), port: Number(place.slice(at + 1)) };
    });
  const secret = password === undefined ? {} : { password: readSecret(password) };
  if (cluster) return { cluster: hosts(cluster), ...secret };
  if (sentinel) return { sentinels: hosts(sentinel.servers), name: sentinel.name, ...secret };
  return url === undefined ? undefined : { url };
}

/** Our own Redis or the one that is configured. Without any the program goes on: searches are answered from memory. */
async function openRedis(config: Config, data: string, log: Log, closers: Closers): Promise<Redis | undefined> {
  const address = addressOf(config.redis);
  try {
    if (address) return connected(connectRedis(address, log), closers);
    const server = await RedisServer.start({ data, clock: systemClock, log });
    closers.add('redis', () => server.close());
    return connected(connectRedis({ socket: server.socket }, log), closers);
  } catch (error) {
    log.error(
      { error: errorMessage(error) },
      'there is no Redis: searches are answered from memory, registrations do not outlive a restart',
    );
    return undefined;
  }
}

function connected(redis: Redis, closers: Closers): Redis {
  closers.add('redis connection', () => redis.disconnect());
  return redis;
}
