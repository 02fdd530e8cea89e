/**
 * Requests of the network: each goes to the application that it is for, and what needs no application is answered here
 * (RFC 3261 §§ 8.2, 9.2, 12.2.2, 14.2).
 */
import { randomUUID } from 'node:crypto';
import { errorMessage } from '../../base/errors.js';
import { adoptPeer, refreshTarget, takesCSeq } from '../dialog/dialog.js';
import { callIdOf, cseqOf, tagOf } from '../message/headers.js';
import type { SipRequest } from '../message/message.js';
import { newTag, type ServerTransaction } from '../transaction/server-transaction.js';
import { guardPromise } from '../guard.js';
import type { Flow } from '../transport/types.js';
import type { Application } from './application.js';
import { inspect } from './checks.js';
import { fromNetwork, type Context } from './context.js';
import type { Hangup } from './hangup.js';
import { newTheirInvite, rememberReceived, type Leg } from './legs.js';
import type { ProxiedCalls } from './proxied-calls.js';
import { acknowledged, isLate } from './reliable.js';
import { makesSubscription, notified } from './subscriptions.js';
import { Turnstile } from './turnstile.js';

/** REGISTERs that are with the applications at once, and that wait for their turn: each of them costs a transaction. */
const REGISTERS_AT_ONCE = 32;
const REGISTERS_WAITING = 10_000;

export class Incoming {
  readonly #registers = new Turnstile(REGISTERS_AT_ONCE, REGISTERS_WAITING);

  constructor(
    private readonly context: Context,
    private readonly hangup: Hangup,
    private readonly proxied: ProxiedCalls,
    private readonly extensions: ReadonlySet<string>,
  ) {}

  onRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (request.method === 'CANCEL') return this.#cancel(transaction);
    const refusal = inspect(request, this.extensions);
    if (refusal) return void transaction.refuse(refusal.status, refusal);
    if (this.context.transactions.isLoop(request)) return void transaction.refuse(482);
    if (this.proxied.forward(transaction)) return;
    if (tagOf(request, 'to') === undefined) this.#outside(transaction);
    else this.#inside(transaction);
  }

  /** An ACK for a 2xx (§ 13.3.1.4). */
  onAck(request: SipRequest, flow: Flow): void {
    const leg = this.context.legs.find(callIdOf(request), tagOf(request, 'to'), tagOf(request, 'from'))?.leg;
    const invite = leg?.theirInvite;
    if (!leg || !invite) return this.proxied.forwardAck(request);
    if (invite.state !== 'answered' || invite.cseq !== cseqOf(request)?.number) return;
    invite.repetition?.stop();
    leg.theirInvite = undefined; // nothing more is to be known of it, while the dialog may last for hours
    rememberReceived(leg, request);
    // The ACK of the first INVITE bears its transaction's id, those of later ones an id of their own.
    const id = invite.first ? invite.transaction.id : randomUUID();
    this.context.applications.ownerOf(leg)?.deliver(fromNetwork(request, flow, ''), id, leg.id);
    for (const waiting of leg.afterAck.splice(0)) waiting.go();
  }

  #outside(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    if (['BYE', 'PRACK', 'UPDATE'].includes(request.method)) return void transaction.refuse(481);
    const found = this.context.applications.forRequest(request, flow);
    if (found instanceof Promise) {
      if (request.method === 'INVITE') transaction.refuse(100);
      const given = found
        .catch((error: unknown) => this.#unreached(error))
        .then((application) => this.#give(transaction, application));
      guardPromise(this.context.log, 'a request for an application that listens', given);
    } else this.#give(transaction, found);
  }

  #unreached(error: unknown): undefined {
    this.context.log.error({ error: errorMessage(error) }, 'an application cannot be called');
    return undefined;
  }

  #give(transaction: ServerTransaction, application: Application | undefined): void {
    const { request } = transaction;
    // It may have been cancelled while an application was called for it.
    if (transaction.answered) return application?.end();
    if (!application) return void transaction.refuse(503);
    if (request.method === 'REGISTER') return this.#giveInTurn(transaction, application);
    if (request.method === 'INVITE') {
      transaction.refuse(100);
      this.context.cdrs.attempt('network', request);
    }
    this.#hand(transaction, application);
  }

  #giveInTurn(transaction: ServerTransaction, application: Application): void {
    const through = this.#registers.enter(() => {
      if (application.connected) return this.#hand(transaction, application, () => this.#registers.leave());
      transaction.refuse(503, { headers: retryLater() });
      this.#registers.leave();
    });
    if (!through) transaction.refuse(503, { headers: retryLater() });
  }

  #hand(transaction: ServerTransaction, application: Application, over?: () => void): void {
    const { request, flow } = transaction;
    this.context.pending.add(transaction, application, undefined, over);
    application.deliver(fromNetwork(request, flow), transaction.id, '', [flow.localAddress, flow.localPort]);
  }

  #inside(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const { method } = request;
    const found = this.context.legs.find(callIdOf(request), tagOf(request, 'to'), tagOf(request, 'from'));
    if (!found) return void transaction.refuse(481);
    const { leg, dialog } = found;
    if (!takesCSeq(dialog, request))
      return void transaction.refuse(500, { reason: 'CSeq Out Of Order', headers: retryLater() });
    dialog.flow = flow;
    if (method === 'INVITE' && !this.#takesInvite(transaction, leg)) return;
    if (method === 'UPDATE' && !this.#takesUpdate(transaction, leg)) return;
    if (method === 'NOTIFY' && makesSubscription(leg.method)) adoptPeer(dialog, request);
    if (['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY'].includes(method)) refreshTarget(dialog, request);
    if (method === 'PRACK' && isLate(leg, request)) return void transaction.refuse(200);
    const released = method === 'PRACK' ? acknowledged(leg, request) : [];
    if (!released) return void transaction.refuse(481);
    if (method === 'BYE' && this.#endsEarly(transaction, leg)) return;
    rememberReceived(leg, request);
    const owner = this.context.applications.ownerOf(leg);
    if (!owner) return this.#withoutOwner(transaction, leg);
    this.context.pending.add(transaction, owner, leg);
    owner.deliver(fromNetwork(request, flow), transaction.id, leg.id);
    for (const held of released) held.go();
    if (method === 'BYE') this.hangup.ending(leg);
    if (method === 'NOTIFY' && notified(this.context, leg, request)) this.context.legs.remove(leg);
  }

  /**
   * One INVITE at a time in either direction (§ 14.2). Where our 2xx brought an offer, its answer must come first, in the ACK:
   * the 2xx is repeated until then (RFC 3264 § 4).
   */
  #takesInvite(transaction: ServerTransaction, leg: Leg): boolean {
    if (leg.ourInvite?.state === 'open' || awaitsAnswer(leg)) transaction.refuse(491);
    else if (leg.theirInvite?.state === 'open') transaction.refuse(500, { headers: retryLater() });
    else {
      leg.theirInvite?.repetition?.stop();
      transaction.refuse(100);
      leg.theirInvite = newTheirInvite(transaction);
      return true;
    }
    return false;
  }

  /** RFC 3311 § 5.2: an offer while one of ours is open, or another of the peer. */
  #takesUpdate(transaction: ServerTransaction, leg: Leg): boolean {
    if (transaction.request.body.length === 0) return true;
    const confirmed = leg.dialog.state === 'confirmed';
    if (confirmed && leg.ourInvite?.state === 'open') transaction.refuse(491);
    else if (confirmed && leg.theirInvite?.state === 'open') transaction.refuse(500, { headers: retryLater() });
    else return true;
    return false;
  }

  /** A caller's BYE in a dialog that is not answered yet ends its INVITE (§ 15.1.2); the application is told by a CANCEL. */
  #endsEarly(transaction: ServerTransaction, leg: Leg): boolean {
    const invite = leg.theirInvite;
    if (leg.dialog.role !== 'uas' || leg.dialog.state !== 'early' || !invite) return false;
    transaction.refuse(200);
    this.#terminate(invite.transaction, { ...invite.transaction.request, method: 'CANCEL' }, transaction.flow);
    return true;
  }

  /** Nobody serves this call any more: it may end, all else must come again. */
  #withoutOwner(transaction: ServerTransaction, leg: Leg): void {
    if (transaction.request.method !== 'BYE') return void transaction.refuse(503, { headers: retryLater() });
    transaction.refuse(200);
    this.context.cdrs.stop('network', transaction.request, 'normal-release');
    this.context.legs.remove(leg);
  }

  #cancel(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const invite = this.context.transactions.inviteOf(request);
    if (!invite) return void transaction.refuse(481);
    const pending = this.context.pending.get(invite.id);
    transaction.refuse(200, { toTag: pending?.leg?.dialog.localTag ?? newTag() });
    if (invite.answered || this.proxied.cancel(invite)) return;
    this.#terminate(invite, request, flow);
  }

  /** Ends an INVITE that the caller gave up, and says so to the application. */
  #terminate(invite: ServerTransaction, cancel: SipRequest, flow: Flow): void {
    const pending = this.context.pending.remove(invite.id);
    const leg = pending?.leg;
    const terminated = invite.refuse(487, leg ? { toTag: leg.dialog.localTag } : {});
    if (!pending) return;
    if (leg?.theirInvite) leg.theirInvite.state = 'done';
    const early = !leg || leg.dialog.state === 'early';
    if (early) this.context.cdrs.stop('network', terminated, 'call-canceled');
    pending.application.deliver(fromNetwork(cancel, flow), invite.id, leg?.id ?? '');
    if (leg && early) this.context.legs.remove(leg);
  }
}

/** An INVITE without an offer was answered with ours, and not acknowledged yet. */
const awaitsAnswer = ({ theirInvite }: Leg): boolean =>
  theirInvite?.state === 'answered' && theirInvite.transaction.request.body.length === 0;

/** § 14.2: try again in up to ten seconds. */
const retryLater = (): Record<string, string> => ({ 'Retry-After': String(Math.floor(Math.random() * 10)) });
