/** The step in which something is said. */
import { errorMessage } from '../../base/errors.js';
import type { AnnounceStep, Runner } from './step.js';

export const runAnnounce: Runner<AnnounceStep> = ({ prompt }, { session, leg, language, log, signal }, tell) => {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  void session
    .play(leg, { name: prompt, language }, { signal: both })
    .catch((error: unknown) => log.warn({ prompt, error: errorMessage(error) }, 'an announcement was not played'))
    .then(() => {
      if (!both.aborted) tell({ type: 'over', outcome: { is: 'said' } });
    });
  return { cancel: () => stop.abort() };
};
