/** Who asks, and whether they may: the session, the table of permissions, and the audit log. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { judge, mayEver, type Facts, type Person, type Verdict } from '../../accounts/judge.js';
import type { Permission } from '../../accounts/permissions.js';
import type { AuditEvent } from '../../audit/events.js';
import type { Log } from '../../base/log.js';
import type { SessionStore } from '../sessions/session-store.js';
import { clearCookie, setCookie, tokenOf } from './cookies.js';
import type { Language } from './language.js';
import { Problem } from './problem.js';
import type { Asker, Context, Noted, Route } from './route.js';

export interface GateParts {
  readonly sessions: Pick<SessionStore, 'open' | 'end'>;
  /** The person as they stand now; undefined where the account is gone or barred. */
  readonly people: (id: string) => Person | undefined;
  readonly audit: { append(event: AuditEvent): Promise<unknown> };
  readonly log: Log;
}

type Allowed = Extract<Verdict, { allowed: true }>;

interface Around {
  readonly request: FastifyRequest;
  readonly language: Language;
  readonly asker: Asker | undefined;
}

export class Gate {
  constructor(private readonly parts: GateParts) {}

  /** Who is logged in, for routes that are not for everybody. A token that is due is exchanged on the way. */
  async asker(
    request: FastifyRequest,
    reply: FastifyReply,
    { needs, quiet }: Pick<Route, 'needs' | 'quiet'>,
  ): Promise<Asker | undefined> {
    const token = tokenOf(request.headers.cookie);
    if (needs === 'public') return undefined;
    if (token === undefined) throw notLoggedIn();
    const opened = await soon(this.parts.sessions.open(token, quiet ? 'look' : 'use'));
    const person = opened && this.parts.people(opened.session.person);
    if (!opened || !person) {
      reply.header('set-cookie', clearCookie());
      if (opened) await this.parts.sessions.end(opened.session);
      throw notLoggedIn();
    }
    if (opened.token !== undefined) reply.header('set-cookie', setCookie(opened.token));
    // A role that asks for a second factor may have come after the log-in.
    const owes = person.owesSecondFactor ? { limited: 'second-factor' as const } : {};
    return { person, session: { ...opened.session, ...owes } };
  }

  context(read: Pick<Context, 'params' | 'query' | 'body'>, { request, language, asker }: Around): Context {
    const source = request.ip;
    const route = nameOf(request);
    const version = request.headers['if-match']?.replaceAll('"', '');
    return {
      ...read,
      language,
      source,
      version,
      cookie: request.headers.cookie,
      userAgent: (request.headers['user-agent'] ?? '').slice(0, 200),
      reply: { status: 200, headers: {} },
      get asker() {
        if (!asker) throw notLoggedIn();
        return asker;
      },
      permit: (permission, facts) => this.#require(needed(asker), permission, facts ?? {}, { source, route }),
      audit: (event) => this.#append(event, asker, source),
    };
  }

  /** Who never may learns nothing of the case, not even whether it is there or what is wrong with the wish. */
  async ever(needs: Route['needs'], asker: Asker | undefined, request: FastifyRequest): Promise<void> {
    if (needs === 'public' || needs === 'person' || mayEver(needed(asker).person, needs)) return;
    await this.#require(needed(asker), needs, {}, { source: request.ip, route: nameOf(request) });
  }

  /** Permission first, then the audit log; what follows is the effect. */
  async pass(route: Route, context: Context, asker: Asker | undefined): Promise<void> {
    if (route.needs === 'public') return;
    const limited = needed(asker).session.limited;
    if (limited !== undefined && !route.whileLimited) throw stillToDo(limited);
    let role: string | undefined;
    if (route.needs !== 'person') {
      const facts = route.facts ? await route.facts(context) : undefined;
      role = (await context.permit(route.needs, facts)).role;
    }
    if (typeof route.audit !== 'function') return;
    const noted = route.audit(context);
    await context.audit(role === undefined ? noted : { ...noted, role });
  }

  async #require(
    asker: Asker,
    permission: Permission,
    facts: Facts,
    at: { source: string; route: string },
  ): Promise<Allowed> {
    const verdict = judge(asker.person, permission, facts);
    if (verdict.allowed) return verdict;
    const noted: Noted = { event: 'refused', facts: { permission, why: verdict.why, route: at.route } };
    await this.#append(noted, asker, at.source);
    throw forbidden(verdict.why, mayEver(asker.person, permission));
  }

  async #append(event: Noted, asker: Asker | undefined, source: string): Promise<void> {
    const actor: AuditEvent['actor'] = asker ? { by: 'account', id: asker.person.id } : { by: 'unknown' };
    const personal = { source, ...event.personal };
    await this.parts.audit.append({ ...event, actor, personal });
  }
}

/** A Redis that hangs is as good as none: who waits is told before they wonder, milliseconds. */
const REDIS_MS = 3000;

async function soon<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Command timed out: no answer from Redis')), REDIS_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const nameOf = ({ method, routeOptions }: FastifyRequest): string => `${method} ${routeOptions.url ?? ''}`;

function needed(asker: Asker | undefined): Asker {
  if (!asker) throw notLoggedIn();
  return asker;
}

export const notLoggedIn = (): Problem =>
  new Problem('not-logged-in', {
    pl: 'Sesja wygasła albo nikt nie jest zalogowany. Zaloguj się.',
    en: 'The session is over, or nobody is logged in. Please log in.',
  });

const stillToDo = (what: 'second-factor' | 'password'): Problem =>
  new Problem(
    'forbidden',
    what === 'password'
      ? { pl: 'Najpierw ustaw nowe hasło.', en: 'Set a new password first.' }
      : { pl: 'Najpierw włącz drugi składnik logowania.', en: 'Set up your second factor first.' },
  );

const reasons: Readonly<Record<string, { pl: string; en: string }>> = {
  'own-request': {
    pl: 'Nikt nie działa w sprawie własnego wniosku. Zajmie się nim inna osoba z tą rolą.',
    en: 'Nobody acts on their own request. Someone else with this role will.',
  },
  'took-part': {
    pl: 'To rozmowa z Twoim udziałem, więc musi się nią zająć ktoś inny.',
    en: 'You took part in this call, so you cannot act on it.',
  },
  'no-authorisation': {
    pl: 'Odsłuch wymaga ważnego upoważnienia Burmistrza (§ 6 ust. 2). Wpisuje je administrator.',
    en: 'Hearing needs an authorisation of the Mayor that is in force (§ 6.2). The administrator enters it.',
  },
};

function forbidden(why: string, ever: boolean): Problem {
  const detail = reasons[why] ?? {
    pl: ever
      ? 'Ta czynność jest dozwolona tylko w określonej sprawie, a tu jej warunek nie jest spełniony.'
      : 'Twoja rola nie obejmuje tej czynności. Role nadaje administrator.',
    en: ever
      ? 'This is permitted only in a certain case, and its condition is not met here.'
      : 'Your role does not include this. Roles are granted by the administrator.',
  };
  return new Problem('forbidden', detail);
}
