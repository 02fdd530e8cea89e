/** Finds the place in a call that a dialog has. */
import type { Leg } from '../../media/engine.js';
import type { DialogName } from '../transfer/refer.js';
import type { Placed } from '../transfer/switchboard.js';
import type { CallCore } from './core.js';

type Named = Omit<DialogName, 'earlyOnly'>;

/** Whether a dialog is the one that is named. */
export const isNamed = (dialog: Named, name: Named): boolean =>
  dialog.callId === name.callId && dialog.localTag === name.localTag && dialog.remoteTag === name.remoteTag;

/** The place of a dialog in a call in which two talk. */
export function findTalking(
  core: CallCore,
  callId: Placed['callId'],
  isExternal: boolean,
  name: DialogName,
): Placed | undefined {
  const talk = core.conversation;
  if (!talk || core.isClosing) return undefined;
  const at = (['outside', 'inside'] as const).find((leg: Leg) => {
    const { side } = talk.place(leg);
    return !side.ended && !side.isSurrendered && isNamed(side.dialog, name);
  });
  if (at === undefined) return undefined;
  return {
    callId,
    party: talk.place(at).party,
    leg: at,
    early: false,
    isExternal,
    claim: () => talk.claim(at),
    replace: (taker) => talk.replace(taker, at),
    give: (claim, told) => talk.give(at, claim, told),
  };
}
