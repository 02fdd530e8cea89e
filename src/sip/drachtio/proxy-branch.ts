/** One branch of a proxied request: what went to one target, and what came back (RFC 3261 §§ 16.6 to 16.10). */
import type { Timer } from '../../base/clock.js';
import { appendHeader, canonicalName, header, headerValues, prependHeader, setHeader } from '../message/fields.js';
import { formatHostPort } from '../message/grammar.js';
import { makeCancel } from '../message/make.js';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.js';
import { nobody, type ClientTransaction } from '../transaction/client-transaction.js';
import { PATIENCE } from '../transaction/timers.js';
import type { Destination, Flow } from '../transport/types.js';
import { synthesize, wayBack, type Context } from './context.js';

export interface BranchOptions {
  readonly recordRoute: boolean;
  /** Milliseconds to the first response, and to the final one; undefined: as long as the transaction waits. */
  readonly provisionalTimeout: number | undefined;
  readonly finalTimeout: number | undefined;
}

export interface BranchEvents {
  onProvisional(response: SipResponse): void;
  /** A 2xx may come more than once, and after another final response of the same branch. `flow` lacks where none came. */
  onFinal(branch: ProxyBranch, response: SipResponse, flow: Flow | undefined): void;
}

/** Timer C (§ 16.6): for how long a callee may ring without a word. */
const TIMER_C = 181_000;

export class ProxyBranch {
  final: SipResponse | undefined;
  #transaction: ClientTransaction | undefined;
  #heard = false;
  #cancelled = false;
  readonly #timers: Timer[] = [];
  #timerC: Timer | undefined;

  constructor(
    private readonly context: Context,
    private readonly options: BranchOptions,
    private readonly events: BranchEvents,
  ) {}

  async send(request: SipRequest, from: Flow): Promise<void> {
    try {
      const destination = await this.context.locator.locate(headerValues(request, 'route')[0] ?? request.uri);
      if (this.#cancelled) return this.#end(synthesize(request, 487), undefined);
      if (this.options.recordRoute) recordRoute(this.context, request, from, destination);
      const protocol = this.context.transport.protocolFor(request, destination);
      this.#transaction = this.context.transactions.request(request, { ...destination, protocol }, {
        onResponse: (response, flow) => this.#receive(response, flow),
        onTimeout: () => this.#end(synthesize(request, this.#cancelled ? 487 : 408), undefined),
        onUnreachable: () => this.#end(synthesize(request, 503), undefined),
        mayGoOn: () => !this.#cancelled && !this.final,
      }); // prettier-ignore
      this.#limit(this.options.provisionalTimeout, () => this.#heard || this.#end(synthesize(request, 408), undefined));
      this.#limit(this.options.finalTimeout, () => this.cancel());
      this.#restartTimerC();
    } catch (error) {
      this.context.log.warn({ error: String(error), target: request.uri }, 'a proxy target cannot be reached');
      this.#end(synthesize(request, 503), undefined);
    }
  }

  /** § 16.10. A branch that has said nothing yet is cancelled when it does. */
  cancel(): void {
    if (this.final || this.#cancelled) return;
    this.#cancelled = true;
    if (this.#heard) this.#sendCancel();
  }

  #receive(response: SipResponse, flow: Flow): void {
    const first = !this.#heard;
    this.#heard = true;
    if (response.status >= 200) return this.#end(response, flow);
    // Cancelled, or passed over, before its first response.
    if (first && (this.#cancelled || this.final)) this.#sendCancel();
    if (response.status === 100) return;
    this.#restartTimerC();
    if (!this.final) this.events.onProvisional(response);
  }

  #sendCancel(): void {
    const transaction = this.#transaction;
    if (transaction?.request.method !== 'INVITE') return;
    this.context.transactions.cancel(transaction, makeCancel(transaction.request), nobody);
    this.context.clock.setTimer(PATIENCE, () => {
      if (transaction.open) transaction.handle({ type: 'timer', timer: 'B' });
    });
  }

  #end(response: SipResponse, flow: Flow | undefined): void {
    if (this.final && response.status >= 300) return;
    this.final = response;
    for (const timer of this.#timers.splice(0)) timer.cancel();
    this.#timerC?.cancel();
    this.events.onFinal(this, response, flow);
  }

  #limit(ms: number | undefined, over: () => void): void {
    if (ms !== undefined) this.#timers.push(this.context.clock.setTimer(ms, over));
  }

  #restartTimerC(): void {
    this.#timerC?.cancel();
    if (!this.final) this.#timerC = this.context.clock.setTimer(TIMER_C, () => this.cancel());
  }
}

/** § 16.6 4: so that later requests of the dialog come by here; twice where they leave by another face than they came. */
function recordRoute(context: Context, request: SipRequest, from: Flow, to: Destination): void {
  const uri = (destination: Destination): string => {
    const { host, port } = context.transport.sentBy(destination);
    const transport = destination.protocol === 'udp' ? '' : `;transport=${destination.protocol}`;
    return `<sip:${formatHostPort(host, port)}${transport};lr>`;
  };
  const [inside, outside] = [uri(wayBack(from)), uri(to)];
  if (inside !== outside) prependHeader(request, 'record-route', inside);
  prependHeader(request, 'record-route', outside);
}

const NOT_TO_ADD = new Set(['via', 'from', 'to', 'call-id', 'cseq', 'content-length', 'max-forwards']);

/** The copy of a request that goes on (§ 16.6), with what the application adds. */
export function onward(request: SipRequest, uri: string, extra: SipMessage | undefined): SipRequest {
  const copy: SipRequest = { ...request, uri, fields: [...request.fields] };
  setHeader(copy, 'max-forwards', String(Math.max(0, Number(header(request, 'max-forwards') ?? 70) - 1)));
  for (const field of extra?.fields ?? [])
    if (!NOT_TO_ADD.has(canonicalName(field.name))) appendHeader(copy, field.name, field.value);
  return copy;
}
