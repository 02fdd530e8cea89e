/**
 * The transaction layer (RFC 3261 § 17): finds the transaction of each message, turns its machine, does what it asks.
 * Everything above sees requests that are new, responses that belong to requests it sent, and ACKs of 2xx.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { prependHeader, removeHeader, setHeader } from '../message/fields.js';
import { branchOf, callIdOf, cseqOf, formatVia, tagOf, topVia } from '../message/headers.js';
import { makeFailureAck, makeResponse } from '../message/make.js';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.js';
import { responseDestination } from '../transport/layer.js';
import { TransportError, type Destination, type Flow, type Transport } from '../transport/types.js';
import { CALLING, inviteClient, nonInviteClient, TRYING, type ClientEffect, type ClientEvent } from './client.js';
import { inviteServer, nonInviteServer, type ServerEffect, type ServerEvent } from './server.js';
import type { TimerName } from './timers.js';

const COOKIE = 'z9hG4bK';

export function newBranch(): string {
  return COOKIE + randomBytes(9).toString('base64url').replaceAll(/[-_]/g, 'x');
}

export interface TransactionUser {
  /** A request that is new (never an ACK). */
  onRequest(transaction: ServerTransaction): void;
  /** An ACK for a 2xx, or one that matches nothing. */
  onAck(request: SipRequest, flow: Flow): void;
  /** A response that matches no transaction. */
  onStrayResponse(response: SipResponse, flow: Flow): void;
}

export interface ClientHandlers {
  onResponse(response: SipResponse, flow: Flow | undefined): void;
  /** No final response in 64*T1. */
  onTimeout(): void;
  onUnreachable(error: TransportError): void;
}

/** Timers of one transaction, by their letters. */
class Timers {
  readonly #running = new Map<TimerName, Timer>();

  constructor(
    private readonly clock: Clock,
    private readonly fire: (timer: TimerName) => void,
  ) {}

  start(timer: TimerName, ms: number): void {
    this.stop(timer);
    const handle = this.clock.setTimer(ms, () => {
      this.#running.delete(timer);
      this.fire(timer);
    });
    this.#running.set(timer, handle);
  }

  stop(timer: TimerName): void {
    this.#running.get(timer)?.cancel();
    this.#running.delete(timer);
  }

  stopAll(): void {
    for (const timer of this.#running.keys()) this.stop(timer);
  }
}

/** What a transaction needs of its layer. */
interface Host {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  ended(key: string): void;
}

export class ServerTransaction {
  readonly id = randomUUID();
  #state: Parameters<typeof inviteServer>[0] | Parameters<typeof nonInviteServer>[0];
  readonly #timers: Timers;
  #noAck: () => void = () => {};

  constructor(
    readonly request: SipRequest,
    readonly flow: Flow,
    readonly key: string,
    private readonly host: Host,
  ) {
    this.#state = request.method === 'INVITE' ? { name: 'proceeding', last: undefined } : { name: 'trying' };
    this.#timers = new Timers(host.clock, (timer) => this.handle({ type: 'timer', timer }));
  }

