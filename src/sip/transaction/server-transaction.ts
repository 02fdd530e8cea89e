/** A server transaction: its machine, and the responses that go by it. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import { randomHex } from '../../base/random-hex.js';
import type { Log } from '../../base/log.js';
import { guard } from '../guard.js';
import { setHeader } from '../message/fields.js';
import { makeResponse } from '../message/make.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import { forget, keepBytes } from '../message/serialize.js';
import { responseDestination } from '../transport/layer.js';
import type { Destination, Flow, Transport } from '../transport/types.js';
import { run, TransactionTimers, type Running } from './machine.js';
import { inviteServer, nonInviteServer, PROCEEDING, WAITING, type ServerEffect, type ServerEvent } from './server.js';

/** What a transaction needs of its layer. */
export interface TransactionHost<Transaction> {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  /** The transaction is over. */
  ended(transaction: Transaction): void;
  /** Whether the peer may get responses. */
  mayAnswer?(flow: Flow): boolean;
}

export interface RefusalOptions {
  readonly reason?: string;
  /** Tag for the To header where the request has none. */
  readonly toTag?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const newTag = (): string => randomHex(8);

export class ServerTransaction {
  readonly id = randomUUID();
  readonly #machine: Running<ServerEvent, ServerEffect>;
  readonly #timers: TransactionTimers;
  /** Where a response goes of which there are only bytes. */
  #back: Destination | undefined;

  constructor(
    readonly request: SipRequest,
    readonly flow: Flow,
    readonly key: string,
    /** What makes its request the same one on another way (§ 8.2.2.2). */
    readonly identity: string,
    private readonly host: TransactionHost<ServerTransaction>,
  ) {
    const reliable = host.transport.reliable(flow.protocol);
    this.#machine =
      request.method === 'INVITE' ? run(inviteServer, PROCEEDING, reliable) : run(nonInviteServer, WAITING, reliable);
    this.#timers = new TransactionTimers(host.clock, (timer) => this.handle({ type: 'timer', timer }));
  }

  /** Name of the state. */
  get state(): string {
    return this.#machine.state;
  }

  /** Whether a final response was given. */
  get answered(): boolean {
    return this.state !== 'proceeding' && this.state !== 'trying';
  }

  respond(response: SipResponse): void {
    this.handle({ type: 'respond', response });
  }

  /** Answers with a response of our own making. */
  refuse(status: number, options: RefusalOptions = {}): SipResponse {
    const response = makeResponse(this.request, status, options.reason ?? '', options.toTag ?? newTag());
    for (const [name, value] of Object.entries(options.headers ?? {})) setHeader(response, name, value);
    this.respond(response);
    return response;
  }

  /**
   * Its answer is given, and has gone: of the request nobody asks any more, and of the response only its bytes may have to go
   * again. (A 2xx to an INVITE is repeated by its dialog.)
   */
  settle(response: SipResponse): void {
    if (this.request.method !== 'INVITE') {
      this.#back = responseDestination(response, this.flow);
      keepBytes(response);
    }
    forget(this.request);
  }

  handle(event: ServerEvent): void {
    const before = this.state;
    try {
      for (const effect of this.#machine.turn(event)) this.#do(effect);
    } finally {
      if (this.state === 'terminated' && before !== 'terminated') this.end();
    }
  }

  end(): void {
    this.#timers.stopAll();
    this.host.ended(this);
  }

  #do(effect: ServerEffect): void {
    switch (effect.do) {
      case 'respond':
        return this.#send(effect.response);
      case 'start':
        return this.#timers.start(effect.timer, effect.ms);
      case 'stop':
        return this.#timers.stop(effect.timer);
      case 'no-ack':
        return this.host.log.debug({ key: this.key }, 'no ACK came for a refusal');
      case 'unreachable':
        return this.host.log.debug({ key: this.key }, 'the sender of a request is out of reach');
    }
  }

  #send(response: SipResponse): void {
    if (this.host.mayAnswer?.(this.flow) === false) return;
    const to = this.#back ?? responseDestination(response, this.flow);
    this.host.transport.send(response, to).catch((error: unknown) => {
      this.host.log.warn({ error: errorMessage(error), status: response.status }, 'response not sent');
      guard(this.host.log, 'a response that was not sent', () => this.handle({ type: 'transport-error' }));
    });
  }
}
