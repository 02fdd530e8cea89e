/** Whether a party's sound is encrypted (SRTP). */
import { z } from 'zod';

export const srtpPolicy = z.enum(['off', 'allow', 'require', 'dtls']);
export type SrtpPolicy = z.output<typeof srtpPolicy>;
