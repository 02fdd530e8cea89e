/**
 * The call application: takes INVITEs to whom they concern, and holds together what calls have in common. How calls begin is
 * in `inbound/arrivals.ts` and `outbound/dialling.ts`, those that run are in `running-calls.ts`.
 */
import { noAlarms, type AlarmBell } from '../base/alarms.js';
import type { Clock } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Config } from '../config/schema.js';
import type { MediaEngine } from '../media/engine.js';
import { bodyRefusal } from './bodies.js';
import { byeAfterCrash } from './call/after-crash.js';
import { legAddresses } from './call/addresses.js';
import type { CallContext, Handsets, LegAddress, LiveCall } from './call/context.js';
import { named } from './call/party.js';
import { reply } from './call/reply.js';
import { FraudGuard } from './defence/fraud-guard.js';
import { Arrivals } from './inbound/arrivals.js';
import { dialledKeys } from './numbers.js';
import { CodeCall } from './office/code-call.js';
import { confirmationOf } from './office/confirmation.js';
import { Office } from './office/office.js';
import { callStory, type PreviewAsk, type StoryPart } from './office/preview.js';
import type { Request } from './office/service-codes.js';
import type { SettingsStore } from './office/settings-store.js';
import type { CallLedger, SavedDialog } from './ports.js';
import { Dialling } from './outbound/dialling.js';
import { Gate } from './outbound/gate.js';
import { Trials } from './outbound/trials.js';
import { EmergencyCalls } from './routing/emergency-calls.js';
import type { QueueState } from './office/queue/desks.js';
import { Routing, type OutboundRouting } from './routing/routing.js';
import type { Rules } from './rules.js';
import { RunningCalls } from './running-calls.js';
import type { IncomingInvite, IncomingRequest, SipPort, Source } from './sip-port.js';
import { OfficeSwitchboard } from './transfer/office-switchboard.js';
import type { Taker } from './transfer/switchboard.js';
import { takeCall } from './transfer/taking.js';
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

export class CallApplication {
  readonly #options: CallApplicationOptions;
  readonly #log: Log;
  readonly #running: RunningCalls;
  readonly #office: Office;
  readonly #guard: FraudGuard;
  readonly #emergencies: EmergencyCalls;
  readonly #gate: Gate;
  readonly #switchboard: OfficeSwitchboard;
  readonly #arrivals: Arrivals;
  readonly #dialling: Dialling;
  /** Trunks that somebody tries by a call. */
  readonly trials: Trials;
  #rules: Rules;

