/** Walks an itinerary for a party that can hear everything already: step after step, until somebody answers or its end. */
import { errorMessage } from '../../base/errors.js';
import type { Headers } from '../sip-port.js';
import type { DialogName } from '../transfer/refer.js';
import { runStep } from './runners.js';
import type { Answered, Finish, Itinerary, Next, RunningStep, StepHost } from './step.js';

export type WalkEvent =
  | { readonly type: 'rings' }
  | { readonly type: 'answered'; readonly answered: Answered }
  | { readonly type: 'over'; readonly finish: Finish };

export class Walk {
  readonly #itinerary: Itinerary;
  readonly #host: StepHost;
  readonly #tell: (event: WalkEvent) => void;
  #step: RunningStep | undefined;
  #over = false;

  constructor(itinerary: Itinerary, host: StepHost, tell: (event: WalkEvent) => void) {
    this.#itinerary = itinerary;
    this.#host = host;
    this.#tell = tell;
  }

  /** Begins; every event comes later than the call. */
  start(): void {
    queueMicrotask(() => this.#go(this.#itinerary.first));
  }

  get rings(): readonly string[] {
    return this.#step?.rings ?? [];
  }

  extensionOf(name: DialogName): string | undefined {
    return this.#step?.extensionOf?.(name);
  }

  /** Gives it up: nothing is told any more. */
  cancel(headers: Headers): void {
    this.#over = true;
    this.#step?.cancel(headers);
  }

  #go(next: Next): void {
    if (this.#over) return;
    if (next.do === 'finish') {
      this.#over = true;
      return this.#tell({ type: 'over', finish: next });
    }
    try {
      this.#step = runStep(next, this.#host, (event) => {
        if (this.#over) return undefined;
        if (event.type === 'rings') return this.#tell(event);
        if (event.type === 'over') return this.#go(this.#itinerary.next(next, event.outcome));
        this.#over = true;
        return this.#tell({ type: 'answered', answered: event });
      });
    } catch (error) {
      this.#host.log.error({ step: next.do, error: errorMessage(error) }, 'a step of a call could not begin');
      this.#go({ do: 'finish', ending: { by: 'halina', reason: 'error' } });
    }
    return undefined;
  }
}
