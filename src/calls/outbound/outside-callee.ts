/** Someone outside as a callee: behind a trunk, or behind whichever of several takes the call. */
import type { LegPeer } from '../../media/engine.js';
import type { CallContext } from '../call/context.js';
import { trunkSecurity } from '../call/security.js';
import { FailoverCallee, type FailoverOptions } from '../trunks/failover.js';
import type { Destination } from './destination.js';

export interface OutsideCalleeOptions extends Pick<
  FailoverOptions,
  'log' | 'ringMs' | 'take' | 'tell' | 'onTrunk' | 'makeRoom'
> {
  readonly context: CallContext;
  /** Makes the offer. */
  readonly peer: LegPeer;
}

export function outsideCallee(
  { trunk, target, others }: Destination & { readonly kind: 'external' },
  { context, peer, ...options }: OutsideCalleeOptions,
): FailoverCallee {
  const { sip, clock, config, trunkHealth: health } = context;
  const offer: FailoverOptions['offer'] = (by) => {
    peer.secure(trunkSecurity(config, by));
    return peer.createOffer();
  };
  return new FailoverCallee({ sip, clock, health, ways: [{ trunk, target }, ...others], offer, ...options });
}
