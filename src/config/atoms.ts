/** The small kinds of settings of which the sections of the configuration are made. */
import { z } from 'zod';

export const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'use small letters, digits and hyphens');
export const extension = z.string().regex(/^[0-9]{2,6}$/, 'an extension is two to six digits, in quotes');
export const digits = z
  .string()
  .regex(/^\+?[0-9][0-9 ()/.-]{2,}$/, 'write the number with its digits, e.g. "+48227836000"');
export const language = z.enum(['pl', 'en']);
