/**
 * INVITEs both ways. Ours: sent by drachtio-srf's createUAC, repeated once with credentials when challenged, and given
 * up at any moment. Theirs: accepted by createUAS.
 */
import { HalinaError } from '../base/errors.js';
import { DigestClient } from './digest/client.js';
import { cseqOf, SrfDialog } from './srf-dialog.js';
import { notSent, rawHeaders, type SrfLink } from './srf-link.js';
import { refuse, SrfRequest, SrfResponse } from './srf-messages.js';
import type { RawDialog, RawReply, RawRequest, RawResponse, RawSrf } from './srf-raw.js';
import { SipFailure } from './sip-port.js';
import type {
  Dialog,
  Headers,
  IncomingInvite,
  IncomingRequest,
  InviteOptions,
  OutgoingInvite,
  ReceivedMessage,
} from './sip-port.js';

/** What an INVITE needs of the port: the library, and someone who keeps the dialogs. */
export interface InviteContext {
  readonly link: SrfLink;
  readonly srf: RawSrf;
  readonly adopt: (raw: RawDialog, digest: DigestClient | undefined) => SrfDialog;
}

export class SrfIncomingInvite extends SrfRequest implements IncomingInvite {
  readonly #context: InviteContext;
  #onCancel: ((cancel: Pick<ReceivedMessage, 'header'>) => void) | undefined;
  #cancel: Pick<ReceivedMessage, 'header'> | undefined;
  #onUpdate: ((update: IncomingRequest) => void) | undefined;

