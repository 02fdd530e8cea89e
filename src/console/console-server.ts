/**
 * The console's HTTP server: pages, API and events on one port. It stands by itself: when it cannot start, or falls,
 * calls go on.
 */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { errorMessage, HalinaError } from '../base/errors.js';
import type { ConsoleSettings } from '../config/console.js';
import { securityHeaders } from './frame/headers.js';
import { languageOf } from './frame/language.js';
import { answerProblem } from './frame/problem-answers.js';
import type { Route } from './frame/route.js';
import { addRoutes, noRoute, type FrameParts } from './frame/server.js';
import { addPages } from './pages.js';

export interface ConsoleOptions extends Omit<FrameParts, 'origins'> {
  readonly settings: ConsoleSettings;
  readonly routes: readonly Route[];
  /** Folder of the built pages. */
  readonly pages: string;
}

/** A request, head and body, must be there within so long; slow clients hold nothing up. */
const REQUEST_MS = 15_000;
const HEADERS_MS = 8_000;
/** How often connections are looked at for these limits. */
const CHECK_MS = 2_000;
const KEEP_ALIVE_MS = 30_000;
const MOST_CONNECTIONS = 1_000;

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1)$/;

export class ConsoleServer {
  private constructor(
    private readonly http: FastifyInstance,
    private readonly settings: ConsoleSettings,
    private readonly origins: Set<string>,
  ) {}

  /** Listens. Rejects with `CONSOLE_FAILED`. */
  static async start(options: ConsoleOptions): Promise<ConsoleServer> {
    const { settings } = options;
    try {
      const origins = new Set<string>();
      const http = await build({ ...options, origins: () => origins });
      await http.listen({ host: settings.address, port: settings.port });
      const server = new ConsoleServer(http, settings, origins);
      for (const origin of originsOf(settings, server.port)) origins.add(origin);
      return server;
    } catch (error) {
      const hint = 'see the section `console`: the files must be readable, the port free';
      throw new HalinaError('CONSOLE_FAILED', `the console cannot start: ${errorMessage(error)}`, {
        hint,
        cause: error,
      });
    }
  }

  /** Where it listens. */
  get port(): number {
    const address = this.http.server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  /** What to open in a browser. */
  get url(): string {
    return this.settings.origin ?? [...this.origins][0] ?? '';
  }

  async close(): Promise<void> {
    this.http.server.closeAllConnections();
    await this.http.close();
  }
}

/** The server with all its routes, not listening yet: tests inject requests into it. */
export async function build(
  options: Omit<ConsoleOptions, 'settings'> & FrameParts & { settings: ConsoleSettings },
): Promise<FastifyInstance> {
  const { settings, routes, pages, log } = options;
  if (!settings.tls && !LOOPBACK.test(settings.address))
    throw new HalinaError(
      'CONSOLE_PLAIN',
      `without TLS the console listens on loopback only, not on ${settings.address}`,
      {
        hint: 'set console.tls, or console.address to 127.0.0.1 with a proxy before it',
      },
    );
  const http = await open(settings);
  http.removeContentTypeParser('text/plain');
  const headers = securityHeaders({
    tls: settings.tls !== undefined || (settings.origin?.startsWith('https:') ?? false),
  });
  http.addHook('onRequest', async (_request, reply) => void reply.headers(headers));
  const language = (header: string | undefined): ReturnType<typeof languageOf> => languageOf(header);
  http.setErrorHandler((error, request, reply) =>
    answerProblem(error, { request, reply, language: language(request.headers['accept-language']), log }),
  );
  http.setNotFoundHandler((request, reply) =>
    answerProblem(noRoute(request), { request, reply, language: language(request.headers['accept-language']), log }),
  );
  addRoutes(http, routes, options);
  await addPages(http, pages);
  return http;
}

async function open({ tls, proxies }: ConsoleSettings): Promise<FastifyInstance> {
  const common = {
    logger: false,
    requestTimeout: REQUEST_MS,
    connectionTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    trustProxy: proxies.length > 0 ? [...proxies] : false,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
  };
  const limits = { connectionsCheckingInterval: CHECK_MS };
  const https = tls
    ? { cert: await readFile(tls.certificate), key: await readFile(tls.key), minVersion: 'TLSv1.2' as const, ...limits }
    : undefined;
  const http = (https
    ? Fastify({ ...common, https })
    : Fastify({ ...common, http: limits })) as unknown as FastifyInstance;
  http.server.headersTimeout = HEADERS_MS;
  http.server.maxConnections = MOST_CONNECTIONS;
  return http;
}

/** Where our pages may come from. On loopback `localhost` is the same place. */
function originsOf({ address, origin, tls }: ConsoleSettings, port: number): string[] {
  if (origin) return [origin];
  const host = isIP(address) === 6 ? `[${address}]` : address;
  const scheme = tls ? 'https' : 'http';
  const names = LOOPBACK.test(address) ? [host, 'localhost'] : [host];
  return names.map((name) => `${scheme}://${name}:${port}`);
}
