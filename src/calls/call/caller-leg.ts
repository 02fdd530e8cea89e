/**
 * The party that called, from its INVITE to its dialog. What is possible depends on how far it is: a caller who was
 * not answered can be refused with a status, one who was can only be hung up on.
 *
 *     waiting ──progress──▶ early ──answer──▶ answering ──accepted──▶ answered
 *        └────────┴─── refuse, CANCEL ──┴──▶ gone ◀── hang-up, BYE ──────┘
 */
import type { Clock, Timer } from '../../base/clock.js';
import { HalinaError } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Leg, MediaSecurity, MediaSession } from '../../media/engine.js';
import type { Headers, IncomingInvite, IncomingRequest } from '../sip-port.js';
import type { Caller } from './caller.js';
import { reasonHeader, saysElsewhere, statusOf, type Ending } from './ending.js';
import { answerEarly, reply } from './reply.js';
import { Side, type SideEvent } from './side.js';

/** RFC 3261 § 13.3.1.1: a provisional response is repeated every minute, so that no proxy gives the call up. */
const PROGRESS_EVERY_MS = 60_000;

type State =
  | { readonly at: 'waiting'; readonly invite: IncomingInvite }
  | { readonly at: 'early'; readonly invite: IncomingInvite; readonly timer: Timer }
  | { readonly at: 'answering' }
  | { readonly at: 'answered'; readonly side: Side }
  | { readonly at: 'gone' };

/** Its INVITE can still be answered; after that it is not held on to. */
const isOpen = (state: State): state is State & { at: 'waiting' | 'early' } =>
  state.at === 'waiting' || state.at === 'early';

export interface CallerLegOptions {
  readonly invite: IncomingInvite;
  readonly leg: Leg;
  readonly security: MediaSecurity;
  readonly clock: Clock;
  readonly log: Log;
  /** It gave up. `elsewhere`: somebody took the call who is not here (RFC 3326). */
  readonly cancelled: (elsewhere: boolean) => void;
  /** What the caller does once it has been answered. */
  readonly tell: (event: SideEvent) => void;
}

export class CallerLeg implements Caller {
  readonly #options: Omit<CallerLegOptions, 'invite'>;
  #state: State;
  /** Our answer to the offer in the INVITE; undefined where it had none, so that the offer will be ours. */
  #sdp: string | undefined;
  /** When its invitation is over, where it says so. */
  #expiry: Timer | undefined;
  /** What a BYE is to say where the call ended while the answer was on its way. */
  #farewell: Headers = {};

  constructor(options: CallerLegOptions) {
    const { invite, leg, security, clock, log, cancelled, tell } = options;
    this.#options = { leg, security, clock, log, cancelled, tell };
    this.#state = { at: 'waiting', invite };
    const seconds = Number(/^\s*([1-9]\d{0,4})\s*$/.exec(invite.header('Expires') ?? '')?.[1]);
    if (seconds > 0) this.#expiry = clock.setTimer(seconds * 1000, () => this.#expired(invite));
    invite.onCancel((cancel) => {
      this.#leave();
      cancelled(saysElsewhere(cancel.header('Reason')));
    });
  }

  /** The time is over in which the caller wants to be answered (RFC 3261 § 13.3.1). */
  #expired(invite: IncomingInvite): void {
    const { log, cancelled } = this.#options;
    this.#leave();
    void reply(invite, 487, log, { headers: reasonHeader({ by: 'outside', reason: 'no-answer' }) });
    cancelled(false);
  }

  /** Whether sound can reach the caller before the answer. */
  get canHearEarly(): boolean {
    return this.#sdp !== undefined;
  }

  /** Takes the caller's offer. Throws `SdpError` where there is nothing in it for us. */
  negotiate(session: MediaSession): void {
    const { leg, security } = this.#options;
    if (this.#state.at !== 'waiting') return;
    const { invite } = this.#state;
    session.peer(leg).secure(security);
    if (invite.body === '') return;
    this.#sdp = session.peer(leg).acceptOffer(invite.body, invite.source.address);
    invite.onUpdate((update) => void this.#update(update, session));
  }

  /** The caller describes its side anew before it is answered (RFC 3311): what we answer holds from there on. */
  async #update(update: IncomingRequest, session: MediaSession): Promise<void> {
    const { leg, log } = this.#options;
    const take = (sdp: string, from: string): string => (this.#sdp = session.peer(leg).acceptOffer(sdp, from));
    await answerEarly(update, take, log);
  }

  /** The callee rings (180), or sound is to reach the caller (183). `media`: with our address, so that sound can. */
  progress(status: 180 | 183, media: boolean): void {
    const state = this.#state;
    if (!isOpen(state)) return;
    if (state.at === 'early') state.timer.cancel();
    const { clock, log } = this.#options;
    const { invite } = state;
    const timer = clock.setTimer(PROGRESS_EVERY_MS, () => this.progress(status, media));
    this.#state = { at: 'early', invite, timer };
    void reply(invite, status, log, media && this.#sdp !== undefined ? { body: this.#sdp } : {});
  }

  /**
   * Answers. Resolves with the caller's side when media is agreed on, which for an INVITE without an offer is with the
   * ACK. Rejects where the answer could not be sent (the caller had given up), or the ACK's SDP is of no use.
   */
  async answer(session: MediaSession, headers: Headers = {}): Promise<Side> {
    const { leg, clock, log, tell } = this.#options;
    const state = this.#state;
    if (!isOpen(state)) throw new HalinaError('SIP_NOT_SENT', 'the caller is not there any more');
    this.#stopTimers();
    this.#state = { at: 'answering' };
    const offered = this.#sdp === undefined;
    const dialog = await state.invite.accept({ sdp: this.#sdp ?? session.peer(leg).createOffer(), headers });
    const side = new Side({ dialog, leg, peer: session.peer(leg), clock, log, tell, offered });
    if (this.#isGone()) {
      await side.hangUp(this.#farewell);
      return side;
    }
    this.#state = { at: 'answered', side };
    if (offered) await side.acknowledged;
    return side;
  }

  /** The side of an answered caller. */
  get side(): Side | undefined {
    return this.#state.at === 'answered' ? this.#state.side : undefined;
  }

  /** Ends the caller's part of the call in whatever way is left. Never rejects. */
  async end(ending: Ending): Promise<void> {
    const before = this.#state;
    this.#leave();
    this.#farewell = reasonHeader(ending);
    if (before.at === 'answered') await before.side.hangUp(reasonHeader(ending));
    else if (isOpen(before))
      await reply(before.invite, statusOf(ending), this.#options.log, {
        headers: { ...reasonHeader(ending), ...ending.headers },
      });
  }

  /** Another call has the caller from now on. */
  release(): void {
    this.#leave();
  }

  #leave(): void {
    this.#stopTimers();
    this.#state = { at: 'gone' };
  }

  #isGone(): boolean {
    return this.#state.at === 'gone';
  }

  #stopTimers(): void {
    this.#expiry?.cancel();
    this.#expiry = undefined;
    if (this.#state.at === 'early') this.#state.timer.cancel();
  }
}
