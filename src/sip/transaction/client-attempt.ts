/** One try of a client transaction at one server: its machine, and the request that goes by it with a branch of its own. */
import type { Timer } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import { guard } from '../guard.js';
import { makeFailureAck } from '../message/make.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import { TransportError, type Destination, type Flow } from '../transport/types.js';
import { CALLING, inviteClient, nonInviteClient, TRYING, type ClientEffect, type ClientEvent } from './client.js';
import { run, TransactionTimers, type Running } from './machine.js';
import type { TransactionHost } from './server-transaction.js';

export interface AttemptEvents {
  onResponse(attempt: ClientAttempt, response: SipResponse, flow: Flow): void;
  onTimeout(attempt: ClientAttempt): void;
  onUnreachable(attempt: ClientAttempt, error: TransportError): void;
  /** Nothing was heard for as long as one waits where others could be asked. */
  onSilence(attempt: ClientAttempt): void;
  /** It is over: nothing more will come of it. */
  onEnded(attempt: ClientAttempt): void;
}

export class ClientAttempt {
  /** Whether any response came. */
  heard = false;
  readonly #machine: Running<ClientEvent, ClientEffect>;
  readonly #timers: TransactionTimers;
  #flow: Flow | undefined;
  #patience: Timer | undefined;

  /** @param patience milliseconds to `onSilence`; undefined: never */
  constructor(
    readonly request: SipRequest,
    readonly destination: Destination,
    readonly key: string,
    private readonly events: AttemptEvents,
    private readonly host: TransactionHost<ClientAttempt>,
    patience: number | undefined,
  ) {
    const reliable = host.transport.reliable(destination.protocol);
    this.#machine =
      request.method === 'INVITE' ? run(inviteClient, CALLING, reliable) : run(nonInviteClient, TRYING, reliable);
    this.#timers = new TransactionTimers(host.clock, (timer) => this.handle({ type: 'timer', timer }));
    if (patience !== undefined) this.#patience = host.clock.setTimer(patience, () => events.onSilence(this));
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
    this.heard = true;
    this.#patience?.cancel();
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
    this.#patience?.cancel();
    this.#timers.stopAll();
    this.host.ended(this);
    this.events.onEnded(this);
  }

  #do(effect: ClientEffect): void {
    switch (effect.do) {
      case 'send':
        return this.#send(this.request);
      case 'ack':
        return this.#send(makeFailureAck(this.request, effect.response));
      case 'pass':
        if (this.#flow) this.events.onResponse(this, effect.response, this.#flow);
        return;
      case 'start':
        return this.#timers.start(effect.timer, effect.ms);
      case 'stop':
        return this.#timers.stop(effect.timer);
      case 'timeout':
        this.#patience?.cancel();
        return this.events.onTimeout(this);
      case 'unreachable': {
        this.#patience?.cancel();
        const { address, port, protocol } = this.destination;
        const where = `${protocol}:${address}:${port}`;
        return this.events.onUnreachable(this, new TransportError('UNREACHABLE', `nothing answers at ${where}`));
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
