/**
 * A trunk is tried by a call of a person: a handset of the office is rung, and once it is picked up a call goes out by exactly
 * this trunk, as if the handset had been sent there (`sent-caller.ts`). This is the handset's part; who calls outside is an
 * ordinary call, with notice, recording and entry. Nothing is kept of this one but what it saw, step by step.
 *
 *     opening ──▶ handset-rings ──answers──▶ outside-called ──answers──▶ (it is in the other call now)
 *        └──────────────┴────────────┬─────────────┘
 *                                  over
 */
import type { CallId } from '../../base/brands.js';
import { newCallId } from '../../base/call-id.js';
import type { Log } from '../../base/log.js';
import type { Leg } from '../../media/engine.js';
import type { Caller } from '../call/caller.js';
import type { Call, CallContext, LiveCall } from '../call/context.js';
import { CallCore } from '../call/core.js';
import { causeOf, reasonHeader, statusOf, type Ending } from '../call/ending.js';
import { fromExtension } from '../call/identity.js';
import { endingOf } from '../call/leaving.js';
import { Placer } from '../call/placer.js';
import type { Side } from '../call/side.js';
import { stepHost } from '../steps/host.js';
import { lend } from '../transfer/lending.js';
import { callParty, type Arrived, type Move, type MoveEvent } from '../transfer/moves.js';
import type { Claim, SentOut } from '../transfer/switchboard.js';

export const trialSteps = ['handset-rings', 'handset-answered', 'outside-called', 'outside-rings', 'outside-answered'] as const; // prettier-ignore
export type TrialStep = (typeof trialSteps)[number];

export interface TrialWish {
  readonly trunk: string;
  /** Whom to call, as somebody writes it. */
  readonly number: string;
  /** Of the handset that is rung first. */
  readonly extension: string;
}

/** How it ended before anybody answered outside. `side`: whose doing it was. */
export interface TrialEnd {
  readonly at: number;
  readonly side: 'handset' | 'outside';
  readonly reason: Ending['reason'];
  /** Q.850. */
  readonly cause: number;
  readonly status: number;
}

export interface TrialView extends TrialWish {
  readonly id: CallId;
  readonly startedAt: number;
  readonly steps: readonly { readonly at: number; readonly is: TrialStep }[];
  /** The call outside, once it was placed: its entry tells the rest. */
  readonly call?: CallId;
  readonly over?: TrialEnd;
}

export interface TrialFacts extends TrialWish {
  /** Calls outside for the handset that was picked up; gives the call, or why there is none. */
  readonly dial: (party: SentOut) => CallId | Ending;
}

const LEG: Leg = 'inside';
const done: Ending = { by: 'halina', reason: 'completed' };

/** Nobody began it: there is the handset alone. */
const nobody: Caller = {
  canHearEarly: false,
  negotiate: () => {},
  progress: () => {},
  answer: () => Promise.reject(new Error('a trial has no caller')),
  side: undefined,
  end: () => Promise.resolve(),
  release: () => {},
};

export class TrialCall implements Call {
  readonly id: CallId;
  readonly trunk = undefined;
  readonly #context: CallContext;
  readonly #facts: TrialFacts;
  readonly #log: Log;
  readonly #startedAt: number;
  readonly #core: CallCore;
  readonly #steps: { readonly at: number; readonly is: TrialStep }[] = [];
  #move: Move | undefined;
  #side: Side | undefined;
  #call: CallId | undefined;
  #over: TrialEnd | undefined;
  /** Tells the call outside that the handset has gone. */
  #gone = (): void => {};
  /** The handset is wanted there, or is there. */
  #lent: 'no' | 'lent' | 'taken' = 'no';

