/**
 * Calls that go through this server as a proxy: their CANCELs, and, where it put itself into the route, their later requests,
 * which no application sees (RFC 3261 § 16.12). Only dialogs that were proxied before are passed on: we are no open relay.
 */
import { headerValues, replaceFirst } from '../message/fields.js';
import { callIdOf, parseNameAddress, tagOf } from '../message/headers.js';
import type { SipMessage, SipRequest } from '../message/message.js';
import { parseUri } from '../message/uri.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { errorMessage } from '../../base/errors.js';
import { defaultPort, facePort } from '../transport/face-ports.js';
import type { Context } from './context.js';
import { onward } from './proxy-branch.js';
import { ProxySession } from './proxy-session.js';

/** Milliseconds without a request after which a proxied call is forgotten. */
const FORGET = 12 * 3_600_000;

export class ProxiedCalls {
  readonly #sessions = new Map<ServerTransaction, ProxySession>();
  /** When a dialog was heard of last, on the monotonic clock. */
  readonly #dialogs = new Map<string, number>();

  constructor(private readonly context: Context) {}

  /** Runs a session, and keeps it for a CANCEL. */
  begin(transaction: ServerTransaction, session: ProxySession): void {
    this.#sessions.set(transaction, session);
    session.begin();
  }

  done(transaction: ServerTransaction): void {
    this.#sessions.delete(transaction);
  }

  /** Later requests of the dialog of this response are passed on. */
  remember(message: SipMessage): void {
    const now = this.context.clock.monotonic();
    for (const [key, heard] of this.#dialogs) {
      if (now - heard < FORGET) break;
      this.#dialogs.delete(key);
    }
    const key = keyOf(message);
    if (key === undefined) return;
    this.#dialogs.delete(key);
    this.#dialogs.set(key, now);
  }

  /** A CANCEL for an INVITE that is being proxied. */
  cancel(invite: ServerTransaction): boolean {
    const session = this.#sessions.get(invite);
    session?.cancel();
    return session !== undefined;
  }

  /** Takes our own Routes off a request; true if it belongs to a proxied dialog, and went on. */
  forward(transaction: ServerTransaction): boolean {
    const { request } = transaction;
    if (!this.#takeRoutes(request) || !this.#knows(request)) return false;
    const single = { provisionalTimeout: undefined, finalTimeout: undefined, simultaneous: false };
    const options = { ...single, recordRoute: request.method === 'INVITE', followRedirects: false };
    const session = new ProxySession(this.context, transaction, options, [request.uri], undefined, {
      onFinal: () => {},
      onForward: () => {},
      onDone: () => {
        this.done(transaction);
        if (request.method === 'BYE') this.#ended(request);
      },
    });
    this.remember(request);
    if (request.method === 'INVITE') transaction.refuse(100);
    this.begin(transaction, session);
    return true;
  }

  /** An ACK for a 2xx that went through here. */
  forwardAck(ack: SipRequest): void {
    if (!this.#takeRoutes(ack) || !this.#knows(ack)) return;
    const copy = onward(ack, ack.uri, undefined);
    const send = async (): Promise<void> => {
      const destination = await this.context.locator.locate(headerValues(copy, 'route')[0] ?? copy.uri);
      await this.context.transactions.sendAlone(copy, destination);
    };
    send().catch((error: unknown) => {
      this.context.log.warn({ error: errorMessage(error) }, 'an ACK could not be passed on');
    });
  }

  #ended(bye: SipRequest): void {
    const key = keyOf(bye);
    if (key !== undefined && this.#dialogs.delete(key)) this.context.cdrs.stop('network', bye, 'normal-release');
  }

  #knows(request: SipRequest): boolean {
    const key = keyOf(request);
    return key !== undefined && this.#dialogs.has(key);
  }

  /** Removes the Routes that name us (§ 16.4); whether there were any. */
  #takeRoutes(request: SipRequest): boolean {
    let taken = false;
    for (;;) {
      const [route] = headerValues(request, 'route');
      if (route === undefined || !this.#isUs(parseNameAddress(route)?.uri ?? '')) return taken;
      replaceFirst(request, 'route');
      taken = true;
    }
  }

  #isUs(text: string): boolean {
    const uri = parseUri(text);
    return this.context.transport.faces.some(
      (face) =>
        uri &&
        [face.address, face.externalAddress].includes(uri.host) &&
        face.transports.some((protocol) => (uri.port ?? defaultPort(protocol)) === facePort(face, protocol)),
    );
  }
}

/** A dialog from either side. */
function keyOf(message: SipMessage): string | undefined {
  const [one, other] = [tagOf(message, 'from'), tagOf(message, 'to')];
  return one === undefined || other === undefined ? undefined : [callIdOf(message), ...[one, other].sort()].join(' ');
}