  /** Whether a final response was given. */
  get answered(): boolean {
    return !['proceeding', 'trying'].includes(this.#state.name);
  }

  /** Told when no ACK came for a final response other than 2xx. */
  onNoAck(callback: () => void): void {
    this.#noAck = callback;
  }

  respond(response: SipResponse): void {
    this.handle({ type: 'respond', response });
  }

  /** Answers by the stack itself, with a tag and headers of its own making. */
  refuse(
    status: number,
    reason = '',
    toTag = randomBytes(6).toString('hex'),
    headers: Readonly<Record<string, string>> = {},
  ): SipResponse {
    const response = makeResponse(this.request, status, reason, toTag);
    for (const [name, value] of Object.entries(headers)) setHeader(response, name, value);
    this.respond(response);
    return response;
  }

  handle(event: ServerEvent): void {
    const reliable = this.host.transport.reliable(this.flow.protocol);
    const state = this.#state;
    let effects: readonly ServerEffect[];
    if (this.request.method === 'INVITE')
      [this.#state, effects] = inviteServer(state as Parameters<typeof inviteServer>[0], event, reliable);
    else [this.#state, effects] = nonInviteServer(state as Parameters<typeof nonInviteServer>[0], event, reliable);
    for (const effect of effects) this.#do(effect);
    if (this.#state.name === 'terminated' && state.name !== 'terminated') this.end();
  }

  end(): void {
    this.#timers.stopAll();
    this.host.ended(this.key);
  }

  #do(effect: ServerEffect): void {
    switch (effect.do) {
      case 'respond': {
        const destination = responseDestination(effect.response, this.flow);
        this.host.transport.send(effect.response, destination).catch((error: unknown) => {
          this.host.log.warn({ error: errorMessage(error), status: effect.response.status }, 'response not sent');
          this.handle({ type: 'transport-error' });
        });
        return;
      }
      case 'start':
        return this.#timers.start(effect.timer, effect.ms);
      case 'stop':
        return this.#timers.stop(effect.timer);
      case 'no-ack':
        return this.#noAck();
      case 'pass-ack':
      case 'unreachable':
        return;
    }
  }
}

export class ClientTransaction {
  readonly id = randomUUID();
  #state: Parameters<typeof inviteClient>[0] | Parameters<typeof nonInviteClient>[0];
  readonly #timers: Timers;
  #flow: Flow | undefined;

  constructor(
    readonly request: SipRequest,
    readonly destination: Destination,
    readonly key: string,
    private readonly handlers: ClientHandlers,
    private readonly host: Host,
  ) {
    this.#state = request.method === 'INVITE' ? CALLING : TRYING;
    this.#timers = new Timers(host.clock, (timer) => this.handle({ type: 'timer', timer }));
  }

  /** `calling`, `proceeding`… as in the RFC's figures. */
  get state(): string {
    return this.#state.name;
  }

  receive(response: SipResponse, flow: Flow): void {
    this.#flow = flow;
    this.handle({ type: 'response', response });
  }

  handle(event: ClientEvent): void {
    const reliable = this.host.transport.reliable(this.destination.protocol);
    const state = this.#state;
    let effects: readonly ClientEffect[];
    if (this.request.method === 'INVITE')
      [this.#state, effects] = inviteClient(state as Parameters<typeof inviteClient>[0], event, reliable);
    else [this.#state, effects] = nonInviteClient(state as Parameters<typeof nonInviteClient>[0], event, reliable);
    for (const effect of effects) this.#do(effect);
    if (this.#state.name === 'terminated' && state.name !== 'terminated') this.end();
  }

  end(): void {
    this.#timers.stopAll();
    this.host.ended(this.key);
  }

  #do(effect: ClientEffect): void {
    switch (effect.do) {
      case 'send':
        return this.#send(this.request);
      case 'ack':
        return this.#send(makeFailureAck(this.request, effect.response));
      case 'pass':
        return this.handlers.onResponse(effect.response, this.#flow);
      case 'start':
        return this.#timers.start(effect.timer, effect.ms);
      case 'stop':
        return this.#timers.stop(effect.timer);
      case 'timeout':
        return this.handlers.onTimeout();
      case 'unreachable': {
        const { address, port, protocol } = this.destination;
        return this.handlers.onUnreachable(
          new TransportError('UNREACHABLE', `nothing answers at ${protocol}:${address}:${port}`),
        );
      }
    }
  }

  #send(message: SipRequest): void {
    this.host.transport.send(message, this.destination).catch((error: unknown) => {
      this.host.log.debug({ error: errorMessage(error), method: message.method }, 'request not sent');
      this.handle({ type: 'transport-error' });
    });
  }
}

export class TransactionLayer {
  readonly #servers = new Map<string, ServerTransaction>();
  readonly #clients = new Map<string, ClientTransaction>();
  /** Keys of server transactions by what makes a request the same one on another way (§ 8.2.2.2). */
  readonly #identities = new Map<string, string>();

  constructor(
    private readonly transport: Transport,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly user: TransactionUser,
  ) {}

  /** Transactions that are open. */
  get size(): number {
    return this.#servers.size + this.#clients.size;
  }

  receive(message: SipMessage, flow: Flow): void {
    if (message.kind === 'request') this.#request(message, flow);
    else this.#response(message, flow);
  }

  /** Puts a Via on the request and sends it by a transaction of its own. */
  request(
    request: SipRequest,
    destination: Destination,
    handlers: ClientHandlers,
    branch = newBranch(),
  ): ClientTransaction {
    this.#stamp(request, destination, branch);
    const key = `${branch} ${request.method}`;
    const ended = (ending: string): void => void this.#clients.delete(ending);
    const host = { transport: this.transport, clock: this.clock, log: this.log, ended };
    const transaction = new ClientTransaction(request, destination, key, handlers, host);
    this.#clients.set(key, transaction);
    // After the caller has the transaction: its events must not come before.
    queueMicrotask(() => transaction.handle({ type: 'start' }));
    return transaction;
  }

  /** Sends a CANCEL for an INVITE transaction: same branch, a transaction of its own (§ 9.1). */
  cancel(invite: ClientTransaction, cancel: SipRequest, handlers: ClientHandlers): ClientTransaction {
    return this.request(cancel, invite.destination, handlers, branchOf(invite.request));
  }

  /** Sends an ACK for a 2xx: no transaction. */
  async sendAck(ack: SipRequest, destination: Destination): Promise<void> {
    this.#stamp(ack, destination, newBranch());
    await this.transport.send(ack, destination);
  }

  /** The INVITE transaction that a CANCEL means (§ 9.2). */
  inviteOf(cancel: SipRequest): ServerTransaction | undefined {
    return this.#servers.get(serverKey(cancel, 'INVITE'));
  }

  /** A destination is out of reach: what still waits for a first answer from there fails. */
  unreachable(destination: Destination): void {
    for (const client of this.#clients.values()) {
      const { address, port, protocol } = client.destination;
      const same = address === destination.address && port === destination.port && protocol === destination.protocol;
      const waits =
        client.state === 'calling' ||
        client.state === 'trying' ||
        (protocol === 'tcp' && client.state === 'proceeding');
      if (same && waits) client.handle({ type: 'transport-error' });
    }
  }

  close(): void {
    for (const transaction of [...this.#servers.values(), ...this.#clients.values()]) transaction.end();
  }

  #stamp(request: SipRequest, destination: Destination, branch: string): void {
    const { host, port } = this.transport.sentBy(destination);
    if (request.method === 'CANCEL') removeHeader(request, 'via');
    const parameters = [
      ['rport', undefined],
      ['branch', branch],
    ] as const;
    prependHeader(request, 'via', formatVia({ transport: destination.protocol.toUpperCase(), host, port, parameters }));
  }

  #request(request: SipRequest, flow: Flow): void {
    const existing = this.#servers.get(serverKey(request, request.method === 'ACK' ? 'INVITE' : request.method));
    if (request.method === 'ACK') {
      // An ACK with the INVITE's own branch belongs to a failure; one for a 2xx has another.
      if (existing) existing.handle({ type: 'ack' });
      else this.user.onAck(request, flow);
      return;
    }
    if (existing) return existing.handle({ type: 'repeat' });
    const ended = (key: string): void => {
      this.#servers.delete(key);
      const identity = `${identityOf(request)} ${request.method}`;
      if (this.#identities.get(identity) === key) this.#identities.delete(identity);
    };
    const host = { transport: this.transport, clock: this.clock, log: this.log, ended };
    const transaction = new ServerTransaction(request, flow, serverKey(request, request.method), host);
    if (!cseqOf(request) || cseqOf(request)?.method !== request.method) {
      transaction.refuse(400, 'CSeq does not fit the request');
      return;
    }
    const identity = `${identityOf(request)} ${request.method}`;
    const merged = tagOf(request, 'to') === undefined && this.#identities.has(identity);
    this.#servers.set(transaction.key, transaction);
    if (merged) transaction.refuse(482, 'Merged Request');
    else {
      this.#identities.set(identity, transaction.key);
      this.user.onRequest(transaction);
    }
  }

  #response(response: SipResponse, flow: Flow): void {
    const method = cseqOf(response)?.method ?? '';
    const transaction = this.#clients.get(`${branchOf(response)} ${method}`);
    if (transaction) transaction.receive(response, flow);
    else this.user.onStrayResponse(response, flow);
  }
}

function identityOf(request: SipRequest): string {
  return `${callIdOf(request)} ${tagOf(request, 'from') ?? ''} ${cseqOf(request)?.number ?? ''}`;
}

/** § 17.2.3: branch, sent-by and method; without the magic cookie, what RFC 2543 matched by. */
function serverKey(request: SipRequest, method: string): string {
  const via = topVia(request);
  const branch = branchOf(request);
  const sentBy = via ? `${via.host.toLowerCase()}:${via.port ?? ''}` : '';
  if (branch.startsWith(COOKIE)) return `${branch} ${sentBy} ${method}`;
  return `2543 ${request.uri} ${identityOf(request)} ${sentBy} ${method}`;
}
