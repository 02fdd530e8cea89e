/**
 * Two parties who talk, and who they are as time goes on: does what the machine in `transition.ts` asks for. The media
 * session, and with it the recording, stays the same from the first word to the last.
 */
import type { TalkReason } from '../../entry/call-entry.js';
import type { Leg } from '../../media/engine.js';
import type { Dialog, DialogEnd, Headers, IncomingRequest } from '../sip-port.js';
import { completedElsewhere, reasonHeader, type Ending } from '../call/ending.js';
import { passFax } from '../call/fax.js';
import { endingOf } from '../call/leaving.js';
import { Machine } from '../call/machine.js';
import { partyFacts, partyName } from '../call/party.js';
import { reply } from '../call/reply.js';
import { Side, type FaxRequest, type SideEvent } from '../call/side.js';
import { lend } from './lending.js';
import { Movers, type Begin } from './movers.js';
import type { Arrived, Move, MoveEvent } from './moves.js';
import type { ConversationOptions, Place } from './options.js';
import { Referrals } from './referrals.js';
import { wishOf, type Wish } from './referral.js';
import type { Parked } from './orbits.js';
import type { Claim, Placed, Taker } from './switchboard.js';
import { initial, otherLeg, transition, type Effect, type Event, type Failure, type State } from './transition.js';
import { sendOut } from './sending-out.js';
import { Waiting } from './waiting.js';

/** What only those conversations have in which somebody moves. */
interface Moving {
  readonly movers: Movers;
  readonly parked: Parked;
  readonly referrals: Referrals;
}

/** What is being done for a sender. */
interface Asked {
  /** The extension that sends the call on, for the entry. */
  readonly sender: string | undefined;
  /** Who is to come, for the entry and the log. */
  readonly name: string;
  readonly told: (status: number) => void;
  readonly begin: Begin;
  readonly orbit?: string;
  /** The one who stays hears ringing tone; else music. */
  readonly rings: boolean;
}

/** Of a parked call: somebody comes for it, or nobody does. */
const nothingBegins: Begin = () => ({ cancel: () => undefined });

export class Conversation {
  readonly #options: ConversationOptions;
  readonly #places: Record<Leg, Place>;
  readonly #machine: Machine<State, Event, Effect>;
  readonly #waiting: Waiting;
  #own: Moving | undefined;
  #asked: Asked | undefined;
  #move: Move | undefined;
  #arrived: Arrived | undefined;
  /** One that was lent, and stays away. */
  #away: Side | undefined;

  constructor(options: ConversationOptions, places: Readonly<Record<Leg, Place>>) {
    this.#options = options;
    this.#places = { ...places };
    this.#waiting = new Waiting(options);
    this.#machine = new Machine<State, Event, Effect>(initial, transition, (effect) => this.#perform(effect));
  }

  get #moving(): Moving {
    this.#own ??= {
      movers: new Movers(this.#options, (leg) => this.#places[leg].party),
      parked: { take: (taker) => this.take(taker, 'retrieved') },
      referrals: new Referrals(this.#options.log),
    };
    return this.#own;
  }

  /** What is being done: `talking`, `moving`, `parked`… */
  get state(): State['at'] {
    return this.#machine.state.at;
  }

  /** Who has the place on a leg, or had it last. */
  place(leg: Leg): Place {
    return this.#places[leg];
  }

  /** Handsets that ring to come into it. */
  get rings(): readonly string[] {
    return this.#move?.rings ?? [];
  }

