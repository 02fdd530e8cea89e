/**
 * The configuration, whole: names, kinds, defaults and what each setting means. The JSON Schema for editors and
 * docs/configuration.md are made from here by `npm run docs`. Sizes and durations are written with their units (`50GB`,
 * `30s`, `365d`) and parsed here into bytes and milliseconds; inside the program there are only parsed values.
 */
import { z } from 'zod';
import { digits, extension, language, name } from './atoms.js';
import { codecList } from './codecs.js';
import { consoleSection } from './console.js';
import { defence } from './defence.js';
import { encryption } from './encryption.js';
import { audit } from './audit.js';
import { backup } from './backup.js';
import { alerts, ops } from './ops.js';
import { presence } from './presence.js';
import { device, provisioning } from './provisioning.js';
import { requests } from './requests.js';
import { codes, forward, group, hours, menu, queue, schedule, target } from './office.js';
import { retentionClass, whenFull } from './retention.js';
import { callClass, emergency, guard } from './outbound-rules.js';
import { trunkManners } from './trunk-manners.js';
import { srtpPolicy } from './srtp.js';
import { duration, size, someTime } from './units.js';

/** The announcements that come with Halina (prompts/<language>/<name>.wav). */
export const shippedPrompts = [
  'busy',
  'closed',
  'code-refused',
  'do-not-disturb-off',
  'do-not-disturb-on',
  'forward-off',
  'forward-on',
  'group-in',
  'group-out',
  'menu',
  'menu-invalid',
  'night-automatic',
  'night-closed',
  'night-open',
  'information',
  'no-answer',
  'notice',
  'notice-opt-in',
  'notice-opt-out',
  'please-wait',
  'private',
  'queue-full',
  'recording-stopped',
  'reminder',
  'unavailable',
] as const;

const port = z.number().int().min(1).max(65535);
const secret = z.union([
  z.string().min(1),
  z.strictObject({ file: z.string() }).describe('a file whose first line is the secret'),
  z.strictObject({ env: z.string() }).describe('an environment variable that holds it'),
]);
const hostPort = z.string().regex(/^.+:\d{1,5}$/, 'write HOST:PORT');
const record = z.enum(['always', 'never']);

const office = z.strictObject({
  name: z.string().default('Halina').describe('what the office is called, in recordings and messages'),
  country: z
    .string()
    .length(2)
    .default('PL')
    .describe('ISO 3166 country by whose rules telephone numbers without a country code are read'),
  zone: z.string().default('Europe/Warsaw').describe('IANA time zone that stands beside every time'),
});

const tls = z.strictObject({
  certificates: z
    .array(
      z.strictObject({
        certificate: z.string().describe('PEM file, with the certificates of those who signed it below its own'),
        key: z.string().describe('PEM file of its private key, without a passphrase'),
      }),
    )
    .default([])
    .describe(
      'what peers are shown: the first, or the one with the name that they ask for; renewed files are taken up at once. ' +
        'Without any, TLS is only for connections that Halina opens',
    ),
  trusted: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("PEM files of certificates whose signature on a peer's counts; default: the well-known authorities"),
  clients: z
    .enum(['none', 'wanted', 'required'])
    .default('none')
    .describe('whether peers that connect must show a certificate that is good'),
  wildcards: z
    .boolean()
    .default(false)
    .describe('take a certificate for *.example.com as one for sip.example.com, which RFC 5922 does not'),
});

const address = z.string().describe('an IP address');

const face = z.strictObject({
  name: name.describe('how the log names it'),
  address: z
    .union([address, z.array(address).min(1)])
    .describe('local IP address to listen on, or several of them, IPv4 and IPv6'),
  port: port.default(5060).describe('SIP port for UDP and TCP'),
  transports: z
    .array(z.enum(['udp', 'tcp', 'tls', 'ws', 'wss']))
    .min(1)
    .default(['udp', 'tcp'])
    .describe('transports that are listened on; ws and wss are for telephones in browsers'),
  tlsPort: port.default(5061).describe('port for TLS'),
  wsPort: port.default(5066).describe('port for WebSocket without TLS'),
  wssPort: port.default(7443).describe('port for WebSocket with TLS'),
  externalAddress: z
    .union([address, z.array(address).min(1)])
    .optional()
    .describe('address that peers see, where this machine is behind NAT; at most one of each family'),
  tls: tls.optional().describe('certificates, for tls and wss'),
  codecs: codecList.optional().describe('voice codecs of the peers on this face; default: media.codecs'),
  origins: z
    .array(z.string())
    .optional()
    .describe('web pages from which browsers may connect, e.g. https://halina.example; default: from every one'),
});

