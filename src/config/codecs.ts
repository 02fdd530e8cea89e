/** Which voice codecs are offered and taken. */
import { z } from 'zod';

const codec = z.enum(['PCMA', 'PCMU', 'G722', 'opus']);

/** Each once, the best first. */
export const codecList = z
  .array(codec)
  .min(1)
  .refine((list) => new Set(list).size === list.length, 'a codec stands here twice');
