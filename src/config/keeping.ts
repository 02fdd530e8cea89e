/** How calls are recorded, and where recordings and their index are kept. */
import { z } from 'zod';
import { secret } from './atoms.js';
import { encryption } from './encryption.js';
import { retentionClass, whenFull } from './retention.js';
import { duration, size, someTime } from './units.js';

export const recording = z.strictObject({
  bitrate: z.number().int().min(16).max(128).default(32).describe('kbit/s of the MP3'),
  workers: z.number().int().min(1).max(16).default(1).describe('threads that encode'),
  encoder: z
    .enum(['halina', 'lame'])
    .default('halina')
    .describe(
      "`halina`: our own MP3 encoder, made for speech; `lame`: LAME, the system's where it is installed, slower",
    ),
  quarantine: duration
    .prefault('30d')
    .describe('how long what was recorded before *7 or *9 is kept, unplayable, before it is erased'),
  privateGrace: duration.prefault('10s').describe('how long a call goes on after *7'),
});

export const storage = z.strictObject({
  data: z.string().default('data').describe('data folder, relative to where Halina is started'),
  quota: size.prefault('20GB').describe('bytes that recordings, spools and journal may take'),
  minFree: size.prefault('1GB').describe('bytes to leave free on the file system'),
  maxAge: someTime.describe('how long a recording is kept at the most; there is no default: the office decides'),
  keepAtLeast: duration.prefault('0s').describe('younger recordings are never evicted for room'),
  keepMetadata: duration.optional().describe('how long entries outlive their recordings; default: storage.maxAge'),
  purpose: z.string().optional().describe('what recordings are kept for'),
  legalBasis: z.string().optional().describe('on what legal basis'),
  classes: z
    .array(retentionClass)
    .default([])
    .describe('other terms for calls of some routes or units; the first that holds'),
  whenFull,
  reserve: size.prefault('1GB').describe('how far over the quota is recorded then'),
  watermarks: z
    .array(z.number().gt(0).max(1))
    .default([0.8, 0.95])
    .describe('shares of the quota at which an alarm says that they are taken by what may not be evicted'),
  encryption: encryption
    .optional()
    .describe('recordings and spools are sealed on the disk; default: they stand in clear'),
});

const hostPort = z.string().regex(/^.+:\d{1,5}$/, 'write HOST:PORT');

export const redis = z.strictObject({
  url: z.string().optional().describe('redis://HOST:PORT or a Unix socket; default: a redis-server of our own'),
  sentinel: z
    .strictObject({
      name: z.string().min(1).describe('how the Sentinels call the master'),
      servers: z.array(hostPort).min(1).describe('the Sentinels, each HOST:PORT'),
    })
    .optional()
    .describe('a Redis that fails over, in place of `url`'),
  cluster: z
    .array(hostPort)
    .min(1)
    .optional()
    .describe('some nodes of a Redis Cluster, each HOST:PORT, in place of `url`'),
  password: secret.optional().describe('of `sentinel` and `cluster`; with `url` it stands there'),
});
