/**
 * A confirmed dialog behind the port's `Dialog`. drachtio-srf makes one, and keeps with it, for as long as it lasts, both
 * messages that made it and all that listened to them; so ours takes its place in drachtio-srf's table at once, and is handed
 * what comes. That is kept until the call machine listens: a BYE may stand in the same packet as the 200.
 */
import { ownText, sharedText } from '../base/own-text.js';
import { splitOutside } from '../sip/message/grammar.js';
import { parseNameAddress } from '../sip/message/headers.js';
import type { DigestClient } from './digest/client.js';
import { notSent, rawHeaders, type SrfLink } from './srf-link.js';
import { bodyOf, describes, receivedMessage, refuseUnheard, SrfRequest, SrfResponse } from './srf-messages.js';
import {
  arrivalOf,
  sourceOf,
  type RawDialog,
  type RawMessage,
  type RawReply,
  type RawRequest,
  type RawResponse,
} from './srf-raw.js';
import type {
  Dialog,
  DialogEnd,
  DialogHandlers,
  Headers,
  IncomingResponse,
  ResponseOptions,
  Source,
} from './sip-port.js';

/** The dialog that drachtio-srf made, and what the port knows of it besides. */
export interface DialogFacts {
  readonly raw: RawDialog;
  /** What we said of ourselves (Allow, Supported): said again in later offers and their answers. */
  readonly able: Headers;
  readonly digest?: DigestClient | undefined;
  /** The peer's description where its 2xx had none, since it had come reliably before (RFC 3262 § 5). */
  readonly early?: string | undefined;
  /** The description that holds since, whatever the 2xx says (RFC 3311). */
  readonly updated?: string | undefined;
}

export class SrfDialog implements Dialog {
  /** drachtio's id of the dialog. */
  readonly id: string;
  readonly role: 'uac' | 'uas';
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly localUri: string;
  readonly remoteUri: string;
  readonly remoteTarget: string;
  readonly routeSet: readonly string[];
  readonly source: Source;
  remoteSdp: string;
  readonly confirmedAt: number;
  readonly #agent: RawDialog['agent'];
  readonly #srf: RawDialog['srf'];
  /** The connection to the server on which it lives. */
  readonly #socket: object;
  readonly #link: SrfLink;
  readonly #able: Headers;
  readonly #digest: DigestClient | undefined;
  #handlers: DialogHandlers | undefined;
  /** What came before somebody listened. */
  #early: ((handlers: DialogHandlers) => void)[] | undefined;
  readonly #finished: (dialog: SrfDialog) => void;
  #state: 'open' | 'ending' | 'ended' = 'open';
  #localCSeq: number;

