/** Which runner does which kind of step. */
import { runMenu } from '../office/menu/menu-step.js';
import { runQueue } from '../office/queue/queue-step.js';
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
    case 'menu':
      return runMenu(step, host, tell);
    case 'queue':
      return runQueue(step, host, tell);
  }
}
