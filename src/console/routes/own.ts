/** One's own password and second factor, and links by which somebody comes in for the first time. */
import { encode } from 'uqr';
import { z } from 'zod';
import type { Accounts } from '../../accounts/accounts.js';
import { accountDoer } from '../doer.js';
import { setCookie } from '../frame/cookies.js';
import { Problem } from '../frame/problem.js';
import { json, type Context, type Route } from '../frame/route.js';
import type { Endings } from '../sessions/endings.js';
import type { SessionStore } from '../sessions/session-store.js';
import { me, meOf } from './session.js';

export interface OwnParts {
  readonly accounts: Pick<Accounts, 'signIn' | 'links' | 'createFirst' | 'person'>;
  readonly sessions: SessionStore;
  readonly endings: Pick<Endings, 'settled'>;
}

const password = z.string().min(1).max(1000);
const token = z.string().min(20).max(100);

export function ownRoutes(parts: OwnParts): Route[] {
  return [...linkRoutes(parts), ...passwordRoutes(parts), ...factorRoutes(parts), ...sessionRoutes(parts)];
}

function linkRoutes({ accounts }: OwnParts): Route[] {
  return [
    json({
      method: 'POST',
      path: '/links/look',
      summary: 'Whose link it is',
      needs: 'public',
      audit: 'nothing',
      body: z.strictObject({ token }),
      answer: z.object({ first: z.boolean(), login: z.string().optional(), name: z.string().optional() }),
      handle: ({ body }) => {
        if (accounts.links.isFirst(body.token)) return { first: true };
        const account = accounts.links.accountOf(body.token);
        if (!account) throw overLink();
        return { first: false, login: account.login, name: account.name };
      },
    }),
    json({
      method: 'POST',
      path: '/links/redeem',
      summary: 'Sets the password by a link; for the first administrator, makes the account',
      needs: 'public',
      audit: 'in-room',
      body: z.strictObject({
        token,
        password,
        login: z.string().trim().max(40).optional(),
        name: z.string().trim().max(100).optional(),
      }),
      answer: z.object({}),
      handle: async ({ body, source }) => {
        const { login = '', name = '' } = body;
        const problem = accounts.links.isFirst(body.token)
          ? (await accounts.createFirst(body.token, { login, name, password: body.password }, source)).problem
          : await accounts.links.redeem(body.token, body.password, source);
        if (problem !== undefined) throw badPassword(problem);
        return {};
      },
    }),
  ];
}

function passwordRoutes(parts: OwnParts): Route[] {
  const { accounts } = parts;
  return [
    json({
      method: 'POST',
      path: '/me/password',
      summary: 'Changes the own password; all other sessions end',
      needs: 'person',
      whileLimited: true,
      audit: 'in-room',
      body: z.strictObject({ old: password, new: password }),
      answer: me,
      handle: async (context) => {
        const { asker, body } = context;
        const problem = await accounts.signIn.changePassword(accountDoer(context), asker.person.id, body);
        if (problem !== undefined) throw badPassword(problem);
        return anew(parts, context);
      },
    }),
  ];
}

function factorRoutes(parts: OwnParts): Route[] {
  const { accounts } = parts;
  return [
    json({
      method: 'POST',
      path: '/me/second-factor',
      summary: 'A secret for an authenticator app, as text and as a code for its camera',
      needs: 'person',
      whileLimited: true,
      audit: 'nothing',
      answer: z.object({ secret: z.string(), uri: z.string(), code: z.array(z.string()) }),
      handle: ({ asker }) => {
        const { secret, uri } = accounts.signIn.beginSecondFactor(asker.person.id);
        return { secret, uri, code: squaresOf(uri) };
      },
    }),
    json({
      method: 'POST',
      path: '/me/second-factor/confirm',
      summary: 'Proves that the app has the secret; gives recovery codes, this once',
      needs: 'person',
      whileLimited: true,
      audit: 'in-room',
      body: z.strictObject({ code: z.string().trim().min(6).max(10) }),
      answer: z.object({ recoveryCodes: z.array(z.string()), me }),
      handle: async (context) => {
        const { asker, body } = context;
        const codes = await accounts.signIn.confirmSecondFactor(accountDoer(context), asker.person.id, body.code);
        if (!codes) throw wrongCode();
        return { recoveryCodes: [...codes], me: await anew(parts, context) };
      },
    }),
  ];
}

const ownSession = z.object({
  id: z.string(),
  startedAt: z.number(),
  source: z.string(),
  userAgent: z.string(),
  /** It is the one that asks. */
  here: z.boolean(),
});
export type OwnSessionView = z.infer<typeof ownSession>;

function sessionRoutes({ sessions }: OwnParts): Route[] {
  const ended = () => ({ event: 'logout' as const, facts: { why: 'ended' as const } });
  return [
    json({
      method: 'GET',
      path: '/me/sessions',
      summary: 'The own sessions that are open: where and since when one is logged in',
      needs: 'person',
      audit: () => ({ event: 'search', facts: { filters: ['own-sessions'] } }),
      answer: z.object({ sessions: z.array(ownSession) }),
      handle: async ({ asker }) => {
        const all = await sessions.list(asker.person.id);
        return { sessions: all.map((one) => ({ ...one, here: one.id === asker.session.id })) };
      },
    }),
    json({
      method: 'POST',
      path: '/me/sessions/:session/end',
      summary: 'Ends one of the own sessions',
      needs: 'person',
      params: z.object({ session: z.string().regex(/^[A-Za-z0-9_-]{16}$/) }),
      audit: ended,
      answer: z.object({}),
      handle: async ({ asker, params }) => {
        await sessions.end({ id: params.session, person: asker.person.id });
        return {};
      },
    }),
    json({
      method: 'POST',
      path: '/me/sessions/end-others',
      summary: 'Ends all own sessions but the one that asks',
      needs: 'person',
      audit: ended,
      answer: z.object({}),
      handle: async ({ asker }) => {
        await sessions.endAll(asker.person.id, asker.session.id);
        return {};
      },
    }),
  ];
}

/** A QR code as rows of dark (1) and light (0). */
export const squaresOf = (text: string): string[] =>
  encode(text, { border: 2 }).data.map((row) => row.map((dark) => (dark ? '1' : '0')).join(''));

/** A new session, after what ended all others. */
async function anew({ sessions, endings, accounts }: OwnParts, context: Context): Promise<z.infer<typeof me>> {
  const { asker, source, userAgent, reply } = context;
  await endings.settled();
  await sessions.end(asker.session);
  const { session, token: opened } = await sessions.start({ person: asker.person.id, source, userAgent });
  reply.headers['set-cookie'] = setCookie(opened);
  return meOf(accounts.person(asker.person.id) ?? asker.person, session);
}

const badPassword = (what: string): Problem => new Problem('invalid', { pl: `${what}.`, en: `${what}.` });
const wrongCode = (): Problem =>
  new Problem('invalid', {
    pl: 'Kod jest nieprawidłowy. Sprawdź, czy telefon ma dobrą godzinę, i przepisz aktualny kod.',
    en: "The code is wrong. Check your telephone's clock, and enter the code that it shows now.",
  });
const overLink = (): Problem =>
  new Problem('gone', {
    pl: 'Ten odnośnik został już użyty albo wygasł. Nowy tworzy administrator.',
    en: 'This link has been used or is too old. The administrator can make a new one.',
  });
