/**
 * What every call has, whoever began it: a media session, up to two confirmed parties, and for calls with the outside
 * the keeper of its records. The sequence of a call is not known here; this is what the sequences work with.
 */
import type { CallId } from '../../base/brands.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Leg, MediaNews, MediaSession, SessionOptions } from '../../media/engine.js';
import type { Headers } from '../sip-port.js';
import type { Arrived } from '../transfer/moves.js';
import type { Caller } from './caller.js';
import type { CallContext } from './context.js';
import type { Fax, TalkReason } from '../../entry/call-entry.js';
import { Conversation } from '../transfer/conversation.js';
import type { ConversationHost } from '../transfer/options.js';
import { causeOf, reasonHeader, type Ending } from './ending.js';
import { endingOfFailure } from './failure.js';
import { fromExtension, fromOutside } from './identity.js';
import { InCall, type InCallRules } from './in-call.js';
import { byOf, type Leaving } from './leaving.js';
import { mediaFacts } from './media-facts.js';
import { partyFacts, partyName, type Party } from './party.js';
import type { RecordKeeper } from './record-keeper.js';
import { reply } from './reply.js';
import { Side, type SideEvent } from './side.js';

export interface CoreOptions {
  readonly id: CallId;
  readonly context: CallContext;
  readonly log: Log;
  /** Absent on internal calls, of which nothing is kept. */
  readonly keeper: RecordKeeper | undefined;
  readonly caller: Caller;
  /** Who the caller is, for the end of the call. */
  readonly calledBy: 'outside' | 'employee';
  /** The call cannot go on. Told as often as there is a reason. */
  readonly end: (ending: Ending) => void;
  /** A party that had answered leaves before the two talk. */
  readonly left: (leg: Leg, event: Leaving) => void;
  /** The call is over, and everything of it is closed. Called once. */
  readonly closed: () => void;
}

export class CallCore implements ConversationHost {
  readonly #options: CoreOptions;
  #keyListeners: readonly ((leg: Leg, digit: string) => void)[] = [];
  /** Made where somebody wants to hear of the end: of most calls nobody does. */
  #over: AbortController | undefined;
  #held: readonly Leg[] = [];
  #session: MediaSession | undefined;
  #callee: Side | undefined;
  #inCall: InCall | undefined;
  #conversation: Conversation | undefined;
  #closing = false;

  constructor(options: CoreOptions) {
    this.#options = options;
  }

