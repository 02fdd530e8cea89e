/** What the routes over access requests share: whose request it is, what the table of permissions asks of it, refusals. */
import { z } from 'zod';
import type { Facts, Person } from '../../../accounts/judge.js';
import type { Permission } from '../../../accounts/permissions.js';
import type { Clock } from '../../../base/clock.js';
import type { AccessRequests, Acted } from '../../../requests/access-requests.js';
import { factsOf } from '../../../requests/inbox.js';
import type { RefusalCode, Refused } from '../../../requests/machine/events.js';
import type { Letters } from '../../../requests/papers/letters.js';
import type { RequestRecord } from '../../../requests/records.js';
import type { Archive } from '../../../archive/archive.js';
import { accountDoer } from '../../doer.js';
import { Problem, type ProblemKind } from '../../frame/problem.js';
import type { Context } from '../../frame/route.js';
import type { ListeningSessions } from '../../listening/sessions.js';

export interface RequestParts {
  readonly requests: AccessRequests;
  readonly letters: Pick<Letters, 'blankForm'>;
  readonly archive: Pick<Archive, 'find' | 'search'>;
  readonly listening: ListeningSessions;
  /** Those who can be named for a session. */
  readonly people: () => readonly Person[];
  readonly zone: string;
  readonly office: string;
  readonly clock: Clock;
}

export const requestParams = z.object({ id: z.string().regex(/^[0-9a-f]{16}$/) });
export type RequestParams = z.output<typeof requestParams>;

/** A list, or a look: the room itself keeps out of sight what is not for this person. */
export const within = ({ asker }: Pick<Context, 'asker'>): Facts => ({ request: true, units: asker.person.units });

/** What is known of the request, for the table of permissions. */
export function caseOf(requests: Pick<AccessRequests, 'find'>, id: string): Facts {
  const record = requests.find(id);
  if (!record) return {};
  const { request } = record;
  const { state } = request;
  const designated = 'approval' in state ? { designated: state.approval.appointment.present } : {};
  return { ...factsOf(request), ...designated };
}

/** Who acts, with the role that lets them. */
export async function doing(context: Context, permission: Permission, facts: Facts) {
  const { role } = await context.permit(permission, facts);
  return accountDoer(context, role);
}

/** The request after a step, or why it was not taken; that stands in the audit log already. */
export function taken(acted: Acted): RequestRecord {
  if ('record' in acted) return acted.record;
  throw refusal(acted.refused);
}

const refusals: Readonly<Record<RefusalCode, readonly [ProblemKind, string]>> = {
  'out-of-order': ['not-now', 'The request is in another state now. Load the page again.'],
  'not-yours': ['forbidden', 'This step belongs to another role.'],
  'own-request': ['forbidden', 'Nobody acts on their own request.'],
  'took-part': ['forbidden', 'Nobody acts on a call in which they took part.'],
  'four-eyes': ['forbidden', 'Who gave an opinion does not decide.'],
  kind: ['invalid', 'This step does not go with this kind of request.'],
  incomplete: ['invalid', 'Something is missing.'],
  'number-withheld': ['invalid', "The caller's number is withheld (§ 2.7)."],
  'number-differs': ['invalid', 'The number of the call is not the one on the form.'],
  'term-too-short': ['invalid', 'The term is too short.'],
  'not-due': ['not-now', 'The term is not over yet.'],
  'already-given': ['not-now', 'This was done already.'],
  'not-designated': ['forbidden', 'Only who was named to be present can do this.'],
  'no-authorisation': ['forbidden', 'Hearing needs an authorisation of the Mayor that is in force (§ 6.2).'],
  'wrong-time': ['not-now', 'This is not the time for it.'],
  'outside-recording': ['invalid', 'This is not a recording of this request.'],
  unconfirmed: ['invalid', 'Everyone who is present confirms the protocol, or it is said why one does not.'],
};

export function refusal({ code, message }: Refused): Problem {
  const [kind, en] = refusals[code];
  const pl = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
  return new Problem(kind, { pl, en });
}

export const inTheFuture = (): Problem =>
  new Problem('invalid', {
    pl: 'Data wpływu nie może być w przyszłości.',
    en: 'The date of receipt cannot be in the future.',
  });
