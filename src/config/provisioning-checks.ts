/** What does not fit together in the settings of devices that fetch their configuration. */
import type { CheckProblem } from './problems.js';
import type { Config } from './schema.js';

/** What may stand in a path of an address without being written otherwise. */
const PLAIN = /^[A-Za-z0-9_~.-]{20,}$/;

export const normalMac = (mac: string): string => mac.replaceAll(/[:-]/g, '').toLowerCase();

export function provisioningProblems(config: Pick<Config, 'handsets' | 'provisioning'>): CheckProblem[] {
  const seen = new Map<string, string>();
  return config.handsets.flatMap(({ extension, device: one }, n) => {
    if (!one) return [];
    const found: CheckProblem[] = [];
    const problem = (setting: string, message: string, hint: string): void =>
      void found.push({ path: ['handsets', n, 'device', setting], message, hint });
    if (!config.provisioning) problem('maker', 'nothing answers this device', 'add a section `provisioning`');
    if (one.maker !== 'linphone' && one.mac === undefined)
      problem('maker', `a ${one.maker} telephone is known by its MAC address`, 'add `mac`, it is on the label');
    if (typeof one.secret === 'string' && !PLAIN.test(one.secret))
      problem(
        'secret',
        'this secret is too short, or has characters that addresses do not have',
        'take `halina handset secret`',
      );
    const mac = one.mac && normalMac(one.mac);
    if (mac !== undefined && seen.has(mac))
      problem('mac', `this address is that of ${seen.get(mac)} too`, 'each telephone has its own');
    if (mac !== undefined) seen.set(mac, extension);
    return found;
  });
}
