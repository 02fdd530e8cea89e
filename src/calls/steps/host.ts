/** What a call gives to the steps that are taken for one of its parties. */
import type { Leg } from '../../media/engine.js';
import type { StepHost } from './step.js';

/** The call, as its steps know it. */
export interface SteppingCall {
  readonly signal: AbortSignal;
  onKey(leg: Leg, listener: (digit: string) => void): () => void;
}

/** The signal is asked for only where a step wants it: of most calls none does. */
export const stepHost = (call: SteppingCall, facts: Omit<StepHost, 'signal' | 'onKey'>): StepHost => ({
  ...facts,
  get signal() {
    return call.signal;
  },
  onKey: (listener) => call.onKey(facts.leg, listener),
});
