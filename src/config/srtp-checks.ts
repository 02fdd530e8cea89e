/** Keys of encrypted sound travel in the signalling (RFC 4568 § 7.1), which therefore has to be encrypted itself. */
import type { CheckProblem } from './problems.js';
import type { Config } from './schema.js';

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
