/**
 * A SIP port without a wire: incoming INVITEs and answers to ours are scripted by the test, and everything that the
 * application sends is kept to be looked at.
 */
import { HalinaError } from '../../../src/base/errors.js';
import {
  SipFailure,
  type Dialog,
  type DialogEnd,
  type DialogHandlers,
  type Headers,
  type IncomingInvite,
  type IncomingRequest,
  type IncomingResponse,
  type InviteOptions,
  type OutgoingInvite,
  type ReceivedMessage,
  type RequestOptions,
  type ResponseOptions,
  type SipPort,
  type Source,
} from '../../../src/calls/sip-port.js';

export const PROVIDER: Source = { protocol: 'udp', address: '192.0.2.10', port: 5060 };
export const sdpOf = (name: string): string => `v=0\r\no=${name} 1 1 IN IP4 192.0.2.10\r\ns=-\r\nt=0 0\r\n`;

let counter = 0;

export class FakeMessage implements ReceivedMessage {
  readonly callId: string = `call-${++counter}`;
  readonly body: string;
  readonly source: Source;
  readonly #headers: ReadonlyMap<string, string>;

  constructor(body: string, headers: Readonly<Record<string, string>> = {}, source = PROVIDER) {
    this.body = body;
    this.source = source;
    this.#headers = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  }

  header(name: string): string | undefined {
    return this.#headers.get(name.toLowerCase());
  }
}

export interface SentResponse extends ResponseOptions {
  readonly status: number;
}

export class FakeRequest extends FakeMessage implements IncomingRequest {
  readonly receivedOn = { address: '192.0.2.1', port: 5060 };
  readonly responses: SentResponse[] = [];
  abandoned = false;

  constructor(
    readonly method: string,
    readonly uri: string,
    body = '',
    headers: Readonly<Record<string, string>> = {},
    source?: Source,
  ) {
    super(body, headers, source);
  }

  get answered(): boolean {
    return this.statuses.some((status) => status >= 200);
  }

  get statuses(): number[] {
    return this.responses.map(({ status }) => status);
  }

  get final(): SentResponse | undefined {
    return this.responses.find(({ status }) => status >= 200);
  }

  respond(status: number, options: ResponseOptions = {}): Promise<void> {
    if (this.answered) return Promise.reject(new HalinaError('SIP_NOT_SENT', 'unknown transaction'));
    this.responses.push({ status, ...options });
    return Promise.resolve();
  }

  abandon(): void {
    this.abandoned = true;
  }
}

export class FakeInvite extends FakeRequest implements IncomingInvite {
  dialog: FakeDialog | undefined;
  /** While set, `accept` waits for it. */
  accepting: Promise<void> | undefined;
  #cancel: ((cancel: Pick<ReceivedMessage, 'header'>) => void) | undefined;

  constructor(uri: string, body = sdpOf('caller'), headers: Readonly<Record<string, string>> = {}, source?: Source) {
    super('INVITE', uri, body, { Contact: '<sip:caller@192.0.2.10>', ...headers }, source);
  }

  onCancel(handler: (cancel: Pick<ReceivedMessage, 'header'>) => void): void {
    this.#cancel = handler;
  }

  onUpdate(): void {}

  /** The caller gives up: the server answers 487 by itself, and what we send later is refused. `reason`: the CANCEL's. */
  cancel(reason?: string): void {
    this.responses.push({ status: 487 });
    this.#cancel?.({ header: (name) => (name === 'Reason' ? reason : undefined) });
  }

  async accept({ sdp, headers }: { sdp: string; headers?: Headers }): Promise<Dialog> {
    await this.accepting;
    await this.respond(200, headers ? { body: sdp, headers } : { body: sdp });
    this.dialog = new FakeDialog('uas', this.body, this.source);
    return this.dialog;
  }
}

export class FakeDialog implements Dialog {
  readonly callId = `dialog-${++counter}`;
  readonly localTag = 'local';
  readonly remoteTag = `remote-${counter}`;
  readonly localUri = 'sip:halina@192.0.2.1';
  readonly remoteUri = 'sip:peer@192.0.2.10';
  readonly remoteTarget = 'sip:peer@192.0.2.10:5060';
  readonly routeSet: readonly string[] = [];
  readonly localCSeq = 1;
  /** Of no time that a test knows, unless it says so. */
  confirmedAt = Number.NaN;
  ended = false;
  /** Headers of each BYE that we sent. */
  readonly byes: (Headers | undefined)[] = [];
  readonly requests: { method: string; headers?: Headers; body?: string }[] = [];
  /** Statuses for requests of ours, in turn, or what they fail with; then 200. */
  answers: (number | Promise<number> | Error)[] = [];
  answerBody = '';
  #handlers: DialogHandlers | undefined;
  /** Its end, as long as nobody listens. */
  #end: DialogEnd | undefined;

