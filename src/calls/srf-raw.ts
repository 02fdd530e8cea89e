/**
 * What we use of drachtio-srf, typed as it behaves: its own declarations lack the parts that it offers to no one else
 * (the agent's table of INVITEs) and refuse others that it takes. The only cast to these types is in `srf.ts`.
 */
import type { Duplex } from 'node:stream';
import { ownText } from '../base/own-text.js';
import type { Source } from './sip-port.js';

export interface RawMessage {
  get(name: string): string | undefined;
  readonly body?: string;
  readonly source: 'network' | 'application';
  readonly source_address?: string;
  readonly source_port?: number;
  readonly protocol?: string;
  /** Time of day at which it reached the server, `HH:MM:SS.micro`. */
  readonly stackTime?: string;
}

interface Events<Map extends Record<string, readonly unknown[]>> {
  on<Name extends keyof Map>(event: Name, listener: (...values: Map[Name]) => void): unknown;
  removeAllListeners(event: keyof Map): unknown;
}

export interface RawRequest
  extends
    RawMessage,
    Events<{
      cancel: [cancel: Pick<RawMessage, 'get'>];
      update: [request: RawRequest, response: RawReply];
      response: [response: RawResponse, acknowledge: () => void];
    }> {
  readonly method: string;
  readonly uri: string;
  /** `address:port` */
  readonly receivedOn?: string;
  /** The server's id of the dialog within which it came. */
  readonly stackDialogId?: string;
  readonly socket: object;
  readonly agent: { readonly mapServer: Map<object, { readonly pendingNetworkInvites: Map<string, unknown> }> };
  cancel(options: { headers: Record<string, string> }, callback: (error: unknown) => void): void;
}

/** The means to answer a request. */
export interface RawReply {
  readonly finalResponseSent: boolean;
  /** The server's id of the dialog that a 2xx made, once it was sent. */
  readonly stackDialogId?: string;
  send(
    status: number,
    reason: string | undefined,
    options: { headers: Record<string, string>; body?: string },
    callback?: (error: unknown) => void,
  ): void;
}

export interface RawResponse extends RawMessage {
  readonly status: number;
  readonly reason: string;
  /** Our request as it went to the wire. */
  readonly req: RawRequest;
}

/** What stands in drachtio-srf's table of dialogs, and is handed what comes within one. */
export interface RawDialogEntry {
  readonly id: string;
  handle(request: RawRequest, reply: RawReply): void;
}

export interface RawDialog extends RawDialogEntry {
  readonly type: 'uac' | 'uas';
  /** A peer of RFC 2543 has no tag. */
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string | undefined };
  readonly remote: { readonly uri: string; readonly sdp: string };
  readonly req: RawRequest;
  readonly res: RawMessage;
  /** The connection to the server on which the dialog lives. */
  readonly socket: object;
  readonly agent: {
    request(
      options: {
        method: string;
        stackDialogId: string;
        headers: Record<string, string>;
        body?: string;
        _socket: object;
      },
      callback: (error: unknown, request: RawRequest | undefined) => void,
    ): void;
  };
  readonly srf: { addDialog(dialog: RawDialogEntry): void; removeDialog(dialog: RawDialogEntry): void };
}

export interface RawSrf extends Events<{
  connect: [error: unknown, listening: string | undefined];
  error: [error: unknown];
  close: [];
  reconnecting: [];
}> {
  connect(options: {
    host: string;
    port: number;
    secret: string;
    reconnect?: { retryMaxDelay: number; maxAttempts?: number };
  }): void;
  /** Its connections to SIP servers, once it has begun to connect. */
  readonly app: { readonly client?: { readonly mapServer: ReadonlyMap<Duplex, unknown> } };
  disconnect(): void;
  use(method: string, handler: (request: RawRequest, reply: RawReply) => void): void;
  request(
    uri: string,
    options: { method: string; headers: Record<string, string>; body?: string; proxy?: string; stackDialogId?: string },
    callback: (error: unknown, request: RawRequest | undefined) => void,
  ): void;
  createUAS(
    request: RawRequest,
    reply: RawReply,
    options: { localSdp: string; headers: Record<string, string> },
    callback: (error: unknown, dialog: RawDialog | undefined) => void,
  ): void;
  createUAC(
    uri: string,
    options: { localSdp: string; headers: Record<string, string>; proxy?: string },
    progress: {
      cbRequest: (error: unknown, request: RawRequest | undefined) => void;
      cbProvisional: (response: RawResponse) => void;
    },
    callback: (error: unknown, dialog: RawDialog | undefined) => void,
  ): void;
}

const DAY_MS = 86_400_000;
/** An older time than this is of another clock or another zone. */
const LONGEST_WAY_MS = 10_000;

/**
 * When a message reached the server, Unix milliseconds: the application may hear of it much later where the machine is
 * busy. The server writes the time of day (UTC, if it is ours); where that is not of the last seconds it is `now`.
 */
export function arrivalOf(message: Pick<RawMessage, 'stackTime'>, now: number): number {
  const [, hours, minutes, seconds] = /^(\d\d):(\d\d):(\d\d\.\d+)$/.exec(message.stackTime ?? '') ?? [];
  if (hours === undefined) return now;
  const timeOfDay = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000;
  const ago = (((now - timeOfDay) % DAY_MS) + DAY_MS) % DAY_MS;
  return ago <= LONGEST_WAY_MS ? now - ago : now;
}

/** Where a message came from, as drachtio tells it. */
export function sourceOf(message: RawMessage): Source {
  const protocol = message.protocol?.toLowerCase();
  const known = protocol === 'tcp' || protocol === 'tls' || protocol === 'ws' || protocol === 'wss';
  return {
    protocol: known ? protocol : 'udp',
    address: ownText((message.source_address ?? '').replace(/^\[(.*)\]$/, '$1')),
    port: message.source_port ?? 0,
  };
}