  constructor(options: CallApplicationOptions) {
    this.#options = options;
    const { config, settings: store, clock, handsets, trunks, alarms = noAlarms, log } = options;
    this.#log = log;
    const rules = (): Rules => this.#rules;
    const running = new RunningCalls({
      clock,
      log,
      ended: (call) => this.#office.callEnded(call.id, handsetsIn(call.live)),
    });
    this.#running = running;
    this.#office = new Office({
      config,
      store,
      clock,
      isRegistered: (extension) => handsets.targets(extension).length > 0,
      mayForward: (extension, number) => isForwardable(rules().routing.outbound(extension, number)),
      isBusy: (extension) => running.live.some((call) => handsetsIn(call).includes(extension)),
    });
    this.#guard = new FraudGuard({ clock, alarms, policy: config.outbound.guard, zone: config.office.zone });
    this.#emergencies = new EmergencyCalls(clock, config);
    const gate = new Gate({
      trunks,
      guard: this.#guard,
      emergencies: this.#emergencies,
      calls: () => [...running.all],
      count: () => running.count,
      maxCalls: () => rules().config.sip.maxCalls,
      log,
    });
    this.#gate = gate;
    this.#dialling = new Dialling({ rules, gate, running, log });
    this.#arrivals = new Arrivals({
      rules,
      gate,
      emergencies: this.#emergencies,
      running,
      itinerary: (route) => this.#office.itinerary(route, log),
      log,
    });
    this.#switchboard = new OfficeSwitchboard({
      config: () => rules().config,
      calls: () => running.all,
      route: (extension, dialled) => rules().routing.outbound(extension, dialled),
      destination: (to, sentOn) => (to.kind === 'internal' ? to : gate.destination(to, sentOn)),
      limit: (destination) => gate.statusAtLimit(destination),
      mayGo: (routing, by) => gate.mayGo(routing, by),
      sendOut: (party, dialled) => this.#dialling.sendOut(party, dialled),
      toHandset: (extension, ringMs, mayLeave) => this.#office.toHandset(extension, ringMs, mayLeave, log),
    });
    this.trials = new Trials({
      context: () => rules().context,
      route: ({ extension, trunk, number }) => rules().routing.byTrunk(extension, trunk, number),
      sendOut: (party, routing) => this.#dialling.goOut(party, routing),
      run: (make) => {
        if (running.stage === 'taking') running.run(make);
      },
    });
    this.#rules = this.#rulesOf(config);
  }

  /** Takes another configuration; calls that run keep the one with which they began. */
  configure(config: Config): void {
    this.#office.configure(config);
    this.#guard.configure(config.outbound.guard, config.office.zone);
    this.#emergencies.configure(config);
    this.#rules = this.#rulesOf(config);
  }

  #rulesOf(config: Config): Rules {
    return { config, routing: new Routing(config), context: this.#contextOf(config) };
  }

  #contextOf(config: Config): CallContext {
    const { sip, media, ledger, handsets, trunks, clock, log, address } = this.#options;
    return {
      config,
      sip,
      media,
      ledger,
      handsets,
      switchboard: this.#switchboard,
      queues: this.#office.queues,
      clock,
      log,
      address: address ?? legAddresses(config, clock),
      trunkHealth: trunks.health,
      makeRoom: (trunk) => this.#gate.makeRoom(trunk),
    };
  }

  /** What would become of a call from outside, by this configuration or another one. */
  preview(ask: PreviewAsk, config = this.#rules.config): StoryPart[] {
    return callStory(config, this.#office.settings, ask);
  }

  /** The queues of the configuration, as they are now. */
  get queues(): readonly QueueState[] {
    return this.#office.queues.states(this.#rules.config.queues);
  }

  /** How often the guard against fraud stopped a call. */
  get stoppedByGuard(): Readonly<FraudGuard['stopped']> {
    return this.#guard.stopped;
  }

  /** All ways in which emergency numbers may be dialled. */
  emergencyKeys(): readonly string[] {
    return this.#rules.routing.emergencyKeys();
  }

  /** How many calls run. */
  get count(): number {
    return this.#running.count;
  }

  /** The calls that run, in the order in which they began. */
  get calls(): readonly LiveCall[] {
    return this.#running.live;
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
    const { stage } = this.#running;
    if (stage === 'draining') return this.#rules.routing.emergencyNumber(invite.uri) !== undefined;
    return stage === 'taking';
  }

  /**
   * Takes no new calls but to emergency numbers; resolves when those that run have ended by themselves, or after
   * `withinMs` as soon as no emergency call is up.
   */
  drain(withinMs: number): Promise<void> {
    return this.#running.drain(withinMs);
  }

  /** Ends every call and resolves when all is written that is to be kept of them. */
  stop(): Promise<void> {
    return this.#running.stop();
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
    return trunk ? this.#arrivals.take(invite, trunk) : this.#fromHandset(invite);
  }

  #stranger(invite: IncomingInvite): void {
    this.#log.info({ source: invite.source }, 'an INVITE from an unknown source');
    if (this.#rules.config.unknownTrunk === 'drop') invite.abandon();
    else this.#refuse(invite, 403);
  }

  /** A code, a call that rings elsewhere, or a number. */
  #fromHandset(invite: IncomingInvite): void {
    const { config, routing } = this.#rules;
    const urgent = routing.emergencyNumber(invite.uri) !== undefined;
    const extension = this.#options.handsets.authenticate(invite, urgent);
    if (extension === undefined) return;
    const request = urgent ? undefined : this.#office.request(dialledKeys(invite.uri) ?? '', extension);
    if (request) return this.#dialledCode(invite, extension, request);
    const party = named({ kind: 'handset', extension }, config) as Taker['party'];
    const taken = takeCall({ invite, party }, this.#switchboard, this.#running.all, config);
    if (taken.kind === 'taken') return;
    this.#dialling.dial(invite, extension, taken.kind === 'refused' ? taken : routing.outbound(extension, invite.uri));
  }

  #dialledCode(invite: IncomingInvite, extension: string, request: Request): void {
    const { config, context } = this.#rules;
    const perform = async () => {
      if (request.do === 'change') await this.#office.set(request);
      if (request.do === 'refuse') this.#log.info({ extension, why: request.why }, 'a code was refused');
      return confirmationOf(request, extension, config, this.#office.settings);
    };
    const facts = { invite, extension, keys: dialledKeys(invite.uri) ?? '', perform };
    this.#running.run((closed) => new CodeCall(context, facts, closed));
  }

  #refuse(invite: IncomingInvite, status: number): void {
    void reply(invite, status, this.#log);
  }
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
