/**
 * The keys that sign anchors: Ed25519 (RFC 8032), in `keys/`. The private half of a key that was replaced is destroyed; the
 * public halves stay, and stand in the chain too, each new one under an anchor of the one before it.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { join } from 'node:path';
import { HalinaError } from '../base/errors.js';
import type { FileStore } from '../journal/file-store.js';
import { readAll, removeUnfinished, writeWhole } from '../journal/whole-file.js';

export interface SigningKey {
  readonly id: string;
  /** The public half: SubjectPublicKeyInfo, DER, base64. */
  readonly spki: string;
  sign(text: string): string;
}

const ID_DIGITS = 32;
const PENDING = '.pending';
const PRIVATE = /^anchor-([0-9a-f]{32})\.key\.pem(\.pending)?$/;

export const privatePath = (folder: string, id: string): string => join(folder, `anchor-${id}.key.pem`);
export const publicPath = (folder: string, id: string): string => join(folder, `anchor-${id}.pub.pem`);

/** A key's name: the beginning of the SHA-256 of its public half, so a name can't be given to another key. */
export const keyIdOf = (spki: Buffer): string => createHash('sha256').update(spki).digest('hex').slice(0, ID_DIGITS);

export const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
export const publicPem = (spki: Buffer): string =>
  createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ type: 'spki', format: 'pem' }).toString();

/** Whether `signature` (base64) is the key's over `text`. */
export function isSignedBy(spki: Buffer, text: string, signature: string): boolean {
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}

function signingKey(key: KeyObject): SigningKey {
  const spki = spkiOf(createPublicKey(key));
  return {
    id: keyIdOf(spki),
    spki: spki.toString('base64'),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64'),
  };
}

/**
 * Makes a key, durably. Its private half is `pending` until the chain names it: only then `settle` gives it its place, so a
 * crash never leaves a key in use that nobody vouched for.
 */
export async function makeKey(files: FileStore, folder: string): Promise<SigningKey> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = signingKey(privateKey);
  await files.makeFolder(folder);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeWhole(files, folder, `${privatePath(folder, key.id)}${PENDING}`, pem);
  await writePublic(files, folder, key);
  return key;
}

/** The public half of a key whose private half is there. */
async function writePublic(files: FileStore, folder: string, key: SigningKey): Promise<void> {
  const path = publicPath(folder, key.id);
  if (await files.stat(path)) return;
  await writeWhole(files, folder, path, publicPem(Buffer.from(key.spki, 'base64')));
}

export interface StoredKey extends SigningKey {
  readonly pending: boolean;
}

/** The keys whose private half is there: one, or more where the making or replacing of one did not come to its end. */
export async function privateKeys(files: FileStore, folder: string): Promise<StoredKey[]> {
  const keys: StoredKey[] = [];
  await removeUnfinished(files, folder);
  for (const { name } of await files.list(folder)) {
    const [, id, pending] = PRIVATE.exec(name) ?? [];
    if (id === undefined) continue;
    const key = readPrivate(await readAll(files, join(folder, name)), join(folder, name));
    if (key.id !== id) throw unreadable(join(folder, name), 'it is the key of another name');
    keys.push({ ...key, pending: pending !== undefined });
  }
  return keys;
}

function readPrivate(pem: Buffer, path: string): SigningKey {
  try {
    return signingKey(createPrivateKey(pem));
  } catch (cause) {
    throw unreadable(path, 'it is no key', cause);
  }
}

function unreadable(path: string, what: string, cause?: unknown): HalinaError {
  const hint =
    'restore it from a backup, or remove it: then a new key is made, and verify says that it was not vouched for';
  return new HalinaError('AUDIT_KEY', `cannot use the key ${path}: ${what}`, { hint, cause });
}

/** The chain names the key: from now on it is in use. Harmless if it is already. */
export async function settleKey(files: FileStore, folder: string, key: SigningKey): Promise<void> {
  await writePublic(files, folder, key);
  const path = privatePath(folder, key.id);
  if (!(await files.stat(`${path}${PENDING}`))) return;
  await files.rename(`${path}${PENDING}`, path);
  await files.syncFolder(folder);
}

/** Destroys the private half; of a key that the chain never named, the public half goes too, before it. */
export async function destroyKey(
  files: FileStore,
  folder: string,
  id: string,
  { named }: { readonly named: boolean },
): Promise<void> {
  if (!named && (await files.remove(publicPath(folder, id)))) await files.syncFolder(folder);
  const path = privatePath(folder, id);
  const gone = [await files.remove(path), await files.remove(`${path}${PENDING}`)];
  if (gone.includes(true)) await files.syncFolder(folder);
}
