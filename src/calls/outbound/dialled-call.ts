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
import type { Caller } from '../call/caller.js';
import type { Call, CallContext, LiveCall } from '../call/context.js';
import { CallCore } from '../call/core.js';
import { beforeConnection, completedElsewhere, reasonHeader, type Ending } from '../call/ending.js';
import { findTalking } from '../call/find.js';
import { fromExtension } from '../call/identity.js';
import { codes } from '../call/in-call.js';
import { answeredAt, endingOf } from '../call/leaving.js';
import { Machine } from '../call/machine.js';
import { named, type Party } from '../call/party.js';
import { Placer } from '../call/placer.js';
import { announce } from '../call/notice.js';
import { RecordKeeper } from '../call/record-keeper.js';
import { trunkSecurity } from '../call/security.js';
import type { Side, SideEvent } from '../call/side.js';
import { abilities } from '../options.js';
import type { DialStep, StepHost } from '../steps/step.js';
import { EarlyClaim } from '../transfer/early-claim.js';
import { admit, type Arrived } from '../transfer/moves.js';
import type { DialogName } from '../transfer/refer.js';
import type { Claim, Placed, Taker } from '../transfer/switchboard.js';
import { FailoverCallee } from '../trunks/failover.js';
import type { Trunk } from '../trunks/sources.js';
import type { Callee, CalleeEvent } from './callee.js';
import { callerFacts, callerOf, isCaller, type CallerFacts } from './caller-of.js';
import { EarlySound } from './early-sound.js';
import { ExtensionCallee } from './extension-callee.js';
import { entryOf, planOf, type Destination, type DialledFacts } from './plan.js';
import { initial, transition, type Effect, type Event, type Plan, type State } from './transition.js';

export class DialledCall implements Call {
  readonly id: CallId;
  readonly emergency: boolean;
  readonly #context: CallContext;
  readonly #facts: Pick<DialledFacts, 'extension' | 'displayName' | 'destination'>;
  /** As long as nobody has answered: it knows the INVITE. */
  #goOutside: DialledFacts['leave'];
  readonly #from: CallerFacts;
  readonly #log: Log;
  readonly #startedAt: number;
  readonly #plan: Plan;
  readonly #legs: { readonly caller: Leg; readonly callee: Leg };
  readonly #caller: Caller;
  readonly #keeper: RecordKeeper | undefined;
  readonly #core: CallCore;
  readonly #callee: Callee;
  readonly #machine: Machine<State, Event, Effect>;
  #calleeSide: Side | undefined;
  /** Who answered. */
  #answered: Party | undefined;
  /** Since when both may talk, Unix milliseconds: the callee has answered, and been told what it has to be told. */
  #readyAt: number | undefined;
  #picked = false;
  readonly #claim = new EarlyClaim();
  #early: EarlySound | undefined;
  #calleeLocal: string | undefined;
  #place: Placer | undefined;
  /** By which the call goes. */
  #trunk: Trunk | undefined;
  /** A provisional response brought an SDP that can be used. */
  #hasEarly = false;

