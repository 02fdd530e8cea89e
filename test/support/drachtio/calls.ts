/** Calls that stand, for tests of what happens within them. */
import type { RawMessage } from '../sip/raw-message.js';
import { sdp } from '../sip/raw-message.js';
import type { RawPeer, RequestOptions, Sent } from '../sip/raw-peer.js';
import type { Dialog, InviteOptions, Reply, Request, SentRequest } from './srf.js';
import type { Client, Stand } from './stand.js';

export const LOCAL = sdp(50_000);

/** A value that comes once, later. */
export function later<T>(): { readonly keep: (value: T) => void; readonly value: Promise<T> } {
  let keep: (value: T) => void = () => {};
  const value = new Promise<T>((resolve) => (keep = resolve));
  return { keep: (given) => keep(given), value };
}

/** Waits for a frame of the server that contains this text. */
export function served(client: Client, text: string): Promise<unknown> {
  return client.wire.seen('server', (frame) => frame.includes(text), text);
}

export interface Incoming {
  readonly client: Client;
  readonly peer: RawPeer;
  readonly sent: Sent;
  readonly request: Request;
  readonly reply: Reply;
}

/** An INVITE of a peer, at the application, not answered yet. */
export async function incoming(stand: Stand, options: RequestOptions = {}, peer?: RawPeer): Promise<Incoming> {
  const client = await stand.application();
  const caller = peer ?? (await stand.peer());
  const came = later<{ request: Request; reply: Reply }>();
  client.srf.invite((request, reply) => came.keep({ request, reply }));
  await client.routed();
  const sent = caller.request('INVITE', { body: sdp(), ...options });
  return { client, peer: caller, sent, ...(await came.value) };
}

export interface CallIn extends Incoming {
  readonly ok: RawMessage;
  readonly dialog: Dialog;
}

/** A call that the application answered; the ACK is with it. */
export async function callIn(
  stand: Stand,
  options: RequestOptions & { headers?: Record<string, string> } = {},
): Promise<CallIn> {
  const call = await incoming(stand, options);
  const { client, peer, sent, request, reply } = call;
  const dialog = await client.srf.createUAS(request, reply, { localSdp: LOCAL, headers: options.headers ?? {} });
  const ok = await peer.expectResponse(200, 'INVITE');
  peer.ack(sent, ok);
  await served(client, 'CSeq: 1 ACK');
  return { ...call, ok, dialog };
}

export interface Outgoing {
  readonly client: Client;
  readonly peer: RawPeer;
  /** The INVITE as it came. */
  readonly invite: RawMessage;
  readonly dialog: Promise<Dialog>;
  /** The INVITE as drachtio-srf knows it. */
  readonly request: SentRequest;
}

/** An INVITE of the application, at the peer, not answered yet. */
export async function outgoing(stand: Stand, options: InviteOptions = {}, peer?: RawPeer): Promise<Outgoing> {
  const client = await stand.application();
  const callee = peer ?? (await stand.peer());
  const sent = later<SentRequest>();
  const progress = { cbRequest: (_: unknown, request: SentRequest) => sent.keep(request) };
  const dialog = client.srf.createUAC(callee.uri('201'), { localSdp: LOCAL, ...options }, progress);
  dialog.catch(() => {}); // A test that needs it awaits it.
  const invite = await callee.expectRequest('INVITE');
  return { client, peer: callee, invite, dialog, request: await sent.value };
}

export interface CallOut {
  readonly client: Client;
  readonly peer: RawPeer;
  readonly invite: RawMessage;
  readonly dialog: Dialog;
  readonly request: SentRequest;
}

/** A call that the peer answered; its ACK came. */
export async function callOut(
  stand: Stand,
  options: InviteOptions & { extra?: readonly string[] } = {},
): Promise<CallOut> {
  const { extra = [], ...rest } = options;
  const call = await outgoing(stand, rest);
  call.peer.answer(call.invite, 200, { body: sdp(), extra });
  await call.peer.expectRequest('ACK');
  return { ...call, dialog: await call.dialog };
}

/** The peer agrees to a request within a dialog. */
export async function agree(peer: RawPeer, method: string, body = ''): Promise<RawMessage> {
  const request = await peer.expectRequest(method);
  peer.answer(request, 200, { reason: 'OK', contact: method === 'INVITE', body });
  return request;
}
