/**
 * `halina reindex`: the index made anew, and what could not be. The journal may be lost and recordings with it; the audit
 * log says what there was: calls and holds that it knows and the archive does not are named.
 */
import type { Archive } from '../archive/archive.js';
import type { AuditLog } from '../audit/audit-log.js';
import { defined } from '../base/defined.js';
import type { CallId } from '../base/brands.js';
import type { Progress } from '../base/progress.js';
import type { Reply } from './control-api.js';

type Lost = Reply<'reindex'>['lost'][number];

/** What the audit log says of a call, the last word about each thing. */
interface Known {
  recording?: string;
  readonly holds: Set<string>;
}

async function knownToAudit(audit: AuditLog): Promise<Map<string, Known>> {
  const calls = new Map<string, Known>();
  for await (const { event, object, facts } of audit.entries({ events: ['recording', 'hold'] })) {
    if (!object) continue;
    const known = calls.get(object.id) ?? { holds: new Set() };
    calls.set(object.id, known);
    if (event === 'recording') known.recording = String(facts['what']);
    else if (facts['change'] === 'placed') known.holds.add(String(facts['hold']));
    else known.holds.delete(String(facts['hold']));
  }
  return calls;
}

async function* lostCalls(archive: Archive, audit: AuditLog): AsyncGenerator<Lost> {
  for (const [id, { recording, holds }] of await knownToAudit(audit)) {
    const record = await archive.find(id as CallId);
    if (!record && recording === 'kept') {
      const what = 'the audit log knows its recording; neither the journal nor a file has it';
      yield { kind: 'call-lost', id, what, todo: 'restore it from a backup, or accept the loss' };
    }
    const standing = new Set((record?.guards ?? []).map((guard) => guard.id));
    const lost = record ? [...holds].filter((hold) => !standing.has(hold)) : [];
    if (lost.length === 0) continue;
    const what = `the audit log knows ${lost.length === 1 ? 'a hold' : `${lost.length} holds`} on it that no journal has`;
    yield { kind: 'hold-lost', id, what, todo: 'place it again (halina hold), before the recording is evicted' };
  }
}

export async function reindexAll(archive: Archive, audit: AuditLog, progress: Progress): Promise<Reply<'reindex'>> {
  const { calls, entered, open } = await archive.reindex(progress);
  await archive.indexed();
  await archive.onRecord();
  const lost: Lost[] = open.map((one) => defined({ ...one }));
  for await (const one of lostCalls(archive, audit)) lost.push(one);
  return { calls, entered, lost };
}
