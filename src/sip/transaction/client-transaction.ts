/**
 * A client transaction as its user sees it. Where a request can go to several servers (RFC 3263 § 4.3), each is tried by an
 * attempt with a branch of its own, until one answers with something else than 503; the user sees one transaction. A server
 * that was given up and answers after all is cancelled; a 2xx of it is an answer like that of a fork.
 */
import { randomUUID } from 'node:crypto';
import { errorMessage } from '../../base/errors.js';
import { header, replaceFirst } from '../message/fields.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import { TransportError, type Destination, type Flow } from '../transport/types.js';
import type { AttemptEvents, ClientAttempt } from './client-attempt.js';
import type { ClientEvent } from './client.js';
import type { TransactionHost } from './server-transaction.js';

export interface ClientHandlers {
  onResponse(response: SipResponse, flow: Flow): void;
  /** No final response in 64*T1. */
  onTimeout(): void;
  onUnreachable(error: TransportError): void;
  /** Whether another server may be tried; without it, yes. No longer when the request was cancelled. */
  mayGoOn?(): boolean;
  /** Another server gets a copy of the request, which may need another Contact. */
  onNextServer?(request: SipRequest, before: Destination, now: Destination): void;
  /** The transaction is over: not even repetitions of the answer will come. */
  onEnded?(): void;
}

/** For requests whose end nobody waits for. */
export const nobody: ClientHandlers = { onResponse() {}, onTimeout() {}, onUnreachable() {} };

/** What a transaction needs of its layer. */
export interface ClientHost extends Pick<TransactionHost<ClientAttempt>, 'log'> {
  /** Begins a try with a new branch, after this returned. Throws `TransportError` where no face leads there. */
  launch(request: SipRequest, to: Destination, events: AttemptEvents): ClientAttempt;
  /** Cancels the INVITE of an attempt. */
  cancelAttempt(attempt: ClientAttempt): void;
  /** A server failed. `ms`: for how long it says that it is of no use. */
  onServerFailed(destination: Destination, ms: number | undefined): void;
}

export class ClientTransaction implements AttemptEvents {
  readonly id = randomUUID();
  #attempt: ClientAttempt;
  #others: readonly Destination[];
  /** A response other than 100 went to the user: the request has arrived somewhere. */
  #passed = false;
  #final = false;

  /** `launch` makes the first attempt. */
  constructor(
    destination: Destination,
    private readonly handlers: ClientHandlers,
    private readonly host: ClientHost,
    launch: (events: AttemptEvents) => ClientAttempt,
  ) {
    this.#others = destination.others ?? [];
    this.#attempt = launch(this);
  }

  /** The request as it went to the server that is tried now. */
  get request(): SipRequest {
    return this.#attempt.request;
  }

  get destination(): Destination {
    return this.#attempt.destination;
  }

  get key(): string {
    return this.#attempt.key;
  }

  /** Name of the state. */
  get state(): string {
    return this.#attempt.state;
  }

  /** Whether a final response may still come. */
  get open(): boolean {
    return this.#attempt.open;
  }

  handle(event: ClientEvent): void {
    this.#attempt.handle(event);
  }

  onResponse(attempt: ClientAttempt, response: SipResponse, flow: Flow): void {
    if (attempt !== this.#attempt) return this.#late(attempt, response, flow);
    if (response.status === 503) {
      this.host.onServerFailed(attempt.destination, retryAfter(response));
      if (this.#next(attempt, '503')) return;
    }
    this.#pass(response, flow);
  }

  onTimeout(attempt: ClientAttempt): void {
    if (attempt !== this.#attempt) return;
    if (!attempt.heard) this.host.onServerFailed(attempt.destination, undefined);
    if (!attempt.heard && this.#next(attempt, 'no answer')) return;
    this.#final = true;
    this.handlers.onTimeout();
  }

  onUnreachable(attempt: ClientAttempt, error: TransportError): void {
    if (attempt !== this.#attempt) return;
    this.host.onServerFailed(attempt.destination, undefined);
    if (this.#next(attempt, error.message)) return;
    this.#final = true;
    this.handlers.onUnreachable(error);
  }

  onSilence(attempt: ClientAttempt): void {
    if (attempt !== this.#attempt) return;
    this.host.onServerFailed(attempt.destination, undefined);
    this.#next(attempt, 'silence');
  }

  onEnded(attempt: ClientAttempt): void {
    if (attempt === this.#attempt) this.handlers.onEnded?.();
  }

  #pass(response: SipResponse, flow: Flow): void {
    if (response.status > 100) this.#passed = true;
    if (response.status >= 200) this.#final = true;
    this.handlers.onResponse(response, flow);
  }

  /** A server that was given up answers. */
  #late(attempt: ClientAttempt, response: SipResponse, flow: Flow): void {
    const invite = attempt.request.method === 'INVITE';
    if (response.status < 200) {
      if (invite) this.host.cancelAttempt(attempt);
      return;
    }
    if (response.status >= 300 || (!invite && this.#final)) return;
    if (!this.#final) {
      const given = this.#attempt;
      this.#attempt = attempt;
      if (invite && given.heard && given.open) this.host.cancelAttempt(given);
    }
    this.#pass(response, flow);
  }

  /** Tries the next server, where there is one and the request has not arrived anywhere. */
  #next(failed: ClientAttempt, why: string): boolean {
    if (this.#passed || this.#final || this.handlers.mayGoOn?.() === false) return false;
    for (;;) {
      const [to, ...rest] = this.#others;
      if (!to) return false;
      this.#others = rest;
      const copy: SipRequest = { ...failed.request, fields: [...failed.request.fields] };
      replaceFirst(copy, 'via');
      try {
        this.handlers.onNextServer?.(copy, failed.destination, to);
        this.#attempt = this.host.launch(copy, rest.length > 0 ? { ...to, others: rest } : to, this);
      } catch (error) {
        this.host.log.debug({ error: errorMessage(error) }, 'a server cannot be reached from here');
        continue;
      }
      const facts = { callId: header(copy, 'call-id'), method: copy.method, from: place(failed.destination), to: place(to), why }; // prettier-ignore
      this.host.log.warn(facts, 'a server failed; the next one is tried');
      return true;
    }
  }
}

const place = ({ protocol, address, port }: Destination): string => `${protocol}:${address}:${port}`;

/** Milliseconds of a Retry-After (RFC 3261 § 20.33). */
function retryAfter(response: SipResponse): number | undefined {
  const seconds = /^\s*(\d+)/.exec(header(response, 'retry-after') ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
