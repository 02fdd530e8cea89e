/**
 * The server as UAS: requests of the network go to the application that wants them, its responses go back. Dialogs are kept
 * here, so are the things that no application should have to repeat: 100, 2xx until its ACK, 487, 481.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Timer } from '../../base/clock.js';
import { dialogId, dialogOfRequest, refreshTarget, takesCSeq } from '../dialog/dialog.js';
import { header, setHeader } from '../message/fields.js';
import { callIdOf, cseqOf, rackOf, tagOf } from '../message/headers.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import type { ServerTransaction } from '../transaction/layer.js';
import { PATIENCE, T1, T2 } from '../transaction/timers.js';
import { responseDestination } from '../transport/layer.js';
import type { Flow } from '../transport/types.js';
import type { Application } from './application.js';
import { composeResponse } from './compose.js';
import { fromNetwork, localContact, wayBack, type Context, type Reply } from './context.js';
import { newLeg, type Leg } from './legs.js';
import type { SessionTimers } from './session-timers.js';
import type { Hangup } from './hangup.js';

/** Methods that exist; of others we say so by 405 (§ 8.2.1). */
export const METHODS = [
  'INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'PRACK', 'UPDATE', 'INFO', 'SUBSCRIBE', 'NOTIFY', 'REFER',
  'MESSAGE', 'PUBLISH',
]; // prettier-ignore

interface Pending {
  readonly transaction: ServerTransaction;
  readonly application: Application;
  leg: Leg | undefined;
}

const newTag = (): string => randomBytes(8).toString('hex');

export class Uas {
  /** Requests that an application has to answer, by transaction id. */
  readonly #pending = new Map<string, Pending>();

  constructor(
    private readonly context: Context,
    private readonly sessions: SessionTimers,
    private readonly hangup: Hangup,
  ) {}

  onRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (request.method === 'CANCEL') return this.#cancel(transaction);
    if (header(request, 'max-forwards') === '0' && request.method !== 'OPTIONS') return void transaction.refuse(483);
    if (tagOf(request, 'to') === undefined) this.#outside(transaction);
    else this.#inside(transaction);
  }

  /** An ACK for a 2xx (§ 13.3.1.4). */
  onAck(request: SipRequest, flow: Flow): void {
    const leg = this.context.legs.find(callIdOf(request), tagOf(request, 'to'), tagOf(request, 'from'));
    const invite = leg?.theirInvite;
    if (!leg || invite?.state !== 'answered' || cseqOf(invite.transaction.request)?.number !== cseqOf(request)?.number)
      return;
    invite.repeat?.stop();
    invite.repeat = undefined;
    invite.state = 'done';
    const owner = this.context.applications.ownerOf(leg);
    // The ACK of the first INVITE bears its transaction's id, those of later ones an id of their own.
    const first = tagOf(invite.transaction.request, 'to') === undefined;
    owner?.deliver(fromNetwork(request, flow, ''), first ? invite.transaction.id : randomUUID(), leg.dialog.id);
  }

  /** A new request for the application's own transaction id; the proxy takes it over. */
  take(transactionId: string): ServerTransaction | undefined {
    const pending = this.#pending.get(transactionId);
    this.#pending.delete(transactionId);
    return pending?.transaction;
  }

  /** The application answers. */
  respond(reply: Reply, transactionId: string, from: SipResponse): void {
    const pending = this.#pending.get(transactionId);
    if (!pending || pending.transaction.answered) {
      this.#pending.delete(transactionId);
      return reply.application.reply(reply.id, 'NOK', 'Response not sent due to unknown transaction');
    }
    const leg = pending.leg;
    const isFinal = from.status >= 200;
    // RFC 3262 § 3: a 2xx waits for the PRACK of a reliable provisional response that carried an offer or answer.
    if (leg?.theirInvite?.repeat && isFinal && from.status < 300 && pending.transaction === leg.theirInvite.transaction)
      leg.held.push(() => this.#answer(reply, pending, from));
    else this.#answer(reply, pending, from);
  }

  #outside(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    if (!METHODS.includes(request.method)) {
      transaction.refuse(405, '', newTag(), { allow: METHODS.join(', ') });
      return;
    }
    if (!/^(sips?|tel):/i.test(request.uri)) return void transaction.refuse(416);
    if (request.method === 'UPDATE' || request.method === 'BYE' || request.method === 'PRACK')
      return void transaction.refuse(481);
    const application = this.context.applications.choose(request.method);
    if (!application) return void transaction.refuse(503);
    if (request.method === 'INVITE') {
      transaction.refuse(100);
      this.context.cdrs.attempt('network', request);
    }
    this.#pending.set(transaction.id, { transaction, application, leg: undefined });
    application.deliver(fromNetwork(request, flow), transaction.id, '', [flow.localAddress, flow.localPort]);
  }

  #inside(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const leg = this.context.legs.find(callIdOf(request), tagOf(request, 'to'), tagOf(request, 'from'));
    if (!leg) return void transaction.refuse(481);
    if (!takesCSeq(leg.dialog, request)) return retryLater(transaction, 'CSeq out of order');
    leg.dialog.flow = flow;
    if (request.method === 'INVITE') {
      if (leg.ourInvite?.state === 'open') return void transaction.refuse(491);
      if (leg.theirInvite?.state === 'open') return retryLater(transaction, '');
      transaction.refuse(100);
      leg.theirInvite = { transaction, state: 'open', repeat: undefined };
    }
    if (request.method === 'INVITE' || request.method === 'UPDATE') {
      refreshTarget(leg.dialog, request);
      this.sessions.refreshed(leg);
    }
    const owner = this.context.applications.ownerOf(leg);
    if (!owner) return this.#withoutOwner(transaction, leg);
    this.#pending.set(transaction.id, { transaction, application: owner, leg });
    if (request.method === 'PRACK' && !this.#prack(leg, request)) {
      this.#pending.delete(transaction.id);
      return void transaction.refuse(481);
    }
    owner.deliver(fromNetwork(request, flow), transaction.id, leg.dialog.id);
    if (request.method === 'PRACK' && !owner.verbs.has('prack')) {
      this.#pending.delete(transaction.id);
      transaction.refuse(200);
    }
    if (request.method === 'BYE') this.hangup.ending(leg);
  }

  /** Nobody serves this call any more: it may end, everything else gets 503. */
  #withoutOwner(transaction: ServerTransaction, leg: Leg): void {
    if (transaction.request.method !== 'BYE') return void transaction.refuse(503);
    transaction.refuse(200);
    this.context.legs.remove(leg);
  }

  #prack(leg: Leg, request: SipRequest): boolean {
    const rack = rackOf(request);
    const invite = leg.theirInvite;
    if (!rack || !invite?.repeat || rack.rseq !== leg.rseq) return false;
    invite.repeat.stop();
    invite.repeat = undefined;
    for (const go of leg.held.splice(0)) go();
    return true;
  }

  #cancel(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const invite = this.context.transactions.inviteOf(request);
    if (!invite) return void transaction.refuse(481);
    const pending = this.#pending.get(invite.id);
    const tag = pending?.leg?.dialog.localTag ?? newTag();
    transaction.refuse(200, '', tag);
    if (invite.answered) return;
    const terminated = invite.refuse(487, '', tag);
    this.#pending.delete(invite.id);
    if (!pending) return;
    const { application, leg } = pending;
    this.context.cdrs.stop('network', terminated, 'call-canceled');
    application.deliver(fromNetwork(request, flow), invite.id, leg?.dialog.id ?? '');
    if (leg?.dialog.state === 'early') this.context.legs.remove(leg);
    else if (leg?.theirInvite) leg.theirInvite.state = 'done';
  }

  #answer(reply: Reply, pending: Pending, from: SipResponse): void {
    const { transaction } = pending;
    if (transaction.answered)
      return reply.application.reply(reply.id, 'NOK', 'Response not sent due to unknown transaction');
    const { request, flow } = transaction;
    const tag = pending.leg?.dialog.localTag ?? tagOf(from, 'to') ?? newTag();
    const response = composeResponse(request, from, tag, localContact(this.context, wayBack(flow)));
    this.#follow(pending, response, tag);
    const { leg } = pending;
    if (leg && response.status < 200 && (header(response, 'require') ?? '').includes('100rel')) {
      setHeader(response, 'rseq', String(++leg.rseq));
      this.#repeatUntilAcknowledged(leg, response, () => this.#noPrack(leg, transaction));
    }
    transaction.respond(response);
    if (response.status >= 200) this.#pending.delete(transaction.id);
    const inDialog = this.#dialogIdFor(pending, request);
    const sent = { ...fromNetwork(response, flow), source: 'application' as const };
    const protocol = request.method === 'INVITE' ? sent.protocol : '';
    reply.application.replyMessage(reply.id, { ...sent, protocol }, transaction.id, inDialog, '', 'Msg sent:', '');
  }

  /** The id that goes with an answer: every answer to an INVITE names the dialog that it makes or would have made. */
  #dialogIdFor({ leg }: Pending, request: SipRequest): string {
    if (request.method === 'BYE') return '';
    if (leg) return leg.dialog.id;
    return request.method === 'INVITE' ? dialogId(callIdOf(request), tagOf(request, 'from') ?? '') : '';
  }

  /** What a response does to its dialog. */
  #follow(pending: Pending, response: SipResponse, tag: string): void {
    const { transaction, application } = pending;
    const { method } = transaction.request;
    const { status } = response;
    if (method === 'INVITE') this.#followInvite(pending, response, tag);
    else if (method === 'BYE' && pending.leg && status >= 200) {
      this.context.cdrs.stop('network', transaction.request, 'normal-release');
      this.context.legs.remove(pending.leg);
    } else if (method === 'SUBSCRIBE' && !pending.leg && status >= 200 && status < 300) {
      const dialog = dialogOfRequest(transaction.request, tag, transaction.flow);
      dialog.state = 'confirmed';
      pending.leg = newLeg(dialog, application);
      this.context.legs.add(pending.leg);
    }
  }

  #followInvite(pending: Pending, response: SipResponse, tag: string): void {
    const { transaction, application } = pending;
    const { status } = response;
    if (!pending.leg && status > 100 && status < 300) {
      pending.leg = newLeg(dialogOfRequest(transaction.request, tag, transaction.flow), application);
      pending.leg.theirInvite = { transaction, state: 'open', repeat: undefined };
      this.context.legs.add(pending.leg);
    }
    const { leg } = pending;
    const invite = leg?.theirInvite;
    if (!leg || !invite || status < 200) return;
    if (status >= 300) {
      invite.repeat?.stop();
      invite.state = 'done';
      if (leg.dialog.state === 'early') this.context.legs.remove(leg);
      this.context.cdrs.stop('application', response, 'call-rejected');
      return;
    }
    const first = leg.dialog.state === 'early';
    leg.dialog.state = 'confirmed';
    invite.state = 'answered';
    if (first) this.context.cdrs.start('application', response, 'uas');
    this.sessions.agreed(leg, response, 'uas');
    this.#repeatUntilAcknowledged(leg, response, () => this.hangup.unsolicited(leg, 'ACK timeout'));
  }

  /** Repeats a response with growing intervals from T1 to T2, and gives up after 64*T1. */
  #repeatUntilAcknowledged(leg: Leg, response: SipResponse, giveUp: () => void): void {
    const invite = leg.theirInvite;
    if (!invite) return;
    const { clock, transport, log } = this.context;
    let timer: Timer | undefined;
    const destination = responseDestination(response, invite.transaction.flow);
    const send = (interval: number): void => {
      timer = clock.setTimer(interval, () => {
        transport
          .send(response, destination)
          .catch((error: unknown) => log.debug({ error: String(error) }, 'not repeated'));
        send(Math.min(2 * interval, response.status < 200 ? PATIENCE : T2));
      });
    };
    send(T1);
    const end = clock.setTimer(PATIENCE, () => {
      invite.repeat?.stop();
      invite.repeat = undefined;
      giveUp();
    });
    invite.repeat = {
      response,
      stop: () => {
        timer?.cancel();
        end.cancel();
      },
    };
  }

  /** RFC 3262 § 3: without a PRACK in 64*T1 the INVITE is refused with a 5xx. */
  #noPrack(leg: Leg, transaction: ServerTransaction): void {
    this.#pending.delete(transaction.id);
    transaction.refuse(504, 'No PRACK', leg.dialog.localTag);
    this.context.legs.remove(leg);
  }
}

function retryLater(transaction: ServerTransaction, reason: string): void {
  transaction.refuse(500, reason, newTag(), { 'retry-after': String(Math.floor(Math.random() * 10)) });
}