  constructor(
    readonly role: 'uac' | 'uas',
    readonly remoteSdp: string,
    readonly source: Source = PROVIDER,
  ) {}

  listen(handlers: DialogHandlers): void {
    this.#handlers = handlers;
    if (this.#end) handlers.onEnd(this.#end);
    this.#end = undefined;
  }

  async request(method: string, options: { headers?: Headers; body?: string } = {}): Promise<IncomingResponse> {
    this.requests.push({ method, ...options });
    const answer = await this.answers.shift();
    if (answer instanceof Error) throw answer;
    return response(answer ?? 200, this.answerBody);
  }

  bye(headers?: Headers): Promise<void> {
    if (this.ended) return Promise.resolve();
    this.ended = true;
    this.byes.push(headers);
    return Promise.resolve();
  }

  /** The peer hangs up. */
  hangUp(end: Partial<DialogEnd> = {}): void {
    this.ended = true;
    this.#end = { by: 'peer', reason: undefined, ...end };
    if (this.#handlers) this.listen(this.#handlers);
  }

  ack(body = ''): void {
    this.#handlers?.onAck?.(new FakeMessage(body));
  }

  /** The peer sends a request within the dialog. */
  peer(method: string, body = '', headers: Readonly<Record<string, string>> = {}): FakeRequest {
    const request = new FakeRequest(method, 'sip:halina@192.0.2.1', body, headers);
    this.#handlers?.onRequest?.(request);
    return request;
  }
}

export function response(status: number, body = '', headers: Readonly<Record<string, string>> = {}): IncomingResponse {
  return Object.assign(new FakeMessage(body, headers), { status, reason: 'Said So' });
}

/** An INVITE of the application on its way. */
export class FakeOutgoing implements OutgoingInvite {
  readonly dialog: Promise<Dialog>;
  /** Headers of our CANCEL. */
  cancelled: Headers | undefined;
  made: FakeDialog | undefined;
  refused = false;
  #settle: { resolve: (dialog: Dialog) => void; reject: (error: HalinaError) => void } | undefined;

  constructor(readonly options: InviteOptions) {
    this.dialog = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.dialog.catch(() => undefined);
  }

  cancel(headers: Headers = {}): void {
    this.cancelled ??= headers;
    this.refuse(487);
  }

  progress(status = 180, sdp = ''): void {
    this.options.onProvisional?.(response(status, sdp));
  }

  /** 180, in an early dialog of this name, as we see it. */
  progressAs({ callId, localTag, remoteTag }: { callId: string; localTag: string; remoteTag: string }): void {
    const headers = { From: `<sip:we@x>;tag=${localTag}`, To: `<sip:peer@x>;tag=${remoteTag}` };
    this.options.onProvisional?.(Object.assign(response(180, '', headers), { callId }));
  }

  answer(sdp = sdpOf('callee')): FakeDialog {
    this.made = new FakeDialog('uac', sdp, PROVIDER);
    this.#settle?.resolve(this.made);
    return this.made;
  }

  refuse(status: number, headers: Readonly<Record<string, string>> = {}): void {
    this.refused = true;
    this.#settle?.reject(new SipFailure(status, 'Said So', response(status, '', headers)));
  }

  fail(code: string): void {
    this.refused = true;
    this.#settle?.reject(new HalinaError(code, 'scripted'));
  }
}

export class ScriptedSip implements SipPort {
  readonly listening: readonly string[] = ['udp/192.0.2.1:5060'];
  readonly invites: FakeOutgoing[] = [];
  readonly requests: RequestOptions[] = [];
  /** Answer to requests outside dialogs. */
  answer: (options: RequestOptions) => Promise<IncomingResponse> = () => Promise.resolve(response(200));

  request(options: RequestOptions): Promise<IncomingResponse> {
    this.requests.push(options);
    return this.answer(options);
  }

  invite(options: InviteOptions): FakeOutgoing {
    const invite = new FakeOutgoing(options);
    this.invites.push(invite);
    return invite;
  }

  /** The INVITE to a user, the last one. */
  to(user: string): FakeOutgoing {
    const found = this.invites.findLast(({ options }) => options.uri.startsWith(`sip:${user}@`));
    if (!found) throw new Error(`no INVITE went to ${user}`);
    return found;
  }
}
