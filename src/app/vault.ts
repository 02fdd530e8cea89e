/** Opens the vault of a data folder: whatever is wrong with its keys is said before anything else starts. */
import { join, relative } from 'node:path';
import { keysFolder } from '../audit/anchoring.js';
import type { AuditLog } from '../audit/audit-log.js';
import { HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { readMasterKey, type KeySource } from '../config/encryption.js';
import type { Config } from '../config/schema.js';
import { lockDataFolder, type DataLock } from '../journal/data-lock.js';
import type { FileStore } from '../journal/file-store.js';
import { NodeFileStore } from '../journal/node-files.js';
import { KEYSTORE_NAME, KeyStore } from '../vault/keystore.js';
import { keystoreOf } from '../vault/keystore-reading.js';
import { MasterKey } from '../vault/master-key.js';
import { Vault } from '../vault/vault.js';
import { commandLine } from './audit-parts.js';
import { readAgain, type Where } from './where.js';

export interface MasterKeys {
  readonly master: MasterKey;
  readonly previous?: MasterKey;
}

function readKey(source: KeySource, data: string): MasterKey {
  if ('file' in source && !relative(data, source.file).startsWith('..')) {
    const message = `the master key ${source.file} stands in the data folder: whoever has the one has the other`;
    throw new HalinaError('MASTER_KEY_INSIDE', message, { hint: 'move it to another place, e.g. /etc/halina' });
  }
  return new MasterKey(readMasterKey(source));
}

/**
 * The bytes of the master key for a backup; undefined where there is none, or where only the service has it (a credential,
 * a variable of its environment).
 */
export function masterKeyForBackup({ storage: { encryption } }: Config): Buffer | undefined {
  try {
    return encryption && readMasterKey(encryption.key);
  } catch (error) {
    if (
      error instanceof HalinaError &&
      error.code === 'MASTER_KEY_MISSING' &&
      encryption &&
      !('file' in encryption.key)
    )
      return undefined;
    throw error;
  }
}

/** The master keys that are configured. Throws as `readMasterKey` does, or `MASTER_KEY_INSIDE`. */
export function masterKeysOf({ storage: { encryption } }: Config, data: string): MasterKeys | undefined {
  if (!encryption) return undefined;
  const master = readKey(encryption.key, data);
  return { master, ...(encryption.previousKey ? { previous: readKey(encryption.previousKey, data) } : {}) };
}

/** Throws where the keystore that is there cannot be opened with what is configured; nothing is changed. */
export async function checkKeystore(files: FileStore, keys: MasterKeys | undefined, data: string): Promise<void> {
  const path = join(keysFolder(data), KEYSTORE_NAME);
  const found = await keystoreOf(files, path, keys ? [keys.master, ...(keys.previous ? [keys.previous] : [])] : []);
  if (!found || keys || found.keys === 0) return;
  const message = `the archive has ${found.keys} sealed files under master key ${found.masterId}, and storage.encryption is not set`;
  const hint = 'set storage.encryption.key; `enabled: false` there ends the sealing of new recordings';
  throw new HalinaError('MASTER_KEY_MISSING', message, { hint });
}

/**
 * A keystore that does not open at all is put aside, so that another begins; gives where it stands then. Not where a program runs,
 * which has opened its own.
 */
export async function putDamagedAside({ config, data }: Pick<Where, 'config' | 'data'>): Promise<string | undefined> {
  const files = new NodeFileStore();
  const path = join(keysFolder(data), KEYSTORE_NAME);
  const lock = lockUnlessRunning(data);
  if (!lock) return undefined;
  try {
    await checkKeystore(files, masterKeysOf(config, data), data);
    return undefined;
  } catch (error) {
    if (!(error instanceof HalinaError) || error.code !== 'KEYSTORE_DAMAGED') throw error;
    const aside = `${path}.damaged`;
    await files.rename(path, aside);
    await files.syncFolder(keysFolder(data));
    return aside;
  } finally {
    lock.release();
  }
}

function lockUnlessRunning(data: string): DataLock | undefined {
  try {
    return lockDataFolder(data);
  } catch (error) {
    if (error instanceof HalinaError && error.code === 'DATA_FOLDER_IN_USE') return undefined;
    throw error;
  }
}

/** Under the lock of the data folder. Rejects with what is wrong with the master key or the keystore. */
export async function openVault(config: Config, data: string, files: FileStore, log: Log): Promise<Vault> {
  const masters = masterKeysOf(config, data);
  await checkKeystore(files, masters, data);
  if (!masters) return new Vault(files);
  const keys = await KeyStore.open({ files, folder: keysFolder(data), ...masters });
  for (const what of keys.damage) log.error({ what }, 'the keystore is damaged');
  const facts = { masterKey: keys.masterId, epoch: keys.epoch, keys: keys.count };
  if (keys.rotatedFrom === undefined) log.info(facts, 'the keystore is open');
  else log.warn({ ...facts, before: keys.rotatedFrom }, 'the keystore is under the new master key; take previousKey out of the configuration, and destroy the old key'); // prettier-ignore
  return new Vault(files, keys, { seals: config.storage.encryption?.enabled ?? false });
}

/** A change of the master key is on record. */
export async function recordRotation({ keys }: Vault, audit: AuditLog): Promise<void> {
  if (keys?.rotatedFrom === undefined) return;
  const facts = { change: 'master-key', epoch: keys.epoch, recordings: keys.count };
  await audit.append({ event: 'encryption', actor: commandLine(), facts });
}

/** The master key as the configuration file has it now. */
export async function masterKeyNow(where: Where): Promise<MasterKey | undefined> {
  return masterKeysOf(await readAgain(where), where.data)?.master;
}
