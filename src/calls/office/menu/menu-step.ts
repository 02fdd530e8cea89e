/**
 * The step in which a caller chooses by a key. A key stops the prompt; one that leads nowhere is said so. Whether the menu
 * is said again is the road's business.
 */
import { pause } from '../../call/waiting.js';
import type { MenuStep, Outcome, Runner, StepHost } from '../../steps/step.js';
import { prompt, say } from '../saying.js';

export const runMenu: Runner<MenuStep> = (step, host, tell) => {
  const stop = new AbortController();
  const over = AbortSignal.any([host.signal, stop.signal]);
  void choose(step, host, over).then((outcome) => {
    if (!over.aborted) tell({ type: 'over', outcome });
  });
  return { cancel: () => stop.abort() };
};

/** Never rejects. */
async function choose(step: MenuStep, host: StepHost, over: AbortSignal): Promise<Outcome> {
  const key = await askKey(step, host, over);
  if (key !== undefined) host.log.info({ menu: step.name, key }, 'a key was pressed in a menu');
  if (key !== undefined && step.keys.includes(key)) return { is: 'key', digit: key };
  if (key !== undefined) await say(host, prompt(host, 'menu-invalid'), over);
  return { is: 'no-key' };
}

/** The first key from the first word on, until its time is over. */
async function askKey(step: MenuStep, host: StepHost, over: AbortSignal): Promise<string | undefined> {
  const { session, leg, context } = host;
  const pressed = new AbortController();
  const off = host.onKey((digit) => pressed.abort(digit));
  session.listen(leg, true);
  try {
    const ends = AbortSignal.any([over, pressed.signal]);
    await say(host, prompt(host, step.say), ends);
    await pause(step.waitMs, context.clock, ends);
  } finally {
    off();
    session.listen(leg, false);
  }
  return pressed.signal.aborted ? String(pressed.signal.reason) : undefined;
}
