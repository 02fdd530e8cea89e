/**
 * A call that a handset makes, to the outside or to another handset: does what the machine in `transition.ts` asks for,
 * and tells it what became of it. Nothing is kept of calls between handsets; there the caller has the `outside` leg.
 */
import type { CallId } from '../../base/brands.js';
import { newCallId } from '../../base/call-id.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Leg } from '../../media/engine.js';
import { addressOfTrunk } from '../call/addresses.js';
import { CallerLeg } from '../call/caller-leg.js';
import type { Call, CallContext, LiveCall } from '../call/context.js';
import { CallCore, endingOf } from '../call/core.js';
import { beforeConnection, reasonHeader, type Ending } from '../call/ending.js';
import { fromExtension } from '../call/identity.js';
import { codes } from '../call/in-call.js';
import { Machine } from '../call/machine.js';
import { announce } from '../call/notice.js';
import { RecordKeeper } from '../call/record-keeper.js';
import { redirectTo, Ringing, type RingingEvent } from '../call/ringing.js';
import type { Side, SideEvent } from '../call/side.js';
import { calleeEvent, HandsetCallee, TrunkCallee, type Callee, type CalleeEvent } from './callee.js';
import { EarlySound } from './early-sound.js';
import { entryOf, planOf, type Destination, type DialledFacts } from './plan.js';
import { initial, transition, type Effect, type Event, type Plan, type State } from './transition.js';

export class DialledCall implements Call {
  readonly id: CallId;
  readonly trunk: string | undefined;
  readonly #context: CallContext;
  readonly #facts: DialledFacts;
  readonly #log: Log;
  readonly #startedAt: number;
  readonly #plan: Plan;
  readonly #legs: { readonly caller: Leg; readonly callee: Leg };
  readonly #caller: CallerLeg;
  readonly #keeper: RecordKeeper | undefined;
  readonly #core: CallCore;
  readonly #callee: Callee;
  readonly #machine: Machine<State, Event, Effect>;
  #calleeSide: Side | undefined;
  #early: EarlySound | undefined;
  /** A provisional response brought an SDP that can be used. */
  #hasEarly = false;

