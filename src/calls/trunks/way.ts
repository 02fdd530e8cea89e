/** A way in which a call can go out. */
import type { InviteOptions } from '../sip-port.js';
import type { Trunk } from './sources.js';

export interface Way {
  readonly trunk: Trunk;
  /** The trunk's part of the INVITE. */
  readonly target: Omit<InviteOptions, 'sdp'>;
}
