/** What differs between two configurations, and which of it a running program can take over. */
import type { Config } from './schema.js';

/**
 * When a change of a setting takes effect: `now` (for what runs too), `next-call` (calls that run keep what they began
 * with) or `restart`. The longest beginning of a setting's name counts.
 */
export type Effect = 'now' | 'next-call' | 'restart';

const effects: Readonly<Record<string, Effect>> = {
  office: 'next-call',
  sip: 'restart',
  'sip.maxCalls': 'next-call',
  unknownTrunk: 'now',
  defence: 'now',
  'defence.ban': 'restart',
  'defence.longestBan': 'restart',
  'defence.guesses': 'restart',
  trunks: 'restart',
  handsets: 'next-call',
  routes: 'next-call',
  schedules: 'next-call',
  hours: 'next-call',
  menus: 'next-call',
  groups: 'next-call',
  queues: 'next-call',
  codes: 'next-call',
  emergency: 'next-call',
  outbound: 'next-call',
  features: 'next-call',
  provisioning: 'restart',
  presence: 'now',
  notice: 'next-call',
  'notice.folder': 'restart',
  recording: 'restart',
  'recording.quarantine': 'now',
  'recording.privateGrace': 'next-call',
  storage: 'now',
  'storage.data': 'restart',
  'storage.encryption': 'restart',
  audit: 'restart',
  redis: 'restart',
  media: 'restart',
  ops: 'restart',
  requests: 'restart',
  'ops.drain': 'now',
  alerts: 'restart',
  backup: 'restart',
  console: 'restart',
  log: 'restart',
};

/** `setting`: a name such as `storage.quota` or `handsets[201].password`. */
export function effectOf(setting: string): Effect {
  let name = setting.replaceAll(/\[.*?\]/g, '');
  for (;;) {
    const effect = effects[name];
    if (effect) return effect;
    if (!name.includes('.')) return 'restart';
    name = name.slice(0, name.lastIndexOf('.'));
  }
}

/**
 * Names of the settings in which two configurations differ, never their values. Things in lists are named by what they
 * are: `handsets[201]`, `trunks[provider].proxy`.
 */
export function changedSettings(before: Config, after: Config): string[] {
  return differences('', before, after);
}

function differences(name: string, before: unknown, after: unknown): string[] {
  if (Object.is(before, after)) return [];
  const [a, b] = [members(before), members(after)];
  if (!a || !b) return [name];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key) => {
    const inner = Array.isArray(before) || Array.isArray(after) ? `${name}[${key}]` : name ? `${name}.${key}` : key;
    return differences(inner, a.get(key), b.get(key));
  });
}

/** The parts of a value by name; undefined where it has none. Lists of plain values count as one value in their order. */
function members(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  return new Map(value.map((item: unknown, index) => [identity(item) ?? String(index), item]));
}

function identity(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { name, extension } = item as { name?: unknown; extension?: unknown };
  return typeof name === 'string' ? name : typeof extension === 'string' ? extension : undefined;
}

/** The new configuration, with every setting that takes a restart as it was: what a running program works with. */
export function takenOver(running: Config, wanted: Config): Config {
  const { audit, sip, trunks, redis, media, log, provisioning, alerts, backup, requests, console: pages } = running;
  const { ban, longestBan, guesses } = running.defence;
  const others = { ...wanted };
  delete others.provisioning;
  delete others.backup;
  const storage = { ...wanted.storage, data: running.storage.data };
  delete storage.encryption;
  return {
    ...others,
    ...(provisioning ? { provisioning } : {}),
    ...(backup ? { backup } : {}),
    audit,
    trunks,
    redis,
    media,
    console: pages,
    log,
    alerts,
    requests,
    ops: { ...running.ops, drain: wanted.ops.drain },
    defence: { ...wanted.defence, ban, longestBan, guesses },
    sip: { ...sip, maxCalls: wanted.sip.maxCalls },
    notice: { ...wanted.notice, folder: running.notice.folder },
    recording: { ...wanted.recording, ...startOnly(running.recording) },
    storage: { ...storage, ...(running.storage.encryption ? { encryption: running.storage.encryption } : {}) },
  };
}

/** What of recording a reload leaves as it was. */
function startOnly({ workers, bitrate, encoder }: Config['recording']): Partial<Config['recording']> {
  return { workers, bitrate, encoder };
}
