/** How `halina status` looks to a person at a terminal. */
import type { OfficeStatus } from '../calls/office-status.js';
import { bytes, columns, duration, paint } from './format.js';
import { formatTime } from './zone.js';

export function statusText(status: OfficeStatus, zone: string): string {
  const { at, startedAt, calls, disk } = status;
  const share = disk.quota > 0 ? ` (${((100 * disk.used) / disk.quota).toFixed(1)} %)` : '';
  const registered = status.handsets.filter((one) => one.contacts.length > 0).length;
  return [
    `up for ${duration(at - startedAt)}, ${calls.running} of at most ${calls.most} calls, ${calls.recording} recording`,
    `disk: ${bytes(disk.used)} of ${bytes(disk.quota)}${share}, ${disk.recordings} recordings, reaches back ${disk.reachesBackDays.toFixed(1)} days`,
    ...(status.encoder ? [status.encoder.text] : []),
    ...backup(status, zone),
    ...alarms(status, zone),
    '',
    columns([['trunk', 'provider', 'registration', 'calls'], ...status.trunks.map((one) => trunkRow(one, zone))]),
    '',
    `handsets: ${registered} of ${status.handsets.length} registered`,
    columns(status.handsets.map(handsetRow)),
    ...queues(status),
    ...turnedAway(status, zone),
  ].join('\n');
}

function backup({ backup: state }: OfficeStatus, zone: string): string[] {
  if (!state) return [];
  const { target, lastAt, nextAt, running, failure } = state;
  const last = lastAt === undefined ? 'none yet' : `last ${formatTime(lastAt, zone)}`;
  const next = running ? 'one is being taken' : nextAt === undefined ? '' : `next ${formatTime(nextAt, zone)}`;
  const said = [last, next, ...(failure === undefined ? [] : [`failed: ${failure}`])].filter((one) => one !== '');
  return [`backup in ${target}: ${said.join(', ')}`];
}

function alarms({ alarms: list }: OfficeStatus, zone: string): string[] {
  if (list.length === 0) return [paint('green', 'no alarms')];
  return list.map((one) => paint('red', `ALARM ${one.code}: ${one.message} (since ${formatTime(one.since, zone)})`));
}

function trunkRow(
  { name, health, registration, calls, maxCalls }: OfficeStatus['trunks'][number],
  zone: string,
): string[] {
  const until = registration?.until === undefined ? '' : ` until ${formatTime(registration.until, zone)}`;
  const why = registration?.reason === undefined ? '' : `: ${registration.reason}`;
  return [
    name,
    health,
    registration ? `${registration.state}${until}${why}` : '-',
    maxCalls === undefined ? String(calls) : `${calls} of ${maxCalls}`,
  ];
}

function handsetRow({ extension, displayName, contacts }: OfficeStatus['handsets'][number]): string[] {
  const where = contacts.map(
    ({ address, protocol, reachable, userAgent }) =>
      `${protocol} ${address}${userAgent === undefined ? '' : ` ${userAgent}`}${reachable ? '' : ' (does not answer)'}`,
  );
  return [`  ${extension}`, displayName ?? '', where.join(', ') || 'not registered'];
}

function queues({ at, queues: list }: OfficeStatus): string[] {
  if (list.length === 0) return [];
  const rows = list.map(({ name, waiting, since, agents, free }) => [
    name,
    String(waiting),
    since === undefined ? '-' : duration(at - since),
    `${free} free of ${agents}`,
  ]);
  return ['', columns([['queue', 'waiting', 'longest', 'agents'], ...rows])];
}

function turnedAway({ bans, counters }: OfficeStatus, zone: string): string[] {
  const { authentication, admission, guard } = counters;
  const said = Object.entries({
    ...admission,
    ...guard,
    'wrong passwords': authentication['wrong'] ?? 0,
    scans: authentication['scans'] ?? 0,
  }) // prettier-ignore
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${what} ${count}`);
  return [
    '',
    `turned away: ${said.join(', ') || 'nothing'}`,
    ...bans.map((ban) => `banned: ${ban.address} until ${formatTime(ban.until, zone)} (${ban.times}.)`),
  ];
}
