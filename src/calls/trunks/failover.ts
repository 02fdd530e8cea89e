/**
 * A callee behind several trunks: where one cannot take the call, the next one is asked, until the callee itself is
 * heard of. A provider that says nothing at all for some seconds is asked by OPTIONS whether it is there, since a dead
 * one would otherwise cost the caller half a minute (RFC 3261 § 17.1.1.2, timer B).
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import { TrunkCallee, type Callee, type CalleeEvent } from '../outbound/callee.js';
import type { Headers, SipPort } from '../sip-port.js';
import type { TrunkHealth } from './health.js';
import type { Trunk } from './sources.js';
import type { Way } from './way.js';

export interface FailoverOptions {
  readonly sip: SipPort;
  readonly clock: Clock;
  readonly log: Log;
  /** At least one. */
  readonly ways: readonly Way[];
  readonly health: Pick<TrunkHealth, 'answered' | 'failed' | 'probe'>;
  readonly ringMs: number;
  /** What to offer by a trunk. */
  readonly offer: (trunk: Trunk) => string;
  /** Answers an offer of the callee's before its answer. Throws `SdpError`. */
  readonly take: (sdp: string, signalling: string) => string;
  readonly tell: (event: CalleeEvent) => void;
  /** The call goes by this trunk from now on. */
  readonly onTrunk: (trunk: Trunk) => void;
  /** Asked before a last trunk's refusal is told, for calls that must go out: makes room, and says whether it did. */
  readonly makeRoom?: (trunk: Trunk) => boolean;
}

/** How long a provider may say nothing to an INVITE before it is asked whether it is there. */
const SILENCE_MS = 4_000;

export class FailoverCallee implements Callee {
  readonly #options: FailoverOptions;
  #left: Way[];
  #current: Callee | undefined;
  /** By what the trunks want of sound. */
  readonly #offers = new Map<Trunk['srtp'], string>();
  #silence: Timer | undefined;
  #over = false;
  #madeRoom = false;

  constructor(options: FailoverOptions) {
    this.#options = options;
    this.#left = [...options.ways];
  }

  readonly rings: readonly string[] = [];

  extensionOf(): undefined {
    return undefined;
  }

  call(): void {
    this.#next();
  }

  cancel(headers: Headers): void {
    this.#over = true;
    this.#silence?.cancel();
    this.#current?.cancel(headers);
  }

  #next(): void {
    const way = this.#left.shift();
    if (!way || this.#over) return;
    const { sip, clock, log, ringMs, take, onTrunk } = this.#options;
    onTrunk(way.trunk);
    const offer = (): string => this.#offer(way.trunk);
    const callee = new TrunkCallee({
      sip,
      clock,
      log,
      ...way,
      ringMs,
      offer,
      take,
      tell: (event) => this.#event(way, callee, event),
    });
    this.#current = callee;
    this.#listen(way, callee);
    callee.call();
  }

  /** The same offer to each that wants the same: the media session has one for this leg. */
  #offer(trunk: Trunk): string {
    const offer = this.#offers.get(trunk.srtp) ?? this.#options.offer(trunk);
    this.#offers.set(trunk.srtp, offer);
    return offer;
  }

  /** Waits for the provider's first word, where there is another to turn to. */
  #listen(way: Way, callee: Callee): void {
    this.#silence?.cancel();
    if (this.#left.length === 0) return;
    this.#silence = this.#options.clock.setTimer(SILENCE_MS, () => void this.#ask(way, callee));
  }

  async #ask(way: Way, callee: Callee): Promise<void> {
    const there = await this.#options.health.probe(way.trunk);
    if (there || this.#over || this.#current !== callee) return;
    this.#options.log.warn({ trunk: way.trunk.name }, 'the provider is silent: the call goes by the next trunk');
    callee.cancel({});
    this.#next();
  }

  #event(way: Way, callee: Callee, event: CalleeEvent): void {
    if (this.#over || this.#current !== callee) return;
    this.#silence?.cancel();
    const { health, log, tell } = this.#options;
    if (event.type !== 'failed' || !event.trunkFault) {
      if (event.type !== 'failed' || event.ending.by === 'outside') health.answered(way.trunk);
      this.#over = event.type === 'failed';
      return tell(event);
    }
    if (event.trunkFault === 'silent') health.failed(way.trunk);
    else health.answered(way.trunk);
    if (this.#makesRoom(way)) this.#left = [way, ...this.#left];
    if (this.#left.length === 0) {
      this.#over = true;
      return tell(event);
    }
    const { status } = event.ending;
    log.warn({ trunk: way.trunk.name, status }, 'a trunk could not take the call: it goes by the next one');
    return this.#next();
  }

  /** Once a call, and only when no other trunk is left. */
  #makesRoom(way: Way): boolean {
    if (this.#madeRoom || this.#left.length > 0) return false;
    this.#madeRoom = this.#options.makeRoom?.(way.trunk) ?? false;
    return this.#madeRoom;
  }
}
