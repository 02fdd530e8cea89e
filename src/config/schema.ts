/**
 * The configuration, whole: names, kinds, defaults and what each setting means. The example file, the JSON Schema and
 * docs/configuration.md are made from here. Sizes and durations are written with their units (`50GB`, `30s`, `365d`)
 * and parsed here into bytes and milliseconds; inside the program there are only parsed values.
 */
import { z } from 'zod';
import { duration, size } from './units.js';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'use small letters, digits and hyphens');
const extension = z.string().regex(/^[0-9]{2,6}$/, 'an extension is two to six digits, in quotes');
const port = z.number().int().min(1).max(65535);
const secret = z.union([
  z.string().min(1),
  z.strictObject({ file: z.string() }).describe('a file whose first line is the secret'),
  z.strictObject({ env: z.string() }).describe('an environment variable'),
]);

const face = z.strictObject({
  name,
  address: z.string().describe('the local IP address to listen on'),
  port: port.default(5060),
  transports: z
    .array(z.enum(['udp', 'tcp']))
    .min(1)
    .default(['udp', 'tcp']),
  externalAddress: z.string().optional().describe('the address that peers see, where this machine is behind NAT'),
});

const sip = z.strictObject({
  faces: z
    .array(face)
    .min(1)
    .default([{ name: 'local', address: '127.0.0.1', port: 5060, transports: ['udp', 'tcp'] }]),
  server: z
    .strictObject({ host: z.string(), port, secret })
    .optional()
    .describe('a drachtio-server to use instead of the embedded SIP server'),
  maxCalls: z.number().int().min(1).default(200).describe('calls at once; above it new ones get 503'),
  tcpPeers: z
    .array(z.string())
    .default([])
    .describe('addresses (CIDR) to which requests above 1,300 bytes go over TCP'),
  applicationGrace: duration.default(30_000).describe('how long calls live on when the application is gone'),
});

const trunk = z.strictObject({
  name,
  addresses: z.array(z.string()).default([]).describe('source addresses of the provider: IP or CIDR'),
  proxy: z.string().describe('where calls to the provider go: sip:HOST[:PORT][;transport=udp|tcp]'),
  domain: z.string().optional().describe('host part of our From and of the Request-URI; default: the proxy'),
  register: z
    .strictObject({ username: z.string(), password: secret, expires: duration.default(3_600_000) })
    .optional()
    .describe('register at the provider with these credentials'),
  auth: z.strictObject({ username: z.string(), password: secret }).optional().describe('credentials for calls'),
  callerId: z.string().optional().describe('E.164 number shown on outbound calls, where the handset has none'),
  maxCalls: z.number().int().min(1).optional(),
});

const handset = z.strictObject({
  extension,
  password: secret,
  displayName: z.string().optional(),
  callerId: z.string().optional().describe('E.164 number shown on outbound calls from this handset'),
  external: z.boolean().default(true).describe('may call outside'),
});

const target = z.union([
  z.strictObject({ handsets: z.array(extension).min(1) }),
  z.strictObject({ announce: z.string().describe('a prompt, then the call ends') }),
]);

const route = z.strictObject({
  name,
  numbers: z.array(z.string()).min(1).describe('dialled numbers: E.164, or * for every other'),
  trunks: z.array(name).optional().describe('only calls from these trunks'),
  handsets: z.array(extension).min(1),
  strategy: z.enum(['parallel', 'in-turn']).default('parallel'),
  ring: duration.default(30_000).describe('how long to ring; in turn: each handset'),
  onBusy: target.optional(),
  onNoAnswer: target.optional(),
  record: z.enum(['always', 'never']).default('always'),
  language: z.enum(['pl', 'en']).optional(),
});

const outbound = z.strictObject({
  routes: z
    .array(
      z.strictObject({
        prefix: z
          .string()
          .regex(/^[0-9*#+]*$/)
          .default(''),
        strip: z.number().int().min(0).default(0).describe('leading digits to take away'),
        trunk: name,
        record: z.enum(['always', 'never']).default('always'),
      }),
    )
    .default([]),
  notice: z.enum(['employee', 'automatic']).default('employee'),
  unconfirmed: z.enum(['flag', 'stop', 'erase']).default('flag'),
  ring: duration.default(60_000),
});

const notice = z.strictObject({
  language: z.enum(['pl', 'en']).default('pl'),
  mode: z.enum(['answered', 'early-media']).default('answered'),
  order: z.enum(['before-ringing', 'while-ringing']).default('before-ringing'),
  choice: z.enum(['none', 'opt-out', 'opt-in']).default('none'),
  key: z
    .string()
    .regex(/^[0-9*#]$/)
    .optional()
    .describe('the key of the choice; default 9 to opt out, 1 to opt in'),
  choiceWait: duration.default(5_000).describe('how long after the notice the key is waited for'),
  mediaWait: duration.default(1_000).describe('how long at most to wait for the way to the caller'),
  onFailure: z.enum(['reject', 'connect-unrecorded']).default('reject'),
  folder: z.string().optional().describe("the office's own prompts, laid out as prompts/"),
});

const recording = z.strictObject({
  bitrate: z.number().int().min(16).max(128).default(32).describe('kbit/s of the MP3'),
  workers: z.number().int().min(1).max(16).default(1),
  quarantine: duration.default(30 * 86_400_000),
  privateGrace: duration.default(10_000).describe('how long a call goes on after *7'),
});

const storage = z.strictObject({
  data: z.string().default('data').describe('the data folder, relative to where Halina is started'),
  quota: size.default(20_000_000_000),
  minFree: size.default(1_000_000_000).describe('bytes to leave free on the file system'),
  maxAge: duration.describe('how long a recording is kept at the most; required'),
  keepAtLeast: duration.default(0).describe('younger recordings are never evicted for room'),
  keepMetadata: duration.optional().describe('how long entries outlive their recordings; default: maxAge'),
});

const media = z.strictObject({
  engines: z.number().int().min(1).max(64).default(1),
  ports: z.strictObject({ from: port.default(20_000), to: port.default(29_999) }).default({ from: 20_000, to: 29_999 }),
  portDrain: duration.default(5_000).describe('how long a port stays closed to new calls after its last'),
  silenceTimeout: duration.default(60_000).describe('end a call when a side sends no sound for so long; 0: never'),
});

export const configSchema = z.strictObject({
  office: z
    .strictObject({
      name: z.string().default('Halina'),
      country: z.string().length(2).default('PL').describe('ISO 3166 country for telephone numbers'),
      zone: z.string().default('Europe/Warsaw').describe('IANA time zone'),
    })
    .default({ name: 'Halina', country: 'PL', zone: 'Europe/Warsaw' }),
  sip: sip.prefault({}),
  unknownTrunk: z.enum(['drop', 'reject']).default('drop').describe('calls from unknown sources: no answer, or 403'),
  trunks: z.array(trunk).default([]),
  handsets: z.array(handset).default([]),
  routes: z.array(route).default([]),
  outbound: outbound.prefault({}),
  notice: notice.prefault({}),
  recording: recording.prefault({}),
  storage,
  redis: z.strictObject({ url: z.string().optional() }).prefault({}),
  media: media.prefault({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
});

/** The configuration as the program uses it: parsed, with defaults. */
export type Config = z.output<typeof configSchema>;
/** The configuration as it is written. */
export type ConfigInput = z.input<typeof configSchema>;
