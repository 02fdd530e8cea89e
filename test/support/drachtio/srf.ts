/**
 * drachtio-srf from npm, unmodified, with types for what the conformance tests use of it (its own declarations lack much of
 * what it does).
 */
import type { Socket } from 'node:net';
import Srf from 'drachtio-srf';

export interface Message {
  get(name: string): string | undefined;
  has(name: string): boolean;
  readonly body?: string;
  readonly source: string;
  readonly protocol?: string;
}

export interface SentRequest extends Message {
  readonly method: string;
  readonly uri: string;
  cancel(options?: { headers: Record<string, string> }, callback?: (error: unknown, cancel?: Message) => void): void;
  on(event: 'response', listener: (response: Response, acknowledge: (options?: object) => void) => void): void;
}

export interface Request extends Message {
  readonly method: string;
  readonly uri: string;
  readonly canceled?: boolean;
  readonly source_address: string;
  readonly source_port: number;
  readonly receivedOn?: string;
  readonly callingNumber: string;
  readonly calledNumber: string;
  on(event: 'cancel', listener: (cancel: Message) => void): void;
  on(event: 'update', listener: (update: Request, reply: Reply) => void): void;
}

export interface Content {
  readonly headers?: Record<string, string | number>;
  readonly body?: string;
}

export interface Reply {
  send(status: number, callback?: (error: unknown, sent?: Message) => void): void;
  send(
    status: number,
    content: Content,
    callback?: (error: unknown, sent?: Message) => void,
    acknowledged?: (request: Request) => void,
  ): void;
  send(status: number, reason: string, content: Content): void;
}

export interface Response extends Message {
  readonly status: number;
  readonly reason: string;
}

type DialogEvent =
  | 'info'
  | 'message'
  | 'modify'
  | 'refer'
  | 'notify'
  | 'options'
  | 'update'
  | 'subscribe'
  | 'unsubscribe';

export interface Dialog {
  readonly id: string;
  readonly type: 'uac' | 'uas';
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly local: { readonly sdp: string };
  readonly remote: { readonly sdp: string };
  on(event: DialogEvent, listener: (request: Request, reply: Reply) => void): this;
  on(event: 'destroy', listener: (bye: Request, reason?: string) => void): this;
  on(event: 'ack' | 'hold' | 'unhold' | 'refresh', listener: (request: Request) => void): this;
  destroy(options?: Content): Promise<SentRequest>;
  modify(sdp: string): Promise<string>;
  request(options: { method: string } & Content): Promise<Response>;
}

export interface InviteOptions {
  readonly localSdp?: string;
  readonly method?: string;
  readonly headers?: Record<string, string | number>;
  readonly proxy?: string;
  readonly auth?: { readonly username: string; readonly password: string };
  readonly noAck?: boolean;
  readonly followRedirects?: boolean;
}

export interface Progress {
  readonly cbRequest?: (error: unknown, request: SentRequest) => void;
  readonly cbProvisional?: (response: Response) => void;
}

type SdpSource = string | ((sdp: string, response: Response) => string | Promise<string>);

export interface B2bOptions {
  readonly headers?: Record<string, string>;
  readonly responseHeaders?:
    | Record<string, string>
    | ((response: Response, headers: Record<string, string>) => Record<string, string>);
  readonly localSdpA?: SdpSource;
  readonly localSdpB?: SdpSource;
  readonly proxyRequestHeaders?: readonly string[];
  readonly proxyResponseHeaders?: readonly string[];
  readonly passFailure?: boolean;
  readonly auth?: { readonly username: string; readonly password: string };
  readonly noAck?: boolean;
}

export interface ProxyOptions {
  readonly recordRoute?: boolean;
  readonly remainInDialog?: boolean;
  readonly forking?: 'sequential' | 'simultaneous';
  readonly followRedirects?: boolean;
  readonly fullResponse?: boolean;
  readonly provisionalTimeout?: string;
  readonly finalTimeout?: string;
  readonly headers?: Record<string, string>;
}

/** An INVITE without SDP that was answered, before its ACK (`noAck`). */
export interface OpenOffer {
  readonly sdp: string;
  readonly ack: (sdp: string) => Promise<Dialog>;
}

type Handler = (request: Request, reply: Reply) => void;
type Verb =
  | 'invite'
  | 'options'
  | 'register'
  | 'subscribe'
  | 'prack'
  | 'message'
  | 'info'
  | 'refer'
  | 'notify'
  | 'publish'
  | 'bye';

export interface TestSrf extends Record<Verb, (handler: Handler) => void> {
  /** `verbs`: what it routes; `mapServer`: its connections to servers. */
  readonly app: {
    readonly client: {
      readonly verbs: ReadonlyMap<string, object>;
      readonly mapServer: ReadonlyMap<Socket, { readonly pendingRequests: Map<string, () => void> }>;
    };
  };
  connect(options: {
    host: string;
    port: number;
    secret: string;
    enablePing?: boolean;
    reconnect?: { maxAttempts: number };
  }): void;
  listen(options: { host: string; port: number; secret: string }): NodeJS.EventEmitter & { close(): void };
  disconnect(): void;
  close?(): void;
  on(event: 'connect', listener: (error: Error | null, hostPorts: string, version: string) => void): this;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'reconnecting' | 'close' | 'listening', listener: () => void): this;
  on(event: 'cdr:attempt', listener: (source: string, time: string, message: Message) => void): this;
  on(
    event: 'cdr:start' | 'cdr:stop',
    listener: (source: string, time: string, what: string, message: Message) => void,
  ): this;
  once(event: 'connect', listener: (error: Error | null, hostPorts: string, version: string) => void): this;
  createUAS(request: Request, reply: Reply, options: Content & { localSdp?: string }): Promise<Dialog>;
  createUAC(uri: string, options: InviteOptions & { noAck: true; localSdp: '' }): Promise<OpenOffer>;
  createUAC(uri: string, options: InviteOptions, progress?: Progress): Promise<Dialog>;
  createB2BUA(
    request: Request,
    reply: Reply,
    uri: string,
    options: B2bOptions,
    progress?: Progress,
  ): Promise<{ uas: Dialog; uac: Dialog }>;
  proxyRequest(
    request: Request,
    targets: readonly string[],
    options?: ProxyOptions,
  ): Promise<{ readonly finalStatus?: number; readonly responses: readonly object[] }>;
  request(
    uri: string,
    options: Content & { method: string; proxy?: string },
    callback: (error: Error | null, request: SentRequest) => void,
  ): void;
}

export function newSrf(tags: readonly string[] = []): TestSrf {
  const srf = new Srf([...tags]) as unknown as TestSrf;
  srf.on('error', () => {}); // A lost connection is seen by its effects.
  return srf;
}

/** Sends a request outside a dialog and waits for its final response. */
export function ask(
  srf: TestSrf,
  uri: string,
  options: Content & { method: string; proxy?: string },
): Promise<Response> {
  return new Promise((resolve, reject) => {
    srf.request(uri, options, (error, request) => {
      if (error) reject(error);
      else request.on('response', (response) => void (response.status >= 200 && resolve(response)));
    });
  });
}
