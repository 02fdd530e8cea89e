/**
 * What no single setting of an office's roads shows: names that lead nowhere, keys and overflows that go in a circle, hours that
 * overlap or contradict one another, codes that stand for two things.
 */
import { duplicates, knownHandsets, unknown } from './check-tools.js';
import { holidayCountries } from './holidays.js';
import { dayNumber, formatTime, type Days, type Interval } from './opening.js';
import { settingName, type CheckProblem, type SettingPath } from './problems.js';
import { shippedPrompts } from './notice.js';
import type { Config } from './schema.js';

type Target = NonNullable<Config['routes'][number]['to']>;
type Schedule = Config['schedules'][number];

export function officeChecks(config: Config): CheckProblem[] {
  return [
    ...twice(config),
    ...mixedUp(config),
    ...config.routes.flatMap((route, n) => whereTo(route, n)),
    ...targetsOf(config).flatMap(({ target, path }) => leads(config, target, path)),
    ...config.schedules.flatMap((schedule, n) => scheduleChecks(config, schedule, ['schedules', n])),
    ...config.hours.flatMap(({ schedule }, n) =>
      unknown(schedule, names(config.schedules), 'schedule', ['hours', n, 'schedule']),
    ),
    ...teams(config),
    ...said(config),
    ...circles(config),
    ...forwards(config),
  ];
}

const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);

function twice(config: Config): CheckProblem[] {
  const sections = ['schedules', 'hours', 'menus', 'groups', 'queues'] as const;
  const codes = allCodes(config);
  return [
    ...sections.flatMap((section) => duplicates(names(config[section]), String, (n) => [section, n, 'name'])),
    ...duplicates(
      codes,
      ({ code }) => `the code ${code}`,
      (n) => codes[n]?.path ?? [],
      'each service has a code of its own',
    ),
  ];
}

function allCodes(config: Config): { readonly code: string; readonly path: SettingPath }[] {
  const own = Object.entries(config.codes).map(([name, code]) => ({ code, path: ['codes', name] }));
  const sections = ['schedules', 'groups', 'queues'] as const;
  const others = sections.flatMap((section) =>
    config[section].flatMap(({ code }, n) => (code === undefined ? [] : [{ code, path: [section, n, 'code'] }])),
  );
  return [...own, ...others];
}

/** A service whose code alone cannot be told from picking up or parking a call. */
function mixedUp(config: Config): CheckProblem[] {
  const { pickUp, park } = config.features;
  const taken = [pickUp, ...(park.orbits > 0 ? [park.code] : [])];
  // Forwards are dialled with a number after a second *, which those have not.
  const alone = allCodes(config).filter(({ path }) => !String(path[1]).startsWith('forward'));
  return alone.flatMap(({ code, path }) => {
    const other = taken.find((keys) => `*${code}`.startsWith(keys));
    return other ? [{ path, message: `*${code} cannot be told from the code ${other} under features` }] : [];
  });
}

function whereTo(route: Config['routes'][number], n: number): CheckProblem[] {
  const path = ['routes', n];
  if (route.handsets.length === 0 && !route.to)
    return [
      { path, message: 'calls of this route lead nowhere', hint: 'name `handsets` to ring, or a target under `to`' },
    ];
  if (route.handsets.length > 0 && route.to)
    return [{ path: [...path, 'to'], message: 'this route has two ways to go', hint: 'leave out `handsets`, or `to`' }];
  return [];
}

interface Placed {
  readonly target: Target;
  readonly path: SettingPath;
}

/** Every target of the configuration, with its place. */
function targetsOf(config: Config): Placed[] {
  const placed = (path: SettingPath, targets: Readonly<Record<string, Target | undefined>>): Placed[] =>
    Object.entries(targets).flatMap(([name, target]) => (target ? [{ target, path: [...path, name] }] : []));
  return [
    ...config.routes.flatMap(({ to, onBusy, onNoAnswer }, n) => placed(['routes', n], { to, onBusy, onNoAnswer })),
    ...config.hours.flatMap(({ open, closed, holiday, night }, n) =>
      placed(['hours', n], { open, closed, holiday, night }),
    ),
    ...config.menus.flatMap(({ keys, otherwise }, n) => [
      ...placed(['menus', n, 'keys'], keys),
      ...placed(['menus', n], { otherwise }),
    ]),
    ...config.groups.flatMap(({ onBusy, onNoAnswer }, n) => placed(['groups', n], { onBusy, onNoAnswer })),
    ...config.queues.flatMap(({ overflow }, n) => placed(['queues', n], { overflow })),
  ];
}

