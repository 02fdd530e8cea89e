/** Whether the system's libmp3lame works here: tried in a process of its own, since what is broken may take it down. */
import type { Clock } from '../base/clock.js';
import { startHand } from './encoder-hand.js';

export type ProbeResult =
  | { readonly works: true; readonly version: string }
  | { readonly works: false; readonly why: string };

const PATIENCE_MS = 30_000;

/** Never rejects. `code`: another worker's, for tests. */
export async function probeNative(clock: Clock, code?: URL): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const settle = (result: ProbeResult): void => {
      timer.cancel();
      void hand.end().then(() => resolve(result));
    };
    const hand = startHand('process', {
      niceness: 0,
      onMessage: (message) => {
        if (message.type !== 'probed') return;
        const { version, failure } = message;
        settle(failure === undefined ? { works: true, version } : { works: false, why: failure });
      },
      onGone: (how) => settle({ works: false, why: `the process that tried it is gone: ${how}` }),
      ...(code ? { code } : {}),
    });
    const timer = clock.setTimer(PATIENCE_MS, () => settle({ works: false, why: 'it gave no answer' }));
    hand.post({ type: 'probe' });
  });
}
