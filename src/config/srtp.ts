/** Whether a party's sound is encrypted (SRTP). */
import { z } from 'zod';
import type { CheckProblem } from './problems.js';
import type { Config } from './schema.js';

export const srtpPolicy = z.enum(['off', 'allow', 'require']);
export type SrtpPolicy = z.output<typeof srtpPolicy>;

const isTls = (proxy: string): boolean => /^sips:|;transport=tls\b/i.test(proxy);

/** Keys that would travel over an open way, where that was not asked for. */
export function srtpProblems({ trunks, media }: Config): CheckProblem[] {
  return trunks.flatMap(({ name, srtp, proxy }, n) => {
    if (srtp !== 'require' || media.srtpWithoutTls || isTls(proxy)) return [];
    return [
      {
        path: ['trunks', n, 'srtp'],
        message: `the keys of the encrypted sound of ${name} would travel in clear: its signalling does not go over TLS`,
        hint: 'write transport=tls in its proxy, or set media.srtpWithoutTls',
      },
    ];
  });
}
