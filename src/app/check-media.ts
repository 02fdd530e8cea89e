/** What `halina check` says of who will relay sound on this machine. */
import type { Config } from '../config/schema.js';
import { probeKernelPlane, type KernelPlaneProbe } from '../media/kernel/rights.js';
import { error, warning, type Finding } from './finding.js';

export function mediaPlane({ media }: Config, probe: () => KernelPlaneProbe = probeKernelPlane): Finding[] {
  if (media.plane === 'session') return [];
  const found = probe();
  if (found.possible) return [];
  const { why, hint } = found;
  if (media.plane === 'kernel') return [error(`the kernel cannot relay sound here: ${why}`, hint)];
  return [warning(`sound will be relayed by sockets, at ten times the cost, not by the kernel: ${why}`, hint)];
}
