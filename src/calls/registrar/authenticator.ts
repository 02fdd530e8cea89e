/**
 * Who a handset is: challenges requests, judges their credentials, slows and bans those who guess. What it answers and
 * when depends on the source and on what was guessed before, never on whether an extension exists.
 *
 * An address with handsets of ours behind it (an office's NAT, a proxy) is not banned as a whole when one of them has
 * a wrong password; there each user at the address has a ban of its own.
 */
import type { Clock, Timer } from '../../base/clock.js';
import { silentLog, type Log } from '../../base/log.js';
import { Nonces } from '../digest/nonces.js';
import { Offers, type Client } from '../digest/offers.js';
import { DigestServer, type Judgement } from '../digest/server.js';
import { plainText } from '../numbers.js';
import type { IncomingRequest } from '../sip-port.js';
import { parseNameAddress } from '../../sip/message/headers.js';
import { parseUri } from '../../sip/message/uri.js';
import { refuse } from '../srf-messages.js';
import { defaultPolicy, Throttle, type ThrottlePolicy, type Verdict } from './throttle.js';

export interface AuthenticatorOptions {
  readonly clock: Clock;
  /** Password of an extension; undefined where there is none. */
  readonly password: (extension: string) => string | undefined;
  /** Whether handsets of ours are at this address. */
  readonly isKnownAddress: (address: string) => boolean;
  readonly realm?: string;
  readonly policy?: ThrottlePolicy;
  readonly log?: Log;
  /** Called when an address is banned, for a packet filter before us. */
  readonly onBan?: (address: string, durationMs: number) => void;
}

/** How often what happened, since the start. */
export interface AuthenticationCounters {
  challenged: number;
  accepted: number;
  stale: number;
  wrong: number;
  bans: number;
  /** Requests of banned sources, left without an answer. */
  ignored: number;
}

/** Answers that wait for their time at most; above it, the guesser gets none. */
const MOST_WAITING = 1_000;

export class Authenticator {
  readonly counters: AuthenticationCounters = { challenged: 0, accepted: 0, stale: 0, wrong: 0, bans: 0, ignored: 0 };
  readonly #options: AuthenticatorOptions;
  readonly #policy: ThrottlePolicy;
  readonly #digest: DigestServer;
  readonly #offers: Offers;
  readonly #addresses: Throttle;
  readonly #users: Throttle;
  readonly #log: Log;
  /** Answers that wait for their time. */
  readonly #waiting = new Set<Timer>();

  constructor(options: AuthenticatorOptions) {
    const { clock, realm = 'halina', password } = options;
    this.#options = options;
    this.#policy = options.policy ?? defaultPolicy;
    this.#digest = new DigestServer(realm, new Nonces(clock), password);
    this.#offers = new Offers(clock);
    this.#addresses = new Throttle(clock, this.#policy);
    this.#users = new Throttle(clock, this.#policy);
    this.#log = options.log ?? silentLog;
  }

  /**
   * The extension that sent the request; undefined if it has been dealt with here: challenged (401), or left without
   * an answer.
   */
  authenticate(request: IncomingRequest): string | undefined {
    const { address } = request.source;
    const user = this.#digest.claimed(request) ?? '';
    if (this.#isBanned(address, user)) {
      this.counters.ignored++;
      request.abandon();
      return undefined;
    }
    const judgement = this.#digest.judge(request);
    const client = clientOf(request);
    if (judgement.kind !== 'none') this.#offers.answered(client, judgement.algorithm);
    switch (judgement.kind) {
      case 'right':
        this.counters.accepted++;
        this.#users.succeeded(userKey(address, judgement.username));
        return judgement.username;
      case 'stale':
        this.counters.stale++;
        this.#challenge(request, client, judgement);
        return undefined;
      case 'none':
        this.counters.challenged++;
        this.#challenge(request, client, judgement);
        return undefined;
      case 'wrong':
        this.#wrong(request, client, judgement);
        return undefined;
    }
  }

  /** Stops what waits. */
  close(): void {
    for (const timer of this.#waiting) timer.cancel();
    this.#waiting.clear();
  }

  /** Whether requests from this address are left without an answer. */
  isBannedAddress(address: string): boolean {
    return this.#addresses.verdict(address).kind === 'banned' && !this.#options.isKnownAddress(address);
  }

  #isBanned(address: string, user: string): boolean {
    return this.isBannedAddress(address) || this.#users.verdict(userKey(address, user)).kind === 'banned';
  }

  #challenge(request: IncomingRequest, client: Client, judgement: Judgement): void {
    const answered = judgement.kind === 'none' ? undefined : judgement.algorithm;
    const offer = this.#offers.offer(client, answered);
    const challenges = this.#digest.challenges(client.address, offer, judgement.kind === 'stale');
    void refuse(request, 401, { headers: { 'WWW-Authenticate': challenges } });
  }

  #wrong(request: IncomingRequest, client: Client, judgement: Judgement & { readonly kind: 'wrong' }): void {
    const { address } = client;
    this.counters.wrong++;
    const facts = { source: address, user: plainText(judgement.username, 40) };
    const verdicts = [this.#addresses.failed(address), this.#users.failed(userKey(address, judgement.username))];
    this.#log.warn(facts, 'wrong password of a handset');
    if (this.#isBanned(address, judgement.username)) {
      this.#banned(address, facts);
      return request.abandon();
    }
    const delayMs = Math.max(...verdicts.map((verdict) => this.#delayOf(verdict)));
    if (delayMs === 0) return this.#challenge(request, client, judgement);
    if (this.#waiting.size >= MOST_WAITING) return request.abandon();
    const timer = this.#options.clock.setTimer(delayMs, () => {
      this.#waiting.delete(timer);
      this.#challenge(request, client, judgement);
    });
    this.#waiting.add(timer);
  }

  /** An address whose ban is not carried out, because handsets of ours are there, is at least slow. */
  #delayOf(verdict: Verdict): number {
    if (verdict.kind === 'open') return 0;
    return verdict.kind === 'slow' ? verdict.delayMs : this.#policy.longestDelayMs;
  }

  #banned(address: string, facts: object): void {
    this.counters.bans++;
    const { banMs } = this.#policy;
    this.#log.error({ ...facts, minutes: banMs / 60_000 }, 'too many wrong passwords: source banned');
    if (this.isBannedAddress(address)) this.#options.onBan?.(address, banMs);
  }
}

function userKey(address: string, user: string): string {
  return `${address} ${user}`;
}

function clientOf(request: IncomingRequest): Client {
  const from = parseNameAddress(request.header('From') ?? '');
  return {
    address: request.source.address,
    user: (from && parseUri(from.uri)?.user) ?? '',
    userAgent: request.header('User-Agent'),
  };
}
