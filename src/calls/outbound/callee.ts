/** The party that a handset calls: someone behind a trunk, or another handset. Both look the same from here. */
import type { Clock, Timer } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import { causeOfStatus, meaningOf, q850Cause, reasonHeader, type Ending } from '../call/ending.js';
import type { LegPeer } from '../../media/engine.js';
import type { Party } from '../call/party.js';
import type { DialogName } from '../transfer/refer.js';
import {
  SipFailure,
  type Dialog,
  type Headers,
  type InviteOptions,
  type OutgoingInvite,
  type SipPort,
} from '../sip-port.js';
import type { DialStep } from '../steps/way.js';
import { answerEarly } from '../call/reply.js';
import { redirectTargets } from '../trunks/outgoing.js';
import type { Trunk } from '../trunks/sources.js';

export type CalleeEvent =
  /** A provisional response; with SDP where the callee sends sound of its own. */
  | { readonly type: 'progress'; readonly sdp: string; readonly signalling: string }
  /** `peer`: whose offer it answered, where that is not the leg's first; `party`: who, where that is known only now. */
  | {
      readonly type: 'answered';
      readonly dialog: Dialog;
      readonly peer?: LegPeer;
      readonly party?: Party;
    }
  /** The call would go on outside, as another one. */
  | { readonly type: 'leaves'; readonly to: DialStep; readonly ending: Ending }
  /** `trunkFault`: it says nothing of the callee, so another trunk may do better; `silent`: the provider is not there. */
  | { readonly type: 'failed'; readonly ending: Ending; readonly trunkFault?: 'silent' | 'refused' };

export interface Callee {
  call(): void;
  /** Extensions that ring now. */
  readonly rings: readonly string[];
  extensionOf(name: DialogName): string | undefined;
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
  /** What to offer. */
  readonly offer: () => string;
  /** Answers an offer of the callee's before its answer. Throws `SdpError`. */
  readonly take: (sdp: string, signalling: string) => string;
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

  readonly rings: readonly string[] = [];

  extensionOf(): undefined {
    return undefined;
  }

  call(): void {
    const { clock, ringMs, target, offer } = this.#options;
    this.#timer = clock.setTimer(ringMs, () => {
      const ending: Ending = { by: 'halina', reason: 'no-answer' };
      this.cancel(reasonHeader(ending));
      this.#options.tell({ type: 'failed', ending });
    });
    this.#send({ ...target, sdp: offer() });
  }

  cancel(headers: Headers): void {
    this.#finish();
    this.#invite?.cancel(headers);
  }

  #send(options: InviteOptions): void {
    const { sip, tell, take, log } = this.#options;
    const invite = sip.invite({
      ...options,
      onUpdate: (update) => void answerEarly(update, take, log),
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
    const trunkFault = this.#rang ? undefined : faultOfTrunk(error);
    const ending = endingOfRefusal(error, this.#rang);
    this.#options.tell({ type: 'failed', ending, ...(trunkFault ? { trunkFault } : {}) });
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

/**
 * Whether a refusal is the provider's own: no answer or way (408 and 503 are also what our SIP server says of that), its
 * trouble (5xx), our account (401, 403, 407), a redirect that is not followed.
 */
function faultOfTrunk(error: unknown): 'silent' | 'refused' | undefined {
  if (!(error instanceof SipFailure)) return 'silent';
  const { status } = error;
  if (status === 408 || status === 503) return 'silent';
  const refused = isRedirect(status) || [401, 403, 407].includes(status) || (status >= 500 && status < 600);
  return refused ? 'refused' : undefined;
}

/** What of a provider's status the handset gets: what says something about the callee, not about our account. */
function passedOn(status: number): number {
  if ([404, 408, 410, 480, 484, 486, 488, 500, 503, 504, 600, 603, 604, 606].includes(status)) return status;
  if (status === 403) return 603; // A 403 would have some handsets ask for the password again.
  if (status >= 600) return 603;
  return status >= 500 ? 503 : 480;
}
