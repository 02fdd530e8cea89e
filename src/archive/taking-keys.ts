/**
 * Keys of a backup, for sealed recordings and spools that are here and whose keys were lost. Only those that open something
 * are taken: a key of what was erased or evicted since must not come back with them.
 */
import { isCallId } from '../base/call-id.js';
import { HalinaError } from '../base/errors.js';
import type { SealKey } from '../vault/seal-key.js';
import type { VerifyParts } from './verify.js';

export interface TakenKeys {
  /** Keys that were taken. */
  readonly taken: number;
  /** Sealed recordings that have no key still. */
  readonly missing: number;
}

/** Files that are opened at a time. */
const AT_ONCE = 32;

/** Rejects with `MASTER_KEY_MISSING` where there is no keystore to take them. */
export async function takeKeys(parts: VerifyParts, offered: readonly SealKey[]): Promise<TakenKeys> {
  const { vault, store } = parts;
  const { keys } = vault;
  if (!keys) {
    const hint = 'set storage.encryption.key, and restart';
    throw new HalinaError('MASTER_KEY_MISSING', 'no master key is configured here', { hint });
  }
  const taken = await keys.take(offered.filter((key) => isWanted(parts, key)));
  let kept = 0;
  for (let at = 0; at < taken.length; at += AT_ONCE) {
    const opens = taken.slice(at, at + AT_ONCE).map(async (key): Promise<void> => {
      const locked = await whyLocked(parts, key);
      // Erased or evicted meanwhile, or the key of an earlier file.
      if (locked === undefined && isWanted(parts, key)) kept += 1;
      else keys.drop(key.owner, key.kind);
    });
    await Promise.all(opens);
  }
  await keys.destroy();
  let missing = 0;
  for (const { id, phase, sealed } of store.catalogue.items()) {
    if (phase === 'recorded' && sealed && !keys.has('recording', id)) missing += 1;
  }
  return { taken: kept, missing };
}

function isWanted({ store }: VerifyParts, { kind, owner }: SealKey): boolean {
  const item = isCallId(owner) ? store.catalogue.get(owner) : undefined;
  if (kind === 'recording') return item?.phase === 'recorded' && item.sealed;
  return kind === 'spool' && (item?.phase === 'closed' || item?.phase === 'failed');
}

async function whyLocked(
  { vault, folders, store }: VerifyParts,
  { kind, owner }: SealKey,
): Promise<string | undefined> {
  const item = isCallId(owner) ? store.catalogue.get(owner) : undefined;
  if (!item) return 'its call is forgotten';
  return kind === 'recording'
    ? vault.sound.whyLocked(folders.recordingOf(item))
    : vault.sound.whySpoolLocked(folders.spoolOf(item.id));
}
