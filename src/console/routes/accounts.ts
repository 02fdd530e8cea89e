/** Accounts: who works here and in which roles. */
import { z } from 'zod';
import type { Accounts } from '../../accounts/accounts.js';
import { actionKinds } from '../../accounts/records.js';
import { roles } from '../../accounts/roles.js';
import { accountDoer } from '../doer.js';
import { json, type Route } from '../frame/route.js';

const id = z.string().max(64);
const reason = z.string().trim().min(3).max(500);
const names = z.array(z.string().trim().min(1).max(100)).max(50);

export const accountView = z.object({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  roles: z.array(z.enum(roles)).readonly(),
  units: z.array(z.string()).readonly(),
  extensions: z.array(z.string()).readonly(),
  createdAt: z.number(),
  hasPassword: z.boolean(),
  hasSecondFactor: z.boolean(),
  recoveryCodesLeft: z.number(),
  blocked: z.object({ at: z.number(), why: z.string() }).optional(),
});

export const actionView = z.object({
  id: z.string(),
  action: z.enum(actionKinds),
  subject: z.string(),
  params: z.record(z.string(), z.unknown()),
  reason: z.string(),
  askedBy: z.string(),
  askedAt: z.number(),
  expiresAt: z.number(),
  state: z.enum(['asked', 'confirmed', 'done', 'failed', 'refused', 'lapsed']),
  decidedBy: z.string().optional(),
  decidedAt: z.number().optional(),
  note: z.string().optional(),
});

const changed = z.object({ pending: actionView.optional() });
const params = z.object({ id });
/** What an administrator does with accounts is in the audit log by the accounts' own door, before its effect. */
const common = { needs: 'accounts.change', audit: 'in-room' } as const;

export function accountRoutes(accounts: Accounts): Route[] {
  return [...lists(accounts), ...changes(accounts), ...doors(accounts)];
}

function lists(accounts: Accounts): Route[] {
  return [
    json({
      ...common,
      method: 'GET',
      path: '/accounts',
      summary: 'All accounts',
      audit: () => ({ event: 'search', facts: { filters: ['accounts'] } }),
      answer: z.object({ accounts: z.array(accountView) }),
      handle: () => ({ accounts: accounts.list() }),
    }),
    json({
      method: 'GET',
      path: '/people',
      summary: 'Names of those who work here, to show in place of ids',
      needs: 'person',
      audit: 'nothing',
      answer: z.object({ people: z.array(z.object({ id: z.string(), name: z.string() })) }),
      handle: () => ({ people: accounts.list().map(({ id: one, name }) => ({ id: one, name })) }),
    }),
  ];
}

function changes(accounts: Accounts): Route[] {
  return [
    json({
      ...common,
      method: 'POST',
      path: '/accounts',
      summary: 'A new account; a link for its password is made apart',
      body: z.strictObject({
        login: z.string().trim().max(40),
        name: z.string().trim().max(100),
        roles: z.array(z.enum(roles)).max(7),
        reason: reason.optional(),
      }),
      answer: changed.extend({ account: accountView }),
      handle: async (context) => {
        const { reason: why, ...given } = context.body;
        const made = await accounts.create(accountDoer(context, 'administrator'), { ...given, ...(why ? { reason: why } : {}) }); // prettier-ignore
        context.reply.status = 201;
        return made;
      },
    }),
    json({
      ...common,
      method: 'PUT',
      path: '/accounts/:id',
      summary: 'Name, units, handsets',
      params,
      body: z.strictObject({ name: z.string().trim().min(1).max(100), units: names, extensions: names }),
      answer: accountView,
      handle: (context) => accounts.update(accountDoer(context, 'administrator'), context.params.id, context.body),
    }),
    json({
      ...common,
      method: 'PUT',
      path: '/accounts/:id/roles',
      summary: 'Roles; one that hears waits for the Secretary',
      params,
      body: z.strictObject({ roles: z.array(z.enum(roles)).max(7), reason }),
      answer: changed,
      handle: async (context) => {
        const { roles: wanted, reason: why } = context.body;
        const doer = accountDoer(context, 'administrator');
        const pending = await accounts.setRoles(doer, context.params.id, wanted, why);
        return pending ? { pending } : {};
      },
    }),
  ];
}

function doors(accounts: Accounts): Route[] {
  return [
    json({
      ...common,
      method: 'POST',
      path: '/accounts/:id/block',
      summary: 'Bars the account; its sessions end',
      params,
      body: z.strictObject({ why: reason }),
      answer: z.object({}),
      handle: async (context) => {
        await accounts.block(accountDoer(context, 'administrator'), context.params.id, context.body.why);
        return {};
      },
    }),
    json({
      ...common,
      method: 'POST',
      path: '/accounts/:id/unblock',
      summary: 'Lets the account in again',
      params,
      answer: z.object({}),
      handle: async (context) => {
        await accounts.unblock(accountDoer(context, 'administrator'), context.params.id);
        return {};
      },
    }),
    json({
      ...common,
      method: 'POST',
      path: '/accounts/:id/link',
      summary: 'A link that works once, to set a password; it is shown this once',
      params,
      answer: z.object({ token: z.string(), expiresAt: z.number() }),
      handle: (context) => accounts.links.make(accountDoer(context, 'administrator'), context.params.id),
    }),
    json({
      ...common,
      method: 'POST',
      path: '/accounts/:id/second-factor-reset',
      summary: "Asks for another's second factor to be taken away: the Secretary confirms",
      params,
      body: z.strictObject({ reason }),
      answer: changed,
      handle: async (context) => {
        const doer = accountDoer(context, 'administrator');
        return { pending: await accounts.askSecondFactorReset(doer, context.params.id, context.body.reason) };
      },
    }),
  ];
}
