/** What a REFER of a party asks for, held against what that party may ask for. */
import type { Leg } from '../../media/engine.js';
import type { Party } from '../call/party.js';
import type { IncomingRequest } from '../sip-port.js';
import type { Itinerary } from '../steps/step.js';
import type { ConversationOptions } from './options.js';
import { parseRefer, type DialogName } from './refer.js';
import type { Claim, Placed } from './switchboard.js';

export type Wish =
  | { readonly kind: 'call'; readonly itinerary: Itinerary; readonly name: string }
  /** Out of the house: a call of its own for the one who stays. */
  | { readonly kind: 'send-out'; readonly dialled: string; readonly name: string; readonly sender: string }
  | { readonly kind: 'park'; readonly orbit: string }
  /** The party that the sender talks with in another call comes into this one. */
  | { readonly kind: 'take-over'; readonly claim: Claim; readonly name: string }
  /** The party of this call goes into the sender's other call, since that one has the outside party. */
  | { readonly kind: 'hand-over'; readonly to: Placed }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string };

const refused = (status: number, reason: string): Wish => ({ kind: 'refused', status, reason });

/** @param sender the party that sent the REFER, whose place is on `leg`; `stays`: the other one */
export function wishOf(
  request: IncomingRequest,
  { sender, stays }: { readonly leg: Leg; readonly sender: Party; readonly stays: Party },
  options: ConversationOptions,
): Wish {
  // Nobody outside sends calls of ours anywhere (no open relay by Refer-To).
  if (sender.kind !== 'handset') return refused(403, 'only handsets of the office may send a call on');
  const referral = parseRefer(request);
  if ('refused' in referral) return refused(referral.refused, 'the REFER cannot be understood');
  if (referral.replaces) return replacing(referral.replaces, sender, options);
  const to = options.context.switchboard.sendTo(sender.extension, referral.uri);
  if (to.kind !== 'to') return to;
  const { destination } = to;
  const isLoop =
    destination.kind === 'internal'
      ? stays.kind === 'handset' && stays.extension === destination.extension
      : stays.kind === 'outside' && stays.number === destination.number;
  if (isLoop) return refused(482, 'the call would be sent to the party that it is with');
  if (destination.kind === 'external' && !options.keeper)
    return { kind: 'send-out', dialled: referral.uri, name: to.name, sender: sender.extension };
  return { kind: 'call', itinerary: to.itinerary, name: to.name };
}

function replacing(name: DialogName, sender: Party & { kind: 'handset' }, options: ConversationOptions): Wish {
  const placed = options.context.switchboard.find(name);
  if (!placed) return refused(481, 'the dialog to take over is not there');
  if (placed.callId === options.callId) return refused(482, 'a call cannot be transferred to itself');
  const isOwn = placed.party.kind === 'handset' && placed.party.extension === sender.extension;
  if (!isOwn) return refused(403, 'only a call of one’s own can be handed over');
  if (!options.keeper && placed.isExternal) return { kind: 'hand-over', to: placed };
  const claim = placed.claim();
  return claim ? { kind: 'take-over', claim, name: 'attended' } : refused(480, 'there is nobody to talk with there');
}