const dns = z.strictObject({
  servers: z.array(z.string()).optional().describe("DNS servers (IP or IP:port) to ask; default: the system's"),
  longest: someTime.prefault('1h').describe('how long an answer is kept at the most, whatever its own time to live'),
  stale: duration.prefault('24h').describe('how long the last answer is used when DNS gives none'),
});

const server = z.strictObject({
  host: z.string().describe('its address'),
  port: port.describe('its port for applications, usually 9022'),
  secret: secret.describe('what applications must say'),
});

const sip = z.strictObject({
  faces: z
    .array(face)
    .min(1)
    .prefault([{ name: 'local', address: '127.0.0.1' }])
    .describe(
      'addresses to listen on, e.g. one towards the provider and one towards the handsets; default: 127.0.0.1 alone',
    ),
  server: server.optional().describe('a drachtio-server to use instead of the embedded SIP server'),
  maxCalls: z.number().int().min(1).default(200).describe('calls at once; above it new ones get 503'),
  tcpPeers: z
    .array(z.string())
    .default([])
    .describe('addresses (IP or CIDR) to which requests above 1,300 bytes go over TCP'),
  dns: dns.prefault({}).describe('how names of providers are looked up (RFC 3263)'),
  failover: someTime
    .prefault('5s')
    .describe('how long a server of a provider may say nothing before the next one in DNS is tried'),
  applicationGrace: duration.prefault('30s').describe('how long calls live on when the call application is gone'),
});

const trunk = z.strictObject({
  name: name.describe('how routes and entries name it'),
  addresses: z.array(z.string()).default([]).describe('source addresses of the provider: IP, CIDR or host name'),
  proxy: z
    .string()
    .describe('where calls to the provider go: sip:HOST[:PORT][;transport=udp|tcp|tls]; without a port by DNS (SRV)'),
  certificate: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      "names of which the provider's certificate must prove one: its calls count only over TLS with it, see sip.faces[].tls.clients",
    ),
  domain: z.string().optional().describe('host part of From and of the Request-URI; default: that of the proxy'),
  register: z
    .strictObject({
      username: z.string().describe('account at the provider'),
      password: secret.describe('its password'),
      expires: someTime.prefault('1h').describe('how long a registration is asked for'),
      flows: z
        .array(z.string())
        .max(3)
        .default([])
        .describe(
          'further servers of the provider, written as `proxy`, to be registered at as well, so that calls come while one of them stands (RFC 5626): only where the provider says so',
        ),
    })
    .optional()
    .describe('register at the provider with these credentials'),
  auth: z
    .strictObject({ username: z.string().describe('account'), password: secret.describe('its password') })
    .optional()
    .describe('credentials for calls, where they are not those of `register`'),
  callerId: digits.optional().describe('E.164 number shown on outbound calls, where the handset has none'),
  maxCalls: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('calls at once through this trunk; default: no limit of its own'),
  tellHold: z
    .boolean()
    .default(false)
    .describe('tell the provider when a handset holds a call, for providers that end calls without sound'),
  ...trunkManners,
});

const handset = z.strictObject({
  extension: extension.describe('its number within the office, and its user name'),
  password: secret.describe('its password'),
  displayName: z.string().optional().describe('name of the employee or the desk'),
  unit: z.string().min(1).max(80).optional().describe('the unit of the office that it belongs to'),
  callerId: digits.optional().describe('E.164 number shown on outbound calls from this handset'),
  external: z.boolean().default(true).describe('may call outside; emergency numbers it may always'),
  class: name.default('standard').describe('what it may call outside: a class of outbound.classes'),
  withhold: z.boolean().default(false).describe('its number is never shown outside but on emergency calls'),
  pickUpGroup: name
    .optional()
    .describe('handsets with the same one pick up calls for one another; those without are one group'),
  device: device.optional().describe('the telephone itself, if it fetches its configuration from here'),
  forward: forward.prefault({}).describe('where its calls go instead; the handset may say otherwise by code'),
  forwardAfter: someTime.prefault('20s').describe('how long it rings before forward.noAnswer'),
  srtp: srtpPolicy
    .default('allow')
    .describe(
      'encrypted sound: never, where the handset can, only so (both by keys in signalling over TLS, or DTLS-SRTP if it asks), or by DTLS-SRTP alone; a telephone in a browser (ws, wss) always gets DTLS-SRTP',
    ),
});

