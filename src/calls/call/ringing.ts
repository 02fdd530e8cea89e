/**
 * Rings handsets: each has one or more contacts, and the contacts of a round ring together. The first that answers wins,
 * the others are given up; a loser's answer that crosses is hung up on. When a round has failed or its time is over, the
 * next begins. Those who are reached alike get one offer, so only the winner's answer is ever applied.
 */
import type { Clock, Timer } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Config } from '../../config/schema.js';
import { splitOutside } from '../../sip/message/grammar.js';
import { parseNameAddress } from '../../sip/message/headers.js';
import { parseUri } from '../../sip/message/uri.js';
import type { LegPeer } from '../../media/engine.js';
import { SdpError } from '../../sdp/index.js';
import type { Handsets } from './context.js';
import type { Party } from './party.js';
import { abilities } from '../options.js';
import { answerEarly } from './reply.js';
import { completedElsewhere, meaningOf, reasonHeader, type Unanswered } from './ending.js';
import type { HandsetTarget } from '../registrar/registrar.js';
import {
  SipFailure,
  type Dialog,
  type Headers,
  type IncomingResponse,
  type OutgoingInvite,
  type SipPort,
} from '../sip-port.js';
import { tagOf, type DialogName } from '../transfer/refer.js';

export type RingingEvent =
  | { readonly type: 'rings' }
  | {
      readonly type: 'answered';
      readonly party: Party & { kind: 'handset' };
      readonly dialog: Dialog;
      readonly peer: LegPeer;
    }
  | { readonly type: 'failed'; readonly why: Unanswered; readonly status: number | undefined };

export interface RingingOptions {
  readonly sip: SipPort;
  readonly clock: Clock;
  readonly log: Log;
  /** Extensions that ring together, one group after the other. */
  readonly rounds: readonly (readonly string[])[];
  /** How long each round rings, milliseconds. */
  readonly ringMs: number;
  readonly handsets: Handsets;
  /** The extension that a redirect's Contact names, if calls may go there (RFC 3261 § 8.1.3.4). */
  readonly redirect: (contact: string) => string | undefined;
  /** The place of whoever is reached so; undefined where there is none. */
  readonly peerOf: (target: HandsetTarget) => LegPeer | undefined;
  readonly headers: Headers;
  readonly tell: (event: RingingEvent) => void;
}

interface Fork {
  readonly target: HandsetTarget;
  readonly peer: LegPeer;
  readonly invite: OutgoingInvite;
  rang: boolean;
  /** Its early dialog, as the handset's last provisional response names it. */
  early: { readonly callId: string; readonly localTag: string; readonly remoteTag: string } | undefined;
}

/** The rounds in which a route's handsets ring. */
export const roundsOf = (handsets: readonly string[], strategy: 'parallel' | 'in-turn'): (readonly string[])[] =>
  strategy === 'parallel' ? [handsets] : handsets.map((extension) => [extension]);

/** A handset may send its calls on to another handset of the office; elsewhere it may not. */
export const redirectTo =
  (config: Config) =>
  (contact: string): string | undefined => {
    const user = parseUri(parseNameAddress(splitOutside(contact, ',')?.[0] ?? '')?.uri ?? '')?.user;
    return config.handsets.find(({ extension }) => extension === user)?.extension;
  };

/** How a fork failed; of several, the first in this order speaks for all. */
interface Failure {
  readonly why: Unanswered;
  readonly status: number | undefined;
}
const weight: readonly Unanswered[] = ['no-answer', 'refused', 'busy', 'unreachable'];

export class Ringing {
  readonly #options: RingingOptions;
  readonly #rounds: (readonly string[])[];
  readonly #forks = new Set<Fork>();
  readonly #failures: Failure[] = [];
  readonly #offers = new Map<LegPeer, string>();
  /** Extensions to which this call was redirected: each once. */
  readonly #redirected = new Set<string>();
  #timer: Timer | undefined;
  #over = false;
  #told = false;

  constructor(options: RingingOptions) {
    this.#options = options;
    this.#rounds = [...options.rounds];
  }

