/** Whether a person may do something now: the table's cells, held against the facts of the case. Pure. */
import { cell } from './permissions.js';
import type { Condition, Permission } from './permissions.js';
import { hearingRoles } from './roles.js';
import type { Role } from './roles.js';

/** A person as they stand at an instant: their own roles and those that they hold as a deputy. */
export interface Person {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** Units whose head the person is, or stands in for. */
  readonly units: readonly string[];
  /** The person's own handsets. */
  readonly extensions: readonly string[];
  /** The Mayor's authorisation to hear (§ 6.2) that is in force, if one is. */
  readonly authorisation?: { readonly id: string; readonly number: string; readonly until?: number };
  /** A role, maybe one that came today, asks for a second factor that is not set up: nothing else may be done before. */
  readonly owesSecondFactor?: true;
}

/** What is known of the case. What is missing counts as not there. */
export interface Facts {
  /** Accounts that ask for it (the requester of the request); nobody acts on their own request. */
  readonly requester?: string;
  /** Handsets that took part in the recorded calls; nobody acts on a call in which they took part. */
  readonly extensions?: readonly string[];
  /** Units that took part in the calls. */
  readonly units?: readonly string[];
  /** There is a request in hand. */
  readonly request?: boolean;
  /** A purpose and a reference were stated. */
  readonly purpose?: boolean;
  /** The Secretary gave this person a purpose for this recording. */
  readonly givenPurpose?: boolean;
  /** A listening session that is open, for this recording. */
  readonly session?: boolean;
  /** Accounts that were named for the session. */
  readonly designated?: readonly string[];
  /** Another person confirmed it, and with which role. */
  readonly confirmedBy?: { readonly account: string; readonly role: Role };
  /** Whose deputy is to be named. */
  readonly deputyOf?: Role;
  /** The number of the Mayor's document. */
  readonly document?: string;
}

export type Refusal = 'role' | 'condition' | 'own-request' | 'took-part' | 'no-authorisation';
export type Verdict =
  | { readonly allowed: true; readonly role: Role; readonly condition: Condition }
  /** `needs`: what would have to be there, of the roles that come nearest. */
  | { readonly allowed: false; readonly why: Refusal; readonly needs?: Condition };

const ownUnit = (person: Person, facts: Facts): boolean =>
  facts.units?.some((unit) => person.units.includes(unit)) ?? false;

const confirmed = (person: Person, facts: Facts): boolean =>
  facts.confirmedBy !== undefined && facts.confirmedBy.account !== person.id && facts.confirmedBy.role === 'secretary';

const met: Record<Condition, (person: Person, facts: Facts) => boolean> = {
  yes: () => true,
  no: () => false,
  'with-purpose': (_, facts) => facts.purpose === true || facts.session === true,
  'session-or-given-purpose': (person, facts) =>
    facts.givenPurpose === true || (facts.session === true && (facts.designated?.includes(person.id) ?? false)),
  'within-request': (_, facts) => facts.request === true,
  'own-unit-within-request': (person, facts) => facts.request === true && ownUnit(person, facts),
  'own-unit': ownUnit,
  'to-match-request': (_, facts) => facts.request === true,
  designated: (person, facts) => facts.designated?.includes(person.id) ?? false,
  'secretary-confirms': confirmed,
  'second-person': confirmed,
  'deputy-of-secretary-or-dpo': (_, facts) =>
    (facts.deputyOf === 'secretary' || facts.deputyOf === 'dpo') && (facts.document ?? '').trim() !== '',
  'deputy-of-staff-or-unit-head': (_, facts) => facts.deputyOf === 'staff' || facts.deputyOf === 'unit_head',
};

/** Permissions that touch one request or one recording, so that one's own is out of bounds. */
const personal: ReadonlySet<Permission> = new Set<Permission>([
  ...(['recording.hear', 'request.complete', 'request.match', 'request.withdraw', 'opinion.dpo'] as const),
  ...(['opinion.unit', 'request.decide', 'session.conduct', 'hold.release', 'recording.erase'] as const),
  ...(['recording.export', 'disclosure.prepare', 'disclosure.approve', 'disclosure.opinion'] as const),
  ...(['purpose.give', 'request.see', 'action.confirm'] as const),
]);

/** Of those, what is done with the paper and not with the recording: having taken part in the call is no bar. */
const clerical: ReadonlySet<Permission> = new Set<Permission>(['request.complete', 'request.withdraw', 'request.see']);

/** Why the person is too near to the case, whatever their roles. */
export function nearness(person: Person, facts: Facts): 'own-request' | 'took-part' | undefined {
  if (facts.requester !== undefined && facts.requester === person.id) return 'own-request';
  return facts.extensions?.some((extension) => person.extensions.includes(extension)) ? 'took-part' : undefined;
}

function barred(person: Person, permission: Permission, facts: Facts): Refusal | undefined {
  if (!personal.has(permission)) return undefined;
  const near = nearness(person, facts);
  return near === 'took-part' && clerical.has(permission) ? undefined : near;
}

/** The judgement, with the role that carries it: that one is logged. */
export function judge(person: Person, permission: Permission, facts: Facts = {}): Verdict {
  const cells = person.roles
    .map((role) => ({ role, condition: cell(permission, role) }))
    .filter(({ condition }) => condition !== 'no');
  if (cells.length === 0) return { allowed: false, why: 'role' };
  const bar = barred(person, permission, facts);
  if (bar) return { allowed: false, why: bar };
  const holding = cells.find(({ condition }) => met[condition](person, facts));
  if (!holding) return { allowed: false, why: 'condition', needs: cells[0]?.condition ?? 'no' };
  const hears = permission === 'recording.hear';
  if (hears && !(hearingRoles.includes(holding.role) && person.authorisation)) {
    return { allowed: false, why: 'no-authorisation' };
  }
  return { allowed: true, ...holding };
}

/** Whether some facts could make it allowed: what a menu shows. */
export const mayEver = (person: Person, permission: Permission): boolean =>
  person.roles.some((role) => cell(permission, role) !== 'no');