  /** Something of a party's dialog. `side`: whose; it may have been replaced by now. */
  event(leg: Leg, side: Side | undefined, event: Exclude<SideEvent, { type: 'key' }>): void {
    const isCurrent = side === this.#places[leg].side;
    if (event.type === 'refer') {
      if (isCurrent) this.#refer(leg, event.request, event.first);
      else void reply(event.request, 481, this.#options.log);
    } else if (event.type === 'fax') {
      if (isCurrent && this.state === 'talking') void this.#fax(leg, event);
      else void reply(event.request, 488, this.#options.log);
    } else if (isCurrent) this.#machine.dispatch({ type: 'left', leg, ending: endingOf(leg, event) });
  }

  /** A handset takes the place that is to be given away, or the parked call's. Whether it may try. */
  take(taker: Taker, why: TalkReason): boolean {
    const { state } = this.#machine;
    if (state.at !== 'moving' && state.at !== 'parked') return false;
    this.#admit(taker, state.leg, why, ['moving', 'parked']);
    return true;
  }

  /** A handset takes the place of the one that has it. Whether it may try. */
  replace(taker: Taker, leg: Leg): boolean {
    if (this.state !== 'talking') return false;
    this.#admit(taker, leg, 'picked-up', ['talking']);
    return true;
  }

  /** A party of another call gets the place on this leg. Whether it may try. */
  give(leg: Leg, claim: Claim, told: (status: number) => void): boolean {
    if (this.state !== 'talking') return false;
    const begin = this.#moving.movers.takeOver(leg, claim);
    this.#ask(leg, { sender: this.#extensionOn(leg), name: 'attended', told, rings: false, begin });
    return true;
  }

  /** The party that talks with this leg's is wanted in another call; undefined where it is not to be had. */
  claim(leg: Leg): Claim | undefined {
    return this.state === 'talking' ? this.#lend(otherLeg(leg)) : undefined;
  }

  #lend(wanted: Leg): Claim {
    const { clock, log } = { ...this.#options.context, log: this.#options.log };
    const place = this.#places[wanted];
    const { peer } = place.side;
    this.#machine.dispatch({ type: 'claimed', leg: wanted });
    const lost = (end: DialogEnd): void => {
      this.#machine.dispatch({ type: 'left', leg: wanted, ending: endingOf(wanted, { type: 'left', end }) });
    };
    const kept = (): void => {
      this.#seat(wanted, { party: place.party, dialog: place.side.dialog, peer });
      this.#machine.dispatch({ type: 'kept' });
    };
    return lend({ place, peer, clock, log, lost, kept, taken: () => this.#machine.dispatch({ type: 'taken' }) });
  }

  /** The call is over. */
  close(ending: Ending): void {
    this.#machine.dispatch({ type: 'ended', ending });
    this.#waiting.close();
    this.#own?.referrals.close();
  }

  /** Ends the dialogs of both. Never rejects. */
  async hangUp(ending: Ending): Promise<void> {
    const here = Object.values(this.#places).filter(({ side }) => side !== this.#away);
    // One that is lent has no side here that would hang up.
    await Promise.all(here.map(({ side }) => this.#farewell(side.dialog, reasonHeader(ending))));
  }

  #farewell(dialog: Dialog, headers: Headers): Promise<void> {
    return this.#own ? this.#own.referrals.farewell(dialog, headers) : dialog.bye(headers);
  }

  #admit(taker: Taker, leg: Leg, why: TalkReason, during: readonly State['at'][]): void {
    this.#moving.movers.admit(leg, taker, {
      isWanted: () => during.includes(this.state),
      arrived: (arrived) => {
        this.#move?.cancel(completedElsewhere);
        this.#arrived = arrived;
        this.#machine.dispatch({ type: 'moved', leg, why });
      },
    });
  }

  async #fax(leg: Leg, asked: FaxRequest): Promise<void> {
    const [from, to] = [this.#places[leg].side, this.#places[otherLeg(leg)].side];
    const answer = await passFax(asked, from, to, this.#options.log);
    if (asked.terms) this.#options.call.passesFax(answer === 't38' ? 't38' : 'g711');
  }

  #refer(leg: Leg, request: IncomingRequest, first: boolean): void {
    const { log } = this.#options;
    const { party, side } = this.#places[leg];
    const stays = this.#places[otherLeg(leg)].party;
    const busy = this.state !== 'talking';
    const wish: Wish = busy
      ? { kind: 'refused', status: 491, reason: 'the call is on its way to someone already' }
      : wishOf(request, { leg, sender: party, stays }, this.#options);
    if (wish.kind === 'refused') {
      log.info({ from: partyName(party), status: wish.status, reason: wish.reason }, 'a transfer was refused');
      return void reply(request, wish.status, log);
    }
    log.info({ from: partyName(party), wish: wish.kind }, 'a call is sent on');
    return this.#grant(leg, wish, this.#moving.referrals.accept(request, side.dialog, first));
  }

  #grant(leg: Leg, wish: Exclude<Wish, { kind: 'refused' }>, told: (status: number) => void): void {
    const { movers, parked } = this.#moving;
    const { switchboard } = this.#options.context;
    const sender = this.#extensionOn(leg);
    switch (wish.kind) {
      case 'call':
        return this.#ask(leg, { sender, name: wish.name, told, rings: true, begin: movers.call(leg, wish.itinerary) });
      case 'send-out': {
        const going = { stays: this.#places[otherLeg(leg)], sender: wish.sender, dialled: wish.dialled, switchboard };
        const claim = (): Claim | undefined => (this.state === 'moving' ? this.#lend(otherLeg(leg)) : undefined);
        const begin: Begin = (tell) => sendOut({ ...going, claim }, tell);
        return this.#ask(leg, { sender, name: wish.name, told, rings: true, begin });
      }
      case 'take-over':
        return this.#ask(leg, { sender, name: wish.name, told, rings: false, begin: movers.takeOver(leg, wish.claim) });
      case 'hand-over':
        return this.#handOver(leg, wish.to, told);
      case 'park':
        if (!switchboard.orbits.put(wish.orbit, parked)) return told(486);
        this.#asked = { sender, name: wish.orbit, told, orbit: wish.orbit, rings: false, begin: nothingBegins };
        return this.#machine.dispatch({ type: 'asked', leg, what: 'park' });
    }
  }

  /** The party that talks with this leg's goes to another call, where it is wanted. */
  #handOver(leg: Leg, to: Placed, told: (status: number) => void): void {
    const claim = this.claim(leg);
    if (!claim) return told(480);
    if (to.give(claim, told)) return undefined;
    claim.giveBack(false);
    return told(480);
  }

  /** The extension of who has a place; undefined of one outside. */
  #extensionOn(leg: Leg): string | undefined {
    const { party } = this.#places[leg];
    return party.kind === 'handset' ? party.extension : undefined;
  }

  #ask(leg: Leg, asked: Asked): void {
    this.#asked = asked;
    this.#machine.dispatch({ type: 'asked', leg, what: 'move' });
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case 'begin':
        return this.#begin(effect.leg);
      case 'park':
        return this.#park(effect.leg);
      case 'return':
        return this.#return(effect.leg);
      case 'resume':
        return this.#resume(effect.leg, effect.failure);
      case 'join':
        return this.#join(effect.leg, effect.why);
      case 'give-up':
        return this.#move?.cancel(reasonHeader(effect.ending));
      case 'let-go':
        return this.#letGo();
      case 'part':
        return this.#waiting.part(effect.leg, () => this.#machine.dispatch({ type: 'parted' }));
      case 'finish':
        return this.#options.call.end(effect.ending);
    }
  }

  #begin(leg: Leg): void {
    const asked = this.#asked;
    if (!asked) return;
    this.#waiting.begin(leg, asked.rings ? 'ringing' : 'connecting', { to: asked.name, sender: asked.sender });
    this.#move = asked.begin((event) => this.#moveEvent(leg, event, 'transferred'));
    this.#options.call.changed();
  }

