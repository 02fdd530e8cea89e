/**
 * Requests that an application wants sent to a name that nobody can resolve. For the application that is no mistake of its own
 * but a peer out of reach: it gets the echo of its request, and a 503 as if that had come from the network (RFC 3261 § 8.1.3.1).
 */
import { randomUUID } from 'node:crypto';
import { dialogId, requestInDialog } from '../dialog/dialog.js';
import { callIdOf, tagOf } from '../message/headers.js';
import { makeResponse } from '../message/make.js';
import type { SipRequest } from '../message/message.js';
import { newTag } from '../transaction/server-transaction.js';
import { composeInDialog, composeOutside, type LocalContact } from './compose.js';
import { fromNowhere, type Context, type Reply } from './context.js';
import type { Leg } from './legs.js';
import { LocateError } from './locator.js';

const DNS_ERROR = 'DNS Error';

export const isUnresolved = (error: unknown): boolean => error instanceof LocateError && error.code === 'DNS';

/** The address of ours that stands in a request of which nobody knows by which face it would leave. */
function someContact({ transport }: Context): LocalContact {
  const [face] = transport.faces;
  return { host: face?.externalAddress ?? face?.address ?? 'localhost', port: face?.port ?? 5060, protocol: 'udp' };
}

/** Tells the application that its request got a 503. `cseq`: for a request outside a dialog that has none of its own. */
export function tellUnresolved(
  context: Context,
  reply: Reply,
  leg: Leg | undefined,
  from: SipRequest,
  cseq: number,
): void {
  const { application } = reply;
  const request = composed(context, leg, from, cseq);
  const id = randomUUID();
  application.replyMessage(reply.id, fromNowhere('application', request), id, 'Msg sent:', '');
  const response = makeResponse(request, 503, DNS_ERROR, newTag());
  if (from.method === 'INVITE' && !leg) {
    context.cdrs.attempt('application', request);
    context.cdrs.stop('application', response, 'call-rejected');
  }
  if (from.method === 'BYE' && leg) {
    context.cdrs.stop('application', request, 'normal-release');
    context.legs.remove(leg);
  }
  const made = from.method === 'INVITE' ? dialogId(callIdOf(request), tagOf(request, 'from') ?? '') : '';
  application.deliver(fromNowhere('network', response), id, leg?.id ?? made);
}

function composed(context: Context, leg: Leg | undefined, from: SipRequest, cseq: number): SipRequest {
  const local = someContact(context);
  return leg
    ? composeInDialog(requestInDialog(leg.dialog, from.method), from, local)
    : composeOutside(from, local, cseq);
}
