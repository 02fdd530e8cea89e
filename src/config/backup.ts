/** Backups that the program takes by itself. */
import { z } from 'zod';

const secret = z.union([z.string().min(1), z.strictObject({ file: z.string() }), z.strictObject({ env: z.string() })]);

export const backup = z.strictObject({
  target: z.string().min(1).describe('the folder of the backup, on another disk'),
  at: z
    .string()
    .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'write hours and minutes, e.g. "02:30"')
    .default('02:30')
    .describe('every day at this time, in the zone of the office'),
  prune: z
    .boolean()
    .default(true)
    .describe('then remove from it what has expired or was erased, and earlier snapshots'),
  passphrase: secret.describe('for the keys and the configuration in it; without it nobody can restore them'),
});
