/**
 * The application's answers to requests of the network. What no application should have to repeat is done here: 2xx until
 * their ACK, reliable provisional responses until their PRACK, dialogs that begin and end.
 */
import { dialogId, dialogOfRequest } from '../dialog/dialog.js';
import { header, headerValues, removeHeader, setHeader } from '../message/fields.js';
import { callIdOf, tagOf } from '../message/headers.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import { newTag } from '../transaction/server-transaction.js';
import { T2 } from '../transaction/timers.js';
import { composeResponse } from './compose.js';
import { fromNetwork, localContact, wayBack, type Context, type Reply } from './context.js';
import type { Flows } from './flows.js';
import type { Hangup } from './hangup.js';
import { newLeg, newTheirInvite, rememberReceived, rememberSent, type Leg } from './legs.js';
import type { Pending } from './pending.js';
import { allowsReliable, isReliable, mustWait, sendReliably, stopReliable } from './reliable.js';
import { Repetition } from './repetition.js';
import type { SessionTimers } from './session-timers.js';
import { makesSubscription, subscribed } from './subscriptions.js';

const UNKNOWN = 'Response not sent due to unknown transaction';

export class Answers {
  constructor(
    private readonly context: Context,
    private readonly sessions: SessionTimers,
    private readonly hangup: Hangup,
    private readonly flows: Flows,
  ) {}

  respond(reply: Reply, transactionId: string, from: SipResponse): void {
    const pending = this.context.pending.get(transactionId);
    if (!pending) return this.#unknown(reply, transactionId, from);
    pending.silence?.cancel();
    pending.silence = undefined;
    const { leg, transaction } = pending;
    const answersInvite = leg?.theirInvite?.transaction === transaction;
    if (!leg || !answersInvite || !mustWait(leg, from)) return this.#answer(reply, pending, from);
    // What goes when its time has come may have to wait again, for another that went before it.
    leg.reliable.held.push({
      go: () => this.respond(reply, transactionId, from),
      drop: () => reply.application.reply(reply.id, 'NOK', UNKNOWN),
    });
  }

