/**
 * Recordings that the audit log was not told of, because the program ended between the two: told at the next start, and marked
 * as such.
 */
import type { Archive } from '../archive/archive.js';
import { factsOf } from '../archive/audit-facts.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { Log } from '../base/log.js';
import { SYSTEM } from './audit-parts.js';

export async function catchUp(archive: Archive, audit: AuditLog, log: Log): Promise<void> {
  await archive.onRecord();
  const known = new Set<string>();
  for await (const { object } of audit.entries({ events: ['recording'] })) if (object) known.add(object.id);
  for await (const { entry, state } of archive.recorded()) {
    if (known.has(entry.id)) continue;
    const facts = { what: 'kept', why: 'found-at-start', ...factsOf(state.recording) } as const;
    await audit.append({ event: 'recording', actor: SYSTEM, object: { kind: 'recording', id: entry.id }, facts });
    log.warn({ callId: entry.id }, 'the audit log was not told of a recording; now it is');
  }
}
