/**
 * What people of the office have set from their handsets: night mode, who is logged in to a group or queue, where calls are
 * forwarded, who is not to be disturbed. It goes before what the configuration says, and is kept over restarts. Pure:
 * every change gives new settings.
 */
import { z } from 'zod';
import type { NightMode } from './hours/opening.js';

/** When calls are forwarded. */
export const occasions = ['always', 'busy', 'noAnswer', 'notRegistered'] as const;
export type Occasion = (typeof occasions)[number];

const handsetSchema = z.object({
  /** A number as it is dialled from the handset; `null`: switched off, whatever the configuration says. */
  forward: z.partialRecord(z.enum(occasions), z.string().nullable()).default({}),
  doNotDisturb: z.boolean().default(false),
});

export const settingsSchema = z.object({
  /** By schedule; without an entry the hours count. */
  night: z.record(z.string(), z.enum(['closed', 'open'])).default({}),
  /** By `group/NAME` or `queue/NAME`, then by extension: logged in or out; others are as the configuration says. */
  members: z.record(z.string(), z.record(z.string(), z.boolean())).default({}),
  /** By extension. */
  handsets: z.record(z.string(), handsetSchema).default({}),
});

export type Settings = z.output<typeof settingsSchema>;
type HandsetSettings = Settings['handsets'][string];

export const noSettings: Settings = { night: {}, members: {}, handsets: {} };

/** A group or queue, and who belongs to it by the configuration. */
export interface Team {
  readonly kind: 'group' | 'queue';
  readonly name: string;
  readonly members: readonly string[];
  readonly mayJoin: readonly string[];
}

export type Change =
  | { readonly set: 'night'; readonly schedule: string; readonly mode: NightMode }
  | { readonly set: 'member'; readonly team: Team; readonly extension: string; readonly isIn: boolean }
  | { readonly set: 'forward'; readonly extension: string; readonly on: Occasion; readonly to: string | undefined }
  | { readonly set: 'doNotDisturb'; readonly extension: string; readonly on: boolean };

export function changed(settings: Settings, change: Change): Settings {
  switch (change.set) {
    case 'night': {
      const { [change.schedule]: _before, ...night } = settings.night;
      return { ...settings, night: change.mode === 'automatic' ? night : { ...night, [change.schedule]: change.mode } };
    }
    case 'member': {
      const key = teamKey(change.team);
      const members = { ...settings.members[key], [change.extension]: change.isIn };
      return { ...settings, members: { ...settings.members, [key]: members } };
    }
    case 'forward': {
      const before = handsetSettings(settings, change.extension);
      const forward = { ...before.forward, [change.on]: change.to ?? null };
      return withHandset(settings, change.extension, { ...before, forward });
    }
    case 'doNotDisturb':
      return withHandset(settings, change.extension, {
        ...handsetSettings(settings, change.extension),
        doNotDisturb: change.on,
      });
  }
}

const teamKey = ({ kind, name }: Pick<Team, 'kind' | 'name'>): string => `${kind}/${name}`;

const withHandset = (settings: Settings, extension: string, handset: HandsetSettings): Settings => ({
  ...settings,
  handsets: { ...settings.handsets, [extension]: handset },
});

/** What a handset has set; nothing for one that never did. */
export const handsetSettings = (settings: Settings, extension: string): HandsetSettings =>
  settings.handsets[extension] ?? { forward: {}, doNotDisturb: false };

export const nightMode = (settings: Settings, schedule: string): NightMode => settings.night[schedule] ?? 'automatic';

/** Who is logged in, in the order of the configuration. */
export function loggedIn(settings: Settings, team: Team): readonly string[] {
  const set = settings.members[teamKey(team)] ?? {};
  const guests = team.mayJoin.filter((extension) => !team.members.includes(extension));
  return [
    ...team.members.filter((extension) => set[extension] ?? true),
    ...guests.filter((extension) => set[extension] ?? false),
  ];
}
