/** The party that a call begins with, as the call sees it: one that sent an INVITE, or one that was sent on to it. */
import type { MediaSession } from '../../media/engine.js';
import type { Headers } from '../sip-port.js';
import type { Ending } from './ending.js';
import type { Side } from './side.js';

export interface Caller {
  /** Whether sound can reach it before the answer. */
  readonly canHearEarly: boolean;
  /** Takes its offer, where it made one. Throws `SdpError` where there is nothing in it for us. */
  negotiate(session: MediaSession): void;
  /** The callee rings (180), or sound is to reach the caller (183). `media`: with our address, so that sound can. */
  progress(status: 180 | 183, media: boolean): void;
  /** Answers; resolves with its side when media is agreed on. Rejects where it is gone, or refuses what we offer. */
  answer(session: MediaSession, headers?: Headers): Promise<Side>;
  /** Its side, once it was answered. */
  readonly side: Side | undefined;
  /** Ends its part of the call in whatever way is left. Never rejects. */
  end(ending: Ending): Promise<void>;
  /** Another call has it from now on. */
  release(): void;
}
