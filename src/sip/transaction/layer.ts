/**
 * The transaction layer (RFC 3261 § 17): finds the transaction of each message, turns its machine, does what it asks.
 * Everything above sees requests that are new, responses that belong to requests it sent, and ACKs of 2xx.
 */
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import { prependHeader, removeHeader } from '../message/fields.js';
import { branchOf, cseqOf, formatVia, tagOf } from '../message/headers.js';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.js';
import { guard } from '../guard.js';
import type { Destination, Flow, Transport } from '../transport/types.js';
import { makeCancel } from '../message/make.js';
import { ClientAttempt, type AttemptEvents } from './client-attempt.js';
import { ClientTransaction, nobody, type ClientHandlers, type ClientHost } from './client-transaction.js';
import { clientKey, earlierBranches, identityOf, keyOfResponse, newBranch, serverKey } from './matching.js';
import { ServerTransaction, type TransactionHost } from './server-transaction.js';
import { PATIENCE } from './timers.js';

export interface TransactionUser {
  /** A request that is new (never an ACK). */
  onRequest(transaction: ServerTransaction): void;
  /** An ACK for a 2xx, or one that matches nothing. */
  onAck(request: SipRequest, flow: Flow): void;
  /** A response that matches no transaction. */
  onStrayResponse(response: SipResponse, flow: Flow): void;
  /** Whether its source may get responses; one that was shut out since it asked may not. */
  mayAnswer?(flow: Flow): boolean;
  /** A server did not take a request; `ms`: for how long it says that it is of no use. */
  onServerFailed?(destination: Destination, ms: number | undefined): void;
}

/** Milliseconds in which a server must say something where another could be asked; RFC 3263 itself would wait for 64*T1. */
const FAILOVER = 5000;

export class TransactionLayer {
  readonly #servers = new Map<string, ServerTransaction>();
  readonly #clients = new Map<string, ClientAttempt>();
  readonly #cancelled = new WeakSet<ClientAttempt>();
  readonly #host: ClientHost;
  readonly #clientHost: TransactionHost<ClientAttempt>;
  readonly #serverHost: TransactionHost<ServerTransaction>;
  /** Keys of server transactions by what makes a request the same one on another way (§ 8.2.2.2). */
  readonly #identities = new Map<string, string>();

