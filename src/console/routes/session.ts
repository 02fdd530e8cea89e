/** Logging in and out, and who one is. */
import { z } from 'zod';
import { mayEver, type Person } from '../../accounts/judge.js';
import { permissions } from '../../accounts/permissions.js';
import { roleNames, roles } from '../../accounts/roles.js';
import type { LoggedIn, SignIn } from '../../accounts/sign-in.js';
import { clearCookie, deviceOf, setCookie, setDevice } from '../frame/cookies.js';
import { notLoggedIn } from '../frame/gate.js';
import { Problem } from '../frame/problem.js';
import { json, type Route } from '../frame/route.js';
import type { Session } from '../sessions/session.js';
import type { SessionStore } from '../sessions/session-store.js';

export const me = z.object({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  roles: z.array(z.object({ role: z.enum(roles), pl: z.string(), en: z.string() })),
  /** What may be permitted in some case: what menus show. */
  may: z.array(z.string()),
  units: z.array(z.string()),
  /** The Mayor's authorisation to hear, Unix milliseconds until when. */
  authorisation: z.object({ number: z.string(), until: z.number().optional() }).optional(),
  /** To be sent back as X-Halina-Token. */
  token: z.string(),
  /** What is to be done before anything else. */
  limited: z.enum(['second-factor', 'password']).optional(),
});

/** Milliseconds. */
const left = z.object({ idleMs: z.number(), leftMs: z.number(), endsInMs: z.number() });

const attempt = z.strictObject({
  login: z.string().min(1).max(100),
  password: z.string().min(1).max(1000),
  /** Of the second factor: six digits, or a recovery code. */
  code: z.string().trim().max(50).optional(),
});

export interface SessionParts {
  readonly signIn: Pick<SignIn, 'logIn'>;
  readonly sessions: SessionStore;
}

export function sessionRoutes({ signIn, sessions }: SessionParts): Route[] {
  return [
    json({
      method: 'POST',
      path: '/login',
      summary: 'Begins a session',
      needs: 'public',
      audit: 'in-room',
      body: attempt,
      answer: z.union([me, z.object({ codeNeeded: z.literal(true) })]),
      handle: async ({ body, source, userAgent, cookie, reply }) => {
        const { code, login, password } = body;
        const device = deviceOf(cookie);
        const asked = { login, password, source, ...(device ? { device } : {}), ...(code ? { code } : {}) };
        const outcome = await signIn.logIn(asked);
        if (outcome.kind === 'code-needed') return { codeNeeded: true as const };
        if (outcome.kind !== 'ok' && outcome.kind !== 'must-enrol') throw refusal(outcome);
        const about = { person: outcome.person.id, source, userAgent };
        const limited = outcome.kind === 'must-enrol' ? { limited: 'second-factor' as const } : {};
        const { session, token } = await sessions.start({ ...about, ...limited });
        reply.headers['set-cookie'] = [setCookie(token), setDevice(outcome.device)];
        return meOf(outcome.person, session);
      },
    }),
    json({
      method: 'POST',
      path: '/logout',
      summary: 'Ends this session; what plays in it stops',
      needs: 'person',
      whileLimited: true,
      audit: () => ({ event: 'logout', facts: { why: 'asked' } }),
      answer: z.object({}),
      handle: async ({ asker, reply }) => {
        await sessions.end(asker.session);
        reply.headers['set-cookie'] = clearCookie();
        return {};
      },
    }),
    json({
      method: 'GET',
      path: '/me',
      summary: 'Who is logged in, and what their roles may permit',
      needs: 'person',
      whileLimited: true,
      audit: 'nothing',
      answer: me,
      handle: ({ asker }) => meOf(asker.person, asker.session),
    }),
    json({
      method: 'GET',
      path: '/me/left',
      summary: 'How long this session lasts if nobody does anything, and at most; asking does not prolong it',
      needs: 'person',
      whileLimited: true,
      audit: 'nothing',
      quiet: true,
      answer: left,
      handle: async ({ asker }) => {
        const found = await sessions.left(asker.session);
        if (!found) throw notLoggedIn();
        return found;
      },
    }),
  ];
}

export function meOf(person: Person, { csrf, limited }: Session): z.infer<typeof me> {
  const { id, login, name, units, authorisation } = person;
  return {
    id,
    login,
    name,
    units: [...units],
    roles: person.roles.map((role) => ({ role, ...roleNames[role] })),
    may: permissions.filter((permission) => mayEver(person, permission)),
    ...(authorisation ? { authorisation } : {}),
    token: csrf,
    ...(limited ? { limited } : {}),
  };
}

function refusal(outcome: Extract<LoggedIn, { kind: 'wrong' | 'throttled' }>): Problem {
  if (outcome.kind === 'wrong')
    return new Problem('wrong-credentials', {
      pl: 'Nazwa użytkownika, hasło lub kod są nieprawidłowe. Nowe hasło ustawia administrator.',
      en: 'Name, password or code are wrong. The administrator can set a new password.',
    });
  const seconds = Math.ceil(outcome.retryAfterMs / 1000);
  return new Problem(
    'too-many',
    { pl: `Za dużo prób. Spróbuj ponownie za ${seconds} s.`, en: `Too many attempts. Try again in ${seconds} s.` },
    { retryAfter: seconds },
  );
}
