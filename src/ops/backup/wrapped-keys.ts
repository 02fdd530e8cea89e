/**
 * The keys of an archive under a passphrase: scrypt (RFC 7914, by default with 128 MiB) makes a key of it, AES-256-GCM keeps
 * them. Layout: magic, binary logarithm of scrypt's N (1 byte), salt (32 bytes), nonce (12), tag (16), then the ciphertext of a JSON object from file names to contents in base64.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { z } from 'zod';
import { HalinaError } from '../../base/errors.js';

/** The master key of sealed recordings among the keys of a backup; a restore never writes it to a disk. */
export const MASTER_KEY_NAME = 'sealed.master';

const MAGIC = Buffer.from('halina-keys-1\n');
/** By which the configuration file stands among the keys. */
export const CONFIGURATION = 'halina.yaml';
const SALT = 32;
const NONCE = 12;
const TAG = 16;
/** 128 MiB. */
export const USUAL_COST = 17;
const HIGHEST_COST = 20;

const contents = z.record(z.string().regex(/^[A-Za-z0-9._-]+$/), z.string());

function keyOf(passphrase: string, salt: Buffer, cost: number): Promise<Buffer> {
  const parameters = { N: 2 ** cost, r: 8, p: 1, maxmem: 2 ** (cost + 11) };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, 32, parameters, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

export async function wrapKeys(
  files: ReadonlyMap<string, Buffer>,
  passphrase: string,
  cost = USUAL_COST,
): Promise<Buffer> {
  const salt = randomBytes(SALT);
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, salt, cost), nonce).setAAD(MAGIC);
  const json = JSON.stringify(Object.fromEntries([...files].map(([name, data]) => [name, data.toString('base64')])));
  const text = Buffer.concat([cipher.update(json, 'utf8'), cipher.final()]);
  return Buffer.concat([MAGIC, Buffer.of(cost), salt, nonce, cipher.getAuthTag(), text]);
}

/** Throws `BACKUP_PASSPHRASE` where the passphrase is another, or the object is damaged. */
export async function unwrapKeys(wrapped: Buffer, passphrase: string): Promise<Map<string, Buffer>> {
  let at = 0;
  const take = (length: number): Buffer => wrapped.subarray(at, (at += length));
  if (!take(MAGIC.length).equals(MAGIC))
    throw new HalinaError('BACKUP_KEYS', 'the keys in the backup are of another kind');
  const cost = take(1)[0] ?? 0;
  if (cost > HIGHEST_COST)
    throw new HalinaError('BACKUP_KEYS', 'the keys in the backup ask for more memory than there is');
  const [salt, nonce, tag] = [take(SALT), take(NONCE), take(TAG)];
  const decipher = createDecipheriv('aes-256-gcm', await keyOf(passphrase, salt, cost), nonce)
    .setAAD(MAGIC)
    .setAuthTag(tag);
  try {
    const json = Buffer.concat([decipher.update(wrapped.subarray(at)), decipher.final()]).toString();
    return new Map(
      Object.entries(contents.parse(JSON.parse(json))).map(([name, data]) => [name, Buffer.from(data, 'base64')]),
    );
  } catch (cause) {
    throw new HalinaError('BACKUP_PASSPHRASE', 'the passphrase is not the one of this backup', { cause });
  }
}
