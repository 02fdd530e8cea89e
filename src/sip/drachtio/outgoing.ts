/**
 * What an application sends, within a dialog or outside. The echo of what was sent always goes to the application before
 * anything that it can cause, and the messages of a dialog keep their order, also where a name must be resolved first.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { errorMessage, HalinaError } from '../../base/errors.js';
import { dialogOfSentRequest, requestInDialog } from '../dialog/dialog.js';
import { header, headerValues, setHeader } from '../message/fields.js';
import { callIdOf, rackOf } from '../message/headers.js';
import type { SipRequest } from '../message/message.js';
import { facePort } from '../transport/face-ports.js';
import type { Destination } from '../transport/types.js';
import { composeInDialog, composeOutside } from './compose.js';
import { echo, fromNetwork, localContact, synthesize, type Context, type Reply } from './context.js';
import type { Exchanges } from './exchanges.js';
import type { Flows } from './flows.js';
import type { Hangup } from './hangup.js';
import { newLeg, rememberOffer, rememberSent, type Leg } from './legs.js';
import { NO_ACK, type OurInvites } from './our-invites.js';
import { destinationOf } from './route.js';
import { askForSession } from './session-timers.js';
import { makesSubscription, notified } from './subscriptions.js';
import { isUnresolved, tellUnresolved } from './unresolved.js';

const NO_DIALOG = 'Server error: unable to find dialog for dialog id provided';

export class Outgoing {
  #cseq = randomInt(2 ** 16, 2 ** 24);

  constructor(
    private readonly context: Context,
    private readonly exchanges: Exchanges,
    private readonly invites: OurInvites,
    private readonly hangup: Hangup,
    private readonly flows: Flows,
  ) {}

  /** A request of the application. `dialogId` and `routeUrl` are empty where it gave none. */
  request(reply: Reply, from: SipRequest, dialogId: string, routeUrl: string): void {
    const leg = this.context.legs.get(dialogId) ?? this.#legOfCall(from, dialogId);
    const refuse = (error: unknown): void => this.#refuse(reply, leg, from, error);
    if (!leg && dialogId) return reply.application.reply(reply.id, 'NOK', from.method === 'ACK' ? NO_ACK : NO_DIALOG);
    try {
      if (!leg) void Promise.resolve(this.#outside(reply, from, routeUrl)).catch(refuse);
      else {
        if (!leg.owner.connected) leg.owner = reply.application;
        this.#inside(reply, leg, from);
      }
    } catch (error) {
      refuse(error);
    }
  }

  #refuse(reply: Reply, leg: Leg | undefined, from: SipRequest, error: unknown): void {
    if (isUnresolved(error) && from.method !== 'ACK') {
      this.context.log.warn({ error: errorMessage(error), method: from.method }, 'a request has nowhere to go');
      return tellUnresolved(this.context, reply, leg, from, this.#nextCSeq());
    }
    if (!(error instanceof HalinaError)) this.context.log.error({ error: errorMessage(error) }, 'a request failed');
    reply.application.reply(reply.id, 'NOK', errorMessage(error));
  }

  /** Without a dialog id, a Call-ID of a live dialog puts the request into it. */
  #legOfCall(from: SipRequest, dialogId: string): Leg | undefined {
    const callId = header(from, 'call-id');
    if (dialogId || callId === undefined) return undefined;
    const leg = this.context.legs.ofCallId(callId);
    return leg?.dialog.state === 'confirmed' ? leg : undefined;
  }

  #inside(reply: Reply, leg: Leg, from: SipRequest): void {
    const { theirInvite } = leg;
    if (from.method === 'ACK')
      return this.#inOrder(reply, leg, from, (to) => this.invites.acknowledge(reply, leg, from, to));
    // § 15: no BYE before the ACK of our 2xx; § 14.1: no INVITE while theirs goes on.
    const waits = theirInvite?.state === 'answered' && ['BYE', 'INVITE'].includes(from.method);
    const go = (): void => this.#inOrder(reply, leg, from, (to) => this.#sendInside(reply, leg, from, to));
    const drop = (): void => reply.application.reply(reply.id, 'NOK', NO_DIALOG);
    if (waits) leg.afterAck.push({ method: from.method, go, drop });
    else go();
  }

  /** Calls `then` with the destination of a dialog: at once where that is known and nothing waits. */
  #inOrder(reply: Reply, leg: Leg, from: SipRequest, then: (destination: Destination) => void): void {
    const found = destinationOf(this.context, leg.dialog);
    if (!leg.resolving && !(found instanceof Promise)) return then(found);
    const resolving = Promise.all([found, leg.resolving])
      .then(([destination]) => then(destination))
      .catch((error: unknown) => this.#refuse(reply, leg, from, error))
      .finally(() => {
        if (leg.resolving === resolving) leg.resolving = undefined;
      });
    leg.resolving = resolving;
  }

  #sendInside(reply: Reply, leg: Leg, from: SipRequest, to: Destination): void {
    if (!this.context.legs.has(leg)) return reply.application.reply(reply.id, 'NOK', NO_DIALOG);
    if (from.method === 'BYE') {
      // § 15: only the caller may end an early dialog by BYE, and only one that exists.
      const { dialog } = leg;
      if (dialog.state === 'early' && (dialog.role === 'uas' || dialog.remoteTag === undefined))
        return reply.application.reply(reply.id, 'NOK', NO_DIALOG);
      this.hangup.ending(leg);
      this.invites.abandon(leg);
    }
    const dialog = from.method === 'PRACK' ? this.invites.forkOf(leg, rackOf(from)?.rseq) : leg.dialog;
    const request = requestInDialog(dialog, from.method);
    if (!from.uri.includes('placeholder') && from.method !== 'PRACK' && dialog.routeSet.length === 0)
      request.uri = from.uri;
    composeInDialog(request, from, localContact(this.context, to));
    if (from.method === 'PRACK' && header(request, 'rack') === undefined) this.#addRack(leg, request);
    if (from.method === 'INVITE' || from.method === 'UPDATE') {
      if (busy(leg, request)) return this.#tellGlare(reply, leg, request, to);
      if (from.method === 'INVITE') askForSession(leg, request);
      rememberOffer(leg, request);
    }
    const protocol = this.context.transport.protocolFor(request, to);
    const transaction = this.exchanges.send(reply.application, leg, request, { ...to, protocol });
    if (from.method === 'INVITE') this.invites.open(leg, transaction);
    if (from.method === 'NOTIFY' && notified(this.context, leg, request)) this.context.legs.remove(leg);
    echo(this.context, reply, transaction.request, transaction.destination, transaction.id);
  }

  #addRack(leg: Leg, request: SipRequest): void {
    const rseq = leg.ourInvite?.rseqs.get(leg.dialog.remoteTag ?? '');
    if (leg.ourInvite && rseq !== undefined) setHeader(request, 'rack', `${rseq} ${leg.ourInvite.cseq} INVITE`);
  }

  /** Another INVITE is open in this dialog: the application hears what the peer would say of it. */
  #tellGlare(reply: Reply, leg: Leg, request: SipRequest, to: Destination): void {
    const id = randomUUID();
    echo(this.context, reply, request, to, id);
    const { flow } = leg.dialog;
    const response = synthesize(request, 491);
    const sent = flow ? fromNetwork(response, flow) : { source: 'network' as const, message: response, protocol: to.protocol, address: '', port: 0 }; // prettier-ignore
    reply.application.deliver(sent, id, leg.id);
  }

  #outside(reply: Reply, from: SipRequest, routeUrl: string): void | Promise<void> {
    const next = routeUrl || headerValues(from, 'route')[0] || from.uri;
    const found = this.flows.find(next) ?? this.context.locator.locate(next);
    if (found instanceof Promise) return found.then((to) => this.#sendOutside(reply, from, to));
    return this.#sendOutside(reply, from, found);
  }

  #nextCSeq(): number {
    this.#cseq = (this.#cseq + 1) % 2 ** 30;
    return this.#cseq;
  }

  #sendOutside(reply: Reply, from: SipRequest, to: Destination): void {
    const { application, id } = reply;
    const { transport, legs, cdrs } = this.context;
    if (transport.faces.some((face) => face.address === to.address && facePort(face, to.protocol) === to.port))
      return application.reply(id, 'NOK', 'can not send request to myself');
    const request = composeOutside(from, localContact(this.context, to), this.#nextCSeq());
    const protocol = transport.protocolFor(request, to);
    const makesDialog = from.method === 'INVITE' || makesSubscription(from.method);
    const leg = makesDialog ? newLeg(dialogOfSentRequest(request), from.method, application) : undefined;
    const transaction = this.exchanges.send(application, leg, request, { ...to, protocol });
    if (leg) {
      rememberSent(leg, request);
      legs.add(leg);
    }
    if (leg && from.method === 'INVITE') {
      this.invites.open(leg, transaction);
      cdrs.attempt('application', request);
    }
    this.context.log.debug({ callId: callIdOf(request), method: request.method }, 'sent');
    echo(this.context, reply, transaction.request, transaction.destination, transaction.id);
  }
}

/** Whether an INVITE, or an UPDATE with an offer, must wait for one that is open in either direction (§ 14.1). */
function busy(leg: Leg, request: SipRequest): boolean {
  if (leg.dialog.state === 'early') return false;
  const open = leg.ourInvite?.state === 'open' || leg.theirInvite?.state === 'open';
  return open && (request.method === 'INVITE' || request.body.length > 0);
}
