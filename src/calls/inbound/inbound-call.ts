/**
 * A call from outside: does what the machine in `transition.ts` asks for, and tells it what became of it.
 */
import { newCallId } from '../../base/call-id.js';
import type { CallId } from '../../base/brands.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { TalkReason } from '../../entry/call-entry.js';
import type { Leg } from '../../media/engine.js';
import { CallCore } from '../call/core.js';
import { CallerLeg } from '../call/caller-leg.js';
import type { Call, CallContext, LiveCall } from '../call/context.js';
import { completedElsewhere, reasonHeader, type Ending } from '../call/ending.js';
import { findTalking } from '../call/find.js';
import { fromOutside } from '../call/identity.js';
import { codes } from '../call/in-call.js';
import { answeredAt, endingOf } from '../call/leaving.js';
import { Machine } from '../call/machine.js';
import { announce } from '../call/notice.js';
import { named, partyName, type Joined, type Party } from '../call/party.js';
import { Placer } from '../call/placer.js';
import { RecordKeeper } from '../call/record-keeper.js';
import { trunkSecurity } from '../call/security.js';
import type { Source } from '../sip-port.js';
import { stepHost } from '../steps/host.js';
import { runStep } from '../steps/runners.js';
import type { Answered, Parting, RunningStep, Step, StepEvent, StepHost } from '../steps/step.js';
import { Admission } from '../transfer/admission.js';
import type { Arrived } from '../transfer/moves.js';
import type { DialogName } from '../transfer/refer.js';
import type { Placed, Taker } from '../transfer/switchboard.js';
import { hopsLeft } from '../trunks/diversion.js';
import { part } from './parting.js';
import { anyHandset, entryOf, planOf, sentOnBy, type InboundFacts } from './plan.js';
import { initial, transition, type Effect, type Event, type Plan, type State } from './transition.js';

export class InboundCall implements Call {
  readonly id: CallId;
  readonly trunk: string;
  readonly #context: CallContext;
  readonly #facts: Omit<InboundFacts, 'invite'>;
  /** Where the caller's signalling comes from. */
  readonly #source: Source;
  /** How many servers its INVITE may still pass. */
  readonly #hops: number | undefined;
  readonly #log: Log;
  readonly #plan: Plan;
  readonly #caller: CallerLeg;
  readonly #keeper: RecordKeeper;
  readonly #core: CallCore;
  readonly #machine: Machine<State, Event, Effect>;
  #step: RunningStep | undefined;
  #place: Placer | undefined;
  readonly #admission = new Admission();
  /** Who answered. */
  #answered: Joined | undefined;

