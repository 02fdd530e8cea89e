/** An audit log on a disk in memory. */
import { Alarms } from '../../src/base/alarms.js';
import { silentLog } from '../../src/base/log.js';
import { AuditLog, type AuditEvent, type AuditOptions } from '../../src/audit/audit-log.js';
import { MemoryFiles } from './memory-files.js';
import { VirtualClock } from './virtual-clock.js';

export const DATA = '/data';

export interface AuditFixture {
  readonly files: MemoryFiles;
  readonly clock: VirtualClock;
  readonly alarms: Alarms;
  readonly audit: AuditLog;
}

export async function openAudit(
  options: Partial<Omit<AuditOptions, 'files' | 'clock'>> & { files?: MemoryFiles; clock?: VirtualClock } = {},
): Promise<AuditFixture> {
  const { files = new MemoryFiles(), clock = new VirtualClock(), ...rest } = options;
  const alarms = new Alarms(clock, silentLog);
  const common = { data: DATA, reserveBytes: 4096, log: silentLog, alarms };
  return { files, clock, alarms, audit: await AuditLog.open({ ...common, ...rest, files, clock }) };
}

/** Someone looked for calls; `number` is what the filter says, as personal as it gets. */
export function searched(number: string, results = 1): AuditEvent {
  return {
    event: 'search',
    actor: { by: 'account', id: 'A1' },
    role: 'secretary',
    facts: { results, filters: ['number'] },
    personal: { number, source: '192.0.2.7' },
  };
}
