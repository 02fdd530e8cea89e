/**
 * What every call has, whoever began it: a media session, up to two confirmed parties, and for calls with the outside
 * the keeper of its records. The sequence of a call is not known here; this is what the sequences work with.
 */
import type { CallId } from '../../base/brands.js';
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Leg, MediaSession, SpoolEnd } from '../../media/engine.js';
import type { Dialog } from '../sip-port.js';
import type { CallerLeg } from './caller-leg.js';
import { causeOf, q850Cause, reasonHeader, type Ending } from './ending.js';
import { endingOfFailure } from './failure.js';
import { InCall, type InCallRules } from './in-call.js';
import type { RecordKeeper } from './record-keeper.js';
import { Side, type SideEvent } from './side.js';

export interface CoreOptions {
  readonly id: CallId;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent on internal calls, of which nothing is kept. */
  readonly keeper: RecordKeeper | undefined;
  readonly caller: CallerLeg;
  /** The call cannot go on. Told as often as there is a reason. */
  readonly end: (ending: Ending) => void;
  /** The call is over, and everything of it is closed. Called once. */
  readonly closed: () => void;
}

export class CallCore {
  readonly #options: CoreOptions;
  readonly #keyListeners = new Set<(leg: Leg, digit: string) => void>();
  readonly #over = new AbortController();
  readonly #held = new Set<Leg>();
  #session: MediaSession | undefined;
  #callee: Side | undefined;
  #inCall: InCall | undefined;
  #closing = false;

  constructor(options: CoreOptions) {
    this.#options = options;
  }

  /** Aborted when the call ends. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  get isClosing(): boolean {
    return this.#closing;
  }

  /** The media session. To be asked for only after `adopt`. */
  get session(): MediaSession {
    if (!this.#session) throw new Error('the call has no media session yet');
    return this.#session;
  }

  /** Takes over a media session that was opened for this call. */
  adopt(session: MediaSession): void {
    this.#session = session;
    session.on('lost', () => this.#options.end({ by: 'halina', reason: 'engine-lost' }));
    session.on('dtmf', ({ leg, digit }) => this.#key(leg, digit));
    session.on('hold', ({ leg, held }) => {
      if (this.#sides().some((side) => side.leg === leg && side.isAnswering)) return;
      if (held) this.#held.add(leg);
      else this.#held.delete(leg);
      this.#inCall?.held(leg, held);
    });
    session.on('code', ({ code }) => this.#inCall?.code(code));
    session.on('silence', ({ leg }) => this.#options.end({ by: byOf(leg), reason: 'media-lost' }));
    session.on('recordingCut', ({ reason }) => {
      this.#options.log.warn({ reason }, 'the recording of a call was cut');
      this.#options.keeper?.cut();
    });
  }

  /** Runs a step of the call; where it fails, the call ends. */
  step(step: () => Promise<void>): void {
    const { log, end } = this.#options;
    step().catch((error: unknown) => {
      const facts = { error: errorMessage(error) };
      if (this.#closing) return log.debug(facts, 'a step of a call that is over');
      const ending = endingOfFailure(error);
      log[ending.reason === 'error' ? 'error' : 'info'](facts, 'a call cannot go on');
      return end(ending);
    });
  }

  /** Keys of a leg, in RTP, sound or INFO. Gives the function that ends it. */
  onKey(leg: Leg, listener: (digit: string) => void): () => void {
    const wrapped = (from: Leg, digit: string): void => {
      if (from === leg) listener(digit);
    };
    this.#keyListeners.add(wrapped);
    return () => this.#keyListeners.delete(wrapped);
  }

  /** The callee's dialog, once it has answered. */
  attachCallee(dialog: Dialog, leg: Leg, tell: (event: SideEvent) => void): Side {
    const { clock, log } = this.#options;
    this.#callee = new Side({ dialog, leg, session: this.session, clock, log, tell });
    this.saveDialogs();
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
    return [this.#options.caller.side, this.#callee].filter((side) => side !== undefined);
  }

  /** Both parties talk from here on. */
  connect(rules: InCallRules, employee: { extension: string; displayName?: string }): void {
    const { clock, log, keeper, end } = this.#options;
    const { session } = this;
    const sides = this.#sides();
    this.#inCall = new InCall({ session, sides, keeper, clock, log, end, rules });
    keeper?.facts.connected(employee);
    void this.#inCall.begin();
    session.bridge();
    for (const leg of this.#held) this.#inCall.held(leg, true);
    log.info({ extension: employee.extension }, 'call connected');
  }

  /** An event of an answered party, while both talk. */
  sideEvent(leg: Leg, event: SideEvent): void {
    if (event.type === 'key') {
      this.#inCall?.info(leg, event.key);
      if (!this.#inCall) this.#key(leg, event.key.digit);
    } else this.#options.end(endingOf(leg, event));
  }

  /** Ends everything that is left of the call. */
  async close(ending: Ending): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#over.abort(OVER);
    const { caller, keeper, log, closed } = this.#options;
    this.#inCall?.end();
    keeper?.facts.end(ending);
    try {
      const goodbyes = Promise.all([caller.end(ending), this.#callee?.hangUp(reasonHeader(ending))]);
      const spool = await this.#closeSession();
      await keeper?.end(ending, spool);
      log.info(factsOf(ending, keeper), 'call ended');
      await goodbyes;
    } catch (error) {
      log.error({ error: errorMessage(error) }, 'a call did not end as it should');
    } finally {
      closed();
    }
  }

  async #closeSession(): Promise<SpoolEnd | undefined> {
    try {
      const ended = await this.#session?.close();
      if (ended) this.#options.log.debug({ stats: ended.stats }, 'media ended');
      return ended?.spool;
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

const byOf = (leg: Leg): 'outside' | 'employee' => (leg === 'outside' ? 'outside' : 'employee');

/** What a party's leaving means for a call in which both talked. */
export function endingOf(leg: Leg, event: Exclude<SideEvent, { type: 'key' }>): Ending {
  if (event.type === 'dead') return { by: byOf(leg), reason: 'peer-lost' };
  const { by } = event.end;
  const cause = q850Cause(event.end.reason);
  if (by === 'peer') return { by: byOf(leg), reason: 'completed', ...(cause === undefined ? {} : { cause }) };
  // The SIP server gave the dialog up (no ACK, no session refresh), or is gone itself.
  return by === 'server' ? { by: byOf(leg), reason: 'peer-lost' } : { by: 'halina', reason: 'error' };
}

function factsOf(ending: Ending, keeper: RecordKeeper | undefined): object {
  const { by, reason } = ending;
  const entry = keeper?.entry;
  const recording = entry && (entry.record.wanted ? 'recorded' : entry.record.why);
  return { by, reason, cause: causeOf(ending), talkMs: entry?.talkMs, recording };
}
