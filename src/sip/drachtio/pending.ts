/** Requests that an application has yet to answer, by the transaction id that it knows. */
import { randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../../base/clock.js';
import type { SipRequest } from '../message/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { Application } from './application.js';
import type { Leg } from './legs.js';

export interface Pending {
  readonly transaction: ServerTransaction;
  readonly application: Application;
  leg: Leg | undefined;
  /** Runs until the first answer. */
  silence: Timer | undefined;
  /** Called when it waits no more. */
  readonly over: (() => void) | undefined;
}

/** Milliseconds for which an application may say nothing at all to a request. */
const SILENCE = 64_000;

export class PendingRequests {
  readonly #byId = new Map<string, Pending>();
  /** Requests that no peer sent: they tell the application of something, and its answer goes nowhere. */
  readonly #told = new Map<string, SipRequest>();

  constructor(private readonly clock: Clock) {}

  add(transaction: ServerTransaction, application: Application, leg: Leg | undefined, over?: () => void): Pending {
    const silence = this.clock.setTimer(SILENCE, () => {
      this.remove(transaction.id);
      if (!transaction.answered) transaction.refuse(480);
    });
    const pending = { transaction, application, leg, silence, over };
    this.#byId.set(transaction.id, pending);
    return pending;
  }

  /** The request, where it can still be answered. */
  get(id: string): Pending | undefined {
    const pending = this.#byId.get(id);
    if (!pending?.transaction.answered) return pending;
    this.remove(id);
    return undefined;
  }

  remove(id: string): Pending | undefined {
    const pending = this.#byId.get(id);
    pending?.silence?.cancel();
    if (this.#byId.delete(id)) pending?.over?.();
    return pending;
  }

  /** Makes the id under which a request is told that nobody waits to have answered. */
  tell(request: SipRequest): string {
    const id = randomUUID();
    this.#told.set(id, request);
    this.clock.setTimer(SILENCE, () => this.#told.delete(id));
    return id;
  }

  told(id: string): SipRequest | undefined {
    return this.#told.get(id);
  }

  of(application: Application): Pending[] {
    return [...this.#byId.values()].filter((pending) => pending.application === application);
  }

  close(): void {
    for (const id of this.#byId.keys()) this.remove(id);
  }
}
