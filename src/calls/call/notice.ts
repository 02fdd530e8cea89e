/**
 * The notice, and the choice that may go with it: played whole, its evidence kept, the key taken whenever it is pressed
 * from the notice's first word until `choiceWait` after its last.
 */
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { NoticeEvidence } from '../../entry/call-entry.js';
import type { Leg, MediaSession, PlayEvidence } from '../../media/engine.js';
import type { CallContext } from './context.js';
import type { CallCore } from './core.js';
import { giveInformation } from './information.js';
import type { RecordKeeper } from './record-keeper.js';
import type { Side } from './side.js';
import { settledWithin } from './waiting.js';

export interface NoticeOptions {
  readonly session: MediaSession;
  /** Who is to hear it. */
  readonly leg: Leg;
  readonly language: string;
  readonly mode: NoticeEvidence['mode'];
  readonly choice: 'none' | 'opt-out' | 'opt-in';
  /** The key of the choice. */
  readonly key: string;
  /** The key by which the information under art. 13 GDPR is asked for, if there is one. */
  readonly informationKey: string | undefined;
  /** How long after the notice the key is waited for. */
  readonly choiceWaitMs: number;
  readonly clock: Clock;
  /** Keys of that leg, however they come; gives the function that ends it. */
  readonly onKey: (listener: (digit: string) => void) => () => void;
  /** The call ended. */
  readonly signal: AbortSignal;
}

export interface NoticeGiven {
  readonly evidence: NoticeEvidence;
  readonly isWhole: boolean;
  /** Whether the call is to be recorded, as far as the choice goes. */
  readonly record: boolean;
  /** What was played of the information, if it was asked for. */
  readonly information: readonly PlayEvidence[];
}

/** What `announce` needs to know of the call. */
export interface Announcement {
  readonly core: CallCore;
  readonly keeper: RecordKeeper;
  readonly leg: Leg;
  /** The party's side, if it was answered; else it hears the notice as early media. */
  readonly side: Side | undefined;
  readonly language: string;
}

/**
 * Gives the notice as the configuration says, and keeps the evidence. Resolves with it; undefined where it could not be
 * played at all.
 */
export async function announce(context: CallContext, call: Announcement, log: Log): Promise<NoticeGiven | undefined> {
  const { notice } = context.config;
  const { core, keeper, leg, side, language } = call;
  // The party can hear from its ACK on; should that be late, the notice does not wait for ever.
  if (side) await settledWithin(side.acknowledged, notice.mediaWait, context.clock);
  try {
    const given = await giveNotice({
      session: core.session,
      leg,
      language,
      mode: side ? 'answered' : 'early-media',
      choice: notice.choice,
      key: notice.key ?? (notice.choice === 'opt-in' ? '1' : '9'),
      informationKey: notice.informationKey,
      choiceWaitMs: notice.choiceWait,
      clock: context.clock,
      onKey: (listener) => core.onKey(leg, listener),
      signal: core.signal,
    });
    for (const evidence of given.information) keeper.facts.information({ ...evidence, by: 'outside' });
    if (!given.record && !core.isClosing) keeper.facts.notRecorded('choice');
    log.info({ ...given.evidence }, 'notice played');
    return given;
  } catch (error) {
    if (!core.isClosing) log.error({ error: errorMessage(error) }, 'the notice could not be played');
    return undefined;
  }
}

/** The prompt that says what the choice is. */
export const noticePrompt = (choice: NoticeOptions['choice']): string =>
  choice === 'none' ? 'notice' : `notice-${choice}`;

/**
 * Plays it, then the information if that is asked for, and waits for the choice. Rejects where there is no such prompt, or
 * the engine is gone.
 */
export async function giveNotice(options: NoticeOptions): Promise<NoticeGiven> {
  const { session, leg, language, mode, choice, signal } = options;
  const keys = new NoticeKeys(options);
  try {
    const played = await session.play(leg, { name: noticePrompt(choice), language }, { signal });
    const information: PlayEvidence[] = [];
    const whole = isWhole(played);
    let wish = whole ? await keys.wish() : undefined;
    while (wish === 'information' && !signal.aborted) {
      information.push(await giveInformation(session, leg, language, { signal }));
      wish = await keys.wish();
    }
    const given = { isWhole: whole, information };
    if (choice === 'none') return { ...given, evidence: { ...played, mode }, record: true };
    const { key } = keys;
    const record = choice === 'opt-in' ? key !== undefined : key === undefined;
    const made = { mode: choice, ...(key === undefined ? {} : { key }), recorded: record };
    return { ...given, evidence: { ...played, mode, choice: made }, record };
  } finally {
    keys.close();
  }
}

const isWhole = ({ framesSent, framesTotal }: { framesSent: number; framesTotal: number }): boolean =>
  framesSent >= framesTotal && framesTotal > 0;

/** The keys that mean something while the notice plays and after it; others are not for us. */
class NoticeKeys {
  readonly #options: NoticeOptions;
  readonly #isWatching: boolean;
  readonly #off: () => void;
  /** The key of the choice, once it was pressed. */
  key: string | undefined;
  #wantsInformation = false;
  #decide: (() => void) | undefined;

  constructor(options: NoticeOptions) {
    const { session, leg, onKey, choice, informationKey, signal } = options;
    this.#options = options;
    this.#isWatching = choice !== 'none' || informationKey !== undefined;
    if (this.#isWatching) session.listen(leg, true);
    this.#off = onKey((digit) => this.#pressed(digit));
    signal.addEventListener('abort', this.#aborted);
  }

  readonly #aborted = (): void => this.#decide?.();

  #pressed(digit: string): void {
    const { choice, key, informationKey } = this.#options;
    if (choice !== 'none' && digit === key) this.key = key;
    else if (digit === informationKey) this.#wantsInformation = true;
    else return;
    this.#decide?.();
  }

  /** What was asked for; where there is a choice that was not made yet, its time is waited for. */
  async wish(): Promise<'information' | undefined> {
    const { clock, choice, choiceWaitMs, signal } = this.#options;
    const isOpen = choice !== 'none' && this.key === undefined && !this.#wantsInformation;
    if (isOpen && !signal.aborted)
      await new Promise<void>((resolve) => {
        const timer = clock.setTimer(choiceWaitMs, resolve);
        this.#decide = () => {
          timer.cancel();
          resolve();
        };
      });
    const wish = this.#wantsInformation ? 'information' : undefined;
    this.#wantsInformation = false;
    return wish;
  }

  close(): void {
    const { session, leg, signal } = this.#options;
    this.#off();
    signal.removeEventListener('abort', this.#aborted);
    if (this.#isWatching) session.listen(leg, false);
  }
}