  constructor(
    private readonly transport: Transport,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly user: TransactionUser,
    private readonly failover = FAILOVER,
  ) {
    this.#host = {
      log,
      launch: (request, to, events) => this.#launch(request, to, events, newBranch()),
      cancelAttempt: (attempt) => this.#cancelAttempt(attempt),
      onServerFailed: (destination, ms) => user.onServerFailed?.(destination, ms),
    };
    this.#clientHost = { transport, clock, log, ended: ({ key }) => void this.#clients.delete(key) };
    this.#serverHost = {
      transport,
      clock,
      log,
      ended: (transaction) => this.#ended(transaction),
      mayAnswer: (flow) => user.mayAnswer?.(flow) ?? true,
    };
  }

  /** Transactions that are open. */
  get size(): number {
    return this.#servers.size + this.#clients.size;
  }

  receive(message: SipMessage, flow: Flow): void {
    if (message.kind === 'response') this.#response(message, flow);
    else if (message.method === 'ACK') this.#ack(message, flow);
    else this.#request(message, flow);
  }

  /** Puts a Via on the request and sends it by a transaction of its own; its events come after this returned. */
  request(
    request: SipRequest,
    destination: Destination,
    handlers: ClientHandlers,
    branch = newBranch(),
  ): ClientTransaction {
    const launch = (events: AttemptEvents): ClientAttempt => this.#launch(request, destination, events, branch);
    return new ClientTransaction(destination, handlers, this.#host, launch);
  }

  /** Sends a CANCEL for an INVITE transaction: same branch, a transaction of its own (§ 9.1). */
  cancel(invite: ClientTransaction, cancel: SipRequest, handlers: ClientHandlers): ClientTransaction {
    removeHeader(cancel, 'via');
    return this.request(cancel, alone(invite.destination), handlers, branchOf(invite.request));
  }

  /** Sends a request that has no transaction: an ACK for a 2xx, one that is passed on. */
  async sendAlone(request: SipRequest, destination: Destination): Promise<void> {
    this.#stamp(request, destination, newBranch());
    await this.transport.send(request, destination);
  }

  /** The INVITE transaction that a CANCEL means (§ 9.2). */
  inviteOf(cancel: SipRequest): ServerTransaction | undefined {
    return this.#servers.get(serverKey(cancel, 'INVITE'));
  }

  /** Whether we sent this very request ourselves, and it came back unchanged: a loop (§ 16.3). A spiral has another URI. */
  isLoop(request: SipRequest): boolean {
    return earlierBranches(request).some(
      (branch) => this.#clients.get(clientKey(branch, request.method))?.request.uri === request.uri,
    );
  }

  /**
   * A destination is out of reach: what still waits for a first answer from there fails. `branch`: of the message that was
   * refused, where that is known.
   */
  unreachable(destination: Destination, branch?: string): void {
    for (const client of this.#clients.values()) {
      if (branch !== undefined && branchOf(client.request) !== branch) continue;
      const { address, port, protocol } = client.destination;
      const same = address === destination.address && port === destination.port && protocol === destination.protocol;
      // Over UDP a peer that answered once is there; an error that comes later is about something else.
      const waits = protocol === 'udp' ? client.open && client.state !== 'proceeding' : client.open;
      if (same && waits) client.handle({ type: 'transport-error' });
    }
  }

  close(): void {
    for (const transaction of [...this.#servers.values(), ...this.#clients.values()]) transaction.end();
  }

  #launch(request: SipRequest, destination: Destination, events: AttemptEvents, branch: string): ClientAttempt {
    this.#stamp(request, destination, branch);
    const key = clientKey(branch, request.method);
    const patience = destination.others?.length ? this.failover : undefined;
    const attempt = new ClientAttempt(request, destination, key, events, this.#clientHost, patience);
    this.#clients.set(key, attempt);
    queueMicrotask(() => guard(this.log, 'a request of ours', () => attempt.handle({ type: 'start' })));
    return attempt;
  }

  /** An INVITE that was given up for another server, which has said something. */
  #cancelAttempt(attempt: ClientAttempt): void {
    if (this.#cancelled.has(attempt)) return;
    this.#cancelled.add(attempt);
    const cancel = makeCancel(attempt.request);
    removeHeader(cancel, 'via');
    this.request(cancel, alone(attempt.destination), nobody, branchOf(attempt.request));
    this.clock.setTimer(PATIENCE, () => {
      if (attempt.open) attempt.handle({ type: 'timer', timer: 'B' });
    });
  }

  #stamp(request: SipRequest, destination: Destination, branch: string): void {
    const { host, port } = this.transport.sentBy(destination);
    const { protocol } = destination;
    // RFC 5923 § 4: requests to us may come by the same connection; over TLS, where the peer can know that it is us.
    const parameters = [...(protocol === 'tls' ? [ALIAS] : []), RPORT, ['branch', branch] as const];
    prependHeader(request, 'via', formatVia({ transport: protocol.toUpperCase(), host, port, parameters }));
  }

  /** An ACK with the INVITE's own branch belongs to a refusal; one for a 2xx has another, or should. */
  #ack(request: SipRequest, flow: Flow): void {
    const invite = this.#servers.get(serverKey(request, 'INVITE'));
    if (invite && invite.state !== 'accepted') invite.handle({ type: 'ack' });
    else this.user.onAck(request, flow);
  }

  #request(request: SipRequest, flow: Flow): void {
    const key = serverKey(request, request.method);
    const existing = this.#servers.get(key);
    if (existing) return existing.handle({ type: 'repeat' });
    const identity = identityOf(request);
    const transaction = new ServerTransaction(request, flow, key, identity, this.#serverHost);
    this.#servers.set(key, transaction);
    if (cseqOf(request)?.method !== request.method)
      transaction.refuse(400, { reason: 'CSeq does not fit the request' });
    else if (tagOf(request, 'to') === undefined && this.#identities.has(identity))
      transaction.refuse(482, { reason: 'Merged Request' });
    else {
      this.#identities.set(identity, key);
      guard(
        this.log,
        'a request',
        () => this.user.onRequest(transaction),
        () => void (transaction.answered || transaction.refuse(500)),
      );
    }
  }

  #ended({ key, identity }: ServerTransaction): void {
    this.#servers.delete(key);
    if (this.#identities.get(identity) === key) this.#identities.delete(identity);
  }

  #response(response: SipResponse, flow: Flow): void {
    const transaction = this.#clients.get(keyOfResponse(response));
    if (transaction) transaction.receive(response, flow);
    else this.user.onStrayResponse(response, flow);
  }
}

const ALIAS = ['alias', undefined] as const;
const RPORT = ['rport', undefined] as const;

/** Without other servers: a CANCEL goes where its INVITE went. */
const alone = (destination: Destination): Destination => ({ ...destination, others: undefined });