  /** Aborted when the call ends. */
  get signal(): AbortSignal {
    if (this.#over) return this.#over.signal;
    this.#over = new AbortController();
    if (this.#closing) this.#over.abort(OVER);
    return this.#over.signal;
  }

  get isClosing(): boolean {
    return this.#closing;
  }

  /** The media session. To be asked for only after `open`. */
  get session(): MediaSession {
    if (!this.#session) throw new Error('the call has no media session yet');
    return this.#session;
  }

  /** Opens the media session; undefined where the call has ended meanwhile. Rejects like `MediaEngine.openSession`. */
  async open(options: Omit<SessionOptions, 'id'>): Promise<MediaSession | undefined> {
    const { id, context } = this.#options;
    const session = await context.media.openSession({ id, ...options });
    if (this.#closing) {
      await session.close();
      return undefined;
    }
    this.#session = session;
    session.hear((news) => this.#hear(news));
    return session;
  }

  #hear(news: MediaNews): void {
    const { end, keeper, log } = this.#options;
    switch (news.type) {
      case 'lost':
        return end({ by: 'halina', reason: 'engine-lost' });
      case 'dtmf':
        return this.#key(news.leg, news.digit);
      case 'hold':
        return this.#hold(news.leg, news.held);
      case 'code':
        return this.#inCall?.code(news.code, news.leg);
      case 'unsecured':
      case 'silence':
        return end({ by: byOf(news.leg), reason: 'media-lost' });
      case 'fax':
        return this.#fax({ kind: 'g711', by: news.sign });
      case 'recordingCut':
        log.warn({ reason: news.reason }, 'the recording of a call was cut');
        return keeper?.cut();
    }
  }

  #hold(leg: Leg, held: boolean): void {
    if (this.#sides().some((side) => side.leg === leg && side.isAnswering)) return;
    this.#held = [...this.#held.filter((one) => one !== leg), ...(held ? [leg] : [])];
    // While a place is given away the one who stays hears of that, not of what the others do.
    if (this.#areTogether) this.#inCall?.held(leg, held);
  }

  #fax(fax: Omit<Fax, 'at'>): void {
    this.#options.log.info(fax, 'the call is a fax');
    this.#options.keeper?.fax(fax);
  }

  /** Runs a step of the call; where it fails, the call ends. */
  step(step: () => Promise<void>): void {
    const { log, end, calledBy } = this.#options;
    step().catch((error: unknown) => {
      const facts = { error: errorMessage(error) };
      if (this.#closing) return log.debug(facts, 'a step of a call that is over');
      const ending = endingOfFailure(error, calledBy);
      log[ending.reason === 'error' ? 'error' : 'info'](facts, 'a call cannot go on');
      return end(ending);
    });
  }

  /** Keys of a leg, in RTP, sound or INFO. Gives the function that ends it. */
  onKey(leg: Leg, listener: (digit: string) => void): () => void {
    const wrapped = (from: Leg, digit: string): void => {
      if (from === leg) listener(digit);
    };
    this.#keyListeners = [...this.#keyListeners, wrapped];
    return () => (this.#keyListeners = this.#keyListeners.filter((one) => one !== wrapped));
  }

  /** The callee's dialog, once it has answered. */
  attachCallee({ dialog, peer, offered = false }: Omit<Arrived, 'party'>, leg: Leg): Side {
    const { context, log } = this.#options;
    const tell = (event: SideEvent): void => this.sideEvent(leg, event);
    const callee = new Side({ dialog, leg, peer, clock: context.clock, log, tell, offered });
    this.#callee = callee;
    this.saveDialogs();
    return callee;
  }

  /** The callee's side, once it has answered. */
  get callee(): Side | undefined {
    return this.#callee;
  }

  /** The callee is not part of the call any more. */
  detachCallee(): void {
    this.#callee = undefined;
    this.saveDialogs();
  }

  /** Tells the archive which dialogs are up. */
  saveDialogs(): void {
    const open = this.#sides().filter((side) => !side.ended);
    this.#options.keeper?.saveDialogs(open.map((side) => side.saved));
  }

  /** The confirmed parties. */
  #sides(): readonly Side[] {
    const talk = this.#conversation;
    if (talk) return [talk.place('outside').side, talk.place('inside').side];
    return [this.#options.caller.side, this.#callee].filter((side) => side !== undefined);
  }

  /**
   * Both parties talk from here on; who has which place may change as long as they do. `sender`: who sent the one inside
   * here. `at`: since when, Unix milliseconds, where that is not now.
   */
  connect(
    rules: InCallRules,
    parties: Readonly<Record<Leg, Party>>,
    { why, sender, at }: { readonly why: TalkReason; readonly sender?: string | undefined; readonly at?: number | undefined }, // prettier-ignore
  ): void {
    const { keeper, log } = this.#options;
    const { session } = this;
    const conversation = this.#converse(rules, parties);
    this.#conversation = conversation;
    const inside = parties.inside;
    keeper?.facts.connected(inside, { why, sender }, at);
    this.#inCall = this.#newInCall(rules, conversation);
    void this.#inCall.begin();
    session.bridge({ ...partyFacts(inside), why }, at);
    this.#rehold();
    log.info({ with: partyName(inside) }, 'call connected');
  }

  #converse(rules: InCallRules, parties: Readonly<Record<Leg, Party>>): Conversation {
    const { id: callId, context, keeper, log, caller } = this.#options;
    const [callerSide, callee] = [caller.side, this.#callee];
    if (!callerSide || !callee) throw new Error('a call was connected before both had answered');
    const sides = { [callerSide.leg]: callerSide, [callee.leg]: callee } as Record<Leg, Side>;
    const place = (leg: Leg) => ({ party: parties[leg], side: sides[leg] });
    const { language } = rules;
    return new Conversation(
      { callId, call: this, context, session: this.session, keeper, log, language },
      { outside: place('outside'), inside: place('inside') },
    );
  }

  shown(party: Party): Headers {
    if (party.kind === 'handset') return fromExtension(party.extension, party.displayName);
    return fromOutside(this.#options.keeper?.entry.outside ?? { signalled: party.number, withheld: false });
  }

  tell(leg: Leg, side: Side, event: SideEvent): void {
    this.sideEvent(leg, event, side);
  }

  changed(): void {
    this.saveDialogs();
    this.#rehold();
  }

  passesFax(kind: Fax['kind']): void {
    this.#fax({ kind, by: 't38' });
  }

  end(ending: Ending): void {
    this.#options.end(ending);
  }

  #newInCall(rules: InCallRules, conversation: Conversation): InCall {
    const { context, keeper, log, end } = this.#options;
    const { session } = this;
    return new InCall({ session, talk: conversation, keeper, context, log, end, rules });
  }

  /** The holds that stand, after somebody has taken a place or has it again. */
  #rehold(): void {
    if (!this.#areTogether) return;
    for (const leg of this.#held) this.#inCall?.held(leg, true);
    if (!this.#held.includes('inside')) this.#inCall?.unheld();
  }

  /** Two talk, even where one of them may be on its way to another call. */
  get #areTogether(): boolean {
    const state = this.#conversation?.state;
    return state === 'talking' || state === 'lent';
  }

  /** Who talks, and who did; undefined before the call is connected. */
  get conversation(): Conversation | undefined {
    return this.#conversation;
  }

  /** How many of the places are taken by someone behind this trunk, the caller's or callee's own included. */
  channelsOn(name: string, own: string | undefined): number {
    const talk = this.#conversation;
    if (!talk) return own === name ? 1 : 0;
    const parties = [talk.place('outside').party, talk.place('inside').party];
    return parties.filter((party) => party.kind === 'outside' && party.trunk.name === name).length;
  }

  /** An event of an answered party. `side`: whose, where it is not the leg's first. */
  sideEvent(leg: Leg, event: SideEvent, side?: Side): void {
    const conversation = this.#conversation;
    if (event.type === 'key') {
      this.#inCall?.info(leg, event.key);
      if (!this.#inCall) this.#key(leg, event.key.digit);
    } else if (conversation) conversation.event(leg, side ?? this.#firstSide(leg), event);
    else if (event.type === 'refer') void reply(event.request, 403, this.#options.log);
    else if (event.type === 'fax') void reply(event.request, 488, this.#options.log);
    else this.#options.left(leg, event);
  }

  #firstSide(leg: Leg): Side | undefined {
    return [this.#options.caller.side, this.#callee].find((side) => side?.leg === leg);
  }

  /** Ends everything that is left of the call. */
  async close(ending: Ending): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#over?.abort(OVER);
    const { keeper, log, closed } = this.#options;
    this.#inCall?.end();
    this.#conversation?.close(ending);
    keeper?.facts.end(ending);
    try {
      const goodbyes = this.#hangUp(ending);
      const ended = await this.#closeSession(ending.at);
      const media = ended && mediaFacts(ended.stats, ended.spool);
      if (media) keeper?.facts.media(media);
      if (media?.unrecorded !== undefined)
        log.error({ packets: media.unrecorded }, 'a recording lacks sound: the disk did not take it in time');
      await keeper?.end(ending, ended?.spool);
      log.info({ ...factsOf(ending, keeper), media }, 'call ended');
      await goodbyes;
    } catch (error) {
      log.error({ error: errorMessage(error) }, 'a call did not end as it should');
    } finally {
      closed();
    }
  }

  async #hangUp(ending: Ending): Promise<void> {
    const { caller } = this.#options;
    if (this.#conversation) await this.#conversation.hangUp(ending);
    else await Promise.all([caller.end(ending), this.#callee?.hangUp(reasonHeader(ending))]);
  }

  async #closeSession(at: number | undefined): Promise<Awaited<ReturnType<MediaSession['close']>> | undefined> {
    try {
      const ended = await this.#session?.close(at);
      if (ended) this.#options.log.debug({ stats: ended.stats }, 'media ended');
      return ended;
    } catch (error) {
      this.#options.log.error({ error: errorMessage(error) }, 'the media session did not close');
      return undefined;
    }
  }

  #key(leg: Leg, digit: string): void {
    for (const listener of this.#keyListeners) listener(leg, digit);
  }
}

/** Why its signal is aborted. Without a reason each abort would make an exception with its stack, for nobody. */
const OVER = new Error('the call is over');

function factsOf(ending: Ending, keeper: RecordKeeper | undefined): object {
  const { by, reason } = ending;
  const entry = keeper?.entry;
  const recording = entry && (entry.record.wanted ? 'recorded' : entry.record.why);
  return { by, reason, cause: causeOf(ending), talkMs: entry?.talkMs, recording };
}
