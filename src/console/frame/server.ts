/**
 * The API's frame: every route of the list goes through the same gates, in this order: session, provenance (for what changes
 * something), whether the roles may it at all, schema, permission in this case, audit log, handler. What is refused for lack of permission is in the audit log.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isPermission } from '../access.js';
import { checkProvenance, CSRF_HEADER } from './csrf.js';
import { Gate, type GateParts } from './gate.js';
import { languageOf } from './language.js';
import type { Idempotency } from './idempotency.js';
import { openApi, type Info } from './openapi.js';
import { answerProblem, invalid } from './problem-answers.js';
import { Problem } from './problem.js';
import type { Asker, Context, JsonRoute, Route, Schema } from './route.js';

export const API = '/api/v1';

export interface FrameParts extends GateParts {
  readonly idempotency: Idempotency;
  /** Where our pages come from, e.g. `https://halina.example`. */
  readonly origins: () => ReadonlySet<string>;
  readonly info: Info;
}

/** Throws where a route declares no permission that is in the table, or is there twice: then nothing starts. */
export function checkRoutes(routes: readonly Route[]): void {
  const seen = new Set<string>();
  for (const { method, path, needs, audit } of routes) {
    const name = `${method} ${path}`;
    if (needs !== 'public' && needs !== 'person' && !isPermission(needs))
      throw new RangeError(`the route ${name} declares no permission`);
    if (audit === undefined) throw new RangeError(`the route ${name} does not say what is in the audit log`);
    if (seen.has(name)) throw new RangeError(`the route ${name} is there twice`);
    seen.add(name);
  }
}

/** Adds the routes, and the description of them all. */
export function addRoutes(http: FastifyInstance, routes: readonly Route[], parts: FrameParts): void {
  checkRoutes(routes);
  const gate = new Gate(parts);
  // Made when it is first asked for: it takes as long as all the rest of the console's start.
  let described: ReturnType<typeof openApi> | undefined;
  http.get(`${API}/openapi.json`, () => (described ??= openApi(routes, parts.info)));
  for (const route of routes)
    http.route({
      method: route.method,
      url: `${API}${route.path}`,
      bodyLimit: route.bodyLimit ?? 65_536,
      handler: (request, reply) => answer(route, parts, gate, request, reply),
    });
}

async function answer(
  route: Route,
  parts: FrameParts,
  gate: Gate,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const language = languageOf(request.headers['accept-language']);
  try {
    reply.header('cache-control', 'no-store').header('content-language', language).header('vary', 'Accept-Language');
    const asker = await gate.asker(request, reply, route);
    if (route.method !== 'GET') checkProvenance(provenance(request), parts.origins(), asker?.session.csrf);
    await gate.ever(route.needs, asker, request);
    const context = gate.context(read(route, request), { request, language, asker });
    await gate.pass(route, context, asker);
    if (route.kind === 'raw') return await route.handle(context, request, reply);
    const { status, body, again } = await once(route, parts, context, asker, request);
    if (again) reply.header('idempotency-replayed', 'true');
    reply.code(status).headers(context.reply.headers);
    return sendJson(route, request, reply, body);
  } catch (error) {
    return answerProblem(error, { request, reply, language, log: parts.log });
  }
}

const provenance = ({ headers }: FastifyRequest): Parameters<typeof checkProvenance>[0] => ({
  origin: headers.origin,
  site: text(headers['sec-fetch-site']),
  token: text(headers[CSRF_HEADER]),
});

const text = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(',') : header;

type Read = Pick<Context, 'params' | 'query' | 'body'>;

/** The parts of a request by the route's schemas; throws `invalid`. */
function read(route: Route, request: FastifyRequest): Read {
  return {
    params: parse(route.params, request.params),
    query: parse(route.query, request.query),
    body: parse(route.body, request.body ?? {}),
  };
}

function parse(schema: Schema | undefined, value: unknown): unknown {
  if (!schema) return {};
  const result = schema.safeParse(value);
  if (!result.success) throw invalid(result.error);
  return result.data;
}

interface Done {
  readonly status: number;
  readonly body: unknown;
  readonly again: boolean;
}

async function once(
  route: JsonRoute<Schema, Schema, Schema, Schema>,
  parts: FrameParts,
  context: Context,
  asker: Asker | undefined,
  request: FastifyRequest,
): Promise<Done> {
  const work = async (): Promise<{ status: number; body: unknown }> => {
    const body = route.answer.parse(await route.handle(context));
    return { status: context.reply.status, body };
  };
  const key = text(request.headers['idempotency-key']);
  if (route.method === 'GET' || key === undefined || !asker) return { ...(await work()), again: false };
  const { method, url, body } = request;
  return parts.idempotency.once({ person: asker.person.id, key, method, url, body }, work);
}

/** With an ETag on what is read; nothing is sent again to whoever has it. */
function sendJson(route: Route, request: FastifyRequest, reply: FastifyReply, body: unknown): FastifyReply {
  const json = JSON.stringify(body);
  reply.type('application/json; charset=utf-8');
  if (route.method !== 'GET') return reply.send(json);
  const tag = reply.getHeader('etag') ?? `"${createHash('sha256').update(json).digest('base64url').slice(0, 22)}"`;
  reply.header('etag', tag).header('cache-control', 'private, no-cache');
  const has = request.headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return has?.includes(String(tag)) ? reply.code(304).send() : reply.send(json);
}

/** For what no route takes. */
export function noRoute(request: FastifyRequest): Problem {
  return new Problem('not-found', {
    pl: `Nie ma tu adresu ${request.url.split('?')[0]?.slice(0, 100)}.`,
    en: `There is nothing at ${request.url.split('?')[0]?.slice(0, 100)}.`,
  });
}
