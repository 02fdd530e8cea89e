/**
 * A call that a handset makes, to the outside or to another handset: does what the machine in `transition.ts` asks for,
 * and tells it what became of it. Nothing is kept of calls between handsets; there the caller has the `outside` leg.
 */
import type { CallId } from '../../base/brands.js';
import { newCallId } from '../../base/call-id.js';
import type { Log } from '../../base/log.js';
import type { Leg } from '../../media/engine.js';
import type { Caller } from '../call/caller.js';
import type { Call, CallContext, LiveCall } from '../call/context.js';
import { CallCore } from '../call/core.js';
import { completedElsewhere, reasonHeader, type Ending } from '../call/ending.js';
import { findTalking } from '../call/find.js';
import { codes } from '../call/in-call.js';
import { answeredAt, endingOf } from '../call/leaving.js';
import { Machine } from '../call/machine.js';
import { announce } from '../call/notice.js';
import { named, type Joined, type Party } from '../call/party.js';
import { RecordKeeper } from '../call/record-keeper.js';
import { abilities } from '../options.js';
import type { DialStep } from '../steps/step.js';
import { EarlyClaim } from '../transfer/early-claim.js';
import { Admission } from '../transfer/admission.js';
import type { Arrived } from '../transfer/moves.js';
import type { DialogName } from '../transfer/refer.js';
import type { Claim, Placed, Taker } from '../transfer/switchboard.js';
import type { Trunk } from '../trunks/sources.js';
import { BeforeAnswer, type BeforeEvent } from './before-answer.js';
import { callerFacts, callerOf, isCaller, type CallerFacts } from './caller-of.js';
import { addressOf, dialledParty, entryOf, legsOf, planOf, shownAs, type DialledFacts } from './plan.js';
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
  readonly #machine: Machine<State, Event, Effect>;
  readonly #claim = new EarlyClaim();
  readonly #admission = new Admission();
  /** By which the call goes. */
  #trunk: Trunk | undefined;
  /** There once there is a media session. */
  #before: BeforeAnswer | undefined;
  /** Who answered. `at`: or was told what it had to be told. */
  #answered: Joined | undefined;

  /** @param closed called once, when nothing is left of the call */
  constructor(context: CallContext, facts: DialledFacts, closed: () => void) {
    const { extension, displayName, destination, leave } = facts;
    this.#context = context;
    this.#facts = { extension, displayName, destination };
    this.#goOutside = leave;
    this.#from = callerFacts(facts);
    this.#startedAt = context.clock.now();
    this.id = newCallId(this.#startedAt);
    const log = context.log.child({ callId: this.id });
    this.#log = log;
    const isExternal = destination.kind === 'external';
    this.#trunk = isExternal ? destination.trunk : undefined;
    this.emergency = isExternal && destination.emergency;
    this.#plan = planOf(context.config, destination);
    this.#legs = legsOf(destination);
    const { caller: leg } = this.#legs;
    this.#keeper = isExternal
      ? new RecordKeeper(context.ledger, entryOf(context, this.id, facts, destination), log)
      : undefined;
    this.#caller = callerOf(facts, {
      context,
      leg,
      log,
      cancelled: () => this.#callerGone({ by: 'employee', reason: 'cancelled' }),
      tell: (event) => this.#core.sideEvent(leg, event),
    });
    this.#core = new CallCore({
      id: this.id,
      context,
      log,
      keeper: this.#keeper,
      caller: this.#caller,
      calledBy: 'employee',
      end: (ending) => this.end(ending),
      left: (from, event) => this.#left(from, endingOf(from, event)),
      closed,
    });
    this.#machine = new Machine<State, Event, Effect>(initial, transition(this.#plan), (effect) =>
      this.#perform(effect),
    );
  }

  get trunk(): string | undefined {
    return this.#trunk?.name;
  }

  get live(): LiveCall {
    const { destination, extension } = this.#facts;
    return {
      id: this.id,
      state: this.#core.conversation?.state ?? this.#machine.state.at,
      ...shownAs(destination, this.#trunk),
      extension,
      ...(this.rings.length > 0 ? { ringing: this.rings } : {}),
      startedAt: this.#startedAt,
      ...(this.#keeper?.shown ?? { recording: false }),
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
    return this.#core.conversation?.rings ?? this.#before?.rings ?? [];
  }

  get #isCalling(): boolean {
    return this.#machine.state.at === 'calling';
  }

  pickUp(taker: Taker): boolean {
    const talk = this.#core.conversation;
    if (talk) return talk.take(taker, 'picked-up');
    if (!this.#isCalling || this.#facts.destination.kind === 'external') return false;
    this.#admit(taker);
    return true;
  }

  #admit(taker: Taker): void {
    const { address, config } = this.#context;
    const { session } = this.#core;
    const arrived = (one: Arrived): void => {
      this.#before?.cancel(completedElsewhere);
      this.#attach(one, 'picked-up');
      this.#machine.dispatch({ type: 'callee-answered' });
    };
    const isWanted = (): boolean => this.#isCalling;
    const leg = this.#legs.callee;
    void this.#admission.admit(taker, { session, leg, address, config, log: this.#log, isWanted, arrived });
  }

  find(name: DialogName): Placed | undefined {
    const { destination, extension } = this.#facts;
    const isExternal = destination.kind === 'external';
    const early = { callId: this.id, early: true, isExternal, give: () => false };
    const rung = this.#before?.extensionOf(name);
    if (rung !== undefined) {
      const party: Party = { kind: 'handset', extension: rung };
      const replace = (taker: Taker): boolean => this.pickUp(taker);
      return { ...early, party, leg: this.#legs.callee, claim: () => undefined, replace };
    }
    if (this.#isCalling && isCaller(this.#from, name)) {
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
        return this.#before?.remind();
      case 'call':
        this.#keeper?.reserve(); // so that the recording can begin with the first word
        return this.#before?.call();
      case 'progress':
        return this.#before?.progress(effect.media);
      case 'announce':
        return this.#core.step(() => this.#announce());
      case 'unrecorded':
        return this.#keeper?.facts.notRecorded(effect.why);
      case 'connect':
        return this.#core.step(() => this.#connect());
      case 'talked-at-once':
        return this.#keeper?.leftAtOnce(this.#talkers.inside, this.#how, effect.at);
      case 'finish':
        this.#claim.fail();
        this.#before?.close(reasonHeader(effect.ending));
        return void this.#core.close(effect.ending);
    }
  }

  async #openMedia(): Promise<void> {
    const { address } = this.#context;
    const own = address(this.#from.source.address);
    const other = address(addressOf(this.#facts.destination, this.#context));
    const session = await this.#core.open({
      addresses: this.#byLeg(own, other),
      ...(this.#keeper ? { codes: { inside: Object.values(codes) } } : {}),
    });
    if (!session) return;
    this.#caller.negotiate(session);
    this.#before = new BeforeAnswer({
      context: this.#context,
      log: this.#log,
      facts: this.#facts,
      call: this.#core,
      session,
      legs: this.#legs,
      caller: this.#caller,
      keeper: this.#keeper,
      language: this.#language,
      calleeLocal: other.local,
      reminds: this.#plan.notice === 'employee',
      tell: (event) => this.#calleeEvent(event),
      onTrunk: (trunk) => this.#goesBy(trunk),
    });
  }

  #goesBy(trunk: Trunk): void {
    this.#trunk = trunk;
    this.#keeper?.facts.trunk(trunk.name);
  }

  #byLeg<T>(caller: T, callee: T): Readonly<Record<Leg, T>> {
    return this.#legs.caller === 'inside' ? { inside: caller, outside: callee } : { outside: caller, inside: callee };
  }

  #calleeEvent(event: BeforeEvent): void {
    switch (event.type) {
      case 'progress':
        return this.#machine.dispatch({ type: 'callee-rings', media: event.media });
      case 'failed':
        return this.end(event.ending);
      case 'leaves':
        return this.#leave(event.to, event.ending);
      case 'answered': {
        const { dialog, party = this.#dialled, peer = this.#core.session.peer(this.#legs.callee) } = event;
        if (this.#claim.answered({ party, dialog, told: peer.told })) return undefined;
        const { remoteSdp, source } = dialog; // It is not kept once somebody listens.
        this.#attach({ party, dialog, peer }, 'answered');
        return this.#core.step(async () => {
          this.#before?.take({ remoteSdp, source }, peer);
          this.#machine.dispatch({ type: 'callee-answered' });
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

  #attach(arrived: Arrived, why: Joined['why']): void {
    this.#keeper?.facts.answered();
    const { config, clock } = this.#context;
    this.#answered = { party: named(arrived.party, config), why, at: answeredAt(arrived.dialog, clock.now()) };
    this.#core.attachCallee(arrived, this.#legs.callee);
  }

  /** Whom the number is of, as long as nobody else has answered for it. */
  get #dialled(): Party {
    return dialledParty(this.#facts.destination, this.#trunk);
  }

  async #announce(): Promise<void> {
    const keeper = this.#keeper;
    if (!keeper) return;
    this.#before?.ringOn();
    const { clock } = this.#context;
    const side = this.#core.callee;
    const call = { core: this.#core, keeper, leg: this.#legs.callee, side, language: this.#language };
    const given = await announce(this.#context, call, this.#log);
    const confirmed = given?.isWhole ?? false;
    keeper.facts.outboundNotice({
      mode: 'automatic',
      confirmed,
      ...(confirmed ? { at: clock.now() } : {}),
      ...(given ? { evidence: given.evidence } : {}),
    });
    keeper.changed();
    if (this.#answered) this.#answered = { ...this.#answered, at: clock.now() };
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
    this.#before?.connected();
    this.#core.saveDialogs();
    this.#keeper?.changed();
    this.#machine.dispatch({ type: 'connected' });
  }

  /** How the two came to talk, and since when. */
  get #how(): Parameters<CallCore['connect']>[2] {
    const { sent } = this.#from;
    const { why = 'answered', at } = this.#answered ?? {};
    return sent ? { why: 'transferred', sender: sent.by, at } : { why, at };
  }

  get #talkers(): Readonly<Record<Leg, Party>> {
    const { extension, displayName } = this.#facts;
    return this.#byLeg<Party>({ kind: 'handset', extension, displayName }, this.#answered?.party ?? this.#dialled);
  }

  /** A party that had answered leaves before the two talk. */
  #left(leg: Leg, ending: Ending): void {
    const who = leg === this.#legs.caller ? 'caller' : 'callee';
    const both = who === 'caller' || this.#caller.side !== undefined;
    this.#machine.dispatch({ type: 'left', who, ending, both });
  }

  get #language(): string {
    return this.#context.config.notice.language;
  }
}
