/**
 * The call application's view of SIP: requests that came, responses to ours, INVITEs that we send, and dialogs. The
 * call machines, the registrar and the trunks know only these types; `srf.ts` stands behind them with drachtio-srf, and
 * tests put a scripted port there. Promises that wait for the wire are rejected with a `HalinaError`
 * (`SIP_SERVER_LOST`) when the connection to the SIP server breaks, so that nothing waits for ever.
 */
import { HalinaError } from '../base/errors.js';

export type Protocol = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** Where a message came from. */
export interface Source {
  readonly protocol: Protocol;
  /** IP address without brackets. */
  readonly address: string;
  readonly port: number;
}

/**
 * Header fields to send, by name. Several values of one header become a comma-separated field, which the SIP server
 * writes as separate lines where they must be (WWW-Authenticate). Values may not contain line breaks.
 */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What every received message has. */
export interface ReceivedMessage {
  /** A header's value; fields that were repeated are joined by commas. Compact names are known under their long name. */
  header(name: string): string | undefined;
  readonly body: string;
  readonly callId: string;
  readonly source: Source;
}

export interface ResponseOptions {
  readonly reason?: string;
  readonly headers?: Headers;
  readonly body?: string;
}

/** A request from the network, with the means to answer it. */
export interface IncomingRequest extends ReceivedMessage {
  readonly method: string;
  /** The Request-URI. */
  readonly uri: string;
  /** The local address and port on which it came, where the server told. */
  readonly receivedOn: { readonly address: string; readonly port: number } | undefined;
  /** Whether a final response was given. */
  readonly answered: boolean;
  /**
   * Sends a response; a provisional one to an INVITE goes reliably where the caller takes that (RFC 3262). Resolves when the server has sent it; rejects with `SIP_NOT_SENT` when it refused (e.g. the
   * transaction was cancelled or is gone).
   */
  respond(status: number, options?: ResponseOptions): Promise<void>;
  /** Gives the request up without a response; what is kept of it is freed. */
  abandon(): void;
}

/** An INVITE outside a dialog. */
export interface IncomingInvite extends IncomingRequest {
  /** Called at most once, when the caller gives up before the final response. The 487 is sent by the SIP server. */
  onCancel(handler: (cancel: Pick<ReceivedMessage, 'header'>) => void): void;
  /** An offer in the early dialog, in UPDATE (RFC 3311) or PRACK (RFC 3262 § 5); without a handler it is answered 500. */
  onUpdate(handler: (update: IncomingRequest) => void): void;
  /** Answers 200. `sdp`: answer, or offer where the INVITE had none (then the ACK brings the answer). */
  accept(options: { readonly sdp: string; readonly headers?: Headers }): Promise<Dialog>;
}

/** A SUBSCRIBE (RFC 6665): one that begins a subscription, or one within its dialog. */
export interface IncomingSubscribe extends IncomingRequest {
  /** Names the subscription that a refresh or an end belongs to; undefined where a new one is asked for. */
  readonly dialogId: string | undefined;
  /** Answers 200 with `expires` (seconds), and gives the way for NOTIFYs. */
  accept(options: { readonly expires: number; readonly headers?: Headers }): Promise<Subscription>;
}

/** The notifier's side of a subscription's dialog. */
export interface Subscription {
  /** The same as `dialogId` of the requests within it. */
  readonly id: string;
  /** Sends a NOTIFY; gives the final response, whatever its status. */
  notify(headers: Headers, body: string | undefined): Promise<IncomingResponse>;
}

/** A response from the network (or 408/503 made by the SIP server for a failure of transport). */
export interface IncomingResponse extends ReceivedMessage {
  readonly status: number;
  readonly reason: string;
}

/** Digest credentials, e.g. a trunk's. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface RequestOptions {
  readonly method: string;
  /** The Request-URI. */
  readonly uri: string;
  /** `sip:` URI of the next hop with its transport, where it is not the Request-URI's. */
  readonly nextHop?: string | undefined;
  readonly headers?: Headers;
  readonly body?: string;
  /** Answers one challenge (401 or 407) with the strongest digest that is offered. */
  readonly credentials?: Credentials | undefined;
}