  /** An answer to what was only told goes nowhere; any other comes too late, or twice. */
  #unknown(reply: Reply, id: string, from: SipResponse): void {
    const told = this.context.pending.told(id);
    if (!told) return reply.application.reply(reply.id, 'NOK', UNKNOWN);
    const nowhere = { host: 'localhost', port: 5060, protocol: 'udp' };
    const message = composeResponse(told, from, tagOf(told, 'to') ?? newTag(), nowhere);
    const sent = { source: 'application', message, protocol: '', address: '', port: 0 } as const;
    reply.application.replyMessage(reply.id, sent, id, '', '', 'Msg sent:', '');
  }

  #answer(reply: Reply, pending: Pending, from: SipResponse): void {
    const { transaction } = pending;
    if (transaction.answered) return reply.application.reply(reply.id, 'NOK', UNKNOWN);
    const { request, flow } = transaction;
    const tag = pending.leg?.dialog.localTag ?? tagOf(from, 'to') ?? newTag();
    const response = composeResponse(request, from, tag, localContact(this.context, wayBack(flow)));
    if (isReliable(response) && !allowsReliable(request)) this.#makeUnreliable(response);
    this.#follow(pending, response, tag);
    transaction.respond(response);
    if (response.status >= 200) this.context.pending.remove(transaction.id);
    const sent = { ...fromNetwork(response, flow), source: 'application' as const };
    const protocol = request.method === 'INVITE' ? sent.protocol : '';
    const id = dialogIdFor(pending, request);
    reply.application.replyMessage(reply.id, { ...sent, protocol }, transaction.id, id, '', 'Msg sent:', '');
    if (response.status >= 200) transaction.settle(response);
  }

  /** The caller does not know 100rel: the response goes as an ordinary one (RFC 3262 § 3). */
  #makeUnreliable(response: SipResponse): void {
    const others = headerValues(response, 'require').filter((tag) => tag.toLowerCase() !== '100rel');
    removeHeader(response, 'require');
    if (others.length > 0) setHeader(response, 'require', others.join(', '));
  }

  /** What a response does to its dialog, before it goes. */
  #follow(pending: Pending, response: SipResponse, tag: string): void {
    const { transaction, leg } = pending;
    const { request, flow } = transaction;
    const { status } = response;
    const succeeds = status >= 200 && status < 300;
    if (request.method === 'INVITE') this.#followInvite(pending, response, tag);
    else if (request.method === 'BYE' && leg && status >= 200) {
      this.context.cdrs.stop('network', request, 'normal-release');
      this.context.legs.remove(leg);
    } else if (request.method === 'UPDATE' && leg && succeeds) this.#agree(leg, request, response);
    else if (makesSubscription(request.method) && succeeds) this.#followSubscription(pending, response, tag);
    if (succeeds) this.flows.learn(request, response, flow);
  }

  #followSubscription(pending: Pending, response: SipResponse, tag: string): void {
    const { request, flow } = pending.transaction;
    if (!pending.leg) {
      const dialog = dialogOfRequest(request, tag, flow);
      dialog.state = 'confirmed';
      pending.leg = newLeg(dialog, request.method, pending.application);
      this.context.legs.add(pending.leg);
    }
    if (makesSubscription(pending.leg.method)) subscribed(this.context, pending.leg, request, response);
  }

  #followInvite(pending: Pending, response: SipResponse, tag: string): void {
    const { transaction, application } = pending;
    const { status } = response;
    if (!pending.leg && status > 100 && status < 300) {
      pending.leg = newLeg(dialogOfRequest(transaction.request, tag, transaction.flow), 'INVITE', application);
      pending.leg.theirInvite = newTheirInvite(transaction);
      rememberReceived(pending.leg, transaction.request);
      this.context.legs.add(pending.leg);
    }
    const { leg } = pending;
    if (leg) rememberSent(leg, response);
    if (status >= 300) this.#refused(leg, response);
    else if (leg && status >= 200) this.#accepted(leg, response);
    else if (leg && isReliable(response))
      sendReliably(this.context, leg, transaction, response, () => this.#noPrack(leg));
  }

  #refused(leg: Leg | undefined, response: SipResponse): void {
    const early = !leg || leg.dialog.state === 'early';
    if (leg?.theirInvite) leg.theirInvite.state = 'done';
    if (leg) stopReliable(leg);
    if (leg && early) this.context.legs.remove(leg);
    if (early) this.context.cdrs.stop('application', response, 'call-rejected');
  }

  #accepted(leg: Leg, response: SipResponse): void {
    const invite = leg.theirInvite;
    if (!invite) return;
    if (leg.dialog.state === 'early') this.context.cdrs.start('application', response, 'uas');
    leg.dialog.state = 'confirmed';
    invite.state = 'answered';
    stopReliable(leg);
    this.#agree(leg, invite.transaction.request, response);
    const onGivingUp = (): void => this.#noAck(leg);
    invite.repetition = new Repetition(this.context, invite.transaction, response, { longest: T2, onGivingUp });
  }

  #agree(leg: Leg, request: SipRequest, response: SipResponse): void {
    this.sessions.propose(request, response);
    rememberSent(leg, response);
    // A request that says nothing of a session timer, answered so too, leaves what was agreed before (RFC 4028 § 9).
    const silent = [request, response].every((message) => header(message, 'session-expires') === undefined);
    if (request.method === 'INVITE' || !silent) this.sessions.agreed(leg, response, 'uas');
  }

  /** § 13.3.1.4: without an ACK in 64*T1 the call ends, by the application's own BYE where that waited for it. */
  #noAck(leg: Leg): void {
    const bye = leg.afterAck.find(({ method }) => method === 'BYE');
    if (!bye) return this.hangup.unsolicited(leg, 'ACK timeout', 'ack-timeout');
    leg.afterAck.splice(leg.afterAck.indexOf(bye), 1);
    bye.go();
  }

  /** RFC 3262 § 3: without a PRACK in 64*T1 the INVITE is refused with a 5xx. */
  #noPrack(leg: Leg): void {
    const { theirInvite: invite, owner, dialog } = leg;
    if (!invite || invite.transaction.answered) return;
    stopReliable(leg);
    invite.state = 'done';
    this.context.pending.remove(invite.transaction.id);
    invite.transaction.refuse(504, { reason: 'No PRACK', toTag: dialog.localTag });
    if (dialog.state === 'early') this.context.legs.remove(leg);
    const cancel: SipRequest = { ...invite.transaction.request, method: 'CANCEL' };
    owner.deliver(fromNetwork(cancel, invite.transaction.flow), invite.transaction.id, leg.id);
  }
}

/** The id that goes with an answer: every answer to an INVITE names the dialog that it makes or would have made. */
function dialogIdFor({ leg }: Pending, request: SipRequest): string {
  if (request.method === 'BYE') return '';
  if (leg) return leg.id;
  return request.method === 'INVITE' ? dialogId(callIdOf(request), tagOf(request, 'from') ?? '') : '';
}
