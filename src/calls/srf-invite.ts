/**
 * INVITEs both ways. Ours: sent by drachtio-srf's createUAC, repeated once with credentials when challenged, and given
 * up at any moment. Theirs: accepted by createUAS.
 */
import { HalinaError } from '../base/errors.js';
import { DigestClient, type Authorization } from './digest/client.js';
import { cseqOf, type DialogFacts, type SrfDialog } from './srf-dialog.js';
import { notSent, rawHeaders, type SrfLink } from './srf-link.js';
import { refuse, SrfRequest, SrfResponse } from './srf-messages.js';
import {
  abilitiesIn,
  longerSession,
  offerExtensions,
  reliableAnswer,
  reliabilityOf,
  reliably,
  type Reliability,
} from './srf-extensions.js';
import type { RawReply, RawRequest, RawResponse, RawSrf } from './srf-raw.js';
import { SipFailure } from './sip-port.js';
import type {
  Dialog,
  Headers,
  IncomingInvite,
  IncomingRequest,
  InviteOptions,
  OutgoingInvite,
  ReceivedMessage,
  ResponseOptions,
} from './sip-port.js';

/** What an INVITE needs of the port: the library, and someone who keeps the dialogs. */
export interface InviteContext {
  readonly link: SrfLink;
  readonly srf: RawSrf;
  /** Who takes offers of callers that are not answered yet, by Call-ID. */
  readonly early: Map<string, (offer: IncomingRequest) => void>;
  readonly adopt: (facts: DialogFacts) => SrfDialog;
}

export class SrfIncomingInvite extends SrfRequest implements IncomingInvite {
  readonly #context: InviteContext;
  #onCancel: ((cancel: Pick<ReceivedMessage, 'header'>) => void) | undefined;
  #cancel: Pick<ReceivedMessage, 'header'> | undefined;
  #onUpdate: ((update: IncomingRequest) => void) | undefined;
  readonly #reliability: Reliability;

