/**
 * What the kernel plane asks of the system, and giving it back. A probe loads the program and stands it at the loopback
 * interface for a moment; when the real one is loaded, nothing of it needs a right any more, so the process lays them
 * down: what talks to the network shall not be able to load programs. (capset(2) is for the thread that calls it; the
 * threads that libuv begins later have no more.)
 */
import koffi from 'koffi';
import { errorMessage, HalinaError } from '../../base/errors.js';
import { KernelPlane } from './kernel-plane.js';

const VERSION_3 = 0x2008_0522;
const CAP_NET_ADMIN = 12;
const CAP_SYS_ADMIN = 21;
const CAP_PERFMON = 38;
const CAP_BPF = 39;

export type KernelPlaneProbe =
  | { readonly possible: true }
  | { readonly possible: false; readonly why: string; readonly hint: string | undefined };

/** Whether this process may have a kernel plane. */
export function probeKernelPlane(): KernelPlaneProbe {
  try {
    new KernelPlane({ ports: { from: 2, to: 4 } }).close();
    return { possible: true };
  } catch (error) {
    return {
      possible: false,
      why: errorMessage(error),
      hint: error instanceof HalinaError ? error.hint : undefined,
    };
  }
}

/**
 * Lays down the rights with which programs are loaded. False where that did not work, which is no fault. `keepNetwork`:
 * CAP_NET_ADMIN is wanted once more, to take the program away.
 */
export function dropKernelRights(keepNetwork = false): boolean {
  const library = koffi.load(null);
  const get = library.func('int capget(const void *, _Out_ void *)') as (header: Buffer, data: Buffer) => number;
  const set = library.func('int capset(const void *, const void *)') as (header: Buffer, data: Buffer) => number;
  const header = Buffer.alloc(8);
  header.writeUInt32LE(VERSION_3, 0);
  // Effective, permitted and inheritable sets of capabilities 0 to 31, then of 32 to 63.
  const sets = Buffer.alloc(24);
  if (get(header, sets) !== 0) return false;
  const laidDown = [CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF, ...(keepNetwork ? [] : [CAP_NET_ADMIN])];
  for (const capability of laidDown) {
    const half = capability < 32 ? 0 : 12;
    for (const at of [half, half + 4, half + 8])
      sets.writeUInt32LE((sets.readUInt32LE(at) & ~(1 << (capability % 32))) >>> 0, at);
  }
  return set(header, sets) === 0;
}
