/** `halina check --network` as a whole: the machine, the probe of the trunks, what follows from both. */
import { HalinaError } from '../../base/errors.js';
import { createLog } from '../../base/log.js';
import type { Config } from '../../config/schema.js';
import { error, type Finding } from '../finding.js';
import { networkFindings, networkReport, type NetworkReport } from './network-report.js';
import { probeOffline } from './offline-probe.js';
import type { TrunkProbe } from '../../calls/office-status.js';

/** `ask`: lets the running program probe its trunks; gives undefined where none runs, and the probe is made here. */
export async function checkNetwork(
  config: Config,
  ask: () => Promise<readonly TrunkProbe[] | undefined>,
): Promise<{ network: NetworkReport; findings: Finding[] }> {
  const found: Finding[] = [];
  const asked = await ask();
  const running = asked !== undefined;
  // Before the SIP server of the probe is there, so that its own ports do not count.
  const before = await networkReport(config, []);
  const trunks = asked ?? (await probeHere(config, found));
  const network = { ...before, trunks };
  return { network, findings: [...found, ...(await networkFindings(config, network, running))] };
}

async function probeHere(config: Config, found: Finding[]): Promise<readonly TrunkProbe[]> {
  try {
    return await probeOffline(config, createLog({ level: 'silent', pretty: false, name: 'halina' }));
  } catch (thrown) {
    if (!(thrown instanceof HalinaError)) throw thrown;
    found.push(error(`the trunks could not be asked: ${thrown.message}`, thrown.hint));
    return [];
  }
}
