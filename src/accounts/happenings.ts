/** What of accounts goes into the audit log, in its words. */
import type { Person } from './judge.js';
import { secondFactorRoles } from './roles.js';

export const needsSecondFactor = ({ roles }: { readonly roles: Person['roles'] }): boolean =>
  roles.some((role) => secondFactorRoles.includes(role));

export const objectOf = ({ id }: { readonly id: string }) => ({ kind: 'account', id });
export const event = (change: string, account: { readonly id: string }, what?: readonly string[]) => ({
  event: 'account' as const,
  object: objectOf(account),
  facts: { change, ...(what ? { what: [...what] } : {}) },
});
export const factor = (
  change: 'added' | 'removed' | 'reset' | 'used-recovery-code',
  account: { readonly id: string },
) => ({
  event: 'second_factor' as const,
  object: objectOf(account),
  facts: { change, kind: 'totp' },
});
