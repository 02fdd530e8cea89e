/** The party behind an extension, as the callee of another handset. */
import type { Headers } from '../sip-port.js';
import type { Itinerary, StepHost } from '../steps/step.js';
import { Walk } from '../steps/walk.js';
import type { DialogName } from '../transfer/refer.js';
import type { Callee, CalleeEvent } from './callee.js';

/** Whoever an extension leads to: itself, or whom its calls are forwarded to. */
export class ExtensionCallee implements Callee {
  readonly #host: () => StepHost;
  readonly #itinerary: Itinerary;
  readonly #tell: (event: CalleeEvent) => void;
  #walk: Walk | undefined;

  /** @param host made when the call begins, since there is no session before */
  constructor(itinerary: Itinerary, host: () => StepHost, tell: (event: CalleeEvent) => void) {
    this.#itinerary = itinerary;
    this.#host = host;
    this.#tell = tell;
  }

  get rings(): readonly string[] {
    return this.#walk?.rings ?? [];
  }

  extensionOf(name: DialogName): string | undefined {
    return this.#walk?.extensionOf(name);
  }

  call(): void {
    this.#walk = new Walk(this.#itinerary, this.#host(), (event) => {
      if (event.type === 'rings') return this.#tell({ type: 'progress', sdp: '', signalling: '' });
      if (event.type === 'over') {
        const { ending, leave } = event.finish;
        return this.#tell(leave ? { type: 'leaves', to: leave, ending } : { type: 'failed', ending });
      }
      return this.#tell(event.answered);
    });
    this.#walk.start();
  }

  cancel(headers: Headers): void {
    this.#walk?.cancel(headers);
  }
}
