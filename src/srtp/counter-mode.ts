/** AES in counter mode with HMAC-SHA1 (RFC 3711 §§ 4.1.1 and 4.2.1, RFC 6188). */
import { read32, write32 } from '../rtp/packet.js';
import type { SessionKeys } from './derive.js';
import { codeByte, HmacSha1 } from './hmac-sha1.js';
import { Keystream } from './keystream.js';
import type { Suite } from './suites.js';
import { ENCRYPTED, RTCP_CLEAR, type Transform } from './transform.js';

export class CounterMode implements Transform {
  readonly #tagBytes: number;
  readonly #rtcpTagBytes: number;
  readonly #rtp: { readonly keystream: Keystream; readonly hmac: HmacSha1 };
  readonly #rtcp: { readonly keystream: Keystream; readonly hmac: HmacSha1 };

  constructor(suite: Suite, rtp: SessionKeys, rtcp: SessionKeys) {
    this.#tagBytes = suite.tagBytes;
    this.#rtcpTagBytes = suite.rtcpTagBytes;
    const keyed = ({ encryption, authentication, salt }: SessionKeys): { keystream: Keystream; hmac: HmacSha1 } => ({
      keystream: new Keystream(encryption, salt),
      hmac: new HmacSha1(authentication),
    });
    this.#rtp = keyed(rtp);
    this.#rtcp = keyed(rtcp);
  }

  protectRtp(bytes: Uint8Array, payload: number, end: number, ssrc: number, index: number): number {
    const { keystream, hmac } = this.#rtp;
    keystream.apply(bytes, payload, end, ssrc, index);
    const code = hmac.of(bytes, 0, end, Math.floor(index / 0x10000));
    return append(bytes, end, code, this.#tagBytes);
  }

  unprotectRtp(bytes: Uint8Array, payload: number, end: number, ssrc: number, index: number): number {
    const { keystream, hmac } = this.#rtp;
    const tag = end - this.#tagBytes;
    if (tag < payload) return -1;
    const code = hmac.of(bytes, 0, tag, Math.floor(index / 0x10000));
    if (!isTag(bytes, tag, code, this.#tagBytes)) return -1;
    keystream.apply(bytes, payload, tag, ssrc, index);
    return tag;
  }

  protectRtcp(bytes: Uint8Array, end: number, ssrc: number, index: number): number {
    const { keystream, hmac } = this.#rtcp;
    keystream.apply(bytes, RTCP_CLEAR, end, ssrc, index);
    write32(bytes, end, ENCRYPTED + index);
    return append(bytes, end + 4, hmac.of(bytes, 0, end + 4, undefined), this.#rtcpTagBytes);
  }

  rtcpIndex(bytes: Uint8Array, end: number): number {
    const at = end - this.#rtcpTagBytes - 4;
    return at < RTCP_CLEAR ? -1 : read32(bytes, at);
  }

  unprotectRtcp(bytes: Uint8Array, end: number, ssrc: number): number {
    const { keystream, hmac } = this.#rtcp;
    const tag = end - this.#rtcpTagBytes;
    const said = this.rtcpIndex(bytes, end);
    if (said < 0 || !isTag(bytes, tag, hmac.of(bytes, 0, tag, undefined), this.#rtcpTagBytes)) return -1;
    if (said >= ENCRYPTED) keystream.apply(bytes, RTCP_CLEAR, tag - 4, ssrc, said - ENCRYPTED);
    return tag - 4;
  }
}

function append(bytes: Uint8Array, end: number, code: Int32Array, tagBytes: number): number {
  for (let i = 0; i < tagBytes; i++) bytes[end + i] = codeByte(code, i);
  return end + tagBytes;
}

/** Looks at every byte whatever the first ones are. */
function isTag(bytes: Uint8Array, at: number, code: Int32Array, tagBytes: number): boolean {
  let difference = 0;
  for (let i = 0; i < tagBytes; i++) difference |= (bytes[at + i] ?? 0) ^ codeByte(code, i);
  return difference === 0;
}
