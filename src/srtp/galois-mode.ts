/** AES-GCM (RFC 7714): Node's own, with a cipher object a packet, since its nonce cannot be changed. */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { read16, read32, write16, write32 } from '../rtp/packet.js';
import type { SessionKeys } from './derive.js';
import { ENCRYPTED, RTCP_CLEAR, type Transform } from './transform.js';

const TAG = 16;

interface Keyed {
  readonly key: KeyObject;
  readonly salt: Uint8Array;
}

export class GaloisMode implements Transform {
  readonly #cipher: 'aes-128-gcm' | 'aes-256-gcm';
  readonly #rtp: Keyed;
  readonly #rtcp: Keyed;
  readonly #nonce = new Uint8Array(12);
  /** What is authenticated beside an RTCP packet's first bytes: `E` and the index. */
  readonly #rtcpClear = new Uint8Array(RTCP_CLEAR + 4);

  constructor(rtp: SessionKeys, rtcp: SessionKeys) {
    this.#cipher = rtp.encryption.length === 32 ? 'aes-256-gcm' : 'aes-128-gcm';
    const keyed = ({ encryption, salt }: SessionKeys): Keyed => ({ key: createSecretKey(encryption), salt });
    this.#rtp = keyed(rtp);
    this.#rtcp = keyed(rtcp);
  }

  /** § 8.1 and § 9.1: in an RTCP nonce the index has 32 bits, of which the first is 0. */
  #nonceOf(salt: Uint8Array, ssrc: number, index: number): Uint8Array {
    const nonce = this.#nonce;
    write16(nonce, 0, read16(salt, 0));
    write32(nonce, 2, read32(salt, 2) ^ ssrc);
    write32(nonce, 6, read32(salt, 6) ^ Math.floor(index / 0x10000));
    write16(nonce, 10, read16(salt, 10) ^ (index & 0xffff));
    return nonce;
  }

  protectRtp(bytes: Uint8Array, payload: number, end: number, ssrc: number, index: number): number {
    const nonce = this.#nonceOf(this.#rtp.salt, ssrc, index);
    return this.#encrypt(this.#rtp.key, nonce, bytes.subarray(0, payload), bytes, payload, end);
  }

  unprotectRtp(bytes: Uint8Array, payload: number, end: number, ssrc: number, index: number): number {
    const nonce = this.#nonceOf(this.#rtp.salt, ssrc, index);
    return this.#decrypt(this.#rtp.key, nonce, bytes.subarray(0, payload), bytes, payload, end);
  }

  protectRtcp(bytes: Uint8Array, end: number, ssrc: number, index: number): number {
    const { key, salt } = this.#rtcp;
    const clear = this.#clear(bytes, ENCRYPTED + index);
    const tagged = this.#encrypt(key, this.#nonceOf(salt, ssrc, index), clear, bytes, RTCP_CLEAR, end);
    write32(bytes, tagged, ENCRYPTED + index);
    return tagged + 4;
  }

  rtcpIndex(bytes: Uint8Array, end: number): number {
    return end < RTCP_CLEAR + TAG + 4 ? -1 : read32(bytes, end - 4);
  }

  unprotectRtcp(bytes: Uint8Array, end: number, ssrc: number): number {
    const { key, salt } = this.#rtcp;
    const said = this.rtcpIndex(bytes, end);
    if (said < 0) return -1;
    const nonce = this.#nonceOf(salt, ssrc, said & 0x7fff_ffff);
    if (said >= ENCRYPTED) return this.#decrypt(key, nonce, this.#clear(bytes, said), bytes, RTCP_CLEAR, end - 4);
    // § 9.3: not encrypted, then all of it is only authenticated.
    const all = new Uint8Array(end - TAG);
    all.set(bytes.subarray(0, end - 4 - TAG));
    write32(all, end - 4 - TAG, said);
    return this.#decrypt(key, nonce, all, bytes, end - 4 - TAG, end - 4);
  }

  #clear(bytes: Uint8Array, said: number): Uint8Array {
    this.#rtcpClear.set(bytes.subarray(0, RTCP_CLEAR));
    write32(this.#rtcpClear, RTCP_CLEAR, said);
    return this.#rtcpClear;
  }

  #encrypt(key: KeyObject, nonce: Uint8Array, clear: Uint8Array, bytes: Uint8Array, from: number, end: number): number {
    const cipher = createCipheriv(this.#cipher, key, nonce).setAAD(clear);
    bytes.set(cipher.update(bytes.subarray(from, end)), from);
    cipher.final();
    bytes.set(cipher.getAuthTag(), end);
    return end + TAG;
  }

  #decrypt(key: KeyObject, nonce: Uint8Array, clear: Uint8Array, bytes: Uint8Array, from: number, end: number): number {
    const tag = end - TAG;
    if (tag < from) return -1;
    const cipher = createDecipheriv(this.#cipher, key, nonce, { authTagLength: TAG });
    cipher.setAuthTag(bytes.subarray(tag, end)).setAAD(clear);
    const plain = cipher.update(bytes.subarray(from, tag));
    try {
      cipher.final();
    } catch {
      return -1; // Node's way to say that the tag is wrong
    }
    bytes.set(plain, from);
    return tag;
  }
}