  constructor(context: InviteContext, request: RawRequest, reply: RawReply) {
    super(context.link, request, reply);
    this.#context = context;
    this.#reliability = reliabilityOf(this);
    request.on('cancel', (cancel) => {
      this.#cancel = { header: (name) => cancel.get(name) };
      this.#tellCancel();
    });
    request.on('update', (update, answer) => {
      const wrapped = new SrfRequest(context.link, update, answer);
      context.link.guard('an early UPDATE', () => takeUpdate(wrapped, this.#onUpdate));
    });
  }

  /**
   * Provisional responses go reliably to whoever takes them so; the server holds a 2xx back until their PRACK. The first
   * reliable one of an INVITE without an offer would have to bring ours (RFC 3261 § 13.2.1), which is in the 2xx: there
   * they go as ordinary ones, or, to a caller who forbids those, not at all.
   */
  override respond(status: number, options: ResponseOptions = {}): Promise<void> {
    const early = status > 100 && status < 200;
    if (status >= 200) this.#context.early.delete(this.callId);
    if (!early || this.#reliability === 'none') return super.respond(status, options);
    if (this.body !== '') return super.respond(status, reliably(options));
    return this.#reliability === 'required' ? Promise.resolve() : super.respond(status, options);
  }

  onCancel(handler: (cancel: Pick<ReceivedMessage, 'header'>) => void): void {
    this.#onCancel = handler;
    this.#tellCancel();
  }

  onUpdate(handler: (update: IncomingRequest) => void): void {
    this.#onUpdate = handler;
    this.#context.early.set(this.callId, handler);
  }

  accept(options: { readonly sdp: string; readonly headers?: Headers }): Promise<Dialog> {
    const { link, srf } = this.#context;
    if (this.header('Contact') === undefined)
      return Promise.reject(new HalinaError('SIP_NO_CONTACT', 'the INVITE has no Contact'));
    const able = abilitiesIn(options.headers);
    return link.wait<Dialog>(({ resolve, reject }) => {
      const raw = { localSdp: options.sdp, headers: rawHeaders({ ...options.headers, ...able }) };
      srf.createUAS(this.request, this.reply, raw, (error, dialog) => {
        this.#context.early.delete(this.callId);
        if (error || !dialog) reject(notSent(error));
        else resolve(this.#context.adopt({ raw: dialog, able }));
      });
    });
  }

  #tellCancel(): void {
    const [handler, cancel] = [this.#onCancel, this.#cancel];
    if (!handler || !cancel) return;
    this.#onCancel = undefined;
    this.#context.early.delete(this.callId);
    this.link.guard('a CANCEL', () => handler(cancel));
  }
}

/** An UPDATE (or PRACK) without an offer changes nothing for us; one with an offer that nobody is ready for: RFC 3311 § 5.2. */
export function takeUpdate(update: IncomingRequest, handler: ((update: IncomingRequest) => void) | undefined): void {
  if (update.body === '') void refuse(update, 200);
  else if (handler) handler(update);
  else void refuse(update, 500, { headers: { 'Retry-After': '5' } });
}

/** What an INVITE was sent again for. */
interface Repeated {
  session: boolean;
  /** The headers with credentials that it was given so far, one for each challenge. */
  readonly answers: Authorization['name'][];
}

/** A proxy's challenge, one of who is behind it, and one more where a nonce was too old. */
const MOST_ANSWERS = 3;

export class SrfOutgoingInvite implements OutgoingInvite {
  readonly dialog: Promise<Dialog>;
  readonly #context: InviteContext;
  readonly #options: InviteOptions;
  readonly #digest: DigestClient | undefined;
  #cancelled: Headers | undefined;
  #sent: RawRequest | undefined;
  /** Answers that came reliably, by the fork's tag. */
  readonly #answers = new Map<string, string>();
  /** What forks have offered since, and we have agreed to. */
  readonly #updates = new Map<string, string>();

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
    let headers = offerExtensions(this.#options.headers);
    // With credentials for each who asks, and once with a longer session, in whichever order they are asked for.
    for (const before: Repeated = { session: false, answers: [] }; ;) {
      try {
        return await this.#attempt(headers);
      } catch (error) {
        const again = this.#again(error, headers, before);
        if (!again) throw error;
        headers = again;
      }
    }
  }

  /** The same call once more: same Call-ID and From, next CSeq (RFC 3261 § 22.2, RFC 4028 § 7.3). */
  #again(error: unknown, headers: Headers, before: Repeated): Headers | undefined {
    const refused = this.#sent;
    if (!(error instanceof SipFailure) || !error.response || !refused || this.#cancelled) return undefined;
    const longer = longerSession(headers, error.response);
    if (longer && before.session) return undefined;
    if (longer) {
      before.session = true;
      return { ...withoutDialog(longer), ...repeated(refused) };
    }
    const sent = { method: 'INVITE', uri: refused.uri, body: this.#options.sdp };
    const answer = this.#digest?.answer(error.response, sent);
    if (!answer || before.answers.length === MOST_ANSWERS) return undefined;
    // Who refuses our credentials does not know us.
    if (before.answers.includes(answer.name) && !answer.stale) return undefined;
    before.answers.push(answer.name);
    return { ...withoutDialog(headers), ...repeated(refused), [answer.name]: answer.value };
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
        const { remoteTag = '' } = dialog.sip;
        const described = { early: this.#answers.get(remoteTag), updated: this.#updates.get(remoteTag) };
        const made = adopt({ raw: dialog, able: abilitiesIn(headers), digest: this.#digest, ...described });
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
        const wrapped = new EarlyUpdate(this.#context.link, update, reply, this.#updates);
        this.#context.link.guard('an early UPDATE', () => takeUpdate(wrapped, this.#options.onUpdate));
      });
    });
    if (this.#cancelled) this.#sendCancel(request);
  }

  #provisional(response: RawResponse): void {
    if (this.#cancelled) return;
    const progress = new SrfResponse(response);
    const answer = reliableAnswer(progress);
    const tag = tagIn(progress.header('To'));
    if (answer !== undefined && tag !== undefined) this.#answers.set(tag, answer);
    this.#context.link.guard('a provisional response', () => this.#options.onProvisional?.(progress));
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

/**
 * An UPDATE of a callee; `held` is told what it offered when we agree to that, and not only when the server has confirmed our
 * answer: the callee's answer to the INVITE, which it sends after it has ours, may be read at the same time.
 */
class EarlyUpdate extends SrfRequest {
  readonly #held: Map<string, string>;

  constructor(link: InviteContext['link'], request: RawRequest, reply: RawReply, held: Map<string, string>) {
    super(link, request, reply);
    this.#held = held;
  }

  override async respond(status: number, options: ResponseOptions = {}): Promise<void> {
    const tag = tagIn(this.header('From'));
    if (status === 200 && this.body !== '' && tag !== undefined) this.#held.set(tag, this.body);
    await super.respond(status, options);
  }
}

const tagIn = (address = ''): string | undefined => /;\s*tag=([^;\s]+)/i.exec(address)?.[1];

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
