/** What the command line can do with accounts, in the running program or where none runs. */
import { z } from 'zod';
import type { Accounts, AccountView } from '../accounts/accounts.js';
import type { Doer } from '../accounts/book.js';
import type { ActionRecord } from '../accounts/records.js';
import { roles } from '../accounts/roles.js';
import { HalinaError } from '../base/errors.js';

const login = z.string();
const reason = z.string().min(1);
const uid = z.number().int().nonnegative();

export const peopleRequest = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('list') }),
  z.strictObject({ do: z.literal('add'), uid, login, name: z.string(), roles: z.array(z.enum(roles)).min(1) }),
  z.strictObject({ do: z.literal('roles'), uid, login, roles: z.array(z.enum(roles)), reason }),
  z.strictObject({ do: z.literal('link'), uid, login }),
  z.strictObject({ do: z.literal('block'), uid, login, reason }),
  z.strictObject({ do: z.literal('unblock'), uid, login }),
  z.strictObject({ do: z.literal('reset-second-factor'), uid, login, reason }),
]);
export type PeopleRequest = z.infer<typeof peopleRequest>;

const user = z.strictObject({
  login: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  password: z.boolean(),
  secondFactor: z.boolean(),
  blocked: z.boolean(),
});

export const peopleReply = z.strictObject({
  users: z.array(user),
  /** Opens the page on which the person sets the password; works once. Unix milliseconds. */
  link: z.strictObject({ token: z.string(), expiresAt: z.number() }).optional(),
  /** What waits for the Secretary. */
  pending: z.string().optional(),
});
export type PeopleReply = z.infer<typeof peopleReply>;

const userOf = (view: AccountView): z.infer<typeof user> => ({
  login: view.login,
  name: view.name,
  roles: [...view.roles],
  password: view.hasPassword,
  secondFactor: view.hasSecondFactor,
  blocked: view.blocked !== undefined,
});

const waits = (action: ActionRecord | undefined): Pick<PeopleReply, 'pending'> =>
  action?.state === 'asked' ? { pending: action.id } : {};

export async function doWithPeople(accounts: Accounts, request: PeopleRequest): Promise<PeopleReply> {
  if (request.do === 'list') return { users: accounts.list().map(userOf) };
  const doer: Doer = { actor: { by: 'command-line', uid: request.uid } };
  if (request.do === 'add') {
    const { account, pending } = await accounts.create(doer, request);
    return { users: [userOf(account)], link: await accounts.links.make(doer, account.id), ...waits(pending) };
  }
  const { id } = find(accounts, request.login);
  const now = (): PeopleReply['users'] => [userOf(find(accounts, request.login))];
  switch (request.do) {
    case 'roles':
      return { ...waits(await accounts.setRoles(doer, id, request.roles, request.reason)), users: now() };
    case 'link':
      return { link: await accounts.links.make(doer, id), users: now() };
    case 'block':
      await accounts.block(doer, id, request.reason);
      return { users: now() };
    case 'unblock':
      await accounts.unblock(doer, id);
      return { users: now() };
    case 'reset-second-factor':
      return { ...waits(await accounts.askSecondFactorReset(doer, id, request.reason)), users: now() };
  }
}

function find(accounts: Accounts, login: string): AccountView {
  const account = accounts.byLogin(login);
  if (account) return account;
  throw new HalinaError('ACCOUNT_UNKNOWN', `there is no account '${login}'`, { hint: 'see `halina user list`' });
}
