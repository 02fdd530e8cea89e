/**
 * The port to SIP with drachtio-srf behind it. This is the only place that makes a drachtio-srf object; everything
 * else of the call application sees `sip-port.ts`. Works against the embedded SIP server and a real drachtio-server
 * alike. When the connection breaks, everything that waits is told, dialogs end as `lost`, and after the reconnection
 * a BYE is sent for each of them, in case the server still holds them.
 */
import Srf from 'drachtio-srf';
import { errorMessage } from '../base/errors.js';
import { silentLog, type Log } from '../base/log.js';
import { DigestClient } from './digest/client.js';
import { SrfDialog, type DialogFacts } from './srf-dialog.js';
import {
  repeated,
  SrfIncomingInvite,
  SrfOutgoingInvite,
  takeUpdate,
  withoutDialog,
  type InviteContext,
} from './srf-invite.js';
import { methods } from './options.js';
import { notSent, rawHeaders, SrfLink } from './srf-link.js';
import { refuse, SrfRequest, SrfResponse } from './srf-messages.js';
import { SrfSubscribe } from './srf-subscribe.js';
import type { RawResponse, RawSrf } from './srf-raw.js';
import { gatherWrites } from './srf-writes.js';
import type {
  Headers,
  IncomingInvite,
  IncomingRequest,
  IncomingResponse,
  IncomingSubscribe,
  InviteOptions,
  OutgoingInvite,
  RequestOptions,
  SipPort,
} from './sip-port.js';

export interface SrfOptions {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly log?: Log;
}

/** What the application does with requests outside a dialog; a handler that is absent leaves its method unrouted. */
export interface SrfHandlers {
  readonly invite?: (invite: IncomingInvite) => void;
  readonly register?: (request: IncomingRequest) => void;
  readonly options?: (request: IncomingRequest) => void;
  readonly subscribe?: (request: IncomingSubscribe) => void;
  /** Each time that the connection is there (again): `listening` are the server's addresses. */
  readonly connected?: (listening: readonly string[]) => void;
  /** The connection broke; drachtio-srf tries again by itself. */
  readonly lost?: () => void;
}

/** Methods that mean nothing outside a dialog; unrouted ones would be answered 503, as if nobody were there. */
const STRANGE = ['message', 'publish', 'refer', 'notify', 'info'];

export class SrfPort implements SipPort {
  readonly #srf: RawSrf;
  readonly #link: SrfLink;
  readonly #log: Log;
  readonly #options: SrfOptions;
  readonly #handlers: SrfHandlers;
  readonly #context: InviteContext;
  readonly #dialogs = new Set<SrfDialog>();
  readonly #finished = (dialog: SrfDialog): void => void this.#dialogs.delete(dialog);
  /** drachtio's ids of dialogs that were open when the connection broke. */
  #orphans: string[] = [];
  #listening: readonly string[] = [];
  /** drachtio-srf looks at it before each attempt; 0: it tries for ever. */
  readonly #reconnect = { retryMaxDelay: 2000, maxAttempts: 0 };
  #closed = false;

