/** The party behind an extension, as the callee of another handset. */
import type { Headers } from '../sip-port.js';
import type { Itinerary, StepHost } from '../steps/step.js';
import { Walk } from '../steps/walk.js';
import type { DialogName } from '../transfer/refer.js';
import type { Callee, CalleeEvent } from './callee.js';

/** Whoever an extension leads to: itself, or whom its calls are forwarded to. */
export class ExtensionCallee implements Callee {
  readonly #walk: Walk;

  constructor(itinerary: Itinerary, host: StepHost, tell: (event: CalleeEvent) => void) {
    this.#walk = new Walk(itinerary, host, (event) => {
      if (event.type === 'rings') return tell({ type: 'progress', sdp: '', signalling: '' });
      if (event.type === 'answered') return tell(event.answered);
      const { ending, leave } = event.finish;
      return tell(leave ? { type: 'leaves', to: leave, ending } : { type: 'failed', ending });
    });
  }

  get rings(): readonly string[] {
    return this.#walk.rings;
  }

  extensionOf(name: DialogName): string | undefined {
    return this.#walk.extensionOf(name);
  }

  call(): void {
    this.#walk.start();
  }

  cancel(headers: Headers): void {
    this.#walk.cancel(headers);
  }
}
