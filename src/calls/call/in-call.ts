/**
 * While both talk: holds become parts of the entry, codes of the employee are obeyed (`*7` private, `*9` recording
 * stopped, `*1` notice given), keys in INFO go on to the other party, and recording runs or does not.
 */
import type { Timer } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Leg, MediaSession } from '../../media/engine.js';
import { CodeCollector } from './code-collector.js';
import type { Key } from './dtmf-relay.js';
import type { Ending } from './ending.js';
import type { RecordKeeper } from './record-keeper.js';
import type { Conversation } from '../transfer/conversation.js';
import { otherLeg } from '../transfer/transition.js';
import { giveInformation } from './information.js';
import { HOLD_MUSIC } from './music.js';
import type { CallContext } from './context.js';
import type { Side } from './side.js';

/** What employees can dial within a call with the outside. */
export const codes = { private: '*7', stop: '*9', confirm: '*1', inform: '*4' } as const;

export interface InCallRules {
  /** Of the announcements. */
  readonly language: string;
  /** How long a call goes on after `*7`, milliseconds. */
  readonly privateGraceMs: number;
  /** What becomes of the recording while `*1` is awaited; undefined: nothing need be confirmed. */
  readonly unconfirmed: 'flag' | 'stop' | 'erase' | undefined;
  /** Whether the outside party's provider is told of the employee's holds. */
  readonly tellHold: boolean;
}

export interface InCallOptions {
  readonly session: MediaSession;
  /** Who talks. */
  readonly talk: Conversation;
  /** Absent on internal calls: nothing is recorded, and codes mean nothing. */
  readonly keeper: RecordKeeper | undefined;
  readonly context: CallContext;
  readonly log: Log;
  readonly end: (ending: Ending) => void;
  readonly rules: InCallRules;
}

/** How long a key that may begin a code is held for the next one. */
const HOLD_MS = 2_000;

export class InCall {
  readonly #options: InCallOptions;
  readonly #collector: CodeCollector<Key>;
  #holdTimer: Timer | undefined;
  #graceTimer: Timer | undefined;

  constructor(options: InCallOptions) {
    this.#options = options;
    this.#collector = new CodeCollector(options.keeper ? Object.values(codes) : []);
  }

