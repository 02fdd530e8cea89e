/**
 * The SIP server: transport, transactions and dialogs below, the drachtio protocol above. An ordinary drachtio-srf program
 * connects to it and is the application; the server knows nothing of what its calls mean.
 */
import net from 'node:net';
import { once } from 'node:events';
import { HalinaError, errorMessage } from '../base/errors.js';
import { systemClock, type Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { Application, type ApplicationMessage } from './drachtio/application.js';
import { Applications } from './drachtio/applications.js';
import { CDR_KINDS, Cdrs } from './drachtio/cdr.js';
import { parseApplicationMessage } from './drachtio/compose.js';
import type { Context, Reply } from './drachtio/context.js';
import { Hangup } from './drachtio/hangup.js';
import { Legs } from './drachtio/legs.js';
import { Locator, type Resolve } from './drachtio/locator.js';
import { Proxy } from './drachtio/proxy.js';
import { SessionTimers } from './drachtio/session-timers.js';
import { METHODS, Uac, Uas } from './drachtio/index.js';
import { TransactionLayer } from './transaction/layer.js';
import type { Admission } from './transport/admission.js';
import { TransportLayer } from './transport/layer.js';
import type { Face, TransportCounters } from './transport/types.js';

export interface SipServerOptions {
  readonly faces: readonly Face[];
  /** Where applications connect to; port 0 takes a free one. */
  readonly application: { readonly host: string; readonly port: number; readonly secret: string };
  readonly tcpPeers?: readonly string[];
  /** Milliseconds for which calls live on when their application is gone. */
  readonly applicationGrace?: number;
  /** Whether call detail records are told to the applications that route them; true where it is not given. */
  readonly cdrs?: boolean;
  readonly resolve?: Resolve;
  /** Whom to let in; everyone where it lacks. */
  readonly admission?: Admission;
  readonly clock?: Clock;
}

const VERSION = 'v0.9.10';
const VERBS: ReadonlySet<string> = new Set([...METHODS.map((method) => method.toLowerCase()), ...CDR_KINDS]);

export class SipServer {
  readonly #context: Context;
  readonly #uas: Uas;
  readonly #uac: Uac;
  readonly #proxy: Proxy;
  readonly #hangup: Hangup;
  readonly #listener: net.Server;
  readonly #options: SipServerOptions;

  private constructor(context: Context, listener: net.Server, options: SipServerOptions) {
    this.#context = context;
    this.#options = options;
    this.#listener = listener;
    this.#hangup = new Hangup(context);
    const sessions = new SessionTimers(context, this.#hangup);
    this.#uas = new Uas(context, sessions, this.#hangup);
    this.#uac = new Uac(context, sessions, this.#hangup);
    this.#proxy = new Proxy(context);
  }

  /** Binds all faces and the applications' port. Rejects with `SIP_PORT_TAKEN`. */
  static async start(options: SipServerOptions, log: Log): Promise<SipServer> {
    const clock = options.clock ?? systemClock;
    // The layers are made from below; what comes before the top stands finds nobody.
    let top: SipServer | undefined;
    const transactionsOf = (): TransactionLayer | undefined => top && top.#context.transactions;
    const transport = await TransportLayer.listen(
      { faces: options.faces, tcpPeers: options.tcpPeers ?? [] },
      {
        onMessage: (message, flow) => {
          if (options.admission?.admits(message, flow) ?? true) transactionsOf()?.receive(message, flow);
        },
        onUnreachable: (destination) => transactionsOf()?.unreachable(destination),
      },
      log,
      clock,
    );
    const transactions = new TransactionLayer(transport, clock, log, {
      onRequest: (transaction) => top && top.#uas.onRequest(transaction),
      onAck: (request, flow) => top && top.#uas.onAck(request, flow),
      onStrayResponse: (response) => top && top.#uac.onStrayResponse(response),
    });
    const listener = net.createServer();
    const { host, port } = options.application;
    try {
      listener.listen(port, host);
      await once(listener, 'listening');
    } catch (error) {
      await transport.close();
      throw new HalinaError(
        'SIP_PORT_TAKEN',
        `applications cannot connect at ${host}:${port}: ${errorMessage(error)}`,
        {
          cause: error,
        },
      );
    }
    const locator = new Locator(clock, options.resolve);
    const applications = new Applications();
    const cdrs = new Cdrs(applications, options.cdrs ?? true);
    const shared = { transport, transactions, locator, clock, log, cdrs, applications, legs: new Legs() };
    const server = new SipServer(shared, listener, options);
    top = server;
    listener.on('connection', (socket) => server.#accept(socket));
    return server;
  }

  /** The faces with the ports that they were bound to. */
  get faces(): readonly Face[] {
    return this.#context.transport.faces;
  }

  /** Where applications connect to. */
  get applicationPort(): number {
    return (this.#listener.address() as net.AddressInfo).port;
  }

  get counters(): TransportCounters {
    return this.#context.transport.counters;
  }

  /** Dialogs and transactions that are open. */
  get load(): { readonly dialogs: number; readonly transactions: number } {
    return { dialogs: this.#context.legs.size, transactions: this.#context.transactions.size };
  }

  async close(): Promise<void> {
    for (const leg of this.#context.legs.all()) this.#context.legs.remove(leg);
    for (const application of this.#context.applications.all()) application.socket.destroy();
    this.#context.transactions.close();
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    await closed;
    await this.#context.transport.close();
  }

  #accept(socket: net.Socket): void {
    const { clock, applications } = this.#context;
    const application: Application = new Application(
      socket,
      () => clock.now(),
      (message) => this.#handle(application, message),
      () => {
        applications.remove(application);
        this.#orphaned(application);
      },
    );
    applications.add(application);
  }

  /** Calls of an application that is gone live on for a while; if nobody of its tags came back by then, they end. */
  #orphaned(application: Application): void {
    const { clock, legs, applications } = this.#context;
    const mine = legs.all().filter((leg) => leg.owner === application);
    if (mine.length === 0) return;
    clock.setTimer(this.#options.applicationGrace ?? 30_000, () => {
      for (const leg of mine)
        if (legs.get(leg.dialog.id) === leg && !applications.ownerOf(leg))
          this.#hangup.unsolicited(leg, 'Application gone');
    });
  }

  #handle(application: Application, message: ApplicationMessage): void {
    const [verb = '', ...tokens] = message.tokens;
    const reply: Reply = { application, id: message.id };
    if (verb === 'authenticate') return this.#authenticate(reply, tokens);
    if (!application.authenticated) return void application.socket.destroy();
    switch (verb) {
      case 'route':
      case 'remove_route':
        return this.#route(reply, verb, tokens[0]?.toLowerCase() ?? '');
      case 'ping':
        return application.reply(message.id, 'OK', 'pong');
      case 'sip':
        return this.#sip(reply, tokens, message.payload);
      case 'proxy':
        return this.#startProxy(reply, tokens, message.payload);
      default:
        return application.reply(message.id, 'NOK', `unknown message ${verb}`);
    }
  }

  #authenticate({ application, id }: Reply, [secret = '', tags = '']: readonly string[]): void {
    if (secret !== this.#options.application.secret) {
      application.reply(id, 'NO', 'incorrect secret');
      application.socket.end();
      return;
    }
    application.authenticated = true;
    application.tags = tags.split(',').filter(Boolean);
    const hostPorts = this.faces.flatMap((face) =>
      face.transports
        .toReversed()
        .map((protocol) => `${protocol}/${face.externalAddress ?? face.address}:${face.port}`),
    );
    const local = this.faces.flatMap((face) =>
      face.transports.toReversed().map((protocol) => `${protocol}/${face.address}:${face.port}`),
    );
    application.reply(id, 'OK', hostPorts.join(','), VERSION, local.join(','));
  }

  #route({ application, id }: Reply, what: string, verb: string): void {
    if (!VERBS.has(verb)) return application.reply(id, 'NO', 'Route request includes unsupported verb');
    if (what === 'route') application.verbs.add(verb);
    else application.verbs.delete(verb);
    application.reply(id, 'OK');
  }

  #sip(reply: Reply, [transactionId = '', dialogId = '', routeUrl = '']: readonly string[], payload: string): void {
    const message = parseApplicationMessage(payload);
    if (!message) return reply.application.reply(reply.id, 'NOK', this.#whatIsWrong(payload));
    if (message.kind === 'response') return this.#uas.respond(reply, transactionId, message);
    if (message.method === 'CANCEL') return this.#uac.cancel(reply, transactionId, message);
    void this.#uac.request(reply, message, dialogId, routeUrl);
  }

  #whatIsWrong(payload: string): string {
    const [method = '', uri = ''] = payload.split(' ', 2);
    return METHODS.includes(method) ? `invalid request-uri: ${uri}` : 'the SIP message cannot be parsed';
  }

  #startProxy(reply: Reply, tokens: readonly string[], payload: string): void {
    const transaction = this.#uas.take(tokens[0] ?? '');
    const message = parseApplicationMessage(payload);
    if (!transaction || !message) return reply.application.reply(reply.id, 'NOK', 'unknown transaction');
    this.#proxy.start(reply, transaction, tokens.slice(1), message);
  }
}
