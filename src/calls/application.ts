/**
 * The call application: takes INVITEs to the calls that they become, knows the calls that run, and ends them in good
 * order. What a single call does is in `inbound/` and `outbound/`.
 */
import { noAlarms, type AlarmBell } from '../base/alarms.js';
import type { CallId } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Config } from '../config/schema.js';
import type { MediaEngine } from '../media/engine.js';
import { bodyRefusal } from './bodies.js';
import { byeAfterCrash } from './call/after-crash.js';
import { legAddresses } from './call/addresses.js';
import type { Call, CallContext, Handsets, LegAddress, LiveCall } from './call/context.js';
import { statusOf, type Ending } from './call/ending.js';
import { named } from './call/party.js';
import { reply } from './call/reply.js';
import { FraudGuard } from './defence/fraud-guard.js';
import { InboundCall } from './inbound/inbound-call.js';
import { routeItinerary } from './inbound/itinerary.js';
import type { InboundFacts } from './inbound/plan.js';
import { dialledKeys } from './numbers.js';
import { CodeCall } from './office/code-call.js';
import { confirmationOf } from './office/confirmation.js';
import { Office } from './office/office.js';
import { callStory, type PreviewAsk, type StoryPart } from './office/preview.js';
import type { Request } from './office/service-codes.js';
import type { SettingsStore } from './office/settings-store.js';
import { recordRefusal } from './call/refusal.js';
import type { CallLedger, SavedDialog } from './ports.js';
import { DialledCall } from './outbound/dialled-call.js';
import { Gate, type External } from './outbound/gate.js';
import type { DialledFacts } from './outbound/plan.js';
import { Trials } from './outbound/trials.js';
import { EmergencyCalls } from './routing/emergency-calls.js';
import type { QueueState } from './office/queue/desks.js';
import { Routing, type OutboundRouting } from './routing/routing.js';
import type { IncomingInvite, IncomingRequest, SipPort, Source } from './sip-port.js';
import { OfficeSwitchboard } from './transfer/office-switchboard.js';
import { failureOf } from './transfer/moves.js';
import type { SentOut, Switchboard, Taker } from './transfer/switchboard.js';
import { takeCall } from './transfer/taking.js';
import { divertedBy } from './trunks/diversion.js';
import { callerOf, dialledUri, wantsPrivacy } from './trunks/identity.js';
import type { DialStep } from './steps/way.js';
import type { SentOn } from './trunks/diversion.js';
import type { Trunk } from './trunks/sources.js';
import type { Trunks } from './trunks/trunks.js';

/** Who sent a request, as registrar and trunks know it. */
export interface Directory extends Handsets {
  /** Whether a handset has registered by exactly this flow. */
  hasFlow(source: Source): boolean;
  /** Whether a handset has registered from this address. */
  hasAddress(address: string): boolean;
  /** The handset that sent a request; undefined if it was challenged or dropped there. `urgent`: whatever it did before. */
  authenticate(request: IncomingRequest, urgent?: boolean): string | undefined;
}

/** `Trunks`, as calls use it. */
export type TrunkDirectory = Pick<Trunks, 'trunkOf' | 'ways' | 'health'>;

export interface CallApplicationOptions {
  readonly config: Config;
  readonly sip: SipPort;
  readonly media: MediaEngine;
  readonly ledger: CallLedger;
  readonly handsets: Directory;
  readonly trunks: TrunkDirectory;
  /** What handsets have set by code. */
  readonly settings: SettingsStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly alarms?: AlarmBell;
  /** Local addresses of media; by default those of the configured faces. */
  readonly address?: LegAddress;
}

/** A call that a handset makes by its INVITE. */
type Dialling = Omit<DialledFacts, 'destination' | 'from'> & {
  readonly from: Extract<DialledFacts['from'], { kind: 'invite' }>;
};

const UNREACHABLE: Ending = { by: 'halina', reason: 'unreachable' };

