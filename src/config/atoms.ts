/** The small kinds of settings of which the sections of the configuration are made. */
import { z } from 'zod';

export const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'use small letters, digits and hyphens');
export const extension = z.string().regex(/^[0-9]{2,6}$/, 'an extension is two to six digits, in quotes');
export const digits = z
  .string()
  .regex(/^\+?[0-9][0-9 ()/.-]{2,}$/, 'write the number with its digits, e.g. "+48227836000"');
export const language = z.enum(['pl', 'en']);
export const port = z.number().int().min(1).max(65535);
export const secret = z.union([
  z.string().min(1),
  z.strictObject({ file: z.string() }).describe('a file whose first line is the secret'),
  z.strictObject({ env: z.string() }).describe('an environment variable that holds it'),
]);