  #moveEvent(leg: Leg, event: MoveEvent, why: TalkReason): void {
    if (event.type === 'rings') return this.#asked?.told(180);
    if (event.type === 'failed') return this.#machine.dispatch({ type: 'failed', failure: event.failure });
    this.#arrived = event.arrived;
    return this.#machine.dispatch({ type: 'moved', leg, why });
  }

  #park(leg: Leg): void {
    const asked = this.#asked;
    if (!asked) return;
    const { config } = this.#options.context;
    this.#waiting.begin(leg, 'parked', { to: asked.name, sender: asked.sender });
    this.#waiting.atMost(config.features.park.timeout, () => this.#machine.dispatch({ type: 'waited' }));
    asked.told(200);
    void this.#dismiss(this.#places[leg]);
    this.#options.call.changed();
  }

  /** Back to the sender, who is rung. */
  #return(leg: Leg): void {
    const { log, context } = this.#options;
    const sender = this.#asked?.sender;
    this.#leaveOrbit();
    this.#asked?.told(480);
    log.info({ sender }, 'a call goes back to who sent it on');
    if (sender === undefined)
      return this.#machine.dispatch({ type: 'failed', failure: { why: 'unreachable', status: 480 } });
    this.#waiting.begin(leg, 'ringing', { to: sender, sender });
    const begin = this.#moving.movers.call(leg, context.switchboard.backTo(sender));
    this.#move = begin((event) => this.#moveEvent(leg, event, 'returned'));
    return this.#options.call.changed();
  }

  /** The sender has the call again: it never left. */
  #resume(leg: Leg, { status }: Failure): void {
    this.#asked?.told(status);
    this.#waiting.end();
    this.#bridge(leg, 'returned');
  }

  #join(leg: Leg, why: TalkReason): void {
    const arrived = this.#arrived;
    if (!arrived) return;
    const before = this.#places[leg];
    this.#arrived = undefined;
    this.#leaveOrbit();
    this.#waiting.end();
    this.#seat(leg, arrived);
    this.#asked?.told(200);
    this.#bridge(leg, why);
    arrived.settled?.();
    void this.#dismiss(before);
    this.#options.log.info({ to: partyName(arrived.party), from: partyName(before.party), why }, 'another party talks');
  }

  /** A party takes its place: from here on its dialog is this call's. */
  #seat(leg: Leg, { party, dialog, peer, offered = false }: Arrived): void {
    const { context, log, call } = this.#options;
    const { clock } = context;
    const side: Side = new Side({
      dialog,
      leg,
      peer,
      clock,
      log,
      offered,
      tell: (event) => call.tell(leg, side, event),
    });
    this.#places[leg] = { party, side };
  }

  #bridge(leg: Leg, why: TalkReason): void {
    const { session, keeper, call } = this.#options;
    const facts = partyFacts(this.#places[leg].party);
    const sender = this.#asked?.sender;
    keeper?.facts.talk({ ...facts, why, ...(sender === undefined ? {} : { sender }) });
    keeper?.changed();
    this.#move = undefined;
    this.#asked = undefined;
    session.bridge({ ...facts, why });
    call.changed();
  }

  /** Hangs up on who sent the call on, once it was told how that went. */
  async #dismiss({ side }: Place): Promise<void> {
    await this.#farewell(side.dialog, reasonHeader({ by: 'halina', reason: 'completed' }));
    this.#options.call.changed();
  }

  /** The party that was lent stays in the other call. */
  #letGo(): void {
    const lent = Object.values(this.#places).find(({ side }) => side.isSurrendered);
    this.#away = lent?.side;
    this.#asked?.told(200);
  }

  #leaveOrbit(): void {
    const orbit = this.#asked?.orbit;
    if (orbit !== undefined) this.#options.context.switchboard.orbits.leave(orbit, this.#moving.parked);
  }
}
