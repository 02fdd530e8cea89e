/** What is done with requests, put on record in the audit log before it counts. */
import type { Doer } from '../accounts/book.js';
import type { AuditEvent, AuditLog } from '../audit/audit-log.js';
import { defined } from '../base/defined.js';
import type { Refused } from './machine/events.js';
import type { AccessRequest } from './machine/state.js';

type Happening = AuditEvent extends infer E ? (E extends AuditEvent ? Omit<E, 'actor' | 'role'> : never) : never;

/** The program itself. */
export const system: Doer = { actor: { by: 'system' } };
export const objectOf = (id: string): { kind: string; id: string } => ({ kind: 'request', id });

export class RequestTrail {
  constructor(private readonly audit: Pick<AuditLog, 'append'>) {}

  note(doer: Doer, { id, kind }: AccessRequest, facts: { action: string; from?: string; to?: string }): Promise<void> {
    return this.append(doer, { event: 'request', object: objectOf(id), facts: { ...facts, kind } });
  }

  async refuse(doer: Doer, permission: string, id: string, refused: Refused): Promise<Refused> {
    await this.append(doer, { event: 'refused', object: objectOf(id), facts: { permission, why: refused.code } });
    return refused;
  }

  async append(doer: Doer, event: Happening): Promise<void> {
    const personal = doer.source === undefined ? undefined : { source: doer.source };
    await this.audit.append(defined({ ...event, actor: doer.actor, role: doer.role, personal }) as AuditEvent);
  }
}