  /** @param closed called once, when nothing is left of the call */
  constructor(context: CallContext, facts: TrialFacts, closed: () => void) {
    const { clock } = context;
    this.#context = context;
    this.#facts = facts;
    this.#startedAt = clock.now();
    this.id = newCallId(this.#startedAt);
    this.#log = context.log.child({ callId: this.id });
    const end = (ending: Ending): void => this.end(ending);
    this.#core = new CallCore({
      id: this.id,
      context,
      log: this.#log,
      keeper: undefined,
      caller: nobody,
      calledBy: 'employee',
      end,
      left: (leg, event) => this.#left(endingOf(leg, event)),
      closed,
    });
  }

  get view(): TrialView {
    const { trunk, number, extension } = this.#facts;
    return {
      id: this.id,
      trunk,
      number,
      extension,
      startedAt: this.#startedAt,
      steps: [...this.#steps],
      ...(this.#call === undefined ? {} : { call: this.#call }),
      ...(this.#over === undefined ? {} : { over: this.#over }),
    };
  }

  get live(): LiveCall {
    const { extension, number } = this.#facts;
    const state = this.#side ? 'talking' : 'ringing';
    const ringing = this.rings.length > 0 ? { ringing: this.rings } : {};
    return { id: this.id, direction: 'internal', state, ...ringing, dialled: number, extension, startedAt: this.#startedAt, recording: false }; // prettier-ignore
  }

  get rings(): readonly string[] {
    return this.#move?.rings ?? [];
  }

  start(): void {
    const { trunk, extension } = this.#facts;
    this.#log.info({ trunk, extension }, 'a trunk is tried by a call');
    this.#core.step(() => this.#ring());
  }

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
    this.#finish('handset', ending);
  }

  #step(is: TrialStep): void {
    this.#steps.push({ at: this.#context.clock.now(), is });
  }

  #finish(side: TrialEnd['side'], ending: Ending): void {
    if (this.#over || this.#core.isClosing) return;
    const at = this.#context.clock.now();
    this.#over = { at, side, reason: ending.reason, cause: causeOf(ending), status: statusOf(ending) };
    this.#log.info({ ...this.#over }, 'the trial of a trunk is over');
    this.#move?.cancel(reasonHeader(ending));
    this.#gone();
    // A side that was lent hangs up no more.
    if (this.#lent === 'lent') void this.#side?.dialog.bye(reasonHeader(ending));
    void this.#core.close(ending);
  }

  async #ring(): Promise<void> {
    const { address, handsets, switchboard, config } = this.#context;
    const { extension, number, trunk } = this.#facts;
    const own = address(handsets.targets(extension)[0]?.binding.sourceAddress);
    const session = await this.#core.open({ addresses: { outside: own, inside: own } });
    if (!session) return;
    const host = stepHost(this.#core, {
      context: this.#context,
      log: this.#log,
      session,
      leg: 'outside',
      place: new Placer(session, LEG, address, own.local),
      language: config.notice.language,
      // What the handset shows: whom it will talk to, and by which trunk.
      headers: fromExtension(number, `Halina: ${trunk}`),
    });
    this.#move = callParty(switchboard.backTo(extension), host, (event) => this.#moved(event));
  }

  #moved(event: MoveEvent): void {
    if (event.type === 'rings') return this.#step('handset-rings');
    this.#move = undefined;
    if (event.type === 'arrived') return this.#arrived(event.arrived);
    const { why: reason, status } = event.failure;
    return this.#finish('handset', { by: 'employee', reason, status });
  }

  #arrived(arrived: Arrived): void {
    this.#step('handset-answered');
    const side = this.#core.attachCallee(arrived, LEG);
    this.#side = side;
    const party: SentOut = {
      extension: this.#facts.extension,
      sender: this.#facts.extension,
      source: arrived.dialog.source,
      claim: () => this.#claim(arrived, side),
      tell: (event) => {
        if (event.type === 'rings') return this.#rings();
        this.#gone = () => {};
        const { why: reason, status } = event.failure;
        return this.#finish('outside', { by: 'outside', reason, status });
      },
      onGone: (handler) => (this.#gone = handler),
    };
    const call = this.#facts.dial(party);
    if (typeof call !== 'string') return this.#finish('outside', call);
    this.#call = call;
    this.#step('outside-called');
  }

  #rings(): void {
    if (this.#steps.some(({ is }) => is === 'outside-rings')) return;
    this.#step('outside-rings');
    this.#core.session.tone(LEG, 'ringback');
  }

  #claim({ party }: Arrived, side: Side): Claim | undefined {
    if (this.#core.isClosing || this.#lent !== 'no') return undefined;
    const { clock } = this.#context;
    this.#step('outside-answered');
    this.#lent = 'lent';
    this.#gone = () => {};
    this.#core.session.tone(LEG, undefined);
    return lend({
      place: { party, side },
      peer: side.peer,
      clock,
      log: this.#log,
      taken: () => {
        this.#lent = 'taken';
        this.#core.detachCallee();
        void this.#core.close(done);
      },
      // The call outside has ended: its entry says why.
      kept: () => this.#finish('outside', done),
      lost: () => this.#finish('handset', { by: 'employee', reason: 'cancelled' }),
    });
  }

  #left(ending: Ending): void {
    return this.#finish('handset', ending.reason === 'completed' ? { by: 'employee', reason: 'cancelled' } : ending);
  }
}
