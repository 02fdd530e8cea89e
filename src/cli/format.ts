/** How answers look to a person at a terminal. Times are those of the office's zone. */
import { styleText } from 'node:util';
import type { CheckReport } from '../app/check.js';
import type { CallSummary, Reply } from '../app/control-api.js';
import { networkText } from '../app/network/network-report.js';
import { formatTime } from './zone.js';

type Style = Parameters<typeof styleText>[0];

/** Colours where the reader is a terminal that has them (NO_COLOR is heeded). */
export function paint(style: Style, text: string): string {
  return process.stdout.isTTY && process.stdout.hasColors() ? styleText(style, text) : text;
}

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)));
  const value = count / 1000 ** step;
  return `${step === 0 ? value : value.toFixed(value < 100 ? 1 : 0)} ${units[step] ?? ''}`;
}

/** `1:02:03` or `2:03` */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** Columns as wide as their widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [n, cell] of row.entries()) widths[n] = Math.max(widths[n] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, n) => cell.padEnd(widths[n] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const faxText = (kind: 'g711' | 't38'): string => (kind === 't38' ? 'fax (T.38)' : 'fax (in sound)');

const recorded = ({ recording, fax }: CallSummary): string => {
  if (recording.state === 'recorded') return recording.path ?? 'recorded';
  if (fax && recording.why === 'fax') return faxText(fax);
  return recording.why ? `${recording.state} (${recording.why})` : recording.state;
};

export function callsTable({ calls, next }: Reply<'calls'>, zone: string): string {
  if (calls.length === 0) return 'no calls';
  const rows = calls.map((call) => [
    formatTime(call.startedAt, zone),
    call.direction === 'inbound' ? 'in' : 'out',
    call.number || 'withheld',
    call.extension ?? '-',
    call.talkMs === undefined ? '-' : duration(call.talkMs),
    call.end ?? 'running',
    recorded(call),
  ]);
  const table = columns([['began', '', 'number', 'ext', 'talked', 'end', 'recording'], ...rows]);
  return next ? `${table}\nmore: --cursor ${next}` : table;
}

export function liveTable({ at, calls }: Reply<'live'>, zone: string): string {
  if (calls.length === 0) return 'no call runs';
  const directions = { inbound: 'in', outbound: 'out', internal: 'internal' } as const;
  const rows = calls.map((call) => [
    formatTime(call.startedAt, zone),
    directions[call.direction],
    call.outside ?? (call.direction === 'internal' ? '-' : 'withheld'),
    call.dialled,
    call.extension ?? '-',
    call.state,
    call.connectedAt === undefined ? '-' : duration(at - call.connectedAt),
    call.fax ? faxText(call.fax) : call.recording ? 'recording' : '-',
  ]);
  return columns([['began', '', 'number', 'dialled', 'ext', 'state', 'talking', ''], ...rows]);
}

const recordings = (count: number): string => (count === 1 ? '1 recording' : `${count} recordings`);

export function quotaText(quota: Reply<'quota'>, zone: string): string {
  const share = quota.quota > 0 ? ` (${((100 * quota.used) / quota.quota).toFixed(1)} %)` : '';
  const reach =
    quota.recordings === 0
      ? 'no recordings yet'
      : `${recordings(quota.recordings)}, reaches back ${quota.reachesBackDays.toFixed(1)} days`;
  const lines = [`used ${bytes(quota.used)} of ${bytes(quota.quota)}${share}, free ${bytes(quota.free)}`, reach];
  if (quota.held.recordings > 0) lines.push(`held: ${recordings(quota.held.recordings)}, ${bytes(quota.held.bytes)}`);
  if (quota.recordings > 0 || quota.plan) lines.push(quota.forecast.text);
  if (quota.plan) lines.push(planText(quota.plan, zone));
  if (quota.pending !== undefined) lines.push(waitsText({ pending: quota.pending }));
  return lines.join('\n');
}

export const waitsText = ({ pending }: { readonly pending: string }): string =>
  `not done yet: it waits for the Secretary to confirm it in the console (${pending})`;

export function planText(plan: NonNullable<Reply<'quota'>['plan']>, zone: string): string {
  if (plan.recordings === 0) return plan.fits ? 'nothing goes' : 'nothing can go: what is there is protected';
  const back =
    plan.reachesBackTo === undefined ? '' : `; then the oldest is from ${formatTime(plan.reachesBackTo, zone)}`;
  const rest = plan.fits ? '' : '; that is not enough, the rest is protected';
  return `${recordings(plan.recordings)} (${bytes(plan.bytes)})${back}${rest}`;
}

/** How far the audit log is proven, and against whom. */
function proofText({ lines, anchoredTo, outsideTo }: Reply<'verify'>['audit']): string {
  const signed = `audit log: ${lines} events, anchored to ${anchoredTo}`;
  return outsideTo === undefined
    ? `${signed}; not proven against whoever administers this machine (compare with anchors kept elsewhere: --anchors FILE)`
    : `${signed}; proven to ${outsideTo} by anchors kept elsewhere`;
}

const differenceText = ({ kind, path, id, what, todo }: Reply<'verify'>['differences'][number]): string =>
  `${paint('yellow', kind)}: ${path ?? id ?? ''} ${what}\n  ${todo}`;

export function verifyText({ differences, audit }: Reply<'verify'>): string {
  if (differences.length === 0) {
    return [paint('green', 'journal, index, disk and audit log agree'), proofText(audit)].join('\n');
  }
  return [...differences.map(differenceText), proofText(audit)].join('\n');
}

export function reindexText({ calls, entered, lost }: Reply<'reindex'>): string {
  const made = `${calls} ${calls === 1 ? 'call is' : 'calls are'} in the index`;
  const tags = entered > 0 ? [`${recordings(entered)} that the journal did not know, entered from the tags`] : [];
  const rest = lost.length > 0 ? ['what could not be made anew:', ...lost.map(differenceText)] : [];
  return [made, ...tags, ...rest].join('\n');
}

export function checkText({ config, findings, network }: CheckReport): string {
  const colours = { error: 'red', warning: 'yellow' } as const;
  const found = findings.map(
    ({ level, message, hint }) => `${paint(colours[level], level)}: ${message}${hint ? `\n  ${hint}` : ''}`,
  );
  const verdict = found.length === 0 ? [paint('green', `${config}: all is well`)] : found;
  return [...(network ? [networkText(network), ''] : []), ...verdict].join('\n');
}