  constructor(context: InviteContext, request: RawRequest, reply: RawReply) {
    super(context.link, request, reply);
    this.#context = context;
    request.on('cancel', (cancel) => {
      this.#cancel = { header: (name) => cancel.get(name) };
      this.#tellCancel();
    });
    request.on('update', (update, answer) => {
      const wrapped = new SrfRequest(context.link, update, answer);
      context.link.guard('an early UPDATE', () => (this.#onUpdate ?? refuseUpdate)(wrapped));
    });
  }

  onCancel(handler: (cancel: Pick<ReceivedMessage, 'header'>) => void): void {
    this.#onCancel = handler;
    this.#tellCancel();
  }

  onUpdate(handler: (update: IncomingRequest) => void): void {
    this.#onUpdate = handler;
  }

  accept(options: { readonly sdp: string; readonly headers?: Headers }): Promise<Dialog> {
    const { link, srf } = this.#context;
    if (this.header('Contact') === undefined)
      return Promise.reject(new HalinaError('SIP_NO_CONTACT', 'the INVITE has no Contact'));
    return link.wait<Dialog>(({ resolve, reject }) => {
      const raw = { localSdp: options.sdp, headers: rawHeaders(options.headers) };
      srf.createUAS(this.request, this.reply, raw, (error, dialog) => {
        if (error || !dialog) reject(notSent(error));
        else resolve(this.#context.adopt(dialog, undefined));
      });
    });
  }

  #tellCancel(): void {
    const [handler, cancel] = [this.#onCancel, this.#cancel];
    if (!handler || !cancel) return;
    this.#onCancel = undefined;
    this.link.guard('a CANCEL', () => handler(cancel));
  }
}

/** An UPDATE that nobody is ready for (RFC 3311 § 5.2). */
function refuseUpdate(update: IncomingRequest): void {
  void refuse(update, 500, { headers: { 'Retry-After': '5' } });
}

export class SrfOutgoingInvite implements OutgoingInvite {
  readonly dialog: Promise<Dialog>;
  readonly #context: InviteContext;
  readonly #options: InviteOptions;
  readonly #digest: DigestClient | undefined;
  #cancelled: Headers | undefined;
  #sent: RawRequest | undefined;

  constructor(context: InviteContext, options: InviteOptions) {
    this.#context = context;
    this.#options = options;
    this.#digest = options.credentials && new DigestClient(options.credentials);
    this.dialog = this.#run();
    this.dialog.catch(() => undefined); // Whoever waits for it hears of it; nobody need wait.
  }

  cancel(headers: Headers = {}): void {
    if (this.#cancelled) return;
    this.#cancelled = headers;
    if (this.#sent) this.#sendCancel(this.#sent);
  }

  async #run(): Promise<Dialog> {
    try {
      return await this.#attempt(this.#options.headers);
    } catch (error) {
      const repeat = this.#repeatHeaders(error);
      if (!repeat) throw error;
      return this.#attempt(repeat);
    }
  }

  /** The same call once more, with credentials: same Call-ID and From, next CSeq (RFC 3261 § 22.2). */
  #repeatHeaders(error: unknown): Headers | undefined {
    const challenged = this.#sent;
    if (!(error instanceof SipFailure) || !error.response || !challenged || this.#cancelled) return undefined;
    const answer = this.#digest?.answer(error.response, {
      method: 'INVITE',
      uri: challenged.uri,
      body: this.#options.sdp,
    });
    return answer && { ...withoutDialog(this.#options.headers), ...repeated(challenged), [answer.name]: answer.value };
  }

  #attempt(headers: Headers | undefined): Promise<Dialog> {
    const { uri, sdp, nextHop } = this.#options;
    const { link, srf, adopt } = this.#context;
    this.#sent = undefined;
    return link.wait<Dialog>(({ resolve, reject }) => {
      const options = {
        localSdp: sdp,
        headers: rawHeaders(headers),
        ...(nextHop === undefined ? {} : { proxy: nextHop }),
      };
      const progress = {
        cbRequest: (error: unknown, request?: RawRequest) => error || this.#wasSent(request),
        cbProvisional: (response: RawResponse) => this.#provisional(response),
      };
      srf.createUAC(uri, options, progress, (error, dialog) => {
        if (error || !dialog) return reject(failureOf(error));
        const made = adopt(dialog, this.#digest);
        if (!this.#cancelled) return resolve(made);
        void made.bye(this.#cancelled); // The answer crossed our CANCEL.
        return reject(new SipFailure(487, 'Request Terminated', undefined));
      });
    });
  }

  #wasSent(request: RawRequest | undefined): void {
    if (!request) return;
    this.#sent = request;
    // createUAC sets a listener of its own after this, which would answer with our offer whatever was offered.
    queueMicrotask(() => {
      request.removeAllListeners('update');
      request.on('update', (update, reply) => {
        const wrapped = new SrfRequest(this.#context.link, update, reply);
        const handler = this.#options.onUpdate ?? refuseUpdate;
        this.#context.link.guard('an early UPDATE', () => handler(wrapped));
      });
    });
    if (this.#cancelled) this.#sendCancel(request);
  }

  #provisional(response: RawResponse): void {
    if (this.#cancelled) return;
    this.#context.link.guard('a provisional response', () => this.#options.onProvisional?.(new SrfResponse(response)));
  }

  #sendCancel(request: RawRequest): void {
    const { link } = this.#context;
    link.guard('a CANCEL', () =>
      request.cancel({ headers: rawHeaders(this.#cancelled) }, (error) => {
        if (error) link.log.debug({ error: notSent(error).message }, 'CANCEL was not sent');
      }),
    );
  }
}

/** A request's own From, Call-ID and next CSeq, for its repetition with credentials. */
export function repeated(sent: RawRequest): Headers {
  return {
    From: sent.get('From'),
    'Call-ID': sent.get('Call-ID'),
    CSeq: `${cseqOf(sent) + 1} ${sent.method}`,
  };
}

/** The headers but those that `repeated` gives, in whatever case they were written. */
export function withoutDialog(headers: Headers | undefined): Headers {
  const own = new Set(['from', 'call-id', 'cseq']);
  return Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => !own.has(name.toLowerCase())));
}

/** drachtio-srf's SipError carries the response as `res`. */
function failureOf(error: unknown): HalinaError {
  const raw = typeof error === 'object' && error !== null && 'res' in error ? (error.res as RawResponse) : undefined;
  if (!raw) return notSent(error);
  const response = new SrfResponse(raw);
  return new SipFailure(response.status, response.reason, response);
}
