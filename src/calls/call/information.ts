/** The whole information under art. 13 GDPR, for whoever asks for it. */
import type { Leg, MediaSession, PlayEvidence, PlayOptions } from '../../media/engine.js';

/** Plays it. Rejects where there is no such prompt, or the engine is gone. */
export const giveInformation = (
  session: MediaSession,
  leg: Leg,
  language: string,
  options: PlayOptions = {},
): Promise<PlayEvidence> => session.play(leg, { name: 'information', language }, options);
