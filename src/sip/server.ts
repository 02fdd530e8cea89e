/**
 * The SIP server: transport, transactions and dialogs below, the drachtio protocol above. An ordinary drachtio-srf program
 * connects to it and is the application; the server knows nothing of what its calls mean.
 */
import { systemClock, type Clock, type Timer } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { Answers } from './drachtio/answers.js';
import type { ApplicationRoute } from './drachtio/application-routes.js';
import { ApplicationPort } from './drachtio/application-port.js';
import type { Application } from './drachtio/application.js';
import { Applications } from './drachtio/applications.js';
import { Cdrs } from './drachtio/cdr.js';
import { EXTENSIONS } from './drachtio/checks.js';
import type { Context } from './drachtio/context.js';
import { Desk } from './drachtio/desk.js';
import { Exchanges } from './drachtio/exchanges.js';
import { Flows } from './drachtio/flows.js';
import { Bereavement } from './drachtio/gone.js';
import { Hangup } from './drachtio/hangup.js';
import { Incoming } from './drachtio/incoming.js';
import { Legs } from './drachtio/legs.js';
import { Locator } from './drachtio/locator.js';
import { OurInvites } from './drachtio/our-invites.js';
import { Outgoing } from './drachtio/outgoing.js';
import { PendingRequests } from './drachtio/pending.js';
import { ProxiedCalls } from './drachtio/proxied-calls.js';
import { Proxy } from './drachtio/proxy.js';
import { SessionTimers } from './drachtio/session-timers.js';
import { guard, guardedClock } from './guard.js';
import { patientClock } from './patient-clock.js';
import type { CacheOptions } from './dns/cache.js';
import { NodeResolver, type DnsResolver } from './dns/resolver.js';
import { TransactionLayer } from './transaction/layer.js';
import type { Admission } from './transport/admission.js';
import { TransportLayer } from './transport/layer.js';
import type { Face, TransportCounters } from './transport/types.js';

export interface SipServerOptions {
  readonly faces: readonly Face[];
  /** Where applications connect to; port 0 takes a free one. The secret is also that of applications we connect to. */
  readonly application: { readonly host: string; readonly port: number; readonly secret: string };
  /** Which application gets a new request, where it shall not be any that wants the method. */
  readonly routes?: readonly ApplicationRoute[];
  /** Whom to let in; everyone where it lacks. */
  readonly admission?: Admission;
  readonly tcpPeers?: readonly string[];
  /** Milliseconds for which calls live on when their application is gone; half a minute where it is not given. */
  readonly applicationGrace?: number;
  /** Whether call detail records are told to the applications that route them; true where it is not given. */
  readonly cdrs?: boolean;
  /** Option tags that peers may require besides those that most applications can deal with. */
  readonly extensions?: readonly string[];
  /** DNS servers to ask; the system's where it is not given. */
  readonly dnsServers?: readonly string[] | undefined;
  readonly dnsCache?: CacheOptions;
  /** Instead of Node's. */
  readonly dns?: DnsResolver;
  /** Milliseconds in which a server must say something where another could be asked. */
  readonly failover?: number;
  /** A connection with a peer at this address is gone. */
  readonly onConnectionLost?: (address: string) => void;
  readonly clock?: Clock;
}

const GRACE = 30_000;
/** How often connections to applications that we made for a request are looked at, in milliseconds. */
const TIDY = 30_000;

export class SipServer {
  readonly #context: Context;
  readonly #port: ApplicationPort;
  readonly #exchanges: Exchanges;

  private constructor(context: Context, port: ApplicationPort, exchanges: Exchanges) {
    this.#context = context;
    this.#port = port;
    this.#exchanges = exchanges;
    this.#tidy();
  }

