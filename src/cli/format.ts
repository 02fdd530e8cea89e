/** How figures look to a person at a terminal. */
import type { CallSummary, Reply } from '../app/control-api.js';

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)));
  const value = count / 1000 ** step;
  return `${step === 0 ? value : value.toFixed(value < 100 ? 1 : 0)} ${units[step] ?? ''}`;
}

export function when(unixMs: number): string {
  const date = new Date(unixMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
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

const recorded = ({ recording }: CallSummary): string => {
  if (recording.state === 'recorded') return recording.path ?? 'recorded';
  return recording.why ? `${recording.state} (${recording.why})` : recording.state;
};

export function callsTable(calls: readonly CallSummary[]): string {
  if (calls.length === 0) return 'no calls';
  const rows = calls.map((call) => [
    when(call.startedAt),
    call.direction === 'inbound' ? 'in' : 'out',
    call.number || 'withheld',
    call.extension ?? '-',
    call.talkMs === undefined ? '-' : duration(call.talkMs),
    call.end ?? 'running',
    recorded(call),
  ]);
  return columns([['began', '', 'number', 'ext', 'talked', 'end', 'recording'], ...rows]);
}

export function quotaText(quota: Reply<'quota'>): string {
  const share = quota.quota > 0 ? ` (${((100 * quota.used) / quota.quota).toFixed(1)} %)` : '';
  const reach =
    quota.recordings === 0
      ? 'no recordings yet'
      : `${quota.recordings} recordings, back to ${quota.reachesBackDays.toFixed(1)} days ago`;
  const lines = [`used ${bytes(quota.used)} of ${bytes(quota.quota)}${share}, free ${bytes(quota.free)}`, reach];
  if (quota.plan) lines.push(planText(quota.plan));
  return lines.join('\n');
}

export function planText(plan: NonNullable<Reply<'quota'>['plan']>): string {
  if (plan.recordings === 0) return plan.fits ? 'nothing goes' : 'nothing can go: what is there is protected';
  const back = plan.reachesBackTo === undefined ? '' : `; then the oldest is from ${when(plan.reachesBackTo)}`;
  const rest = plan.fits ? '' : '; that is not enough, the rest is protected';
  return `${plan.recordings} recordings go (${bytes(plan.bytes)})${back}${rest}`;
}
