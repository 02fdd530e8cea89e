/** How the calls of handsets begin: by an INVITE, or out of another call, whose other party sends the handset outside. */
import type { CallId } from '../../base/brands.js';
import type { Log } from '../../base/log.js';
import { statusOf, type Ending } from '../call/ending.js';
import { recordRefusal } from '../call/refusal.js';
import { reply } from '../call/reply.js';
import type { OutboundRouting } from '../routing/routing.js';
import type { Rules } from '../rules.js';
import type { RunningCalls } from '../running-calls.js';
import type { IncomingInvite } from '../sip-port.js';
import type { DialStep } from '../steps/way.js';
import { failureOf } from '../transfer/moves.js';
import type { SentOut } from '../transfer/switchboard.js';
import type { SentOn } from '../trunks/diversion.js';
import { wantsPrivacy } from '../trunks/identity.js';
import { DialledCall } from './dialled-call.js';
import type { External, Gate } from './gate.js';
import type { DialledFacts } from './plan.js';

/** A call that a handset makes by its INVITE. */
type ByInvite = Omit<DialledFacts, 'destination' | 'from'> & {
  readonly from: Extract<DialledFacts['from'], { kind: 'invite' }>;
};

/** It leads nowhere. */
interface Refused {
  readonly kind: 'refused';
  readonly status: number;
  readonly reason: string;
}

export interface DiallingOptions {
  readonly rules: () => Rules;
  readonly gate: Gate;
  readonly running: RunningCalls;
  readonly log: Log;
}

const UNREACHABLE: Ending = { by: 'halina', reason: 'unreachable' };

export class Dialling {
  readonly #options: DiallingOptions;

  constructor(options: DiallingOptions) {
    this.#options = options;
  }

  /** A handset's INVITE goes where the number leads. */
  dial(invite: IncomingInvite, extension: string, routing: OutboundRouting | Refused): void {
    const { log } = this.#options;
    const facts = { from: { kind: 'invite', invite }, extension, displayName: this.#displayName(extension) } as const;
    switch (routing.kind) {
      case 'refused':
        log.info({ extension, reason: routing.reason, status: routing.status }, 'a call of a handset was refused');
        return void reply(invite, routing.status, log);
      case 'internal':
        return this.#within(facts, routing);
      case 'external':
        return this.#toOutside(facts, routing);
    }
  }

  /** A handset is sent out of a call within the house: as if whoever sends it had dialled there for it. */
  sendOut(party: SentOut, dialled: string): void {
    const { extension, sender } = party;
    const routing = this.#options.rules().routing.outbound(sender, dialled);
    const gone = routing.kind === 'external' ? this.goOut(party, routing) : UNREACHABLE;
    if (typeof gone === 'string') return;
    const { reason } = gone;
    this.#options.log.info({ extension, sender, reason }, 'a call of the house is not sent to the outside');
    queueMicrotask(() => party.tell({ type: 'failed', failure: failureOf({ ending: gone }) }));
  }

  /** The call outside of a handset that is in another one; or why there is none. */
  goOut(party: SentOut, routing: External): CallId | Ending {
    const { gate, running } = this.#options;
    if (running.stage !== 'taking' && !routing.emergency) return { by: 'halina', reason: 'restart' };
    const passage = gate.pass(routing, { extension: party.sender });
    if (passage.kind === 'stopped') return passage.ending;
    const { destination, ended } = passage;
    const { extension } = party;
    const displayName = this.#displayName(extension);
    return this.#run({ from: { kind: 'sent', party }, extension, displayName, destination }, ended);
  }

  #within(facts: ByInvite, destination: DialledFacts['destination'] & { readonly kind: 'internal' }): void {
    const { gate, log } = this.#options;
    const limit = gate.limit(undefined);
    if (limit) {
      const options = limit.headers ? { headers: limit.headers } : {};
      return void reply(facts.from.invite, statusOf(limit), log, options);
    }
    return void this.#run({ ...facts, destination, leave: (to) => this.#forwarded(facts, to) });
  }

  /** A handset's call to another one that sends it outside: there it goes by that one's rules. */
  #forwarded(facts: ByInvite, { by, number, why: reason = 'unconditional' }: DialStep): void {
    const { rules, log } = this.#options;
    const routing = rules().routing.outbound(by, number);
    if (routing.kind === 'external') return this.#toOutside(facts, routing, { senders: [{ reason }] });
    const status = routing.kind === 'refused' ? routing.status : 480;
    log.info({ by, number, status }, 'a call within the house is not sent on to the outside');
    return void reply(facts.from.invite, status, log);
  }

  #toOutside(facts: ByInvite, routing: External, sentOn?: SentOn): void {
    const { gate, running, rules } = this.#options;
    const { extension, from } = facts;
    const { invite } = from;
    const passage = gate.pass(routing, { extension, withheld: wantsPrivacy(invite), sentOn });
    if (passage.kind === 'open') {
      const { destination, ended } = passage;
      return void this.#run({ ...facts, destination }, ended);
    }
    const { number } = routing;
    const outside = { signalled: number, withheld: false };
    const { trunk, ending } = passage;
    const call = { direction: 'outbound', invite, trunk, dialled: number, outside, extension } as const;
    return running.keep(recordRefusal(rules().context, call, ending));
  }

  #run(facts: DialledFacts, ended?: () => void): CallId {
    const { context } = this.#options.rules();
    return this.#options.running.run((closed) => new DialledCall(context, facts, closed), ended).id;
  }

  #displayName(of: string): string | undefined {
    return this.#options.rules().config.handsets.find(({ extension }) => extension === of)?.displayName;
  }
}