  /** Begins; every event comes later than the call. */
  start(): void {
    queueMicrotask(() => this.#next());
  }

  /** Extensions that ring now. */
  get rings(): readonly string[] {
    return [...new Set([...this.#forks].map(({ target }) => target.binding.extension))];
  }

  /** The extension that is rung by this early dialog. */
  extensionOf({ callId, localTag, remoteTag }: DialogName): string | undefined {
    const fork = [...this.#forks].find(
      ({ early }) => early?.callId === callId && early.localTag === localTag && early.remoteTag === remoteTag,
    );
    return fork?.target.binding.extension;
  }

  /** Gives up. Nothing is told any more. */
  cancel(headers: Headers): void {
    this.#over = true;
    this.#drop(headers);
  }

  #next(): void {
    if (this.#over) return;
    const round = this.#rounds.shift();
    if (!round) return this.#failed();
    for (const extension of round) this.#ring(extension);
    if (this.#forks.size === 0) return this.#next();
    this.#timer = this.#options.clock.setTimer(this.#options.ringMs, () => this.#timeOver());
  }

  #ring(extension: string): void {
    const targets = this.#options.handsets.targets(extension);
    if (targets.length === 0) this.#failures.push({ why: 'unreachable', status: undefined });
    for (const target of targets) this.#fork(target);
  }

  #fork(target: HandsetTarget): void {
    const { sip, peerOf, headers } = this.#options;
    const peer = peerOf(target);
    const sdp = peer && this.#offer(peer, target);
    if (!peer || sdp === undefined) return void this.#failures.push({ why: 'unreachable', status: undefined });
    const invite = sip.invite({
      uri: target.uri,
      nextHop: target.nextHop,
      sdp,
      headers: { ...abilities.handset, ...headers, ...target.headers },
      onProvisional: (response) => this.#provisional(fork, response),
      onUpdate: (update) => void answerEarly(update, (sdp, from) => peer.acceptOffer(sdp, from), this.#options.log),
    });
    const fork: Fork = { target, peer, invite, rang: false, early: undefined };
    this.#forks.add(fork);
    invite.dialog.then(
      (dialog) => this.#answered(fork, dialog),
      (error: unknown) => this.#refused(fork, error),
    );
  }

  /** Undefined where nothing can be offered to it: no codec is left, or the encryption that it needs cannot be had. */
  #offer(peer: LegPeer, { binding: { extension } }: HandsetTarget): string | undefined {
    try {
      const offer = this.#offers.get(peer) ?? peer.createOffer();
      this.#offers.set(peer, offer);
      return offer;
    } catch (error) {
      if (!(error instanceof SdpError)) throw error;
      this.#options.log.warn(
        { extension, error: error.message },
        'nothing can be offered to a handset: it does not ring',
      );
      return undefined;
    }
  }

  #provisional(fork: Fork, response: IncomingResponse): void {
    if (response.status < 180 || !this.#forks.has(fork)) return;
    fork.rang = true;
    const [localTag, remoteTag] = [tagOf(response.header('From')), tagOf(response.header('To'))];
    if (localTag !== undefined && remoteTag !== undefined)
      fork.early = { callId: response.callId, localTag, remoteTag };
    if (this.#told) return;
    this.#told = true;
    this.#options.tell({ type: 'rings' });
  }

  #answered(fork: Fork, dialog: Dialog): void {
    const isLate = this.#over || !this.#forks.delete(fork);
    if (isLate) return void dialog.bye(completedElsewhere);
    this.#over = true;
    this.#drop(completedElsewhere);
    const { extension } = fork.target.binding;
    this.#options.tell({ type: 'answered', party: { kind: 'handset', extension }, dialog, peer: fork.peer });
  }

  #refused(fork: Fork, error: unknown): void {
    if (!this.#forks.delete(fork) || this.#over) return;
    const { log, handsets } = this.#options;
    const { binding } = fork.target;
    const status = error instanceof SipFailure ? error.status : undefined;
    log.info({ extension: binding.extension, status, error: errorMessage(error) }, 'a handset did not take the call');
    if (status === undefined || status === 503) handsets.unreachable(binding);
    if (!this.#follow(error)) this.#failures.push(failureOf(status, fork.rang));
    if (this.#forks.size > 0) return;
    this.#timer?.cancel();
    this.#next();
  }

  /** Whether the answer was a redirect that could be followed, which each extension may do once in a call. */
  #follow(error: unknown): boolean {
    if (!(error instanceof SipFailure) || error.status < 300 || error.status >= 400) return false;
    const to = this.#options.redirect(error.response?.header('Contact') ?? '');
    if (to === undefined || this.#redirected.has(to)) return false;
    this.#redirected.add(to);
    this.#ring(to);
    return true;
  }

  #timeOver(): void {
    // A contact that did not even say that it rings is a handset that is off.
    const rang = [...this.#forks].some((fork) => fork.rang);
    this.#failures.push({ why: rang ? 'no-answer' : 'unreachable', status: undefined });
    this.#drop(reasonHeader({ by: 'halina', reason: 'no-answer' }));
    this.#next();
  }

  #drop(headers: Headers): void {
    this.#timer?.cancel();
    const forks = [...this.#forks];
    this.#forks.clear();
    for (const { invite } of forks) invite.cancel(headers);
  }

  #failed(): void {
    this.#over = true;
    const worst = this.#failures.toSorted((a, b) => weight.indexOf(a.why) - weight.indexOf(b.why))[0];
    const { why, status } = worst ?? { why: 'unreachable', status: undefined };
    this.#options.tell({ type: 'failed', why, status: finalStatus(why, status) });
  }
}

/** A failed fork; a redirect that could not be followed leads nowhere. */
function failureOf(status: number | undefined, rang: boolean): Failure {
  if (status === undefined || (status >= 300 && status < 400)) return { why: 'unreachable', status: undefined };
  return { why: meaningOf(status, rang), status };
}

/** What of a handset's status its caller may see: why it did not answer, not what is wrong with it. */
function finalStatus(why: Unanswered, status: number | undefined): number | undefined {
  if (status === 486 || status === 600 || status === 603) return status;
  return why === 'no-answer' ? 480 : undefined;
}
