/** `/metrics`, `/healthz` and `/readyz` over HTTP: without a password, so on loopback, and nothing personal in it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Facts } from './facts.js';
import { aliveness, readiness } from './health.js';
import type { Health, Stage } from './health.js';
import type { Metrics } from './metrics.js';

export interface OpsOptions {
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly facts: () => Promise<Facts>;
  readonly stage: () => Stage;
  /** The longest that the event loop was busy lately, milliseconds. */
  readonly loopLagMs: () => number;
  /** Parts that have not answered for long, each with why that matters. */
  readonly silent: () => readonly string[];
  readonly metrics: Metrics;
}

export class OpsServer {
  readonly #options: OpsOptions;
  readonly #server: Server;

  private constructor(options: OpsOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      const path = request.url?.split('?')[0] ?? '';
      if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'GET only\n');
      this.#answer(path, response).catch((error: unknown) => {
        options.log.error({ path, error: errorMessage(error) }, 'cannot tell how the program stands');
        send(response, 500, 'see the log\n');
      });
    });
  }

  static async start(options: OpsOptions): Promise<OpsServer> {
    const server = new OpsServer(options);
    server.#server.listen(options.port, options.address);
    await once(server.#server, 'listening');
    options.log.info({ address: options.address, port: server.port }, 'figures and health are told over HTTP');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(path: string, response: ServerResponse): Promise<void> {
    const { facts, stage, clock, loopLagMs, silent, metrics } = this.#options;
    if (path === '/metrics') {
      const text = await metrics.text(await facts(), clock.now());
      return send(response, 200, text, metrics.contentType);
    }
    if (path === '/healthz') return health(response, aliveness(loopLagMs(), silent()));
    if (path === '/readyz')
      return health(response, readiness(stage(), stage() === 'ready' ? await facts() : undefined));
    return send(response, 404, '/metrics, /healthz, /readyz\n');
  }
}

const health = (response: ServerResponse, { ok, reasons }: Health): void =>
  send(response, ok ? 200 : 503, ok ? 'ok\n' : `${reasons.join('\n')}\n`);

function send(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(text);
}
