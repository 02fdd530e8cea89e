/**
 * Lowers the calling thread below the others of the process: in Linux each thread has its own niceness, and
 * `/proc/thread-self` tells a thread its own id. Elsewhere nothing happens, and everything works all the same.
 */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';

/** `niceness`: 0 (as all) to 19 (last). Gives the thread's id in the system, or nothing where it can't be done. */
export function lowerThreadPriority(niceness: number): number | undefined {
  try {
    const thread = Number(basename(readlinkSync('/proc/thread-self')));
    setPriority(thread, niceness);
    return thread;
  } catch {
    return undefined; // Not Linux, or not allowed: encoding then competes with the calls on equal terms.
  }
}
