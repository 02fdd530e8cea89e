/** What `halina check` says of who will relay sound on this machine, and who will encode it. */
import { systemClock } from '../base/clock.js';
import type { Config } from '../config/schema.js';
import { probeKernelPlane, type KernelPlaneProbe } from '../media/kernel/rights.js';
import { chooseEncoder } from '../recording/encoder-probe.js';
import { encoderText } from './encoding.js';
import { error, warning, type Finding } from './finding.js';

export function mediaPlane({ media }: Config, probe: () => KernelPlaneProbe = probeKernelPlane): Finding[] {
  if (media.plane === 'session') return [];
  const found = probe();
  if (found.possible) return [];
  const { why, hint } = found;
  if (media.plane === 'kernel') return [error(`the kernel cannot relay sound here: ${why}`, hint)];
  return [warning(`sound will be relayed by sockets, at ten times the cost, not by the kernel: ${why}`, hint)];
}

/** Another encoder than the one that is configured: recordings come out all the same. */
export async function encoderFound(
  { recording }: Config,
  choose: typeof chooseEncoder = chooseEncoder,
): Promise<Finding[]> {
  const choice = await choose(recording.encoder, systemClock);
  if (choice.passedOver.length === 0) return [];
  const hint =
    recording.encoder === 'lame'
      ? 'on Debian and Ubuntu: sudo apt-get install libmp3lame0; or leave out recording.encoder'
      : 'recordings take longer to make; processors made since 2008 (SSE4.1) and those of ARM can do it';
  return [warning(encoderText(choice), hint)];
}
