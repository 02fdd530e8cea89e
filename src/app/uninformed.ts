/** An alarm for each handset whose person was not told of the recording (§ 7 of the ordinance), from the first account on. */
import type { Accounts } from '../accounts/accounts.js';
import type { AlarmBell } from '../base/alarms.js';
import type { Clock } from '../base/clock.js';
import type { Closers } from './closers.js';

const CODE = 'HANDSET_UNINFORMED';
const LOOK_MS = 60_000;

export interface Told {
  readonly accounts: Pick<Accounts, 'empty' | 'terms'>;
  /** Of the office's handsets, as they are now. */
  readonly extensions: () => readonly string[];
  readonly alarms: AlarmBell;
  readonly clock: Clock;
}

export function watchUninformed({ accounts, extensions, alarms, clock }: Told, closers: Closers): void {
  let raised = new Set<string>();
  let timer = clock.setTimer(0, function look() {
    timer = clock.setTimer(LOOK_MS, look);
    const untold = new Set(accounts.empty ? [] : accounts.terms.uninformed(extensions()));
    for (const extension of untold) alarms.raise(CODE, extension, messageOf(extension));
    for (const extension of raised) if (!untold.has(extension)) alarms.clear(CODE, extension);
    raised = untold;
  });
  closers.add('who was told of the recording', () => timer.cancel());
}

const messageOf = (extension: string): string =>
  `nobody at handset ${extension} was told of the recording of calls: tell the person and enter it in the console, under Handsets`;