  /** @param closed called once, when nothing is left of the call */
  constructor(context: CallContext, facts: DialledFacts, closed: () => void) {
    const { clock } = context;
    const { destination, invite } = facts;
    this.#context = context;
    this.#facts = facts;
    this.#startedAt = clock.now();
    this.id = newCallId(this.#startedAt);
    const log = context.log.child({ callId: this.id });
    this.#log = log;
    const isExternal = destination.kind === 'external';
    this.trunk = isExternal ? destination.trunk.name : undefined;
    this.#plan = planOf(context.config, destination);
    this.#legs = isExternal ? { caller: 'inside', callee: 'outside' } : { caller: 'outside', callee: 'inside' };
    this.#keeper = isExternal
      ? new RecordKeeper(context.ledger, entryOf(context, this.id, facts, destination), log)
      : undefined;
    const end = (ending: Ending): void => this.end(ending);
    this.#caller = new CallerLeg({
      invite,
      leg: this.#legs.caller,
      clock,
      log,
      cancelled: () => end({ by: 'employee', reason: 'cancelled' }),
      tell: (event) => this.#sideEvent(this.#legs.caller, event),
    });
    this.#core = new CallCore({ id: this.id, clock, log, keeper: this.#keeper, caller: this.#caller, end, closed });
    this.#callee = this.#makeCallee(destination);
    this.#machine = new Machine<State, Event, Effect>(initial, transition(this.#plan), (effect) =>
      this.#perform(effect),
    );
  }

  get live(): LiveCall {
    const { destination, extension } = this.#facts;
    const external = destination.kind === 'external';
    const connectedAt = this.#keeper?.entry.connectedAt;
    return {
      id: this.id,
      direction: external ? 'outbound' : 'internal',
      state: this.#machine.state.at,
      ...(external ? { trunk: destination.trunk.name, outside: destination.number } : {}),
      dialled: external ? destination.number : destination.extension,
      extension,
      startedAt: this.#startedAt,
      ...(connectedAt === undefined ? {} : { connectedAt }),
      recording: this.#keeper?.isRecording ?? false,
    };
  }

  start(): void {
    const { dialled, trunk } = this.live;
    this.#log.info({ extension: this.#facts.extension, dialled, trunk }, 'call of a handset');
    this.#core.step(async () => {
      await Promise.all([this.#keeper?.begin(), this.#openMedia()]);
      this.#machine.dispatch({ type: 'opened' });
    });
  }

  end(ending: Ending): void {
    this.#machine.dispatch({ type: 'ended', ending });
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case 'remind':
        return this.#remind();
      case 'call':
        return this.#callee.call(this.#core.session.createOffer(this.#legs.callee));
      case 'progress':
        return this.#progress(effect.media);
      case 'announce':
        return this.#core.step(() => this.#announce());
      case 'unrecorded':
        return this.#keeper?.facts.notRecorded(effect.why);
      case 'connect':
        return this.#core.step(() => this.#connect());
      case 'finish':
        this.#callee.cancel(reasonHeader(effect.ending));
        return void this.#core.close(effect.ending);
    }
  }

  async #openMedia(): Promise<void> {
    const { media, address, handsets } = this.#context;
    const { invite, destination } = this.#facts;
    const caller = address(invite.source.address);
    const callee = address(
      destination.kind === 'external'
        ? addressOfTrunk(destination.trunk)
        : handsets.targets(destination.extension)[0]?.binding.sourceAddress,
    );
    const { caller: leg } = this.#legs;
    const session = await media.openSession({
      id: this.id,
      addresses: leg === 'inside' ? { inside: caller, outside: callee } : { outside: caller, inside: callee },
      ...(this.#keeper ? { codes: { inside: Object.values(codes) } } : {}),
    });
    if (this.#core.isClosing) return void (await session.close());
    this.#core.adopt(session);
    this.#caller.negotiate(session);
    const { signal } = this.#core;
    this.#early = new EarlySound({ session, leg, language: this.#language, log: this.#log, signal });
  }

  #remind(): void {
    if (!this.#caller.canHearEarly) return;
    this.#caller.progress(183, true);
    this.#early?.remind();
  }

  #progress(media: boolean): void {
    const own = media || this.#plan.notice === 'employee';
    this.#caller.progress(media ? 183 : 180, own);
    if (own && this.#caller.canHearEarly) this.#early?.rings(media);
  }

  #calleeEvent(event: CalleeEvent): void {
    const { session } = this.#core;
    const leg = this.#legs.callee;
    switch (event.type) {
      case 'progress':
        return this.#machine.dispatch({ type: 'callee-rings', media: this.#takeEarly(event.sdp, event.signalling) });
      case 'failed':
        return this.end(event.ending);
      case 'answered': {
        const { dialog } = event;
        this.#keeper?.facts.answered();
        this.#calleeSide = this.#core.attachCallee(dialog, leg, (event) => this.#sideEvent(leg, event));
        return this.#core.step(async () => {
          if (dialog.remoteSdp !== '' || !this.#hasEarly)
            session.acceptAnswer(leg, dialog.remoteSdp, dialog.source.address);
          this.#keeper?.reserve();
          this.#machine.dispatch({ type: 'callee-answered' });
          return Promise.resolve();
        });
      }
    }
  }

  /** The SDP of a provisional response; each may come from another fork and place. Whether there was a usable one. */
  #takeEarly(sdp: string, signalling: string): boolean {
    if (sdp === '') return false;
    try {
      this.#core.session.acceptAnswer(this.#legs.callee, sdp, signalling);
      this.#hasEarly = true;
      return true;
    } catch (error) {
      this.#log.info({ error: errorMessage(error) }, 'early media of the callee is of no use');
      return false;
    }
  }

  async #announce(): Promise<void> {
    const keeper = this.#keeper;
    if (!keeper) return;
    this.#caller.progress(180, true);
    this.#early?.ringOn();
    const [leg, side, language] = [this.#legs.callee, this.#calleeSide, this.#language];
    const given = await announce(this.#context, { core: this.#core, keeper, leg, side, language }, this.#log);
    const confirmed = given?.isWhole ?? false;
    keeper.facts.outboundNotice({
      mode: 'automatic',
      confirmed,
      ...(confirmed ? { at: this.#context.clock.now() } : {}),
      ...(given ? { evidence: given.evidence } : {}),
    });
    keeper.changed();
    this.#machine.dispatch({ type: confirmed ? 'notice-given' : 'notice-failed' });
  }

  async #connect(): Promise<void> {
    const { config } = this.#context;
    const { extension, displayName, destination } = this.#facts;
    const tellHold = destination.kind === 'external' && destination.trunk.tellHold;
    await this.#caller.answer(this.#core.session);
    if (this.#core.isClosing) return;
    const unconfirmed = this.#plan.notice === 'employee' ? config.outbound.unconfirmed : undefined;
    this.#core.connect(
      { language: this.#language, privateGraceMs: config.recording.privateGrace, unconfirmed, tellHold },
      { extension, ...(displayName === undefined ? {} : { displayName }) },
    );
    this.#early?.connected();
    this.#core.saveDialogs();
    this.#keeper?.changed();
    this.#machine.dispatch({ type: 'connected' });
  }

  #sideEvent(leg: Leg, event: SideEvent): void {
    if (event.type === 'key' || this.#machine.state.at === 'talking') return this.#core.sideEvent(leg, event);
    // One of them left between the callee's answer and the connection.
    return this.end(beforeConnection(endingOf(leg, event), leg === this.#legs.callee ? 'refused' : 'cancelled'));
  }

  #makeCallee(destination: Destination): Callee {
    const { sip, clock, config, handsets } = this.#context;
    const log = this.#log;
    const ringMs = config.outbound.ring;
    const tell = (event: CalleeEvent): void => this.#calleeEvent(event);
    if (destination.kind === 'external') {
      const { trunk, target } = destination;
      return new TrunkCallee({ sip, clock, log, trunk, target, ringMs, tell });
    }
    const { extension, displayName } = this.#facts;
    const ringing = {
      sip,
      clock,
      log,
      ringMs,
      handsets,
      rounds: [[destination.extension]],
      redirect: redirectTo(config),
      headers: fromExtension(extension, displayName),
      tell: (event: RingingEvent) => tell(calleeEvent(event)),
    };
    return new HandsetCallee((offer) => new Ringing({ ...ringing, offer }));
  }

  get #language(): string {
    return this.#context.config.notice.language;
  }
}
