/** The party that a handset calls: someone behind a trunk, or another handset. Both look the same from here. */
import type { Clock, Timer } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import { causeOfStatus, meaningOf, q850Cause, reasonHeader, type Ending } from '../call/ending.js';
import type { Ringing, RingingEvent } from '../call/ringing.js';
import {
  SipFailure,
  type Dialog,
  type Headers,
  type InviteOptions,
  type OutgoingInvite,
  type SipPort,
} from '../sip-port.js';
import { redirectTargets } from '../trunks/outgoing.js';
import type { Trunk } from '../trunks/sources.js';

export type CalleeEvent =
  /** A provisional response; with SDP where the callee sends sound of its own. */
  | { readonly type: 'progress'; readonly sdp: string; readonly signalling: string }
  | { readonly type: 'answered'; readonly dialog: Dialog }
  | { readonly type: 'failed'; readonly ending: Ending };

export interface Callee {
  call(offer: string): void;
  /** Gives up. Nothing is told any more. */
  cancel(headers: Headers): void;
}

export interface TrunkCalleeOptions {
  readonly sip: SipPort;
  readonly clock: Clock;
  readonly log: Log;
  readonly trunk: Trunk;
  /** The trunk's part of the INVITE. */
  readonly target: Omit<InviteOptions, 'sdp'>;
  readonly ringMs: number;
  readonly tell: (event: CalleeEvent) => void;
}

export class TrunkCallee implements Callee {
  readonly #options: TrunkCalleeOptions;
  #invite: OutgoingInvite | undefined;
  #timer: Timer | undefined;
  #rang = false;
  #redirected = false;
  #over = false;

  constructor(options: TrunkCalleeOptions) {
    this.#options = options;
  }

  call(offer: string): void {
    const { clock, ringMs, target } = this.#options;
    this.#timer = clock.setTimer(ringMs, () => {
      const ending: Ending = { by: 'halina', reason: 'no-answer' };
      this.cancel(reasonHeader(ending));
      this.#options.tell({ type: 'failed', ending });
    });
    this.#send({ ...target, sdp: offer });
  }

  cancel(headers: Headers): void {
    this.#finish();
    this.#invite?.cancel(headers);
  }

  #send(options: InviteOptions): void {
    const { sip, tell } = this.#options;
    const invite = sip.invite({
      ...options,
      onProvisional: ({ status, body, source }) => {
        if (this.#over || status < 180) return;
        this.#rang = true;
        tell({ type: 'progress', sdp: body, signalling: source.address });
      },
    });
    this.#invite = invite;
    invite.dialog.then(
      (dialog) => this.#answered(dialog),
      (error: unknown) => this.#failed(error, options),
    );
  }

  #answered(dialog: Dialog): void {
    if (this.#over) return void dialog.bye();
    this.#finish();
    this.#invite = undefined;
    return this.#options.tell({ type: 'answered', dialog });
  }

  #failed(error: unknown, options: InviteOptions): void {
    if (this.#over || this.#follow(error, options)) return;
    this.#finish();
    this.#options.tell({ type: 'failed', ending: endingOfRefusal(error, this.#rang) });
  }

  /** A provider may send the call on within its own network, once (RFC 3261 § 8.1.3.4). */
  #follow(error: unknown, options: InviteOptions): boolean {
    if (!(error instanceof SipFailure) || !isRedirect(error.status) || !error.response || this.#redirected)
      return false;
    const [uri] = redirectTargets(this.#options.trunk, error.response);
    if (uri === undefined) return false;
    this.#redirected = true;
    this.#options.log.info({ status: error.status }, 'the provider redirects the call');
    this.#send({ ...options, uri });
    return true;
  }

  #finish(): void {
    this.#over = true;
    this.#timer?.cancel();
  }
}

const isRedirect = (status: number): boolean => status >= 300 && status < 400;

/** The end of a call that the provider or the callee refused. */
export function endingOfRefusal(error: unknown, rang: boolean): Ending {
  if (!(error instanceof SipFailure)) return { by: 'halina', reason: 'unreachable', status: 503, cause: 41 };
  const { status, response } = error;
  const cause = q850Cause(response?.header('Reason')) ?? causeOfStatus(status);
  const reason = isRedirect(status) ? 'unreachable' : meaningOf(status, rang);
  return { by: 'outside', reason, status: passedOn(status), ...(cause === undefined ? {} : { cause }) };
}

/** What of a provider's status the handset gets: what says something about the callee, not about our account. */
function passedOn(status: number): number {
  if ([404, 408, 410, 480, 484, 486, 488, 500, 503, 504, 600, 603, 604, 606].includes(status)) return status;
  if (status === 403) return 603; // A 403 would have some handsets ask for the password again.
  if (status >= 600) return 603;
  return status >= 500 ? 503 : 480;
}

/** Another handset as the callee. */
export class HandsetCallee implements Callee {
  readonly #ring: (offer: string) => Ringing;
  #ringing: Ringing | undefined;

  /** @param ring makes the ringing, whose events go through `calleeEvent` */
  constructor(ring: (offer: string) => Ringing) {
    this.#ring = ring;
  }

  call(offer: string): void {
    this.#ringing = this.#ring(offer);
    this.#ringing.start();
  }

  cancel(headers: Headers): void {
    this.#ringing?.cancel(headers);
  }
}

/** What a handset does, as the call of another handset sees it. */
export function calleeEvent(event: RingingEvent): CalleeEvent {
  switch (event.type) {
    case 'rings':
      return { type: 'progress', sdp: '', signalling: '' };
    case 'answered':
      return { type: 'answered', dialog: event.dialog };
    case 'failed':
      return {
        type: 'failed',
        ending: { by: 'employee', reason: event.why, ...(event.status === undefined ? {} : { status: event.status }) },
      };
  }
}
