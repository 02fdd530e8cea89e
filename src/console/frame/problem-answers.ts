/** Whatever was thrown, as an answer. What nobody expected is logged whole and told without its innards. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ZodError } from 'zod';
import { errorMessage, HalinaError } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Language, Text } from './language.js';
import { Problem, type ProblemKind } from './problem.js';

/** Errors of the rooms below by their code; one that is not here is a failure of ours. */
const kinds: Readonly<Record<string, ProblemKind>> = {
  AUDIT_FAILED: 'audit-unavailable',
  SEARCH_INVALID: 'invalid',
  ARCHIVE_UNKNOWN_CALL: 'not-found',
  ARCHIVE_ERASED: 'gone',
  ARCHIVE_GONE: 'gone',
  ARCHIVE_NO_RECORDING: 'not-found',
  ARCHIVE_RESTRICTED: 'not-now',
  ARCHIVE_HELD: 'not-now',
  ARCHIVE_LISTENED: 'not-now',
  ARCHIVE_BUSY: 'not-now',
  GUARD_UNKNOWN: 'not-found',
  GUARD_INVALID: 'invalid',
  ERASURE_TWO_PERSONS: 'forbidden',
  REQUEST_UNKNOWN: 'not-found',
  REQUEST_OPEN: 'not-now',
  PAPER_UNKNOWN: 'not-found',
  COPY_NOT_APPROVED: 'not-now',
  COPY_TOO_LONG: 'not-now',
  MP3_DAMAGED: 'not-now',
  TEMPLATE_INVALID: 'invalid',
  PROMPT_UNKNOWN: 'invalid',
  SPEECH_UNAVAILABLE: 'unavailable',
  CONFIG_NOT_WRITTEN: 'not-now',
  DISCLOSURE_UNKNOWN: 'not-found',
  DISCLOSURE_OPEN: 'not-now',
  DISCLOSURE_UNSEALED: 'not-now',
  EXPORT_DAMAGED: 'not-now',
  EXPORT_UNPROVEN: 'not-now',
  DATES_INVALID: 'invalid',
  PAPER_INVALID: 'invalid',
  NOT_ALLOWED: 'forbidden',
  CASE_SIGN_MISSING: 'invalid',
  REFERENCE_MISSING: 'invalid',
  // Fastify's own.
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'wrong-type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'bad-request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad-request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad-request',
  FST_ERR_BAD_URL: 'bad-request',
  FST_ERR_MAX_PARAM_LENGTH: 'bad-request',
};

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
  const fields = error.issues.slice(0, 20).map(({ path, message }) => ({
    field: path.join('.'),
    what: { pl: `nieprawidłowa wartość (${message})`, en: message },
  }));
  const names = fields.map(({ field }) => field || '-').join(', ');
  return new Problem('invalid', { pl: `Popraw: ${names}.`, en: `Please correct: ${names}.` }, { fields, cause: error });
}

export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  const code = codeOf(error);
  const kind = code === undefined ? undefined : kinds[code];
  if (kind === 'audit-unavailable') return new Problem(kind, auditAway, { cause: error });
  if (kind) {
    const message = error instanceof HalinaError ? { pl: error.message, en: error.message } : unreadable;
    return new Problem(kind, message, { cause: error });
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
