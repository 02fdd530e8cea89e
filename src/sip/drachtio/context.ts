/** What the parts of the drachtio server share. */
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import { header, setHeader } from '../message/fields.js';
import { makeResponse } from '../message/make.js';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.js';
import type { TransactionLayer } from '../transaction/layer.js';
import { newTag } from '../transaction/server-transaction.js';
import type { TransportLayer } from '../transport/layer.js';
import type { Destination, Flow } from '../transport/types.js';
import type { Application, SentOrReceived } from './application.js';
import type { Applications } from './applications.js';
import type { Cdrs } from './cdr.js';
import type { LocalContact } from './compose.js';
import type { Legs } from './legs.js';
import type { Locator } from './locator.js';
import type { PendingRequests } from './pending.js';

export interface Context {
  readonly transport: TransportLayer;
  readonly transactions: TransactionLayer;
  readonly applications: Applications;
  readonly legs: Legs;
  readonly pending: PendingRequests;
  readonly locator: Locator;
  readonly cdrs: Cdrs;
  readonly clock: Clock;
  readonly log: Log;
}

/** A message of an application that waits for its reply. */
export interface Reply {
  readonly application: Application;
  readonly id: string;
}

export function fromNetwork(
  message: SipMessage,
  flow: Flow,
  protocol: Flow['protocol'] | '' = flow.protocol,
): SentOrReceived {
  return { source: 'network', message, protocol, address: flow.remoteAddress, port: flow.remotePort };
}

/** What was on no wire. */
export const fromNowhere = (source: SentOrReceived['source'], message: SipMessage): SentOrReceived => ({
  source,
  message,
  protocol: 'unknown',
  address: '',
  port: 0,
});

/** A request that we sent: the protocol tells the local address for it. */
export function sentTo(context: Context, message: SipMessage, destination: Destination): SentOrReceived {
  const { host, port } = context.transport.sentBy(destination);
  return { source: 'application', message, protocol: destination.protocol, address: host, port };
}

/** Echoes a request to the application that sent it, as it goes to the wire. */
export function echo(context: Context, reply: Reply, sent: SipMessage, destination: Destination, id: string): void {
  reply.application.replyMessage(reply.id, sentTo(context, sent, destination), id, 'Msg sent:', '');
}

export function localContact(context: Context, destination: Destination): LocalContact {
  const { host, port } = context.transport.sentBy(destination);
  return { host, port, protocol: destination.protocol };
}

export const wayBack = (flow: Flow): Destination => ({
  protocol: flow.protocol,
  address: flow.remoteAddress,
  port: flow.remotePort,
  face: flow.face,
});

/** The response that stands for one that never came (408, 491, 503). */
export function synthesize(request: SipRequest, status: number): SipResponse {
  return makeResponse(request, status, '', newTag());
}

export function withReason(request: SipRequest, text: string): SipRequest {
  if (header(request, 'reason') === undefined) setHeader(request, 'reason', `SIP;cause=200;text="${text}"`);
  return request;
}
