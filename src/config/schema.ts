/**
 * The configuration, whole: names, kinds, defaults and what each setting means. The JSON Schema for editors and
 * docs/configuration.md are made from here by `npm run docs`. Sizes and durations are written with their units (`50GB`,
 * `30s`, `365d`) and parsed here into bytes and milliseconds; inside the program there are only parsed values.
 */
import { z } from 'zod';
import { alerts, ops } from './ops.js';
import { audit } from './audit.js';
import { backup } from './backup.js';
import { consoleSection } from './console.js';
import { defence } from './defence.js';
import { features, handset } from './handset.js';
import { recording, redis, storage } from './keeping.js';
import { media } from './media.js';
import { notice } from './notice.js';
import { codes, group, hours, menu, queue, schedule } from './office.js';
import { emergency } from './outbound-rules.js';
import { presence } from './presence.js';
import { provisioning } from './provisioning.js';
import { requests } from './requests.js';
import { outbound, route } from './routes.js';
import { sip } from './sip.js';
import { trunk } from './trunk.js';

const office = z.strictObject({
  name: z.string().default('Halina').describe('what the office is called, in recordings and messages'),
  country: z
    .string()
    .length(2)
    .default('PL')
    .describe('ISO 3166 country by whose rules telephone numbers without a country code are read'),
  zone: z.string().default('Europe/Warsaw').describe('IANA time zone that stands beside every time'),
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
  redis: redis.prefault({}).describe('the index of calls'),
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