  /** Binds all faces and the applications' port. Rejects with `SIP_PORT_TAKEN`. */
  static async start(options: SipServerOptions, log: Log): Promise<SipServer> {
    const clock = guardedClock(patientClock(options.clock ?? systemClock), log);
    // The layers stand on one another; what comes before the top one is there finds nobody.
    let top: Top | undefined;
    const transport = await TransportLayer.listen(
      { faces: options.faces, tcpPeers: options.tcpPeers ?? [] },
      {
        onMessage: (message, flow) => {
          if (options.admission?.admits(message, flow) ?? true) top?.context.transactions.receive(message, flow);
        },
        mayAnswer: (request, flow) => options.admission?.admits(request, flow) ?? true,
        isKnown: (flow) => options.admission?.knows(flow) ?? true,
        onUnreachable: (destination, branch) => {
          top?.context.transactions.unreachable(destination, branch);
          if (destination.protocol !== 'udp') options.onConnectionLost?.(destination.address);
        },
      },
      log,
      clock,
    );
    const transactions = new TransactionLayer(
      transport,
      clock,
      log,
      {
        onRequest: (transaction) => top?.incoming.onRequest(transaction),
        onAck: (request, flow) => top?.incoming.onAck(request, flow),
        onStrayResponse: (response) => top?.invites.onStrayResponse(response),
        mayAnswer: (flow) => !options.admission?.isBanned(flow),
        onServerFailed: (destination, ms) => top?.context.locator.avoid(destination, ms),
      },
      options.failover,
    );
    try {
      const port: ApplicationPort = await ApplicationPort.listen(options.application, clock, log, {
        onJoined: (application) => top?.context.applications.add(application),
        onMessage: (application, message) =>
          guard(
            log,
            'a message of an application',
            () => top?.desk.handle(application, message, port),
            () => application.reply(message.id, 'NOK', 'Server error: the message could not be handled'),
          ),
        onGone: (application) => guard(log, 'the end of an application', () => top?.gone(application)),
      });
      top = build(options, { transport, transactions, clock, log }, port);
      return new SipServer(top.context, port, top.exchanges);
    } catch (error) {
      await transport.close();
      throw error;
    }
  }

  /** The faces with the ports that they were bound to. */
  get faces(): readonly Face[] {
    return this.#context.transport.faces;
  }

  /** Where applications connect to. */
  get applicationPort(): number {
    return this.#port.port;
  }

  get counters(): TransportCounters {
    return this.#context.transport.counters;
  }

  /** Dialogs and transactions that are open. */
  get load(): { readonly dialogs: number; readonly transactions: number } {
    return { dialogs: this.#context.legs.size, transactions: this.#context.transactions.size };
  }

  /** Looks at the files of the certificates now; a good change is in service when it resolves. Never rejects. */
  reloadCertificates(): Promise<void> {
    return this.#context.transport.reloadCertificates();
  }

  async close(): Promise<void> {
    const { legs, applications, transactions, pending, transport } = this.#context;
    this.#closed = true;
    this.#tidying?.cancel();
    pending.close();
    for (const leg of legs.all()) legs.remove(leg);
    for (const application of applications.all()) application.drop();
    transactions.close();
    await this.#port.close();
    await transport.close();
  }

  #closed = false;
  #tidying: Timer | undefined;

  /** Ends connections that we made to applications and that nothing goes by any more. */
  #tidy(): void {
    const { clock, applications, legs, pending } = this.#context;
    this.#tidying = clock.setTimer(TIDY, () => {
      if (this.#closed) return;
      for (const application of applications.all()) {
        const owns = legs.all().some((leg) => leg.owner === application);
        const waits = pending.of(application).length > 0 || this.#exchanges.waits(application);
        if (application.dialled && !owns && !waits) application.end();
      }
      this.#tidy();
    });
  }
}

interface Top {
  readonly context: Context;
  readonly incoming: Incoming;
  readonly invites: OurInvites;
  readonly exchanges: Exchanges;
  readonly desk: Desk;
  gone(application: Application): void;
}

/** Puts the parts of the drachtio server together. */
function build(
  options: SipServerOptions,
  below: Pick<Context, 'transport' | 'transactions' | 'clock' | 'log'>,
  port: ApplicationPort,
): Top {
  const { clock } = below;
  const applications = new Applications(options.routes ?? [], port);
  const context: Context = {
    ...below,
    applications,
    legs: new Legs(),
    pending: new PendingRequests(clock),
    locator: new Locator(
      clock,
      below.log,
      () => below.transport.faces,
      options.dns ?? new NodeResolver(options.dnsServers),
      options.dnsCache,
    ),
    cdrs: new Cdrs(applications, options.cdrs ?? true),
  };
  const hangup = new Hangup(context);
  const sessions = new SessionTimers(context, hangup);
  const invites = new OurInvites(context, sessions, hangup);
  const exchanges = new Exchanges(context, invites, sessions);
  const flows = new Flows(clock);
  const calls = new ProxiedCalls(context);
  const parts = {
    answers: new Answers(context, sessions, hangup, flows),
    outgoing: new Outgoing(context, exchanges, invites, hangup, flows),
    invites,
    proxy: new Proxy(context, calls),
  };
  const bereavement = new Bereavement(context, invites, hangup, options.applicationGrace ?? GRACE);
  const extensions = new Set([...EXTENSIONS, ...(options.extensions ?? [])]);
  return {
    context,
    incoming: new Incoming(context, hangup, calls, extensions),
    invites,
    exchanges,
    desk: new Desk(context, parts, options.application.secret),
    gone(application) {
      applications.remove(application);
      bereavement.gone(application);
    },
  };
}