function leads(config: Config, target: Target, path: SettingPath): CheckProblem[] {
  if ('handsets' in target) return knownHandsets(config, target.handsets, [...path, 'handsets']);
  if ('group' in target) return unknown(target.group, names(config.groups), 'group', [...path, 'group']);
  if ('queue' in target) return unknown(target.queue, names(config.queues), 'queue', [...path, 'queue']);
  if ('menu' in target) return unknown(target.menu, names(config.menus), 'menu', [...path, 'menu']);
  if ('hours' in target) return unknown(target.hours, names(config.hours), 'opening hours', [...path, 'hours']);
  if ('announce' in target) return aPrompt(config, target.announce, [...path, 'announce']);
  if ('number' in target && config.outbound.routes.length === 0)
    return [{ path, message: 'no call can go outside: there is no outbound route', hint: 'see outbound.routes' }];
  return [];
}

/** Names of the prompts that the roads of the office say. */
export function promptsSaid(config: Config): string[] {
  const announced = targetsOf(config).flatMap(({ target }) => ('announce' in target ? [target.announce] : []));
  const welcomes = config.queues.flatMap(({ welcome }) => welcome ?? []);
  return [...announced, ...config.menus.map(({ say }) => say), ...welcomes];
}

/** An office with prompts of its own may have more of them. */
const aPrompt = (config: Config, name: string, path: SettingPath): CheckProblem[] =>
  config.notice.folder ? [] : unknown(name, shippedPrompts, 'prompt', path);

function said(config: Config): CheckProblem[] {
  return [
    ...config.menus.flatMap((menu, n) => [
      ...aPrompt(config, menu.say, ['menus', n, 'say']),
      ...(Object.keys(menu.keys).length === 0
        ? [{ path: ['menus', n, 'keys'], message: 'there is no key to choose', hint: 'e.g. "1": { queue: citizens }' }]
        : []),
    ]),
    ...config.queues.flatMap(({ welcome, music }, n) => [
      ...(welcome ? aPrompt(config, welcome, ['queues', n, 'welcome']) : []),
      ...(config.notice.folder ? [] : unknown(music, ['waiting'], 'music', ['queues', n, 'music'])),
    ]),
  ];
}

function teams(config: Config): CheckProblem[] {
  const members = (list: readonly string[], path: SettingPath): CheckProblem[] => [
    ...knownHandsets(config, list, path),
    ...duplicates(list, String, (m) => [...path, m]),
  ];
  return [
    ...config.groups.flatMap((group, n) => [
      ...members(group.members, ['groups', n, 'members']),
      ...members(group.mayJoin, ['groups', n, 'mayJoin']),
    ]),
    ...config.queues.flatMap((queue, n) => [
      ...members(queue.agents, ['queues', n, 'agents']),
      ...members(queue.mayJoin, ['queues', n, 'mayJoin']),
    ]),
    ...config.schedules.flatMap(({ switchedBy }, n) => members(switchedBy ?? [], ['schedules', n, 'switchedBy'])),
  ];
}

function scheduleChecks({ office }: Config, schedule: Schedule, path: SettingPath): CheckProblem[] {
  const problems = [
    ...Object.entries(schedule.week).flatMap(([day, hours]) => overlaps(hours, [...path, 'week', day])),
    ...schedule.exceptions.flatMap(({ hours }, n) => overlaps(hours, [...path, 'exceptions', n, 'hours'])),
    ...contradictions(schedule, path),
  ];
  const isEverOpen = [...Object.values(schedule.week), ...schedule.exceptions.map(({ hours }) => hours)].some(
    (hours) => hours.length > 0,
  );
  if (!isEverOpen) problems.push({ path: [...path, 'week'], message: 'with these hours the office never opens' });
  if (schedule.holidays === 'closed' && !holidayCountries.includes(office.country))
    problems.push({
      path: [...path, 'holidays'],
      message: `the public holidays of ${office.country} cannot be computed`,
      hint: 'set `holidays: open`, and list them under `exceptions`',
    });
  return problems;
}

/** Hours of one day that overlap. */
function overlaps(hours: readonly Interval[], path: SettingPath): CheckProblem[] {
  const text = ({ from, to }: Interval): string => `${formatTime(from)}-${formatTime(to)}`;
  return hours.flatMap((one, n) => {
    const other = hours.slice(0, n).find(({ from, to }) => one.from < to && from < one.to);
    return other ? [{ path: [...path, n], message: `${text(one)} overlaps with ${text(other)}` }] : [];
  });
}

