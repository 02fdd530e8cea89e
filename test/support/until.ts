import { setImmediate as turn } from 'node:timers/promises';

/** How long a fact may let wait: no measure of anything, only so that a test that waits in vain says for what. */
export const PATIENCE_MS = 40_000;

/** Resolves when it is so, looked at in every turn of the event loop. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !(await isSo());) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await turn();
  }
}