export interface InviteOptions extends Omit<RequestOptions, 'method' | 'body'> {
  readonly sdp: string;
  /** Called for every provisional response but 100. Reliable ones (RFC 3262) are PRACKed by the port. */
  readonly onProvisional?: (response: IncomingResponse) => void;
  /**
   * UPDATE from the callee before the answer (RFC 3311); without a handler it is answered 500 with Retry-After. What was
   * offered in one that is answered 200 is the dialog's `remoteSdp`, whatever the 2xx to the INVITE says.
   */
  readonly onUpdate?: (update: IncomingRequest) => void;
}

/** An INVITE of ours on its way. */
export interface OutgoingInvite {
  /**
   * The dialog of the first 2xx (its ACK is sent by the port). Rejects with `SipFailure` for a non-2xx final response,
   * 487 after `cancel` included, or with `HalinaError` when it could not be sent.
   */
  readonly dialog: Promise<Dialog>;
  /**
   * Gives the INVITE up, at any moment; harmless when it has ended. A 2xx that crosses the CANCEL is ACKed and BYEd
   * here, and `dialog` rejects with 487.
   */
  cancel(headers?: Headers): void;
}

/** A non-2xx final response to a request of ours. */
export class SipFailure extends HalinaError {
  constructor(
    readonly status: number,
    readonly reason: string,
    /** Absent where we ended the INVITE ourselves. */
    readonly response: IncomingResponse | undefined,
  ) {
    super('SIP_FAILURE', `the peer answered ${status} ${reason}`);
  }
}

/** How a dialog ended that we did not end ourselves. */
export interface DialogEnd {
  /** `peer`: its BYE. `server`: the SIP server's (no ACK, session timer). `lost`: the SIP server itself is gone. */
  readonly by: 'peer' | 'server' | 'lost';
  /** The BYE's Reason header (RFC 3326). */
  readonly reason: string | undefined;
  /** When the BYE reached the SIP server, Unix milliseconds. */
  readonly at?: number;
}

export interface DialogHandlers {
  /** The dialog has ended (BYE is answered by the port). Called once, and not after our own `bye`. */
  onEnd(end: DialogEnd): void;
  /** The ACK of our 2xx to the first INVITE or a re-INVITE. */
  onAck?(ack: ReceivedMessage): void;
  /**
   * Any other request within the dialog, re-INVITE and UPDATE included, to be answered by the handler. Without a
   * handler INVITE and UPDATE are answered 488, others 200 or 405.
   */
  onRequest?(request: IncomingRequest): void;
}

/** A confirmed INVITE dialog. */
export interface Dialog {
  readonly role: 'uac' | 'uas';
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** From and To URIs (RFC 3261 § 12): ours and the peer's. */
  readonly localUri: string;
  readonly remoteUri: string;
  /** The peer's Contact as it was when the dialog began. */
  readonly remoteTarget: string;
  /** Route set in the order of use, as header values. */
  readonly routeSet: readonly string[];
  /** CSeq of the last request of ours that we know; requests of the SIP server may have used higher ones. */
  readonly localCSeq: number;
  /** Where the peer's first message came from. */
  readonly source: Source;
  /** Body of the peer's INVITE (uas) or 2xx (uac), until somebody listens: by then it has been taken. */
  readonly remoteSdp: string;
  /** When the 2xx reached the SIP server (uac), or was acknowledged (uas), Unix milliseconds. */
  readonly confirmedAt: number;
  readonly ended: boolean;
  /** Sets the handlers; what came before is handed over at once, in order. To be called once. */
  listen(handlers: DialogHandlers): void;
  /**
   * Sends a request and gives the final response, whatever its status. A 2xx or other final response to an INVITE is
   * ACKed. `body` of an INVITE is the offer.
   */
  request(method: string, options?: { readonly headers?: Headers; readonly body?: string }): Promise<IncomingResponse>;
  /** Ends the dialog; resolves when the BYE was answered or could not be delivered. Never rejects. */
  bye(headers?: Headers): Promise<void>;
}

/** SIP as the call application uses it. */
export interface SipPort {
  /** Sends a request outside a dialog (REGISTER, OPTIONS) and gives its final response, whatever its status. */
  request(options: RequestOptions): Promise<IncomingResponse>;
  invite(options: InviteOptions): OutgoingInvite;
  /** Local addresses on which the SIP server listens, e.g. `udp/10.0.0.1:5060`; empty before it is connected. */
  readonly listening: readonly string[];
}