  /** @param closed called once, when nothing is left of the call */
  constructor(context: CallContext, facts: InboundFacts, closed: () => void) {
    const { clock, config, ledger } = context;
    const { invite, trunk, route, dialled, outside, itinerary, divertedBy, emergency } = facts;
    this.id = newCallId(clock.now());
    this.trunk = trunk.name;
    this.#context = context;
    this.#facts = { trunk, route, dialled, outside, itinerary, divertedBy, emergency };
    this.#source = invite.source;
    this.#hops = hopsLeft(invite);
    const log = context.log.child({ callId: this.id });
    this.#log = log;
    this.#plan = planOf(config, route, itinerary);
    this.#keeper = new RecordKeeper(ledger, entryOf(context, this.id, facts), log);
    const end = (ending: Ending): void => this.end(ending);
    this.#caller = new CallerLeg({
      invite,
      leg: 'outside',
      security: trunkSecurity(context.config, facts.trunk, invite.source.protocol),
      clock,
      log,
      cancelled: (elsewhere) => end({ by: 'outside', reason: 'cancelled', elsewhere }),
      tell: (event) => this.#core.sideEvent('outside', event),
    });
    this.#core = new CallCore({
      id: this.id,
      context,
      log,
      keeper: this.#keeper,
      caller: this.#caller,
      calledBy: 'outside',
      end,
      left: (leg, event) => this.#left(leg, endingOf(leg, event)),
      closed,
    });
    this.#machine = new Machine<State, Event, Effect>(initial, transition(this.#plan), (effect) =>
      this.#perform(effect),
    );
  }

  get emergency(): boolean {
    return this.#facts.emergency ?? false;
  }

  get live(): LiveCall {
    const { entry, shown } = this.#keeper;
    const talk = this.#core.conversation;
    const party = talk?.place('inside').party ?? this.#answered?.party;
    return {
      id: this.id,
      direction: 'inbound',
      state: stateName(this.#machine.state, talk?.state),
      trunk: entry.trunk,
      outside: entry.outside.number ?? entry.outside.signalled,
      dialled: entry.dialled,
      ...(party?.kind === 'handset' ? { extension: party.extension } : {}),
      ...(this.rings.length > 0 ? { ringing: this.rings } : {}),
      startedAt: entry.startedAt,
      ...shown,
    };
  }

  start(): void {
    const { trunk, route, dialled } = this.#facts;
    this.#log.info({ trunk: trunk.name, route: route.name, dialled }, 'call from outside');
    this.#core.step(async () => {
      await Promise.all([this.#keeper.begin(), this.#openMedia()]);
      this.#machine.dispatch({ type: 'opened', canHearEarly: this.#caller.canHearEarly });
    });
  }

  end(ending: Ending): void {
    this.#machine.dispatch({ type: 'ended', ending });
  }

  channelsOn(trunk: string): number {
    return this.#core.channelsOn(trunk, this.trunk);
  }

  get rings(): readonly string[] {
    return this.#step?.rings ?? this.#core.conversation?.rings ?? [];
  }

  pickUp(taker: Taker): boolean {
    const talk = this.#core.conversation;
    if (talk) return talk.take(taker, 'picked-up');
    if (!this.#isWanted) return false;
    this.#admit(taker);
    return true;
  }

  /** Somebody may still answer. */
  get #isWanted(): boolean {
    const { state } = this.#machine;
    return state.at === 'walking' || (state.at === 'greeting' && state.meanwhile.is === 'taken');
  }

  #admit(taker: Taker): void {
    const { address, config } = this.#context;
    const { session } = this.#core;
    const arrived = (one: Arrived): void => {
      this.#step?.cancel(completedElsewhere);
      this.#step = undefined;
      this.#attach(one, 'picked-up');
      this.#machine.dispatch({ type: 'answered' });
    };
    const isWanted = (): boolean => this.#isWanted;
    void this.#admission.admit(taker, { session, leg: 'inside', address, config, log: this.#log, isWanted, arrived });
  }

  find(name: DialogName): Placed | undefined {
    const extension = this.#step?.extensionOf?.(name);
    if (extension === undefined) return findTalking(this.#core, this.id, true, name);
    const party: Party = { kind: 'handset', extension };
    const nothing = { claim: () => undefined, give: () => false };
    const replace = (taker: Taker): boolean => this.pickUp(taker);
    return { callId: this.id, party, leg: 'inside', early: true, isExternal: true, replace, ...nothing };
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case 'answer':
        return this.#core.step(() => this.#answer());
      case 'progress':
        return this.#caller.progress(183, true);
      case 'detach':
        return this.#core.detachCallee();
      case 'talked-at-once':
        return this.#talkedAtOnce(effect.at);
      case 'announce':
        return this.#core.step(() => this.#announce());
      case 'step':
        return this.#take(effect.step);
      case 'ringback':
        return this.#ringback();
      case 'unrecorded':
        return this.#keeper.facts.notRecorded(effect.why);
      case 'connect':
        return this.#core.step(() => this.#connect());
      case 'part':
        return this.#core.step(() => this.#part(effect.sound));
      case 'finish':
        this.#step?.cancel(reasonHeader(effect.ending));
        this.#place?.close();
        return void this.#core.close(effect.ending);
    }
  }

  async #openMedia(): Promise<void> {
    const { address } = this.#context;
    const first = anyHandset(this.#context, this.#facts.route);
    const outside = address(this.#source.address);
    const inside = first ? address(first.binding.sourceAddress) : outside;
    const session = await this.#core.open({
      addresses: { outside, inside },
      codes: { inside: [codes.private, codes.stop, codes.inform] },
    });
    if (!session) return;
    this.#place = new Placer(session, 'inside', address, inside.local);
    this.#caller.negotiate(session);
  }

  async #answer(): Promise<void> {
    await this.#caller.answer(this.#core.session);
    this.#keeper.facts.answered();
    this.#core.saveDialogs();
    this.#keeper.changed();
    this.#machine.dispatch({ type: 'caller-answered' });
  }

  async #announce(): Promise<void> {
    const { side } = this.#caller;
    const call = { core: this.#core, keeper: this.#keeper, leg: 'outside', side, language: this.#language } as const;
    const given = await announce(this.#context, call, this.#log);
    if (given) this.#keeper.facts.notice(given.evidence);
    this.#keeper.changed();
    this.#machine.dispatch({ type: given?.isWhole ? 'notice-given' : 'notice-failed' });
  }

  #take(step: Step): void {
    this.#keeper.reserve();
    const host = this.#host;
    if (host) this.#step = runStep(step, host, (event) => this.#stepEvent(event));
  }

  get #host(): StepHost | undefined {
    const place = this.#place;
    if (!place) return undefined;
    return stepHost(this.#core, {
      context: this.#context,
      log: this.#log,
      session: this.#core.session,
      leg: 'outside',
      place,
      language: this.#language,
      headers: fromOutside(this.#facts.outside),
      sentOn: { ...sentOnBy(this.#facts), hops: this.#hops },
    });
  }

  #ringback(): void {
    const hasMedia = this.#plan.notice !== 'none';
    this.#caller.progress(180, hasMedia);
    if (hasMedia) this.#core.session.tone('outside', 'ringback');
  }

  #stepEvent(event: StepEvent): void {
    if (event.type === 'rings') return this.#machine.dispatch({ type: 'rings' });
    if (event.type === 'over') return this.#machine.dispatch({ type: 'step-over', outcome: event.outcome });
    this.#step = undefined;
    if (!this.#takes(event))
      return this.#machine.dispatch({
        type: 'step-over',
        outcome: { is: 'unanswered', why: 'unreachable', status: 488 },
      });
    this.#attach(event, 'answered');
    return this.#machine.dispatch({ type: 'answered' });
  }

  /** Agrees on media with who answered; one whose answer is of no use is hung up on, as if it had not been reached. */
  #takes({ party, dialog, peer }: Answered): boolean {
    try {
      peer.acceptAnswer(dialog.remoteSdp, dialog.source.address);
      return true;
    } catch (error) {
      this.#log.warn({ who: partyName(party), error: errorMessage(error) }, 'an answer is of no use: the call goes on');
      void dialog.bye(reasonHeader({ by: 'halina', reason: 'unreachable' }));
      return false;
    }
  }

  #attach(arrived: Arrived, why: TalkReason): void {
    const { config, clock } = this.#context;
    this.#answered = { party: named(arrived.party, config), why, at: answeredAt(arrived.dialog, clock.now()) };
    this.#core.attachCallee(arrived, 'inside');
  }

  async #connect(): Promise<void> {
    const { config } = this.#context;
    const answered = this.#answered;
    if (!answered) return;
    // The recording begins with the handset's answer, not with the caller's that follows it after early media.
    void this.#keeper.start(this.#core.session);
    if (!this.#caller.side) {
      await this.#caller.answer(this.#core.session);
      this.#keeper.facts.answered();
    }
    if (this.#core.isClosing) return;
    const { outside, trunk } = this.#facts;
    const caller: Party = { kind: 'outside', number: outside.number ?? outside.signalled, trunk };
    this.#core.connect(
      {
        language: this.#language,
        privateGraceMs: config.recording.privateGrace,
        unconfirmed: undefined,
        tellHold: this.#facts.trunk.tellHold,
      },
      { outside: caller, inside: answered.party },
      { why: answered.why, at: answered.at },
    );
    this.#core.saveDialogs();
    this.#keeper.changed();
    this.#facts.itinerary.over?.();
    this.#machine.dispatch({ type: 'connected' });
  }

  async #part(sound: Parting): Promise<void> {
    if (!this.#caller.side) this.#caller.progress(183, true);
    const { session, signal } = this.#core;
    await part(sound, { session, language: this.#language, clock: this.#context.clock, log: this.#log, signal });
    this.#machine.dispatch({ type: 'parted' });
  }

  /** A party that had answered leaves before the two talk. */
  #left(leg: Leg, ending: Ending): void {
    if (leg === 'outside') return this.#machine.dispatch({ type: 'caller-left', ending });
    return this.#machine.dispatch({ type: 'callee-left', ending, both: this.#caller.side !== undefined });
  }

  #talkedAtOnce(at: number | undefined): void {
    if (this.#answered) this.#keeper.leftAtOnce(this.#answered.party, { why: this.#answered.why }, at);
  }

  get #language(): string {
    return this.#facts.route.language ?? this.#context.config.notice.language;
  }
}

/** As people call it: the step that is being taken, else the state. */
function stateName(state: State, talk: string | undefined): string {
  if (state.at === 'talking') return talk ?? state.at;
  if (state.at !== 'walking') return state.at;
  return state.step.do === 'ring' ? 'ringing' : state.step.do;
}