  constructor(options: SrfOptions, handlers: SrfHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#log = options.log ?? silentLog;
    this.#link = new SrfLink(this.#log);
    this.#srf = new Srf() as unknown as RawSrf;
    this.#context = {
      link: this.#link,
      srf: this.#srf,
      early: new Map(),
      adopt: (facts) => this.#adopt(facts),
    };
    this.#route();
  }

  get listening(): readonly string[] {
    return this.#listening;
  }

  /** Connects; resolves when the server has taken us. Later breaks are mended by themselves. */
  connect(): Promise<void> {
    const { host, port, secret } = this.#options;
    return new Promise((resolve, reject) => {
      this.#srf.on('connect', (error, listening) => {
        if (error) return reject(notSent(error));
        if (this.#closed) return this.#srf.disconnect(); // It was on its way when it was not wanted any more.
        this.#connected(listening ?? '');
        return resolve();
      });
      this.#srf.on('error', (error) => this.#log.warn({ error: errorMessage(error) }, 'SIP server connection failed'));
      this.#srf.on('close', () => this.#lost());
      this.#srf.connect({ host, port, secret, reconnect: this.#reconnect });
    });
  }

  /** Ends the connection for good. */
  close(): void {
    this.#closed = true;
    this.#reconnect.maxAttempts = 1;
    if (this.#listening.length > 0) this.#srf.disconnect();
    this.#lost();
  }

  async request(options: RequestOptions): Promise<IncomingResponse> {
    const first = await this.#send(options, options.headers);
    const { method, body, credentials } = options;
    if (!credentials) return new SrfResponse(first);
    const sent = { method, uri: first.req.uri, ...(body === undefined ? {} : { body }) };
    const answer = new DigestClient(credentials).answer(new SrfResponse(first), sent);
    if (!answer) return new SrfResponse(first);
    const headers = { ...withoutDialog(options.headers), ...repeated(first.req), [answer.name]: answer.value };
    return new SrfResponse(await this.#send(options, headers));
  }

  invite(options: InviteOptions): OutgoingInvite {
    return new SrfOutgoingInvite(this.#context, options);
  }

  #send(options: RequestOptions, headers: Headers | undefined): Promise<RawResponse> {
    const { method, uri, nextHop, body } = options;
    return this.#link.wait<RawResponse>(({ resolve, reject }) => {
      const raw = {
        method,
        headers: rawHeaders(headers),
        ...(body === undefined ? {} : { body }),
        ...(nextHop === undefined ? {} : { proxy: nextHop }),
      };
      this.#srf.request(uri, raw, (error, request) => {
        if (error || !request) return reject(notSent(error));
        return request.on('response', (response) => {
          if (response.status >= 200) resolve(response);
        });
      });
    });
  }

  #adopt(facts: DialogFacts): SrfDialog {
    const dialog = new SrfDialog(this.#link, facts, this.#finished);
    this.#dialogs.add(dialog);
    return dialog;
  }

  #connected(listening: string): void {
    for (const socket of this.#srf.app.client?.mapServer.keys() ?? []) gatherWrites(socket);
    this.#listening = listening.split(',').filter((one) => one !== '');
    for (const stackDialogId of this.#orphans.splice(0)) {
      const bye = { method: 'BYE', headers: {}, stackDialogId };
      this.#srf.request('sip:placeholder', bye, (error) => {
        this.#log.info({ stackDialogId, ended: !error }, 'dialog of before the reconnection');
      });
    }
    this.#link.guard('a connection', () => this.#handlers.connected?.(this.#listening));
  }

  /** A PRACK that carries an offer is as an UPDATE that does (RFC 3262 § 5). */
  #acknowledged(prack: SrfRequest): void {
    this.#link.guard('a PRACK', () => takeUpdate(prack, this.#context.early.get(prack.callId)));
  }

  #lost(): void {
    const wasConnected = this.#listening.length > 0;
    this.#listening = [];
    this.#link.lost();
    for (const dialog of this.#dialogs) {
      this.#orphans.push(dialog.id);
      dialog.lost();
    }
    if (wasConnected) this.#link.guard('a lost connection', () => this.#handlers.lost?.());
  }

  #route(): void {
    this.#srf.use('prack', (request, reply) => this.#acknowledged(new SrfRequest(this.#link, request, reply)));
    for (const method of STRANGE)
      this.#srf.use(method, (request, reply) => {
        void refuse(new SrfRequest(this.#link, request, reply), 405, { headers: { Allow: methods.known } });
      });
    const { invite, register, options, subscribe } = this.#handlers;
    const link = this.#link;
    if (invite)
      this.#srf.use('invite', (request, reply) => invite(new SrfIncomingInvite(this.#context, request, reply)));
    if (register) this.#srf.use('register', (request, reply) => register(new SrfRequest(link, request, reply)));
    if (options) this.#srf.use('options', (request, reply) => options(new SrfRequest(link, request, reply)));
    if (subscribe)
      this.#srf.use('subscribe', (request, reply) => subscribe(new SrfSubscribe(link, this.#srf, request, reply)));
  }
}
