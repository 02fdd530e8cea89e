/** What steps that call somebody have in common: the place for whoever answers comes first, and may not be to be had. */
import { errorMessage } from '../../base/errors.js';
import type { Headers } from '../sip-port.js';
import type { RunningStep, StepEvent, StepHost } from './step.js';

/** Gets what `place` promises, then begins. */
export function beginAt<T>(
  place: Promise<T>,
  { log }: StepHost,
  tell: (event: StepEvent) => void,
  begin: (place: T) => RunningStep,
): RunningStep {
  let running: RunningStep | undefined;
  let cancelled = false;
  place.then(
    (got) => {
      if (!cancelled) running = begin(got);
    },
    (error: unknown) => {
      log.error({ error: errorMessage(error) }, 'there is no place for who is to be called');
      if (!cancelled) tell({ type: 'over', outcome: { is: 'unanswered', why: 'unreachable', status: 503 } });
    },
  );
  return {
    get rings() {
      return running?.rings ?? [];
    },
    extensionOf: (name) => running?.extensionOf?.(name),
    cancel: (headers: Headers) => {
      cancelled = true;
      running?.cancel(headers);
    },
  };
}
