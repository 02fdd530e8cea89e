/**
 * The master key: 32 bytes that stand outside the data folder. It wraps one thing only, the epoch key of the keystore,
 * so changing it rewrites no recording.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { KEY_BYTES, TAG_BYTES } from './format.js';

const ALGORITHM = 'aes-256-gcm';
export const NONCE_BYTES = 12;
/** A key of 32 bytes, wrapped: nonce, ciphertext, tag. */
export const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/** A key under another one; `about` (additional data) says what it is, and it opens as nothing else. */
export function wrapKey(wrapping: Uint8Array, key: Uint8Array, about: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, wrapping, nonce).setAAD(about);
  const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]);
}

/** Undefined where the wrapping key is another, or anything was changed. */
export function unwrapKey(wrapping: Uint8Array, wrapped: Buffer, about: Uint8Array): Buffer | undefined {
  const at = NONCE_BYTES + KEY_BYTES;
  const decipher = createDecipheriv(ALGORITHM, wrapping, wrapped.subarray(0, NONCE_BYTES)).setAAD(about);
  decipher.setAuthTag(wrapped.subarray(at));
  const key = decipher.update(wrapped.subarray(NONCE_BYTES, at));
  try {
    decipher.final();
    return key;
  } catch {
    return undefined;
  }
}

export class MasterKey {
  readonly #wrapping: Buffer;
  /** 16 hex digits: a name that tells nothing of the key. */
  readonly id: string;

  /** 32 bytes. */
  constructor(secret: Uint8Array) {
    const derive = (info: string, bytes: number): Buffer =>
      Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `halina master key: ${info}`, bytes));
    this.#wrapping = derive('wrapping', KEY_BYTES);
    this.id = derive('name', 8).toString('hex');
  }

  wrap(key: Uint8Array, about: Uint8Array): Buffer {
    return wrapKey(this.#wrapping, key, about);
  }

  unwrap(wrapped: Buffer, about: Uint8Array): Buffer | undefined {
    return unwrapKey(this.#wrapping, wrapped, about);
  }
}
