/** The key of one writing session, on its way to who writes or reads with it: never on a disk, never in a log. */
import { randomBytes } from 'node:crypto';
import { HalinaError } from '../base/errors.js';
import { KEY_BYTES, type SealHeader, type SealKind } from './format.js';

export interface SealKey {
  readonly kind: SealKind;
  /** The call's id. */
  readonly owner: string;
  /** 16 bytes in hex. */
  readonly keyId: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** Finds the key of a sealed file. */
export interface KeyRing {
  /** Undefined where there is none. */
  keyOf(header: Pick<SealHeader, 'kind' | 'owner' | 'keyId'>): SealKey | undefined;
}

export function newSealKey(kind: SealKind, owner: string): SealKey {
  return { kind, owner, keyId: randomBytes(16).toString('hex'), key: randomBytes(KEY_BYTES) };
}

/** A ring of some keys, for who has no keystore: a thread or a process that encodes. */
export function ringOf(keys: readonly SealKey[]): KeyRing {
  const byId = new Map(keys.map((key) => [key.keyId, key]));
  return {
    keyOf: ({ kind, owner, keyId }) => {
      const key = byId.get(keyId);
      return key?.kind === kind && key.owner === owner ? key : undefined;
    },
  };
}

export const noKeys: KeyRing = ringOf([]);

export function keyMissing({ kind, owner }: Pick<SealHeader, 'kind' | 'owner'>, path: string): HalinaError {
  const hint = 'halina key restore FOLDER takes the keys of a backup; without its key a sealed file is lost';
  return new HalinaError('SEAL_KEY_MISSING', `there is no key for the sealed ${kind} of call ${owner} (${path})`, {
    hint,
  });
}
