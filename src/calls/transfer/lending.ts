/**
 * A party that talks here is wanted in another call: its dialog is lent there until that call has it, or gives it back.
 * What the party itself does meanwhile is told as always.
 */
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { LegPeer } from '../../media/engine.js';
import type { DialogEnd } from '../sip-port.js';
import type { Place } from './options.js';
import { reoffer } from './reoffer.js';
import type { Claim, Claimed } from './switchboard.js';

export interface LendingOptions {
  readonly place: Place;
  readonly peer: LegPeer;
  readonly clock: Clock;
  readonly log: Log;
  readonly taken: () => void;
  /** It is back, and agreed with: it needs a side again. */
  readonly kept: () => void;
  readonly lost: (end: DialogEnd) => void;
}

export function lend(options: LendingOptions): Claim {
  const { place, peer, clock, log, taken, kept, lost } = options;
  const { dialog, told } = place.side.surrender(lost);
  const claimed: Claimed = { party: place.party, dialog, told };
  let open = true;
  const close = (): boolean => {
    const was = open;
    open = false;
    return was;
  };
  return {
    arrives: Promise.resolve(claimed),
    taken: () => {
      if (close()) taken();
    },
    giveBack: (dirty) => {
      if (!close()) return;
      if (!dirty || dialog.ended) return kept();
      reoffer(dialog, peer, clock)
        .catch((error: unknown) => log.info({ error: errorMessage(error) }, 'a party did not come back as it was'))
        .finally(kept);
    },
  };
}
