/**
 * A call within the house that one of the two sends to the outside: the other one gets a call with the outside of its
 * own, and stays here, with ringing tone, until somebody answers there (docs/decisions/trunk-to-trunk.md).
 */
import type { Place } from './options.js';
import type { Move, MoveEvent } from './moves.js';
import type { Claim, Switchboard } from './switchboard.js';

export interface SendingOut {
  readonly stays: Place;
  readonly sender: string;
  readonly dialled: string;
  /** The one who stays is wanted there now. */
  readonly claim: () => Claim | undefined;
  readonly switchboard: Pick<Switchboard, 'sendOut'>;
}

export function sendOut(
  { stays, sender, dialled, claim, switchboard }: SendingOut,
  tell: (event: MoveEvent) => void,
): Move {
  let over = false;
  let gone = (): void => {};
  const { party, side } = stays;
  switchboard.sendOut(
    {
      extension: party.kind === 'handset' ? party.extension : party.number,
      sender,
      source: side.dialog.source,
      claim: () => (over ? undefined : claim()),
      tell: (event) => {
        if (!over) tell(event);
      },
      onGone: (handler) => (gone = handler),
    },
    dialled,
  );
  return {
    cancel: () => {
      over = true;
      gone();
    },
  };
}