export class CallApplication {
  readonly #options: CallApplicationOptions;
  readonly #log: Log;
  readonly #calls = new Set<Call>();
  readonly #office: Office;
  /** Calls whose records are still being written. */
  readonly #refusals = new Set<Promise<void>>();
  readonly #guard: FraudGuard;
  readonly #emergencies: EmergencyCalls;
  readonly #gate: Gate;
  #config: Config;
  #routing: Routing;
  readonly #switchboard: OfficeSwitchboard;
  /** Trunks that somebody tries by a call. */
  readonly trials: Trials;
  /** What calls that begin now are given. */
  #context: CallContext;
  /** Called whenever a call is over. */
  #onEnded: (() => void) | undefined;
  #stage: 'taking' | 'draining' | 'stopping' = 'taking';

  constructor(options: CallApplicationOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#config = options.config;
    this.#routing = new Routing(options.config);
    const { config, settings: store, clock, handsets, trunks, alarms = noAlarms, log } = options;
    this.#office = new Office({
      config,
      store,
      clock,
      isRegistered: (extension) => handsets.targets(extension).length > 0,
      mayForward: (extension, number) => isForwardable(this.#routing.outbound(extension, number)),
      isBusy: (extension) => this.calls.some((call) => handsetsIn(call).includes(extension)),
    });
    this.#guard = new FraudGuard({ clock, alarms, policy: config.outbound.guard, zone: config.office.zone });
    this.#emergencies = new EmergencyCalls(clock, config);
    this.#gate = new Gate({
      trunks,
      guard: this.#guard,
      emergencies: this.#emergencies,
      calls: () => [...this.#calls],
      count: () => this.#calls.size,
      maxCalls: () => this.#config.sip.maxCalls,
      log,
    });
    this.#switchboard = new OfficeSwitchboard({
      config: () => this.#config,
      calls: () => this.#calls,
      route: (extension, dialled) => this.#routing.outbound(extension, dialled),
      destination: (to, sentOn) => (to.kind === 'internal' ? to : this.#gate.destination(to, sentOn)),
      limit: (destination) => this.#gate.statusAtLimit(destination),
      mayGo: (routing, by) => this.#gate.mayGo(routing, by),
      sendOut: (party, dialled) => this.#sendOut(party, dialled),
      toHandset: (extension, ringMs, mayLeave) => this.#office.toHandset(extension, ringMs, mayLeave, this.#log),
    });
    this.#context = contextOf(options, config, this.#switchboard, this.#gate, this.#office);
    this.trials = new Trials({
      context: () => this.#context,
      route: ({ extension, trunk, number }) => this.#routing.byTrunk(extension, trunk, number),
      sendOut: (party, routing) => this.#goOut(party, routing),
      run: (make) => {
        if (this.#stage === 'taking') this.#run(make);
      },
    });
  }

  /** Takes another configuration; calls that run keep the one with which they began. */
  configure(config: Config): void {
    this.#config = config;
    this.#routing = new Routing(config);
    this.#office.configure(config);
    this.#guard.configure(config.outbound.guard, config.office.zone);
    this.#emergencies.configure(config);
    this.#context = contextOf(this.#options, config, this.#switchboard, this.#gate, this.#office);
  }

  /** What would become of a call from outside, by this configuration or another one. */
  preview(ask: PreviewAsk, config = this.#config): StoryPart[] {
    return callStory(config, this.#office.settings, ask);
  }

  /** The queues of the configuration, as they are now. */
  get queues(): readonly QueueState[] {
    return this.#office.queues.states(this.#config.queues);
  }

  /** How often the guard against fraud stopped a call. */
  get stoppedByGuard(): Readonly<FraudGuard['stopped']> {
    return this.#guard.stopped;
  }

  /** All ways in which emergency numbers may be dialled. */
  emergencyKeys(): readonly string[] {
    return this.#routing.emergencyKeys();
  }

  /** How many calls run. */
  get count(): number {
    return this.#calls.size;
  }

  /** The calls that run, in the order in which they began. */
  get calls(): readonly LiveCall[] {
    return [...this.#calls].map((call) => call.live);
  }

  /** An INVITE outside a dialog came. */
  invite(invite: IncomingInvite): void {
    try {
      if (!this.#mayBegin(invite)) this.#refuse(invite, 503);
      else this.#take(invite);
    } catch (error) {
      this.#log.error({ error: errorMessage(error) }, 'a call could not begin');
      this.#refuse(invite, 500);
    }
  }

  /** Emergency calls go out as long as there is a program. */
  #mayBegin(invite: IncomingInvite): boolean {
    if (this.#stage === 'draining') return this.#routing.emergencyNumber(invite.uri) !== undefined;
    return this.#stage === 'taking';
  }

  /**
   * Takes no new calls but to emergency numbers; resolves when those that run have ended by themselves, or after
   * `withinMs` as soon as no emergency call is up.
   */
  async drain(withinMs: number): Promise<void> {
    this.#stage = 'draining';
    if (this.#calls.size === 0 || withinMs <= 0) return;
    this.#log.info({ calls: this.#calls.size, withinMs }, 'no new calls; those that run may go on for a while');
    await new Promise<void>((resolve) => {
      let isLate = false;
      const look = (): void => {
        const waits = isLate ? [...this.#calls].some((call) => call.emergency) : this.#calls.size > 0;
        if (waits) return;
        timer.cancel();
        resolve();
      };
      const timer = this.#options.clock.setTimer(withinMs, () => {
        isLate = true;
        look();
      });
      this.#onEnded = look;
    });
    this.#onEnded = undefined;
  }

  /** Ends every call and resolves when all is written that is to be kept of them. */
  async stop(): Promise<void> {
    this.#stage = 'stopping';
    for (const call of this.#calls) call.end({ by: 'halina', reason: 'restart' });
    if (this.#calls.size > 0)
      await new Promise<void>((resolve) => (this.#onEnded = () => this.#calls.size === 0 && resolve()));
    await Promise.all(this.#refusals);
  }

  /** Ends calls that a crash has left up on the other side, so that no trunk bills on. Never rejects. */
  async endDialogsAfterCrash(dialogs: readonly SavedDialog[]): Promise<void> {
    await Promise.all(dialogs.map((dialog) => byeAfterCrash(this.#options.sip, dialog, this.#log)));
  }

  /** By who sent it. A handset at a trunk's address is known by its flow. */
  #take(invite: IncomingInvite): void {
    const { handsets, trunks } = this.#options;
    const { source } = invite;
    const unsupported = unsupportedOf(invite);
    if (unsupported) return void reply(invite, 420, this.#log, { headers: { Unsupported: unsupported } });
    const isHandset = handsets.hasFlow(source);
    const trunk = isHandset ? undefined : trunks.trunkOf(invite);
    if (!trunk && !isHandset && !handsets.hasAddress(source.address)) return this.#stranger(invite);
    const unreadable = bodyRefusal(invite);
    if (unreadable) return void reply(invite, unreadable.status, this.#log, unreadable.options);
    return trunk ? this.#fromTrunk(invite, trunk) : this.#fromHandset(invite);
  }

  #stranger(invite: IncomingInvite): void {
    this.#log.info({ source: invite.source }, 'an INVITE from an unknown source');
    if (this.#config.unknownTrunk === 'drop') invite.abandon();
    else this.#refuse(invite, 403);
  }

  #fromTrunk(invite: IncomingInvite, trunk: Trunk): void {
    const { country } = this.#config.office;
    const { trusted } = trunk;
    const outside = callerOf(invite, country, trusted);
    const routing = this.#routing.inbound(trunk.name, dialledUri(invite, trunk));
    const context = this.#context;
    const refused = (ending: Ending, dialled: string): void =>
      this.#keep(recordRefusal(context, { direction: 'inbound', invite, trunk: trunk.name, dialled, outside }, ending));
    if (routing.kind === 'refused') {
      const ending = { by: 'halina', reason: 'unreachable', status: routing.status, cause: 1 } as const;
      return refused(ending, dialledUri(invite, trunk));
    }
    const { route, dialled } = routing;
    const facts = {
      invite,
      trunk,
      route,
      dialled,
      outside,
      divertedBy: trusted ? divertedBy(invite, country) : undefined,
    };
    const caller = this.#emergencies.callBack(invite, outside, trusted);
    if (caller !== undefined) return this.#callBack(facts, caller);
    const limit = this.#gate.limit(trunk);
    if (limit) return refused(limit, routing.dialled);
    const itinerary = this.#office.itinerary(route, this.#log);
    return void this.#run((closed) => new InboundCall(context, { ...facts, itinerary }, closed));
  }

  /** An emergency centre calls back: whoever had called it rings at once, and whoever the route rings with them. */
  #callBack(facts: Omit<InboundFacts, 'itinerary'>, extension: string): void {
    const handsets = [...new Set([extension, ...facts.route.handsets])];
    const itinerary = routeItinerary({ ...facts.route, handsets, strategy: 'parallel' });
    this.#log.warn({ code: 'EMERGENCY_CALL_BACK', extension }, 'an emergency centre calls back');
    return void this.#run((closed) => new InboundCall(this.#context, { ...facts, itinerary, emergency: true }, closed));
  }

  /** Holds `stop` until the record of a refused call is written. */
  #keep(writing: Promise<void>): void {
    this.#refusals.add(writing);
    void writing.finally(() => this.#refusals.delete(writing));
  }

  #fromHandset(invite: IncomingInvite): void {
    const urgent = this.#routing.emergencyNumber(invite.uri) !== undefined;
    const extension = this.#options.handsets.authenticate(invite, urgent);
    if (extension === undefined) return;
    const request = urgent ? undefined : this.#office.request(dialledKeys(invite.uri) ?? '', extension);
    if (request) return this.#dialledCode(invite, extension, request);
    const party = named({ kind: 'handset', extension }, this.#config) as Taker['party'];
    const taken = takeCall({ invite, party }, this.#switchboard, this.#calls, this.#config);
    if (taken.kind === 'taken') return undefined;
    const routing = taken.kind === 'refused' ? taken : this.#routing.outbound(extension, invite.uri);
    if (routing.kind === 'refused') {
      this.#log.info({ extension, reason: routing.reason, status: routing.status }, 'a call of a handset was refused');
      return this.#refuse(invite, routing.status);
    }
    const displayName = this.#displayName(extension);
    const facts = { from: { kind: 'invite', invite }, extension, displayName } as const;
    if (routing.kind === 'internal') {
      const limit = this.#gate.limit(undefined);
      if (limit) return void reply(invite, statusOf(limit), this.#log, limit.headers ? { headers: limit.headers } : {});
      const leave = (to: DialStep): void => this.#forwarded(facts, to);
      return void this.#run(
        (closed) => new DialledCall(this.#context, { ...facts, destination: routing, leave }, closed),
      );
    }
    return this.#toOutside(facts, routing);
  }

  /** A handset's call to another one that sends it outside: there it goes by that one's rules. */
  #forwarded(facts: Dialling, { by, number, why: reason = 'unconditional' }: DialStep): void {
    const routing = this.#routing.outbound(by, number);
    if (routing.kind === 'external') return this.#toOutside(facts, routing, { senders: [{ reason }] });
    const status = routing.kind === 'refused' ? routing.status : 480;
    this.#log.info({ by, number, status }, 'a call within the house is not sent on to the outside');
    return this.#refuse(facts.from.invite, status);
  }

  #dialledCode(invite: IncomingInvite, extension: string, request: Request): void {
    const config = this.#config;
    const perform = async () => {
      if (request.do === 'change') await this.#office.set(request);
      if (request.do === 'refuse') this.#log.info({ extension, why: request.why }, 'a code was refused');
      return confirmationOf(request, extension, config, this.#office.settings);
    };
    const facts = { invite, extension, keys: dialledKeys(invite.uri) ?? '', perform };
    return void this.#run((closed) => new CodeCall(this.#context, facts, closed));
  }

  /** A handset is sent out of a call within the house: as if whoever sends it had dialled there for it. */
  #sendOut(party: SentOut, dialled: string): void {
    const { extension, sender } = party;
    const routing = this.#routing.outbound(sender, dialled);
    const gone = routing.kind === 'external' ? this.#goOut(party, routing) : UNREACHABLE;
    if (typeof gone === 'string') return;
    this.#log.info({ extension, sender, reason: gone.reason }, 'a call of the house is not sent to the outside');
    queueMicrotask(() => party.tell({ type: 'failed', failure: failureOf({ ending: gone }) }));
  }

  /** The call outside of a handset that is in another one; or why there is none. */
  #goOut(party: SentOut, routing: External): CallId | Ending {
    if (this.#stage !== 'taking' && !routing.emergency) return { by: 'halina', reason: 'restart' };
    const passage = this.#gate.pass(routing, { extension: party.sender });
    if (passage.kind === 'stopped') return passage.ending;
    const { destination, ended } = passage;
    const { extension } = party;
    const displayName = this.#displayName(extension);
    const facts = { from: { kind: 'sent', party }, extension, displayName, destination } as const;
    return this.#run((closed) => new DialledCall(this.#context, facts, closed), ended).id;
  }

  #displayName(of: string): string | undefined {
    return this.#config.handsets.find(({ extension }) => extension === of)?.displayName;
  }

  #toOutside(facts: Dialling, routing: External, sentOn?: SentOn): void {
    const { extension, from } = facts;
    const { invite } = from;
    const passage = this.#gate.pass(routing, { extension, withheld: wantsPrivacy(invite), sentOn });
    if (passage.kind === 'open') {
      const { destination, ended } = passage;
      return void this.#run((closed) => new DialledCall(this.#context, { ...facts, destination }, closed), ended);
    }
    const { number } = routing;
    const outside = { signalled: number, withheld: false };
    const { trunk, ending } = passage;
    const call = { direction: 'outbound', invite, trunk, dialled: number, outside, extension } as const;
    return this.#keep(recordRefusal(this.#context, call, ending));
  }

  #run(make: (closed: () => void) => Call, ended: () => void = () => {}): Call {
    const call = make(() => {
      this.#calls.delete(call);
      this.#office.callEnded(call.id, handsetsIn(call.live));
      ended();
      this.#onEnded?.();
    });
    this.#calls.add(call);
    call.start();
    return call;
  }

  #refuse(invite: IncomingInvite, status: number): void {
    void reply(invite, status, this.#log);
  }
}

function contextOf(
  options: CallApplicationOptions,
  config: Config,
  switchboard: Switchboard,
  gate: Gate,
  { queues }: Office,
): CallContext {
  const { sip, media, ledger, handsets, trunks, clock, log, address } = options;
  return {
    config,
    sip,
    media,
    ledger,
    handsets,
    switchboard,
    queues,
    clock,
    log,
    address: address ?? legAddresses(config, clock),
    trunkHealth: trunks.health,
    makeRoom: (trunk) => gate.makeRoom(trunk),
  };
}

/** Where a handset may send its calls: where it may call, but for emergency numbers, which get only calls that mean them. */
const isForwardable = (to: OutboundRouting): boolean =>
  to.kind === 'internal' || (to.kind === 'external' && !to.emergency);

/** The handsets that take part in a call, as far as they are known. */
function handsetsIn({ direction, extension, dialled }: LiveCall): readonly string[] {
  return [...(extension === undefined ? [] : [extension]), ...(direction === 'internal' ? [dialled] : [])];
}

/** Extensions that the INVITE insists on and that we do not have (RFC 3261 § 8.2.2.3); session timers and reliable responses are the port's. */
function unsupportedOf(invite: IncomingInvite): string[] | undefined {
  const required = (invite.header('Require') ?? '').split(',').map((option) => option.trim().toLowerCase());
  const unknown = required.filter((option) => !['', 'timer', 'replaces', '100rel'].includes(option));
  return unknown.length > 0 ? unknown : undefined;
}
