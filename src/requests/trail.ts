/** What is done with requests and disclosures, put on record in the audit log before it counts. */
import type { Doer } from '../accounts/book.js';
import type { AuditEvent, AuditLog } from '../audit/audit-log.js';
import { defined } from '../base/defined.js';
import type { Refused } from './machine/events.js';
import type { AccessRequest } from './machine/state.js';

type Happening = AuditEvent extends infer E ? (E extends AuditEvent ? Omit<E, 'actor' | 'role'> : never) : never;

interface Thing {
  readonly kind: 'request' | 'disclosure';
  readonly id: string;
}

/** A step, and the states between which it leads. */
interface Step {
  readonly action: string;
  readonly from?: string;
  readonly to?: string;
}

/** The program itself. */
export const system: Doer = { actor: { by: 'system' } };
export const objectOf = (id: string): Thing => ({ kind: 'request', id });
export const disclosureOf = (id: string): Thing => ({ kind: 'disclosure', id });

class Trail {
  constructor(private readonly audit: Pick<AuditLog, 'append'>) {}

  async append(doer: Doer, event: Happening): Promise<void> {
    const personal = doer.source === undefined ? undefined : { source: doer.source };
    await this.audit.append(defined({ ...event, actor: doer.actor, role: doer.role, personal }) as AuditEvent);
  }

  protected async refused(doer: Doer, permission: string, object: Thing, refused: Refused): Promise<Refused> {
    await this.append(doer, { event: 'refused', object, facts: { permission, why: refused.code } });
    return refused;
  }
}

export class RequestTrail extends Trail {
  note(doer: Doer, { id, kind }: AccessRequest, step: Step): Promise<void> {
    return this.append(doer, { event: 'request', object: objectOf(id), facts: { ...step, kind } });
  }

  refuse(doer: Doer, permission: string, id: string, refused: Refused): Promise<Refused> {
    return this.refused(doer, permission, objectOf(id), refused);
  }
}

export class DisclosureTrail extends Trail {
  note(doer: Doer, id: string, step: Step): Promise<void> {
    return this.append(doer, { event: 'disclosure', object: disclosureOf(id), facts: { ...step } });
  }

  refuse(doer: Doer, step: string, id: string, refused: Refused): Promise<Refused> {
    return this.refused(doer, `disclosure.${step}`, disclosureOf(id), refused);
  }
}
