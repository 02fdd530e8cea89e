/** Requests that were sent for applications, and the way of their responses back. */
import { learnFromResponse, refreshTarget } from '../dialog/dialog.js';
import { tagOf } from '../message/headers.js';
import { forget } from '../message/serialize.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import type { ClientHandlers, ClientTransaction } from '../transaction/client-transaction.js';
import type { Destination, Flow } from '../transport/types.js';
import type { Application } from './application.js';
import { fromNetwork, synthesize, type Context } from './context.js';
import { rememberReceived, settleOffer, type Leg } from './legs.js';
import { moveContact } from './next-server.js';
import type { OurInvites } from './our-invites.js';
import type { SessionTimers } from './session-timers.js';
import { makesSubscription, subscribed } from './subscriptions.js';

export class Exchanges {
  readonly #open = new Map<ClientTransaction, Application>();

  constructor(
    private readonly context: Context,
    private readonly invites: OurInvites,
    private readonly sessions: SessionTimers,
  ) {}

  /** Whether an application waits for the answer to something that it sent. */
  waits(application: Application): boolean {
    return [...this.#open.values()].includes(application);
  }

  send(
    application: Application,
    leg: Leg | undefined,
    request: SipRequest,
    destination: Destination,
  ): ClientTransaction {
    const failed = (status: number): void => {
      const response = synthesize(request, status);
      this.#receive(application, leg, transaction, response, undefined);
    };
    const handlers: ClientHandlers = {
      onResponse: (response, flow) => this.#receive(application, leg, transaction, response, flow),
      onTimeout: () => failed(this.invites.cancelled(transaction) ? 487 : 408),
      onUnreachable: () => failed(503),
      mayGoOn: () => !this.invites.cancelled(transaction),
      onNextServer: (copy, before, now) => moveContact(this.context, copy, before, now),
      onEnded: () => {
        if (leg) this.invites.ended(leg, transaction);
      },
    };
    const transaction: ClientTransaction = this.context.transactions.request(request, destination, handlers);
    this.#open.set(transaction, application);
    return transaction;
  }

  /** `flow` is absent where no peer sent the response. */
  #receive(
    application: Application,
    leg: Leg | undefined,
    transaction: ClientTransaction,
    response: SipResponse,
    flow: Flow | undefined,
  ): void {
    if (response.status >= 200) this.#open.delete(transaction);
    if (response.status === 100) return this.invites.heard(transaction);
    const { request } = transaction;
    if (leg) settleOffer(leg, request, response.status);
    const passes = request.method === 'INVITE' ? this.invites.settle(leg, transaction, response, flow) : true;
    if (request.method !== 'INVITE' && leg) this.#settle(leg, request, response, flow);
    if (!passes) return;
    // Whoever sent it gets the answer; where that one is gone, whoever serves the dialog now.
    const target = application.connected ? application : leg && this.context.applications.ownerOf(leg);
    const tagged = tagOf(response, 'to') !== undefined || tagOf(request, 'to') !== undefined;
    // A peer of RFC 2543 has no tag; with its 2xx there is a dialog nevertheless.
    const named = tagged || (response.status >= 200 && response.status < 300);
    const nowhere = { source: 'network', message: response, protocol: transaction.destination.protocol, address: '', port: 0 } as const; // prettier-ignore
    const received = flow ? fromNetwork(response, flow) : nowhere;
    target?.deliver(received, transaction.id, leg && named ? leg.id : '');
    if (response.status >= 200 && request.method !== 'INVITE') forget(request);
  }

  /** What the answer to any other request does to its dialog. */
  #settle(leg: Leg, request: SipRequest, response: SipResponse, flow: Flow | undefined): void {
    const { status } = response;
    if (status < 200) return;
    const { cdrs, legs } = this.context;
    if (request.method === 'BYE') {
      if (legs.has(leg)) cdrs.stop('application', request, 'normal-release');
      return legs.remove(leg);
    }
    if (status < 300) this.#succeeded(leg, request, response, flow);
    const isFirst = makesSubscription(request.method) && leg.dialog.state === 'early';
    // The peer knows the subscription no more, or never did (RFC 6665 § 4.1.2.2).
    const gone = makesSubscription(leg.method) && (status === 481 || status === 489);
    if ((status >= 300 && isFirst) || gone) legs.remove(leg);
  }

  #succeeded(leg: Leg, request: SipRequest, response: SipResponse, flow: Flow | undefined): void {
    if (request.method === 'UPDATE') {
      refreshTarget(leg.dialog, response);
      rememberReceived(leg, response);
      this.sessions.agreed(leg, response, 'uac');
    }
    if (!makesSubscription(request.method) || !makesSubscription(leg.method)) return;
    if (leg.dialog.state === 'early' && leg.dialog.remoteTag === undefined) {
      // A NOTIFY may have come first and told more (`adoptPeer`).
      learnFromResponse(leg.dialog, response, flow);
    }
    subscribed(this.context, leg, request, response);
  }
}
