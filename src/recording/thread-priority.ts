/**
 * The priority of single threads: in Linux each thread has its own niceness, and `/proc/thread-self` tells a thread its
 * own id. Elsewhere nothing happens, and everything works all the same.
 */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';

/** `niceness`: 0 (as all) to 19 (last). Gives the calling thread's id in the system, or nothing where it can't be done. */
export function setThreadNiceness(niceness: number): number | undefined {
  try {
    const thread = Number(basename(readlinkSync('/proc/thread-self')));
    setPriority(thread, niceness);
    return thread;
  } catch {
    return undefined; // Not Linux, or not allowed: encoding then competes with the calls on equal terms.
  }
}

/** Changes another thread of this user; false where that is not allowed (who is not root may only lower). */
export function renice(thread: number, niceness: number): boolean {
  try {
    setPriority(thread, niceness);
    return true;
  } catch {
    return false;
  }
}
