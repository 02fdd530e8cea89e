/**
 * What handsets dial to set something: `*CODE#` on, `*CODE*VALUE#` on with a value, `#CODE#` off, `*#CODE#` asks, as the
 * supplementary services of ETSI EN 300 738 and of every mobile telephone are dialled. Telephones that take `#` for
 * "dial now" keep the last one to themselves, so it may be missing.
 */
import type { Config } from '../../config/schema.js';
import type { NightMode } from './hours/opening.js';
import type { Change, Occasion, Team } from './settings.js';

export type Service =
  | { readonly is: 'forward'; readonly on: Occasion }
  | { readonly is: 'doNotDisturb' }
  | { readonly is: 'night'; readonly schedule: string; readonly switchedBy: readonly string[] | undefined }
  | { readonly is: 'team'; readonly team: Team };

/** What of the configuration has codes. */
export type CodeConfig = Pick<Config, 'codes' | 'schedules' | 'groups' | 'queues'>;

export const groupTeam = ({ name, members, mayJoin }: Config['groups'][number]): Team => ({
  kind: 'group',
  name,
  members,
  mayJoin,
});
export const queueTeam = ({ name, agents, mayJoin }: Config['queues'][number]): Team => ({
  kind: 'queue',
  name,
  members: agents,
  mayJoin,
});

/** Every service by its code. Where one code stands for two, which is a mistake of the configuration, the first counts. */
export function servicesOf(config: CodeConfig): ReadonlyMap<string, Service> {
  const { codes, schedules, groups, queues } = config;
  const all: readonly (readonly [string | undefined, Service])[] = [
    [codes.forwardAlways, { is: 'forward', on: 'always' }],
    [codes.forwardBusy, { is: 'forward', on: 'busy' }],
    [codes.forwardNoAnswer, { is: 'forward', on: 'noAnswer' }],
    [codes.forwardNotRegistered, { is: 'forward', on: 'notRegistered' }],
    [codes.doNotDisturb, { is: 'doNotDisturb' }],
    ...schedules.map(({ code, name, switchedBy }) => [code, { is: 'night', schedule: name, switchedBy }] as const),
    ...groups.map((group) => [group.code, { is: 'team', team: groupTeam(group) }] as const),
    ...queues.map((queue) => [queue.code, { is: 'team', team: queueTeam(queue) }] as const),
  ];
  const services = new Map<string, Service>();
  for (const [code, service] of all) if (code !== undefined && !services.has(code)) services.set(code, service);
  return services;
}

export type Request =
  | { readonly do: 'change'; readonly service: Service; readonly change: Change }
  | { readonly do: 'ask'; readonly service: Service }
  /** The service is there, but not for this handset, or not with this value. */
  | { readonly do: 'refuse'; readonly service: Service; readonly why: 'not-allowed' | 'value' | 'circle' };

/** `*CODE#`, `*CODE*VALUE#`, `#CODE#`, `*#CODE#`; the last # may be missing. */
const DIALLED = /^(\*#|\*|#)(\d{2,3})(?:\*(\+?\d+))?#?$/;

/** What a handset asks for by these keys; undefined where they are no code of a service. */
export function requestOf(
  keys: string,
  extension: string,
  services: ReadonlyMap<string, Service>,
): Request | undefined {
  const match = DIALLED.exec(keys);
  const service = services.get(match?.[2] ?? '');
  if (!match || !service) return undefined;
  const [, how, , value] = match;
  if (how === '*#') return value === undefined ? { do: 'ask', service } : undefined;
  const off = how === '#';
  // `*61` alone may be another code: a forward has a number, or at least a # that says that it was meant.
  if (service.is === 'forward' && !off && value === undefined && !keys.endsWith('#')) return undefined;
  if (!mayUse(service, extension)) return { do: 'refuse', service, why: 'not-allowed' };
  const change = off && value !== undefined ? undefined : changeOf(service, extension, off, value);
  return change ? { do: 'change', service, change } : { do: 'refuse', service, why: 'value' };
}

function mayUse(service: Service, extension: string): boolean {
  if (service.is === 'night') return service.switchedBy?.includes(extension) ?? true;
  if (service.is !== 'team') return true;
  return service.team.members.includes(extension) || service.team.mayJoin.includes(extension);
}

const nightModes: Readonly<Record<string, NightMode>> = { '0': 'open', '1': 'closed' };

function changeOf(service: Service, extension: string, off: boolean, value: string | undefined): Change | undefined {
  switch (service.is) {
    case 'forward':
      if (!off && (value === undefined || value === extension)) return undefined;
      return { set: 'forward', extension, on: service.on, to: off ? undefined : value };
    case 'doNotDisturb':
      return value === undefined ? { set: 'doNotDisturb', extension, on: !off } : undefined;
    case 'night': {
      const mode = off ? 'automatic' : nightModes[value ?? '1'];
      return mode && { set: 'night', schedule: service.schedule, mode };
    }
    case 'team':
      return value === undefined ? { set: 'member', team: service.team, extension, isIn: !off } : undefined;
  }
}
