/** Encryption at rest: whether it is on, and where the master key comes from. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HalinaError, errorMessage } from '../base/errors.js';

const keySource = z.union([
  z.strictObject({ file: z.string().min(1) }).describe('a file that only its owner may read (mode 0600 or 0400)'),
  z.strictObject({ env: z.string().min(1) }).describe('an environment variable'),
  z
    .strictObject({ credential: z.string().regex(/^[A-Za-z0-9._-]+$/) })
    .describe('a credential of systemd (LoadCredential=)'),
]);

export type KeySource = z.infer<typeof keySource>;

export const encryption = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('seal what is recorded from now on; false: only what is sealed already is read with the key'),
  key: keySource.describe(
    'the master key, 64 hex digits: a file (0600), an environment variable, or a systemd credential',
  ),
  previousKey: keySource
    .optional()
    .describe('while the master key is changed: the one before; the next start wraps all keys anew under `key`'),
});

const DIGITS = /^[0-9a-fA-F]{64}$/;
const MAKE = 'npx halina key new FILE makes one; keep a copy of it where neither this machine nor its backups are';

/** What is known of a file that may hold a key. */
function checkMode(path: string): void {
  const { mode, uid } = statSync(path);
  const others = mode & 0o077;
  if (others !== 0) {
    const hint = `chmod 600 ${path}`;
    const message = `the master key ${path} can be read by others (mode ${(mode & 0o777).toString(8).padStart(4, '0')})`;
    throw new HalinaError('MASTER_KEY_OPEN', message, { hint });
  }
  const own = process.getuid?.();
  if (own !== undefined && uid !== own && uid !== 0) {
    const message = `the master key ${path} belongs to user ${uid}, who is neither root nor the one who runs Halina`;
    throw new HalinaError('MASTER_KEY_OPEN', message, { hint: `chown it to the user who runs Halina` });
  }
}

function textOf(source: KeySource, environment: NodeJS.ProcessEnv): { readonly text: string; readonly where: string } {
  if ('env' in source) {
    const where = `the environment variable ${source.env}`;
    const text = environment[source.env];
    if (text) return { text, where };
    throw new HalinaError('MASTER_KEY_MISSING', `${where}, which is to hold the master key, is not set`, {
      hint: MAKE,
    });
  }
  const folder = environment['CREDENTIALS_DIRECTORY'];
  if ('credential' in source && !folder) {
    const message = `there is no credential ${source.credential}: systemd has set no CREDENTIALS_DIRECTORY`;
    throw new HalinaError('MASTER_KEY_MISSING', message, {
      hint: `LoadCredential=${source.credential}:FILE in the unit`,
    });
  }
  const path = 'file' in source ? source.file : join(folder ?? '', source.credential);
  try {
    checkMode(path);
    return { text: readFileSync(path, 'utf8'), where: path };
  } catch (error) {
    if (error instanceof HalinaError) throw error;
    throw new HalinaError('MASTER_KEY_MISSING', `the master key cannot be read: ${errorMessage(error)}`, {
      hint: MAKE,
      cause: error,
    });
  }
}

/**
 * The 32 bytes. Throws `MASTER_KEY_MISSING`, `MASTER_KEY_OPEN` (others may read it) or `MASTER_KEY_WRONG` (it is no
 * key); none of them holds a part of it.
 */
export function readMasterKey(source: KeySource, environment: NodeJS.ProcessEnv = process.env): Buffer {
  const { text, where } = textOf(source, environment);
  const line = text.trim();
  if (DIGITS.test(line)) return Buffer.from(line, 'hex');
  throw new HalinaError(
    'MASTER_KEY_WRONG',
    `${where} holds no master key: that is 64 hex digits, there are ${line.length} characters`,
    { hint: MAKE },
  );
}