/** Two exceptions for one day of which neither goes before the other. */
function contradictions({ exceptions }: Schedule, path: SettingPath): CheckProblem[] {
  return exceptions.flatMap(({ on }, n) => {
    const first = exceptions.findIndex((other) => meets(other.on, on));
    if (first === n) return [];
    const place = settingName([...path, 'exceptions', first]);
    return [
      { path: [...path, 'exceptions', n, 'on'], message: `for these days there are other hours at ${place} already` },
    ];
  });
}

function meets(a: Days, b: Days): boolean {
  if (a.kind === 'yearly') return b.kind === 'yearly' && a.month === b.month && a.day === b.day;
  if (b.kind === 'yearly') return false;
  return dayNumber(a.first) <= dayNumber(b.last) && dayNumber(b.first) <= dayNumber(a.last);
}

/** The place that a target names, for the search of circles. */
function placeOf(target: Target): string | undefined {
  if ('group' in target) return `group ${target.group}`;
  if ('queue' in target) return `queue ${target.queue}`;
  if ('menu' in target) return `menu ${target.menu}`;
  return 'hours' in target ? `opening hours ${target.hours}` : undefined;
}

/**
 * Roads on which a caller who does nothing goes round for ever. A key of a menu may lead back: whoever presses it has a
 * way out.
 */
function circles(config: Config): CheckProblem[] {
  const onward = (path: SettingPath, targets: Readonly<Record<string, Target | undefined>>) =>
    Object.entries(targets).flatMap(([name, target]) => {
      const to = target && placeOf(target);
      return to === undefined ? [] : [{ to, path: [...path, name] }];
    });
  const roads = new Map<string, ReturnType<typeof onward>>([
    ...config.hours.map(
      ({ name, open, closed, holiday, night }, n) =>
        [`opening hours ${name}`, onward(['hours', n], { open, closed, holiday, night })] as const,
    ),
    ...config.menus.map(({ name, otherwise }, n) => [`menu ${name}`, onward(['menus', n], { otherwise })] as const),
    ...config.groups.map(
      ({ name, onBusy, onNoAnswer }, n) => [`group ${name}`, onward(['groups', n], { onBusy, onNoAnswer })] as const,
    ),
    ...config.queues.map(({ name, overflow }, n) => [`queue ${name}`, onward(['queues', n], { overflow })] as const),
  ]);
  const done = new Set<string>();
  const problems: CheckProblem[] = [];
  const walk = (place: string, trail: readonly string[]): void => {
    if (done.has(place)) return;
    for (const { to, path } of roads.get(place) ?? []) {
      const at = [...trail, place].indexOf(to);
      if (at < 0) walk(to, [...trail, place]);
      else {
        const round = [...trail, place].slice(at);
        const message = `calls would go round for ever: ${[...round, to].join(' → ')}`;
        problems.push({ path, message, hint: 'let one of them end with handsets, an announcement or hangUp' });
      }
    }
    done.add(place);
  };
  for (const place of roads.keys()) walk(place, []);
  return problems;
}

function forwards(config: Config): CheckProblem[] {
  const { handsets } = config;
  const isHandset = (number: string): boolean => handsets.some(({ extension }) => extension === number);
  return handsets.flatMap(({ extension, forward }, n) =>
    Object.entries(forward).flatMap(([on, to]: [string, string | undefined]): CheckProblem[] => {
      if (to === undefined) return [];
      const path = ['handsets', n, 'forward', on];
      if (to === extension) return [{ path, message: `${extension} would forward to itself` }];
      if (!isHandset(to) && !config.outbound.routes.some(({ prefix }) => to.startsWith(prefix)))
        return [{ path, message: `${to} is neither a handset nor a number that an outbound route takes` }];
      return on === 'always' && returns(config, extension)
        ? [{ path, message: 'these forwards lead back to where they began', hint: 'one of these handsets has to ring' }]
        : [];
    }),
  );
}

/** Whether forwarding every call from here comes back here. */
function returns({ handsets }: Config, from: string): boolean {
  const seen = new Set<string>();
  let at: string | undefined = from;
  while (at !== undefined && !seen.has(at)) {
    seen.add(at);
    at = handsets.find(({ extension }) => extension === at)?.forward.always;
  }
  return at === from;
}
