/**
 * The call application: takes INVITEs to the calls that they become, knows the calls that run, and ends them in good
 * order. What a single call does is in `inbound/` and `outbound/`.
 */
import type { Clock } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Config } from '../config/schema.js';
import type { MediaEngine } from '../media/engine.js';
import { byeAfterCrash } from './call/after-crash.js';
import { legAddresses } from './call/addresses.js';
import type { Call, CallContext, Handsets, LegAddress, LiveCall } from './call/context.js';
import type { Ending } from './call/ending.js';
import { reply } from './call/reply.js';
import { InboundCall } from './inbound/inbound-call.js';
import { recordRefusal } from './inbound/refusal.js';
import type { CallLedger, SavedDialog } from './ports.js';
import { Routing } from './routing/routing.js';
import type { IncomingInvite, IncomingRequest, SipPort, Source } from './sip-port.js';
import { callerOf, dialledUri } from './trunks/identity.js';
import type { Trunk } from './trunks/sources.js';
import type { Trunks } from './trunks/trunks.js';

/** Who sent a request, as registrar and trunks know it. */
export interface Directory extends Handsets {
  /** Whether a handset has registered by exactly this flow. */
  hasFlow(source: Source): boolean;
  /** Whether a handset has registered from this address. */
  hasAddress(address: string): boolean;
  /** The handset that sent a request; undefined if the request was challenged or dropped there. */
  authenticate(request: IncomingRequest): string | undefined;
}

/** `Trunks`, as calls use it. */
export type TrunkDirectory = Pick<Trunks, 'trunkOf' | 'get' | 'invite'>;

export interface CallApplicationOptions {
  readonly config: Config;
  readonly sip: SipPort;
  readonly media: MediaEngine;
  readonly ledger: CallLedger;
  readonly handsets: Directory;
  readonly trunks: TrunkDirectory;
  readonly clock: Clock;
  readonly log: Log;
  /** Local addresses of media; by default those of the configured faces. */
  readonly address?: LegAddress;
}

export class CallApplication {
  readonly #options: CallApplicationOptions;
  readonly #log: Log;
  readonly #calls = new Set<Call>();
  /** Calls whose records are still being written. */
  readonly #refusals = new Set<Promise<void>>();
  #config: Config;
  #routing: Routing;
  #idle: (() => void) | undefined;
  #stopping = false;

  constructor(options: CallApplicationOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#config = options.config;
    this.#routing = new Routing(options.config);
  }

  /** Takes another configuration; calls that run keep the one with which they began. */
  configure(config: Config): void {
    this.#config = config;
    this.#routing = new Routing(config);
  }

  /** The calls that run, in the order in which they began. */
  get calls(): readonly LiveCall[] {
    return [...this.#calls].map((call) => call.live);
  }

  /** An INVITE outside a dialog came. */
  invite(invite: IncomingInvite): void {
    const { handsets, trunks } = this.#options;
    if (this.#stopping) return this.#refuse(invite, 503);
    const { source } = invite;
    if (handsets.hasFlow(source)) return this.#fromHandset(invite);
    const trunk = trunks.trunkOf(invite);
    if (trunk) return this.#fromTrunk(invite, trunk);
    if (handsets.hasAddress(source.address)) return this.#fromHandset(invite);
    this.#log.info({ source }, 'an INVITE from an unknown source');
    if (this.#config.unknownTrunk === 'drop') return invite.abandon();
    return this.#refuse(invite, 403);
  }

  /** Ends every call and resolves when all is written that is to be kept of them. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const call of this.#calls) call.end({ by: 'halina', reason: 'restart' });
    if (this.#calls.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    await Promise.all(this.#refusals);
  }

  /** Ends calls that a crash has left up on the other side, so that no trunk bills on. Never rejects. */
  async endDialogsAfterCrash(dialogs: readonly SavedDialog[]): Promise<void> {
    await Promise.all(dialogs.map((dialog) => byeAfterCrash(this.#options.sip, dialog, this.#log)));
  }

  #fromTrunk(invite: IncomingInvite, trunk: Trunk): void {
    const { country } = this.#config.office;
    const outside = callerOf(invite, country);
    const routing = this.#routing.inbound(trunk.name, dialledUri(invite, trunk));
    const context = this.#context();
    const refused = (ending: Ending, dialled: string): void =>
      this.#keep(recordRefusal(context, { invite, trunk: trunk.name, dialled, outside }, ending));
    if (routing.kind === 'refused') {
      const ending = { by: 'halina', reason: 'unreachable', status: routing.status, cause: 1 } as const;
      return refused(ending, dialledUri(invite, trunk));
    }
    const limit = this.#limit(trunk);
    if (limit) return refused(limit, routing.dialled);
    const { route, dialled } = routing;
    return this.#run(
      (closed) => new InboundCall(context, { invite, trunk: trunk.name, route, dialled, outside }, closed),
    );
  }

  /** Holds `stop` until the record of a refused call is written. */
  #keep(writing: Promise<void>): void {
    this.#refusals.add(writing);
    void writing.finally(() => this.#refusals.delete(writing));
  }

  #fromHandset(invite: IncomingInvite): void {
    const extension = this.#options.handsets.authenticate(invite);
    if (extension === undefined) return;
    this.#refuse(invite, 503);
  }

  /** How a call over the limit ends, undefined within it. */
  #limit(trunk: Trunk): Ending | undefined {
    const ending = { by: 'halina', reason: 'limit' } as const;
    if (this.#calls.size >= this.#config.sip.maxCalls) return { ...ending, headers: { 'Retry-After': '30' } };
    const onTrunk = [...this.#calls].filter((call) => call.trunk === trunk.name).length;
    return onTrunk >= (trunk.maxCalls ?? Number.POSITIVE_INFINITY) ? { ...ending, status: 486 } : undefined;
  }

  #run(make: (closed: () => void) => Call): void {
    try {
      const call = make(() => {
        this.#calls.delete(call);
        if (this.#calls.size === 0) this.#idle?.();
      });
      this.#calls.add(call);
      call.start();
    } catch (error) {
      this.#log.error({ error: errorMessage(error) }, 'a call could not begin');
    }
  }

  #context(): CallContext {
    const { sip, media, ledger, handsets, clock, log, address } = this.#options;
    const config = this.#config;
    return { config, sip, media, ledger, handsets, clock, log, address: address ?? legAddresses(config) };
  }

  #refuse(invite: IncomingInvite, status: number): void {
    void reply(invite, status, this.#log);
  }
}
