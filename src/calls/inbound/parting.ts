/** What a caller hears at the end: that nobody comes, and why. */
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { MediaSession } from '../../media/engine.js';
import { pause } from '../call/waiting.js';
import type { Parting } from '../steps/step.js';

/** How long a busy tone is heard. */
const TONE_MS = 4_000;

export interface PartingOptions {
  readonly session: MediaSession;
  readonly language: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the call is over. */
  readonly signal: AbortSignal;
}

/** Resolves when it was heard, or the call is over. */
export async function part({ prompt, tone }: Parting, options: PartingOptions): Promise<void> {
  const { session, language, clock, log, signal } = options;
  try {
    await session.play('outside', { name: prompt, language }, { signal });
  } catch (error) {
    log.warn({ prompt, error: errorMessage(error) }, 'an announcement was not played');
  }
  if (!tone || signal.aborted) return;
  session.tone('outside', tone);
  await pause(TONE_MS, clock, signal);
}
