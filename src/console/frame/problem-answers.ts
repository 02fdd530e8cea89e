/** Whatever was thrown, as an answer. What nobody expected is logged whole and told without its innards. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ZodError } from 'zod';
import { errorMessage, HalinaError } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Language, Text } from './language.js';
import { fieldName, wrongOf } from './field-words.js';
import { Problem } from './problem.js';
import { textOf, toldByCode } from './problem-texts.js';

const auditAway: Text = {
  pl: 'Dziennik zdarzeń nie przyjmuje zapisów, więc czynność nie została wykonana. Rozmowy są nadal nagrywane. Powiadom administratora: najczęstszą przyczyną jest pełny dysk.',
  en: 'The audit log takes no entries, so this was not done. Calls go on and are recorded. Tell the administrator: most often the disk is full.',
};
const failed: Text = {
  pl: 'Coś poszło nie tak po naszej stronie. Spróbuj ponownie; jeśli się powtórzy, powiadom administratora (szczegóły są w dzienniku programu).',
  en: 'Something went wrong on our side. Try again; if it happens again tell the administrator (the log of the program says more).',
};
const unreadable: Text = {
  pl: 'Serwer nie rozumie tego żądania. Odśwież stronę i spróbuj jeszcze raz.',
  en: 'The server does not understand this request. Load the page again and retry.',
};
const redisAway: Text = {
  pl: 'Baza Redis nie odpowiada. Rozmowy są nadal obsługiwane i nagrywane; spróbuj ponownie za chwilę.',
  en: 'Redis does not answer. Calls go on and are recorded; try again in a moment.',
};

/** Of a schema: each field with what is wrong. */
export function invalid(error: ZodError): Problem {
  const fields = error.issues.slice(0, 20).map((issue) => ({ field: issue.path.join('.'), what: wrongOf(issue) }));
  const named = error.issues.slice(0, 20).map((issue) => ({ name: fieldName(issue.path), what: wrongOf(issue) }));
  const all = (language: Language): string =>
    named.map(({ name, what }) => `${name[language] || '–'} (${what[language]})`).join(', ');
  const text = { pl: `Popraw: ${all('pl')}.`, en: `Please correct: ${all('en')}.` };
  return new Problem('invalid', text, { fields, cause: error });
}

export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  const told = toldByCode.get(codeOf(error) ?? '');
  if (told?.kind === 'audit-unavailable') return new Problem(told.kind, auditAway, { cause: error });
  if (told) {
    const text = error instanceof HalinaError ? textOf(told, error.message) : unreadable;
    return new Problem(told.kind, text, { cause: error });
  }
  if (isRedisAway(error)) return new Problem('unavailable', redisAway, { cause: error, retryAfter: 5 });
  return undefined;
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** ioredis has no class for it. */
const isRedisAway = (error: unknown): boolean =>
  error instanceof Error &&
  /Connection is closed|Stream isn't writeable|Command timed out|max retries per request|there is no Redis|LOADING/i.test(
    error.message,
  );

export interface Answering {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly language: Language;
  readonly log: Log;
}

export function answerProblem(error: unknown, { request, reply, language, log }: Answering): FastifyReply {
  const known = problemOf(error);
  const problem = known ?? new Problem('failed', failed, { cause: error });
  if (!known || problem.status >= 500) {
    const cause = problem.options.cause ?? error;
    log.error({ method: request.method, route: request.routeOptions.url, error: errorMessage(cause) }, 'a request to the console failed'); // prettier-ignore
  }
  if (reply.sent || reply.raw.headersSent) return reply;
  if (problem.options.retryAfter !== undefined) reply.header('retry-after', String(problem.options.retryAfter));
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem.body(language)));
}