  /** @param finished told once, when it has ended in whatever way */
  constructor(
    link: SrfLink,
    { raw, able, digest, early, updated }: DialogFacts,
    finished: (dialog: SrfDialog) => void,
  ) {
    ({ agent: this.#agent, srf: this.#srf, socket: this.#socket } = raw);
    this.#link = link;
    this.#finished = finished;
    this.#able = able;
    this.#digest = digest;
    this.id = ownText(raw.id);
    this.role = raw.type;
    const { req, res, sip } = raw;
    const uas = raw.type === 'uas';
    const theirs: RawMessage = uas ? req : res;
    this.callId = ownText(sip.callId);
    this.localTag = ownText(sip.localTag);
    this.remoteTag = ownText(sip.remoteTag ?? '');
    this.localUri = sharedText(addressUri(req, uas ? 'To' : 'From'));
    this.remoteUri = sharedText(addressUri(req, uas ? 'From' : 'To'));
    this.remoteTarget = sharedText(raw.remote.uri);
    const route = splitOutside(theirs.get('Record-Route') ?? '', ',') ?? [];
    this.routeSet = (uas ? route : route.reverse()).filter((value) => value !== '').map(ownText);
    this.source = sourceOf(theirs);
    this.confirmedAt = uas ? Date.now() : arrivalOf(res, Date.now());
    this.remoteSdp = ownText(updated ?? (bodyOf(theirs) || (early ?? '')));
    this.#localCSeq = uas ? 0 : cseqOf(req);
    this.#srf.removeDialog(raw);
    this.#srf.addDialog(this);
  }

  /** drachtio-srf hands a request within the dialog over. */
  handle(request: RawRequest, reply: RawReply): void {
    switch (request.method) {
      case 'BYE':
        reply.send(200, undefined, { headers: {} });
        return this.#destroyed(request);
      case 'ACK':
        return this.#deliver((handlers) => handlers.onAck?.(receivedMessage(request)));
      case 'INVITE':
      case 'UPDATE':
      case 'INFO':
      case 'REFER':
      case 'MESSAGE':
      case 'OPTIONS':
      case 'NOTIFY':
      case 'PUBLISH':
        return this.#requested(request, reply);
      case 'SUBSCRIBE':
        return reply.send(489, undefined, { headers: {} });
      default:
        return reply.send(501, undefined, { headers: {} });
    }
  }

  get localCSeq(): number {
    return this.#localCSeq;
  }

  get ended(): boolean {
    return this.#state !== 'open';
  }

  listen(handlers: DialogHandlers): void {
    this.#handlers = handlers;
    this.remoteSdp = '';
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const hand of early) this.#link.guard('a dialog', () => hand(handlers));
  }

  async request(
    method: string,
    options: { readonly headers?: Headers; readonly body?: string } = {},
  ): Promise<IncomingResponse> {
    const { headers, body } = options;
    const first = await this.#send(method, headers, body);
    const sent = { method, uri: first.req.uri, ...(body === undefined ? {} : { body }) };
    const answer = this.#digest?.answer(new SrfResponse(first), sent);
    if (!answer) return new SrfResponse(first);
    return new SrfResponse(await this.#send(method, { ...headers, [answer.name]: answer.value }, body));
  }

  async bye(headers?: Headers): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    try {
      await this.request('BYE', headers ? { headers } : {});
    } catch (error) {
      // The peer or the server is gone, and with it the dialog: nothing is left to end.
      this.#link.log.debug({ callId: this.callId, error: notSent(error).message }, 'BYE was not delivered');
    } finally {
      this.#finish();
    }
  }

  /** The connection to the SIP server broke. */
  lost(): void {
    if (this.#state !== 'open') return;
    this.#end({ by: 'lost', reason: undefined });
  }

  /**
   * What drachtio-srf's `dialog.request` does, but for one thing: while a request of ours is open, drachtio-srf gives an UPDATE
   * of the peer to that request and not to the dialog, where nobody would hear it.
   */
  #send(method: string, headers: Headers | undefined, body: string | undefined): Promise<RawResponse> {
    return this.#link.wait<RawResponse>(({ resolve, reject }) => {
      const sent = describes(method) ? { ...this.#able, ...headers } : headers;
      const content = { headers: rawHeaders(sent), ...(body === undefined ? {} : { body }) };
      const options = { method, stackDialogId: this.id, _socket: this.#socket, ...content };
      this.#agent.request(options, (error, request) => {
        if (error || !request) return reject(notSent(error));
        request.on('update', (update, reply) => this.#requested(update, reply));
        return request.on('response', (response, acknowledge) => {
          if (response.status < 200) return;
          if (method === 'INVITE') acknowledge();
          this.#localCSeq = Math.max(this.#localCSeq, cseqOf(response.req));
          resolve(response);
        });
      });
    });
  }

  /** The server itself may end a dialog, and tells so by a BYE that it sent for us. */
  #destroyed(bye: RawRequest): void {
    const by = bye.source === 'application' ? 'server' : 'peer';
    this.#end({ by, reason: bye.get('Reason'), at: arrivalOf(bye, Date.now()) });
  }

  #end(end: DialogEnd): void {
    const wasOpen = this.#state === 'open';
    this.#finish();
    if (wasOpen) this.#deliver((handlers) => handlers.onEnd(end));
  }

  #finish(): void {
    this.#state = 'ended';
    this.#srf.removeDialog(this);
    this.#finished(this);
  }

  #requested(raw: RawRequest, reply: RawReply): void {
    const request = new WithinRequest(this.#link, raw, reply, this.#able);
    this.#deliver((handlers) => {
      if (handlers.onRequest) handlers.onRequest(request);
      else refuseUnheard(request);
    });
  }

  #deliver(hand: (handlers: DialogHandlers) => void): void {
    const handlers = this.#handlers;
    if (handlers) this.#link.guard('a dialog', () => hand(handlers));
    else (this.#early ??= []).push(hand);
  }
}

/** A request within a dialog; a 2xx to an offer says what we can do. */
class WithinRequest extends SrfRequest {
  readonly #able: Headers;

  constructor(link: SrfLink, request: RawRequest, reply: RawReply, able: Headers) {
    super(link, request, reply);
    this.#able = able;
  }

  override respond(status: number, options: ResponseOptions = {}): Promise<void> {
    if (status < 200 || status >= 300 || !describes(this.method)) return super.respond(status, options);
    return super.respond(status, { ...options, headers: { ...this.#able, ...options.headers } });
  }
}

function addressUri(message: RawMessage, name: string): string {
  return parseNameAddress(message.get(name) ?? '')?.uri ?? '';
}

/** The CSeq number of a message, 0 where it has none. */
export function cseqOf(message: RawMessage): number {
  return Number.parseInt(message.get('CSeq') ?? '0', 10) || 0;
}
