/**
 * The call in which a handset sets something by a code: it is done, the handset is answered, hears what holds now, and is
 * hung up on. Nothing is kept of it.
 */
import type { CallId } from '../../base/brands.js';
import { newCallId } from '../../base/call-id.js';
import type { Log } from '../../base/log.js';
import { CallerLeg } from '../call/caller-leg.js';
import type { Call, CallContext, LiveCall } from '../call/context.js';
import { CallCore } from '../call/core.js';
import type { Ending } from '../call/ending.js';
import { endingOf } from '../call/leaving.js';
import { handsetSecurity } from '../call/security.js';
import { settledWithin } from '../call/waiting.js';
import type { IncomingInvite } from '../sip-port.js';
import { numbersIn, prompt, say, type Listener } from './saying.js';
import type { Confirmation } from './confirmation.js';
import { digits } from './speech/speech.js';

export interface CodeFacts {
  readonly invite: IncomingInvite;
  readonly extension: string;
  /** The keys that were dialled. */
  readonly keys: string;
  /** Does it; resolves with what is to be said. */
  readonly perform: () => Promise<Confirmation>;
}

const done: Ending = { by: 'halina', reason: 'completed' };

export class CodeCall implements Call {
  readonly id: CallId;
  readonly trunk = undefined;
  readonly #context: CallContext;
  readonly #facts: CodeFacts;
  readonly #log: Log;
  readonly #startedAt: number;
  readonly #caller: CallerLeg;
  readonly #core: CallCore;

  /** @param closed called once, when nothing is left of the call */
  constructor(context: CallContext, facts: CodeFacts, closed: () => void) {
    const { clock } = context;
    this.#context = context;
    this.#facts = facts;
    this.#startedAt = clock.now();
    this.id = newCallId(this.#startedAt);
    const log = context.log.child({ callId: this.id });
    this.#log = log;
    this.#caller = new CallerLeg({
      invite: facts.invite,
      leg: 'outside',
      security: handsetSecurity(context.config, facts.extension, facts.invite.source.protocol),
      clock,
      log,
      cancelled: () => this.end({ by: 'employee', reason: 'cancelled' }),
      tell: (event) => this.#core.sideEvent('outside', event),
    });
    const end = (ending: Ending): void => this.end(ending);
    this.#core = new CallCore({
      id: this.id,
      context,
      log,
      keeper: undefined,
      caller: this.#caller,
      calledBy: 'employee',
      end,
      // The one party that there is has the outside leg, and is a handset all the same.
      left: (_leg, event) => this.end(endingOf('inside', event)),
      closed,
    });
  }

  get live(): LiveCall {
    const { extension, keys } = this.#facts;
    const state = this.#caller.side ? 'confirming' : 'opening';
    return { id: this.id, direction: 'internal', state, dialled: keys, extension, startedAt: this.#startedAt, recording: false }; // prettier-ignore
  }

  start(): void {
    const { extension, keys } = this.#facts;
    this.#log.info({ extension, keys }, 'a handset dialled a code');
    this.#core.step(() => this.#run());
  }

  readonly rings: readonly string[] = [];

  /** Nobody else can take it, and nobody be sent here. */
  pickUp(): boolean {
    return false;
  }

  find(): undefined {
    return undefined;
  }

  channelsOn(): number {
    return 0;
  }

  end(ending: Ending): void {
    void this.#core.close(ending);
  }

  async #run(): Promise<void> {
    const confirmation = await this.#facts.perform();
    this.#log.info({ extension: this.#facts.extension, ...confirmation }, 'what a code did');
    await this.#answer();
    const { session, signal } = this.#core;
    const { language } = this.#context.config.notice;
    const to: Listener = { session, leg: 'outside', language, log: this.#log };
    const spoken = digits(confirmation.number ?? '', numbersIn(language));
    await say(to, [...prompt(to, confirmation.prompt), ...spoken], signal);
    this.end(done);
  }

  async #answer(): Promise<void> {
    const { address, clock, config } = this.#context;
    const own = address(this.#facts.invite.source.address);
    const session = await this.#core.open({ addresses: { outside: own, inside: own } });
    if (!session) return;
    this.#caller.negotiate(session);
    const side = await this.#caller.answer(session);
    await settledWithin(side.acknowledged, config.notice.mediaWait, clock);
  }
}
