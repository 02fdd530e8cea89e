/** Who calls, in whatever way it came. */
import type { Log } from '../../base/log.js';
import type { Leg } from '../../media/engine.js';
import type { Caller } from '../call/caller.js';
import { CallerLeg } from '../call/caller-leg.js';
import type { CallContext } from '../call/context.js';
import { handsetSecurity } from '../call/security.js';
import type { SideEvent } from '../call/side.js';
import type { Source } from '../sip-port.js';
import { tagOf, type DialogName } from '../transfer/refer.js';
import type { DialledFacts } from './plan.js';
import { SentCaller } from './sent-caller.js';

export interface CallerOptions {
  readonly context: CallContext;
  readonly leg: Leg;
  readonly log: Log;
  /** It gave up before it was answered. */
  readonly cancelled: () => void;
  readonly tell: (event: SideEvent) => void;
}

export function callerOf({ from, extension }: DialledFacts, options: CallerOptions): Caller {
  const { context, leg, log, cancelled, tell } = options;
  if (from.kind === 'sent') {
    from.party.onGone(cancelled);
    return new SentCaller({ party: from.party, leg, context, log, tell });
  }
  const { invite } = from;
  const security = handsetSecurity(context.config, extension, invite.source.protocol);
  return new CallerLeg({ invite, leg, security, clock: context.clock, log, cancelled, tell });
}

/** Where its signalling comes from. */
export const sourceOf = ({ from }: DialledFacts): Source =>
  from.kind === 'invite' ? from.invite.source : from.party.source;

/** Whether this is the dialog of its INVITE, which is not answered yet. */
export const isCaller = ({ from }: DialledFacts, { callId, remoteTag }: DialogName): boolean =>
  from.kind === 'invite' && callId === from.invite.callId && remoteTag === tagOf(from.invite.header('From'));
