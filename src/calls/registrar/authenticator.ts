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
import type { Bans } from '../defence/bans.js';
import { Probes } from '../defence/probes.js';
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
  /** Who is shut out, kept over a restart; told of those who guess and scan. */
  readonly bans?: Pick<Bans, 'ban' | 'isBanned'>;
  /** Addresses that are never slowed nor banned. */
  readonly isAllowed?: (address: string) => boolean;
}

/** How often what happened, since the start. */
export interface AuthenticationCounters {
  challenged: number;
  accepted: number;
  stale: number;
  wrong: number;
  bans: number;
  /** Addresses that asked for many users and proved to be none. */
  scans: number;
  /** Requests of banned sources, left without an answer. */
  ignored: number;
}

/** Answers that wait for their time at most; above it, the guesser gets none. */
const MOST_WAITING = 1_000;

export class Authenticator {
  readonly counters: AuthenticationCounters = {
    challenged: 0,
    accepted: 0,
    stale: 0,
    wrong: 0,
    bans: 0,
    scans: 0,
    ignored: 0,
  };
  readonly #options: AuthenticatorOptions;
  readonly #policy: ThrottlePolicy;
  readonly #digest: DigestServer;
  readonly #offers: Offers;
  readonly #addresses: Throttle;
  readonly #users: Throttle;
  readonly #probes: Probes;
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
    this.#probes = new Probes(clock);
    this.#log = options.log ?? silentLog;
  }

  /**
   * The extension that sent the request; undefined if it has been dealt with here: challenged (401), or left without
   * an answer.
   * @param urgent an emergency call: no ban and no wait hinders it, but the password must be right
   */
  authenticate(request: IncomingRequest, urgent = false): string | undefined {
    const { address } = request.source;
    const user = this.#digest.claimed(request) ?? '';
    if (!urgent && this.#isBanned(address, user)) {
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
        this.#probes.proved(address, client.user);
        return judgement.username;
      case 'stale':
        this.counters.stale++;
        this.#challenge(request, client, judgement);
        return undefined;
      case 'none':
        this.counters.challenged++;
        this.#watch(client);
        this.#challenge(request, client, judgement);
        return undefined;
      case 'wrong':
        this.#wrong(request, client, judgement, urgent);
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
    const { bans, isAllowed, isKnownAddress } = this.#options;
    if (isAllowed?.(address) || isKnownAddress(address)) return false;
    return this.#addresses.verdict(address).kind === 'banned' || (bans?.isBanned(address) ?? false);
  }

  #isBanned(address: string, user: string): boolean {
    if (this.#options.isAllowed?.(address)) return false;
    return this.isBannedAddress(address) || this.#users.verdict(userKey(address, user)).kind === 'banned';
  }

  /** Where no handset of ours is, who only ever asks is a scanner. */
  #watch({ address, user }: Client): void {
    const { bans, isAllowed, isKnownAddress } = this.#options;
    if (isAllowed?.(address) || isKnownAddress(address) || !this.#probes.challenged(address, user)) return;
    this.#probes.forget(address);
    this.counters.scans++;
    bans?.ban(address, 'a scan of extensions');
  }

  #challenge(request: IncomingRequest, client: Client, judgement: Judgement): void {
    const answered = judgement.kind === 'none' ? undefined : judgement.algorithm;
    const offer = this.#offers.offer(client, answered);
    const challenges = this.#digest.challenges(client.address, offer, judgement.kind === 'stale');
    void refuse(request, 401, { headers: { 'WWW-Authenticate': challenges } });
  }

  #wrong(
    request: IncomingRequest,
    client: Client,
    judgement: Judgement & { readonly kind: 'wrong' },
    urgent: boolean,
  ): void {
    const { address } = client;
    this.counters.wrong++;
    const facts = { source: address, user: plainText(judgement.username, 40) };
    const verdicts = [this.#addresses.failed(address), this.#users.failed(userKey(address, judgement.username))];
    this.#log.warn(facts, 'wrong password of a handset');
    if (!urgent && this.#isBanned(address, judgement.username)) {
      this.#banned(address, facts);
      return request.abandon();
    }
    const unhindered = urgent || (this.#options.isAllowed?.(address) ?? false);
    const delayMs = unhindered ? 0 : Math.max(...verdicts.map((verdict) => this.#delayOf(verdict)));
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
    this.#log.warn({ ...facts, minutes: banMs / 60_000 }, 'too many wrong passwords: not heard for a while');
    if (this.isBannedAddress(address)) this.#options.bans?.ban(address, 'too many wrong passwords');
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