  /** @param closed called once, when nothing is left of the call */
  constructor(context: CallContext, facts: DialledFacts, closed: () => void) {
    const { clock } = context;
    const { extension, displayName, destination, leave } = facts;
    this.#context = context;
    this.#facts = { extension, displayName, destination };
    this.#goOutside = leave;
    this.#from = callerFacts(facts);
    this.#startedAt = clock.now();
    this.id = newCallId(this.#startedAt);
    const log = context.log.child({ callId: this.id });
    this.#log = log;
    const isExternal = destination.kind === 'external';
    this.#trunk = isExternal ? destination.trunk : undefined;
    this.emergency = isExternal && destination.emergency;
    this.#plan = planOf(context.config, destination);
    this.#legs = isExternal ? { caller: 'inside', callee: 'outside' } : { caller: 'outside', callee: 'inside' };
    this.#keeper = isExternal
      ? new RecordKeeper(context.ledger, entryOf(context, this.id, facts, destination), log)
      : undefined;
    const end = (ending: Ending): void => this.end(ending);
    this.#caller = callerOf(facts, {
      context,
      leg: this.#legs.caller,
      log,
      cancelled: () => this.#callerGone({ by: 'employee', reason: 'cancelled' }),
      tell: (event) => this.#sideEvent(this.#legs.caller, event),
    });
    this.#core = new CallCore({
      id: this.id,
      context,
      log,
      keeper: this.#keeper,
      caller: this.#caller,
      calledBy: 'employee',
      end,
      closed,
    });
    this.#callee = this.#makeCallee(destination);
    this.#machine = new Machine<State, Event, Effect>(initial, transition(this.#plan), (effect) =>
      this.#perform(effect),
    );
  }

  get trunk(): string | undefined {
    return this.#trunk?.name;
  }

  get live(): LiveCall {
    const { destination, extension } = this.#facts;
    const external = destination.kind === 'external';
    const connectedAt = this.#keeper?.entry.connectedAt;
    return {
      id: this.id,
      direction: external ? 'outbound' : 'internal',
      state: this.#core.conversation?.state ?? this.#machine.state.at,
      ...(this.rings.length > 0 ? { ringing: this.rings } : {}),
      ...(external ? { trunk: this.trunk ?? '', outside: destination.number } : {}),
      dialled: external ? destination.number : destination.extension,
      extension,
      startedAt: this.#startedAt,
      ...(connectedAt === undefined ? {} : { connectedAt }),
      recording: this.#keeper?.isRecording ?? false,
      ...(this.#keeper?.entry.fax ? { fax: this.#keeper.entry.fax.kind } : {}),
    };
  }

  start(): void {
    const { dialled, trunk } = this.live;
    this.#log.info({ extension: this.#facts.extension, dialled, trunk }, 'call of a handset');
    this.#core.step(async () => {
      const kept = this.#keeper?.begin();
      // Nothing that the disk does holds an emergency call up.
      await Promise.all([this.emergency ? undefined : kept, this.#openMedia()]);
      this.#machine.dispatch({ type: 'opened' });
    });
  }

  end(ending: Ending): void {
    this.#machine.dispatch({ type: 'ended', ending });
  }

  channelsOn(trunk: string): number {
    return this.#core.channelsOn(trunk, this.trunk);
  }

  get rings(): readonly string[] {
    return this.#core.conversation?.rings ?? this.#callee.rings;
  }

  pickUp(taker: Taker): boolean {
    const talk = this.#core.conversation;
    if (talk) return talk.take(taker, 'picked-up');
    if (this.#machine.state.at !== 'calling' || this.#facts.destination.kind === 'external') return false;
    void this.#admit(taker);
    return true;
  }

  async #admit(taker: Taker): Promise<void> {
    const { session } = this.#core;
    const leg = this.#legs.callee;
    const arrived = await admit(taker, {
      session,
      leg,
      address: this.#context.address,
      config: this.#context.config,
      log: this.#log,
    });
    if (!arrived) return;
    if (this.#machine.state.at !== 'calling')
      return void arrived.dialog.bye(reasonHeader({ by: 'halina', reason: 'unreachable' }));
    this.#callee.cancel(completedElsewhere);
    this.#picked = true;
    this.#attach(arrived);
    this.#calleeReady();
  }

  find(name: DialogName): Placed | undefined {
    const { destination, extension } = this.#facts;
    const isExternal = destination.kind === 'external';
    const early = { callId: this.id, early: true, isExternal, give: () => false };
    const rung = this.#callee.extensionOf(name);
    if (rung !== undefined) {
      const party: Party = { kind: 'handset', extension: rung };
      const replace = (taker: Taker): boolean => this.pickUp(taker);
      return { ...early, party, leg: this.#legs.callee, claim: () => undefined, replace };
    }
    if (this.#machine.state.at === 'calling' && isCaller(this.#from, name)) {
      const party: Party = { kind: 'handset', extension };
      const claim = (): Claim | undefined => this.#claim.make((ending) => this.end(ending));
      return { ...early, party, leg: this.#legs.caller, claim, replace: () => false };
    }
    return findTalking(this.#core, this.id, isExternal, name);
  }

  /** The caller gave up; where another call waits for the callee, that goes on ringing. */
  #callerGone(ending: Ending): void {
    if (!this.#claim.callerGone(ending)) this.end(ending);
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case 'remind':
        return this.#remind();
      case 'call':
        this.#keeper?.reserve(); // so that the recording can begin with the first word
        return this.#callee.call();
      case 'progress':
        return this.#progress(effect.media);
      case 'announce':
        return this.#core.step(() => this.#announce());
      case 'unrecorded':
        return this.#keeper?.facts.notRecorded(effect.why);
      case 'connect':
        return this.#core.step(() => this.#connect());
      case 'finish':
        this.#claim.fail();
        this.#callee.cancel(reasonHeader(effect.ending));
        this.#place?.close();
        return void this.#core.close(effect.ending);
    }
  }

  async #openMedia(): Promise<void> {
    const { media, address, handsets } = this.#context;
    const { destination } = this.#facts;
    const caller = address(this.#from.source.address);
    const callee = address(
      destination.kind === 'external'
        ? addressOfTrunk(destination.trunk)
        : handsets.targets(destination.extension)[0]?.binding.sourceAddress,
    );
    const { caller: leg } = this.#legs;
    this.#calleeLocal = callee.local;
    const session = await media.openSession({
      id: this.id,
      addresses: leg === 'inside' ? { inside: caller, outside: callee } : { outside: caller, inside: callee },
      ...(this.#keeper ? { codes: { inside: Object.values(codes) } } : {}),
    });
    if (this.#core.isClosing) return void (await session.close());
    this.#core.adopt(session);
    this.#caller.negotiate(session);
    const core = this.#core;
    const reminded = (whole: boolean): void => this.#reminded(whole);
    this.#early = new EarlySound({
      session,
      leg,
      language: this.#language,
      log: this.#log,
      get signal() {
        return core.signal;
      },
      reminded,
    });
  }

  #reminded(whole: boolean): void {
    this.#keeper?.facts.reminded(whole);
    this.#keeper?.changed();
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
      case 'leaves':
        return this.#leave(event.to, event.ending);
      case 'answered': {
        const { dialog, party = this.#dialled, peer = session.peer(leg) } = event;
        if (this.#claim.answered({ party, dialog, told: peer.told })) return undefined;
        const { remoteSdp, source } = dialog;
        this.#attach({ party, dialog, peer });
        return this.#core.step(async () => {
          if (remoteSdp !== '' || !this.#hasEarly) peer.acceptAnswer(remoteSdp, source.address);
          this.#calleeReady();
          return Promise.resolve();
        });
      }
    }
  }

  /** Forwarded outside: from there on it is a call with the outside, with all that is kept of one. */
  #leave(to: DialStep, ending: Ending): void {
    const goOutside = this.#goOutside;
    if (!goOutside || this.#claim.isWanted) return this.end(ending);
    this.#log.info({ by: to.by, why: to.why }, 'a call within the house goes on outside');
    this.#caller.release();
    goOutside(to);
    return this.end(ending);
  }

  #attach(arrived: Arrived): void {
    const leg = this.#legs.callee;
    this.#keeper?.facts.answered();
    const { config, clock } = this.#context;
    this.#answered = named(arrived.party, config);
    this.#readyAt = answeredAt(arrived.dialog, clock.now());
    this.#calleeSide = this.#core.attachCallee(arrived, leg, (event) => this.#sideEvent(leg, event));
  }

  #calleeReady(): void {
    this.#machine.dispatch({ type: 'callee-answered' });
  }

  /** Whom the number is of, as long as nobody else has answered for it. */
  get #dialled(): Party {
    const { destination } = this.#facts;
    if (destination.kind === 'internal') return { kind: 'handset', extension: destination.extension };
    return { kind: 'outside', number: destination.number, trunk: this.#trunk ?? destination.trunk };
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

  /** The callee describes its side anew before it answers. */
  #takeUpdate(sdp: string, signalling: string): string {
    const answer = this.#core.session.acceptOffer(this.#legs.callee, sdp, signalling);
    this.#hasEarly = true;
    return answer;
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
    this.#readyAt = this.#context.clock.now();
    this.#machine.dispatch({ type: confirmed ? 'notice-given' : 'notice-failed' });
  }

  async #connect(): Promise<void> {
    const { config } = this.#context;
    const tellHold = this.#trunk?.tellHold ?? false;
    await this.#caller.answer(this.#core.session, abilities.handset);
    if (this.#core.isClosing) return;
    this.#goOutside = undefined;
    const unconfirmed = this.#plan.notice === 'employee' ? config.outbound.unconfirmed : undefined;
    this.#core.connect(
      { language: this.#language, privateGraceMs: config.recording.privateGrace, unconfirmed, tellHold },
      this.#talkers,
      this.#how,
    );
    this.#early?.connected();
    this.#core.saveDialogs();
    this.#keeper?.changed();
    this.#machine.dispatch({ type: 'connected' });
  }

  /** How the two came to talk, and since when. */
  get #how(): Parameters<CallCore['connect']>[2] {
    const { sent } = this.#from;
    const at = this.#readyAt;
    if (sent) return { why: 'transferred', sender: sent.by, at };
    return { why: this.#picked ? 'picked-up' : 'answered', at };
  }

  get #talkers(): Readonly<Record<Leg, Party>> {
    const { extension, displayName } = this.#facts;
    const caller: Party = { kind: 'handset', extension, displayName };
    const callee = this.#answered ?? this.#dialled;
    return this.#legs.caller === 'inside' ? { inside: caller, outside: callee } : { outside: caller, inside: callee };
  }

  #sideEvent(leg: Leg, event: SideEvent): void {
    if (event.type === 'key' || event.type === 'refer' || event.type === 'fax' || this.#machine.state.at === 'talking')
      return this.#core.sideEvent(leg, event);
    const ending = endingOf(leg, event);
    const isCaller = leg === this.#legs.caller;
    if (this.#machine.state.at === 'connecting' && (isCaller || this.#caller.side)) return this.#leftAtOnce(ending);
    // One of them left between the callee's answer and the connection.
    return this.end(beforeConnection(ending, isCaller ? 'cancelled' : 'refused'));
  }

  /** Both had answered, and one of them was gone before they could be connected. */
  #leftAtOnce(ending: Ending): void {
    this.#keeper?.leftAtOnce(this.#talkers.inside, this.#how, ending.at);
    this.end(ending);
  }

  #makeCallee(destination: Destination): Callee {
    const { sip, clock, config, switchboard } = this.#context;
    const log = this.#log;
    const ringMs = config.outbound.ring;
    const tell = (event: CalleeEvent): void => this.#calleeEvent(event);
    if (destination.kind === 'external') {
      const { trunk, target, others, emergency } = destination;
      const { trunkHealth: health, makeRoom } = this.#context;
      const onTrunk = (next: Trunk): void => {
        this.#trunk = next;
        this.#keeper?.facts.trunk(next.name);
      };
      const offer = (to: Trunk): string => {
        const peer = this.#core.session.peer(this.#legs.callee);
        peer.secure(trunkSecurity(this.#context.config, to));
        return peer.createOffer();
      };
      const take = (sdp: string, from: string): string => this.#takeUpdate(sdp, from);
      const ways = [{ trunk, target }, ...others];
      const room = emergency ? { makeRoom } : {};
      return new FailoverCallee({ sip, clock, log, ways, health, ringMs, offer, take, tell, onTrunk, ...room });
    }
    return new ExtensionCallee(switchboard.itinerary(destination), () => this.#host(), tell);
  }

  #host(): StepHost {
    const core = this.#core;
    const { session } = core;
    const { extension, displayName } = this.#facts;
    const { caller: leg, callee } = this.#legs;
    this.#place = new Placer(session, callee, this.#context.address, this.#calleeLocal);
    return {
      context: this.#context,
      log: this.#log,
      session,
      leg,
      place: this.#place,
      language: this.#language,
      headers: fromExtension(extension, displayName),
      get signal() {
        return core.signal;
      },
      onKey: (listener) => this.#core.onKey(leg, listener),
    };
  }

  get #language(): string {
    return this.#context.config.notice.language;
  }
}
