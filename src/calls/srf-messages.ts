/** Requests and responses of drachtio-srf behind the types of the port. */
import { HalinaError } from '../base/errors.js';
import { sessionIn } from './bodies.js';
import { notSent, rawHeaders, type SrfLink } from './srf-link.js';
import { sendable } from './srf-statuses.js';
import { sourceOf, type RawMessage, type RawReply, type RawRequest, type RawResponse } from './srf-raw.js';
import type { IncomingRequest, IncomingResponse, ReceivedMessage, ResponseOptions, Source } from './sip-port.js';

/** What of a message's body is for the call. */
export const bodyOf = (raw: RawMessage): string => sessionIn(raw.get('Content-Type'), raw.body ?? '');

class SrfMessage implements ReceivedMessage {
  readonly source: Source;
  readonly #raw: RawMessage;

  constructor(raw: RawMessage) {
    this.#raw = raw;
    this.source = sourceOf(raw);
  }

  header(name: string): string | undefined {
    return this.#raw.get(name);
  }

  get body(): string {
    return bodyOf(this.#raw);
  }

  get callId(): string {
    return this.#raw.get('Call-ID') ?? '';
  }
}

export class SrfRequest extends SrfMessage implements IncomingRequest {
  readonly method: string;
  readonly uri: string;
  readonly receivedOn: IncomingRequest['receivedOn'];
  protected readonly link: SrfLink;
  protected readonly request: RawRequest;
  protected readonly reply: RawReply;

  constructor(link: SrfLink, request: RawRequest, reply: RawReply) {
    super(request);
    this.link = link;
    this.request = request;
    this.reply = reply;
    this.method = request.method;
    this.uri = request.uri;
    const colon = request.receivedOn?.lastIndexOf(':') ?? -1;
    const port = Number(request.receivedOn?.slice(colon + 1));
    const address = request.receivedOn?.slice(0, Math.max(0, colon)).replace(/^\[(.*)\]$/, '$1');
    this.receivedOn = address && port > 0 ? { address, port } : undefined;
  }

  get answered(): boolean {
    return this.reply.finalResponseSent;
  }

  respond(status: number, options: ResponseOptions = {}): Promise<void> {
    return this.link.wait<void>(({ resolve, reject }) => {
      const { reason, headers, body } = options;
      const raw = { headers: rawHeaders(headers), ...(body === undefined ? {} : { body }) };
      this.reply.send(sendable(status), reason, raw, (error) => (error ? reject(notSent(error)) : resolve()));
    });
  }

  /** drachtio-srf keeps every INVITE until its final response; without one it would keep it for ever. */
  abandon(): void {
    this.request.agent.mapServer.get(this.request.socket)?.pendingNetworkInvites.delete(this.callId);
  }
}

export class SrfResponse extends SrfMessage implements IncomingResponse {
  readonly status: number;
  readonly reason: string;

  constructor(raw: RawResponse) {
    super(raw);
    this.status = raw.status;
    this.reason = raw.reason;
  }
}

/** A message without the means to answer it: an ACK. */
export function receivedMessage(raw: RawMessage): ReceivedMessage {
  return new SrfMessage(raw);
}

/** For requests that no handler wants: no rejection is of interest to anyone then. */
export async function refuse(request: IncomingRequest, status: number, options?: ResponseOptions): Promise<void> {
  try {
    await request.respond(status, options);
  } catch (error) {
    if (!(error instanceof HalinaError)) throw error;
  }
}

/** Requests that describe us to the peer, as do our answers to them (RFC 3261 § 14, RFC 3311 § 5). */
export const describes = (method: string): boolean => method === 'INVITE' || method === 'UPDATE';

/** A request within a dialog that nobody listens for: no change of the session, but no obstacle either. */
export function refuseUnheard(request: IncomingRequest): void {
  void refuse(request, describes(request.method) ? 488 : 200);
}