  /** Begins to record, where that is wanted by now. */
  async begin(): Promise<void> {
    const { keeper, session, rules } = this.#options;
    if (rules.unconfirmed === 'stop' && !this.#isConfirmed) keeper?.facts.begin('stopped', 'halina');
    else await keeper?.start(session);
  }

  /** The call is over. */
  end(): void {
    this.#holdTimer?.cancel();
    this.#graceTimer?.cancel();
    const { keeper, rules } = this.#options;
    if (!keeper || rules.unconfirmed === undefined || this.#isConfirmed) return;
    if (rules.unconfirmed === 'stop') keeper.facts.notRecorded('unconfirmed');
    if (rules.unconfirmed === 'erase' && keeper.entry.record.wanted) keeper.facts.quarantined('unconfirmed');
  }

  /** A party put the call on hold or took it off. */
  held(leg: Leg, held: boolean): void {
    const { keeper, log } = this.#options;
    const by = leg === 'outside' ? 'outside' : 'employee';
    log.info({ by, held }, held ? 'call on hold' : 'call resumed');
    if (held) keeper?.facts.begin('hold', by);
    else keeper?.facts.finish('hold', by);
    keeper?.changed();
    this.#music(leg, held);
    if (this.#options.rules.tellHold && leg === 'inside') this.#other(leg).tellHold(held);
  }

  /** Nobody of the office holds the call: the provider that was told otherwise is told so. */
  unheld(): void {
    if (this.#options.rules.tellHold) this.#other('inside').tellHold(false);
  }

  /** Who is put on hold by a handset hears the office's music, if it has some. */
  #music(leg: Leg, held: boolean): void {
    const { session, talk, context, log } = this.#options;
    const waits = otherLeg(leg);
    if (talk.place(leg).party.kind !== 'handset' || !context.config.features.holdMusic) return;
    if (!context.media.prompt(HOLD_MUSIC.name, HOLD_MUSIC.language)) return;
    if (!held) return session.tone(waits, undefined);
    session.play(waits, HOLD_MUSIC, { loop: true }).catch((error: unknown) => {
      log.warn({ error: errorMessage(error) }, 'music was not played');
    });
    return undefined;
  }

  /** The employee dialled a code; where someone outside has that place, they are keys like all others, and go on. */
  code(code: string, leg: Leg): void {
    const { keeper, log, talk, session } = this.#options;
    const isEmployee = talk.place(leg).party.kind === 'handset';
    if (!isEmployee) for (const key of code) session.sendKey(otherLeg(leg), key);
    if (!keeper || !isEmployee) return;
    log.info({ code }, 'the employee dialled a code');
    if (code === codes.private) this.#private(keeper);
    else if (code === codes.stop) this.#stop(keeper, 'stopped');
    else if (code === codes.confirm) this.#confirm(keeper);
    else if (code === codes.inform) this.#inform(keeper);
    keeper.changed();
  }

  /** A key came in INFO. */
  info(leg: Leg, key: Key): void {
    if (leg === 'outside') return this.#pass(leg, [key]);
    this.#holdTimer?.cancel();
    const { passed, code } = this.#collector.press(key);
    this.#pass(leg, passed);
    if (code !== undefined) this.code(code, leg);
    if (this.#collector.isHolding)
      this.#holdTimer = this.#options.context.clock.setTimer(HOLD_MS, () => this.#pass(leg, this.#collector.release()));
  }

  get #isConfirmed(): boolean {
    return this.#options.keeper?.entry.outboundNotice?.confirmed === true;
  }

  /** § 1.3.7: the call is private, so it ends. */
  #private(keeper: RecordKeeper): void {
    if (this.#graceTimer) return;
    const { context, rules, end } = this.#options;
    this.#stop(keeper, 'private');
    this.#graceTimer = context.clock.setTimer(rules.privateGraceMs, () => end({ by: 'employee', reason: 'private' }));
  }

  #stop(keeper: RecordKeeper, why: 'private' | 'stopped'): void {
    const was = keeper.stop();
    if (was === 'stopped') {
      keeper.facts.quarantined(why);
      keeper.facts.begin('stopped', 'employee');
    } else if (was === 'prevented') keeper.facts.notRecorded('choice');
    this.#say(why === 'private' ? 'private' : 'recording-stopped');
  }

  #confirm(keeper: RecordKeeper): void {
    if (this.#isConfirmed) return;
    keeper.facts.confirmed();
    if (this.#options.rules.unconfirmed !== 'stop') return;
    keeper.facts.finish('stopped', 'halina');
    void keeper.start(this.#options.session);
  }

  /** The outside party hears the information that art. 13 GDPR wants. */
  #inform(keeper: RecordKeeper): void {
    const { session, rules, log } = this.#options;
    giveInformation(session, 'outside', rules.language)
      .then((evidence) => {
        keeper.facts.information({ ...evidence, by: 'employee' });
        keeper.changed();
      })
      .catch((error: unknown) => log.warn({ error: errorMessage(error) }, 'the information was not played'));
  }

  /** Both parties are told. */
  #say(name: string): void {
    const { session, rules, log } = this.#options;
    for (const leg of ['outside', 'inside'] as const)
      session.play(leg, { name, language: rules.language }).catch((error: unknown) => {
        log.warn({ prompt: name, error: errorMessage(error) }, 'an announcement within a call was not played');
      });
  }

  #pass(from: Leg, keys: readonly Key[]): void {
    for (const key of keys) void this.#other(from).sendKey(key);
  }

  #other(leg: Leg): Side {
    return this.#options.talk.place(otherLeg(leg)).side;
  }
}
