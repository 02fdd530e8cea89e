/** Which runner does which kind of step. */
import { runAnnounce } from './announce.js';
import { runDial } from './dial.js';
import { runRing } from './ring.js';
import type { RunningStep, Step, StepEvent, StepHost } from './step.js';

/** Begins a step of whatever kind. */
export function runStep(step: Step, host: StepHost, tell: (event: StepEvent) => void): RunningStep {
  switch (step.do) {
    case 'ring':
      return runRing(step, host, tell);
    case 'announce':
      return runAnnounce(step, host, tell);
    case 'dial':
      return runDial(step, host, tell);
  }
}
