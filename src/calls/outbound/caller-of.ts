/** Who calls, in whatever way it came. */
import type { Log } from '../../base/log.js';
import { ownText } from '../../base/own-text.js';
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

/** What of whoever calls is asked as long as the call lasts: its INVITE is let go once it is answered. */
export interface CallerFacts {
  /** Where its signalling comes from. */
  readonly source: Source;
  /** The dialog that its INVITE makes. */
  readonly dialog: { readonly callId: string; readonly remoteTag: string | undefined } | undefined;
  /** Who sent here the one that calls, where it did not come by itself. */
  readonly sent: { readonly by: string | undefined } | undefined;
}

export function callerFacts({ from }: DialledFacts): CallerFacts {
  if (from.kind === 'sent') {
    const { source, sender } = from.party;
    return { source, dialog: undefined, sent: { by: sender } };
  }
  const { callId, source } = from.invite;
  const remoteTag = tagOf(from.invite.header('From'));
  const dialog = { callId: ownText(callId), remoteTag: remoteTag === undefined ? undefined : ownText(remoteTag) };
  return { source, dialog, sent: undefined };
}

/** Whether this is the dialog of its INVITE, which is not answered yet. */
export const isCaller = ({ dialog }: CallerFacts, { callId, remoteTag }: DialogName): boolean =>
  callId === dialog?.callId && remoteTag === dialog.remoteTag;
