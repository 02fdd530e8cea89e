/** A client transaction: its machine, the request that goes by it, and who hears its responses. */
import { randomUUID } from 'node:crypto';
import { errorMessage } from '../../base/errors.js';
import { guard } from '../guard.js';
import { makeFailureAck } from '../message/make.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import { TransportError, type Destination, type Flow } from '../transport/types.js';
import { CALLING, inviteClient, nonInviteClient, TRYING, type ClientEffect, type ClientEvent } from './client.js';
import { run, TransactionTimers, type Running } from './machine.js';
import type { TransactionHost } from './server-transaction.js';

export interface ClientHandlers {
  onResponse(response: SipResponse, flow: Flow): void;
  /** No final response in 64*T1. */
  onTimeout(): void;
  onUnreachable(error: TransportError): void;
}

/** For requests whose end nobody waits for. */
export const nobody: ClientHandlers = { onResponse() {}, onTimeout() {}, onUnreachable() {} };

export class ClientTransaction {
  readonly id = randomUUID();
  readonly #machine: Running<ClientEvent, ClientEffect>;
  readonly #timers: TransactionTimers;
  #flow: Flow | undefined;

  constructor(
    readonly request: SipRequest,
    readonly destination: Destination,
    readonly key: string,
    private readonly handlers: ClientHandlers,
    private readonly host: TransactionHost,
  ) {
    const reliable = host.transport.reliable(destination.protocol);
    this.#machine =
      request.method === 'INVITE' ? run(inviteClient, CALLING, reliable) : run(nonInviteClient, TRYING, reliable);
    this.#timers = new TransactionTimers(host.clock, (timer) => this.handle({ type: 'timer', timer }));
  }

  /** Name of the state. */
  get state(): string {
    return this.#machine.state;
  }

  /** Whether a final response may still come. */
  get open(): boolean {
    return ['calling', 'trying', 'proceeding'].includes(this.state);
  }

  receive(response: SipResponse, flow: Flow): void {
    this.#flow = flow;
    this.handle({ type: 'response', response });
  }

  handle(event: ClientEvent): void {
    const before = this.state;
    try {
      for (const effect of this.#machine.turn(event)) this.#do(effect);
    } finally {
      if (this.state === 'terminated' && before !== 'terminated') this.end();
    }
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
        if (this.#flow) this.handlers.onResponse(effect.response, this.#flow);
        return;
      case 'start':
        return this.#timers.start(effect.timer, effect.ms);
      case 'stop':
        return this.#timers.stop(effect.timer);
      case 'timeout':
        return this.handlers.onTimeout();
      case 'unreachable': {
        const { address, port, protocol } = this.destination;
        const where = `${protocol}:${address}:${port}`;
        return this.handlers.onUnreachable(new TransportError('UNREACHABLE', `nothing answers at ${where}`));
      }
    }
  }

  #send(message: SipRequest): void {
    this.host.transport.send(message, this.destination).catch((error: unknown) => {
      this.host.log.debug({ error: errorMessage(error), method: message.method }, 'request not sent');
      guard(this.host.log, 'a request that was not sent', () => this.handle({ type: 'transport-error' }));
    });
  }
}