const route = z.strictObject({
  name: name.describe('how entries name it'),
  numbers: z
    .array(
      z
        .string()
        .regex(/^(\*|\+?[0-9][0-9 ()/.-]{2,}|\+?[0-9]+\*)$/, 'write a number, the beginning of one with *, or "*"'),
    )
    .min(1)
    .describe('dialled numbers: E.164, a beginning such as `+4822783*`, or `*` for every other'),
  trunks: z.array(name).min(1).optional().describe('only calls from these trunks; default: from every trunk'),
  handsets: z.array(extension).default([]).describe('who is rung'),
  to: target.optional().describe('where the calls go, in place of `handsets`: a group, queue, menu, opening hours…'),
  strategy: z.enum(['parallel', 'in-turn']).default('parallel').describe('all at once, or one after another'),
  ring: someTime.prefault('30s').describe('how long to ring; in turn: each handset'),
  onBusy: target.optional().describe('when every handset is busy; default: the prompt `busy`'),
  onNoAnswer: target.optional().describe('when nobody answers; default: the prompt `no-answer`'),
  record: record.default('always').describe("`never` for lines such as the data-protection officer's"),
  language: language.optional().describe('of the announcements; default: notice.language'),
});

const outboundRoute = z.strictObject({
  prefix: z
    .string()
    .regex(/^[0-9*#+]*$/, 'use digits, *, # and +')
    .default('')
    .describe('what the dialled number begins with; the longest that fits is taken'),
  strip: z.number().int().min(0).default(0).describe('leading digits to take away'),
  trunk: name.optional().describe('the trunk that such calls take; instead of `trunks`'),
  trunks: z
    .array(z.union([name, z.strictObject({ trunk: name, weight: z.number().int().min(0).max(1000).default(1) })]))
    .min(1)
    .optional()
    .describe('several trunks: where one cannot take a call, the next one does'),
  order: z
    .enum(['listed', 'weighted'])
    .default('listed')
    .describe('the first of `trunks` always first, or each as often as its weight says'),
  record: record.default('always').describe('`never`: these calls are not recorded'),
});

const outbound = z.strictObject({
  routes: z.array(outboundRoute).default([]).describe('which numbers go out by which trunk'),
  classes: z.array(callClass).default([]).describe('who may call numbers that cost; without it nobody may'),
  guard: guard
    .prefault({})
    .describe('stops calls abroad, and raises an alarm, when there are more than there should be'),
  notice: z
    .enum(['employee', 'automatic'])
    .default('employee')
    .describe(
      'who gives the notice: the employee, reminded by a whisper until the callee answers, or Halina to the callee on answer',
    ),
  unconfirmed: z
    .enum(['flag', 'stop', 'erase'])
    .default('flag')
    .describe('a call in which the employee did not confirm the notice by *1: marked, not recorded further, or erased'),
  ring: someTime.prefault('60s').describe('how long to wait for an answer'),
});

const notice = z.strictObject({
  language: language.default('pl').describe('of the announcements, where the route says nothing'),
  mode: z
    .enum(['answered', 'early-media'])
    .default('answered')
    .describe('answer the caller and play it, or play it before the answer (free for the caller; not with a choice)'),
  order: z
    .enum(['before-ringing', 'while-ringing'])
    .default('before-ringing')
    .describe('ring after the notice, or during it (nobody can answer before its end in either case)'),
  choice: z
    .enum(['none', 'opt-out', 'opt-in'])
    .default('none')
    .describe('whether a key keeps the call from being recorded, or is needed for it to be'),
  key: z
    .string()
    .regex(/^[0-9*#]$/, 'one key: a digit, * or #, in quotes')
    .optional()
    .describe('the key of the choice; default 9 to opt out, 1 to opt in'),
  informationKey: z
    .string()
    .regex(/^[0-9*#]$/, 'one key: a digit, * or #, in quotes')
    .optional()
    .describe(
      'the key by which the caller hears the whole information under art. 13 GDPR (prompt `information`), pressed while the notice plays or the choice is waited for; default: none; employees play it by *4',
    ),
  choiceWait: duration.prefault('5s').describe('how long after the notice the key is waited for'),
  mediaWait: duration.prefault('1s').describe('how long at most to wait for the way to the caller'),
  onFailure: z
    .enum(['reject', 'connect-unrecorded'])
    .default('reject')
    .describe('what becomes of a call to which the notice cannot be played'),
  folder: z
    .string()
    .optional()
    .describe("the office's own prompts, laid out as prompts/; they go before those of Halina"),
});

const recording = z.strictObject({
  bitrate: z.number().int().min(16).max(128).default(32).describe('kbit/s of the MP3'),
  workers: z.number().int().min(1).max(16).default(1).describe('threads that encode'),
  quarantine: duration
    .prefault('30d')
    .describe('how long what was recorded before *7 or *9 is kept, unplayable, before it is erased'),
  privateGrace: duration.prefault('10s').describe('how long a call goes on after *7'),
});

const storage = z.strictObject({
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

const code = z.string().regex(/^[*#][0-9*#]{1,5}$/, 'a code begins with * or #, in quotes');

const features = z.strictObject({
  pickUp: code
    .default('*8')
    .describe('takes a call that rings at another handset; with an extension after it, at that one'),
  park: z
    .strictObject({
      code: code
        .default('*6')
        .describe('with the number of an orbit after it: transfer a call there, or dial it to get one'),
      orbits: z.number().int().min(0).max(99).default(9).describe('how many orbits there are; 0: no parking'),
      timeout: someTime.prefault('120s').describe('a parked call goes back to who parked it after so long'),
    })
    .prefault({})
    .describe('parking calls, to be taken up at any handset'),
  transfer: z
    .strictObject({
      ring: someTime
        .prefault('30s')
        .describe('how long who a call is sent to is rung, before it goes back to the sender'),
      returnRing: someTime.prefault('60s').describe('how long the sender is rung then'),
    })
    .prefault({})
    .describe('sending calls on'),
  holdMusic: z
    .boolean()
    .default(true)
    .describe('play the prompt `music`, if there is one, to whoever a handset puts on hold'),
});

const media = z.strictObject({
  engines: z.number().int().min(1).max(64).default(1).describe('media processes; calls are shared out among them'),
  ports: z
    .strictObject({ from: port.default(20_000).describe('first'), to: port.default(29_999).describe('last') })
    .prefault({})
    .describe('UDP ports for RTP and RTCP; a call takes four'),
  portDrain: duration.prefault('5s').describe('how long a port stays closed to new calls after its last'),
  plane: z
    .enum(['auto', 'kernel', 'session'])
    .default('auto')
    .describe(
      'who relays sound: the kernel (Linux, at a tenth of the cost) where it can, it or nothing, or sockets alone',
    ),
  codecs: codecList
    .default(['PCMA', 'PCMU', 'G722', 'opus'])
    .describe('voice codecs, the best first: PCMA, PCMU, G722, opus; G.722 and Opus are recorded at 16 kHz'),
  transcodedCalls: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(16)
    .describe('calls of a media process whose sides may speak different codecs; about 2 % of a core each'),
  silenceTimeout: duration.prefault('60s').describe('end a call when a side sends no sound for so long; 0s: never'),
  srtpWithoutTls: z
    .boolean()
    .default(false)
    .describe('encrypt sound also where signalling is not encrypted: whoever reads it has the keys'),
});

export const configSchema = z.strictObject({
  office: office.prefault({}).describe('the office itself'),
  sip: sip.prefault({}).describe('the SIP server'),
  unknownTrunk: z
    .enum(['drop', 'reject'])
    .default('drop')
    .describe('calls from unknown sources: no answer at all, or 403'),
  defence: defence.prefault({}).describe('throttles and bans of those who guess and scan'),
  trunks: z.array(trunk).default([]).describe('the lines to the providers'),
  handsets: z.array(handset).default([]).describe('the telephones of the office'),
  routes: z.array(route).default([]).describe('where calls from outside go, by the number that was dialled'),
  schedules: z.array(schedule).default([]).describe('opening hours, and night mode'),
  hours: z.array(hours).default([]).describe('where calls go by the opening hours'),
  menus: z.array(menu).default([]).describe('"press 1 for…"'),
  groups: z.array(group).default([]).describe('handsets that are rung together'),
  queues: z.array(queue).default([]).describe('where callers wait for whoever is free next'),
  codes: codes.prefault({}).describe('what handsets dial to forward their calls, or to be left alone'),
  emergency: emergency.prefault({}).describe('calls to 112 and the like, which go out ahead of everything'),
  outbound: outbound.prefault({}).describe('calls from handsets to the outside'),
  provisioning: provisioning.optional().describe('configuration that handsets fetch by themselves, over HTTPS'),
  presence: presence.prefault({}).describe('what handsets may know of one another: lamps, presence, missed calls'),
  notice: notice.prefault({}).describe('the announcement before every call from outside (ordinance § 1.3.2)'),
  features: features.prefault({}).describe('what handsets can do with a call'),
  recording: recording.prefault({}).describe('how calls are recorded'),
  storage: storage.describe('where recordings are kept, how many and how long'),
  audit: audit.prefault({}).describe('the audit log: who did what'),
  redis: z
    .strictObject({
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
    })
    .prefault({})
    .describe('the index of calls'),
  media: media.prefault({}).describe('the media engine'),
  ops: ops.prefault({}).describe('figures, health, and how the program stops'),
  backup: backup.optional().describe('a backup every day, by the program itself; default: none'),
  requests: requests.prefault({}).describe('requests of people to hear a recording of theirs'),
  alerts: alerts.prefault({}).describe('telling alarms to people'),
  console: consoleSection.prefault({}).describe('the pages in which people work, and the API behind them'),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('the least that is said'),
    })
    .prefault({})
    .describe('what the program says'),
});

/** The configuration as the program uses it: parsed, with defaults. */
export type Config = z.output<typeof configSchema>;
/** The configuration as it is written. */
export type ConfigInput = z.input<typeof configSchema>;
