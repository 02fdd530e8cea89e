/** The passphrase of a backup: from a file, or from the environment; never from the arguments, which everybody can read. */
import { readFile } from 'node:fs/promises';
import { HalinaError } from '../base/errors.js';

export interface Passphrase {
  readonly passphraseFile?: string;
}

export const PASSPHRASE = 'HALINA_BACKUP_PASSPHRASE';

export async function passphraseOf({ passphraseFile }: Passphrase): Promise<string> {
  const text = passphraseFile ? await readFile(passphraseFile, 'utf8') : process.env[PASSPHRASE];
  const passphrase = text?.trim();
  if (passphrase) return passphrase;
  const hint = `give --passphrase-file or set ${PASSPHRASE}; without it nobody can restore the keys of the archive`;
  throw new HalinaError('BACKUP_PASSPHRASE', 'the keys in a backup need a passphrase', { hint });
}
