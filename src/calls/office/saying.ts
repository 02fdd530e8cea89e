/** Saying things to whoever waits: prompts one after another, until a signal. */
import { errorMessage } from '../../base/errors.js';
import type { StepHost } from '../steps/step.js';
import type { Spoken } from './speech/speech.js';
import type { Language } from './speech/words.js';

export type Listener = Pick<StepHost, 'session' | 'leg' | 'language' | 'log'>;

/** Plays them in turn. Resolves at the end or when stopped; what cannot be played is logged and left out. */
export async function say(to: Listener, prompts: readonly Spoken[], signal: AbortSignal): Promise<boolean> {
  let all = true;
  for (const prompt of prompts) {
    if (signal.aborted) return all;
    try {
      await to.session.play(to.leg, prompt, { signal });
    } catch (error) {
      all = false;
      if (!signal.aborted) to.log.warn({ prompt: prompt.name, error: errorMessage(error) }, 'a prompt was not played');
    }
  }
  return all;
}

/** A prompt in the language of the call. */
export const prompt = (to: Listener, name: string): readonly Spoken[] => [{ name, language: to.language }];

/** The language in which numbers are spoken. */
export const numbersIn = (language: string): Language => (language === 'en' ? 'en' : 'pl');
