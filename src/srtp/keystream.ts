/**
 * The key stream of AES in counter mode (RFC 3711 § 4.1.1). A cipher object of Node's costs more than what it does to
 * 160 bytes, so one is kept in ECB mode and given the counters of 16 packets at once: whoever has seen packet n will
 * need the stream of n + 1.
 */
import { createCipheriv } from 'node:crypto';
import { read16, read32, write16, write32 } from '../rtp/packet.js';

const AHEAD = 16;
const BLOCK = 16;
const nothing = new Uint8Array(0);

export class Keystream {
  readonly #cipher: ReturnType<typeof createCipheriv>;
  readonly #salt: Uint8Array;
  #counters = nothing;
  #stream: Uint8Array = nothing;
  #ssrc = -1;
  /** The packets that the stream is for: `AHEAD` of them from this index on, each with so many bytes. */
  #from = 0;
  #each = 0;

  /** @param salt 14 bytes */
  constructor(key: Uint8Array, salt: Uint8Array) {
    this.#cipher = createCipheriv(key.length === 32 ? 'aes-256-ecb' : 'aes-128-ecb', key, null).setAutoPadding(false);
    this.#salt = salt;
  }

  /** Encrypts or decrypts `bytes` from `start` to `end`, at most 65,536 × 16 of them, as what packet `index` carries. */
  apply(bytes: Uint8Array, start: number, end: number, ssrc: number, index: number): void {
    const length = end - start;
    const place = index - this.#from;
    const isReady = ssrc === this.#ssrc && place >= 0 && place < AHEAD && length <= this.#each;
    if (isReady) return xor(bytes, start, end, this.#stream, place * this.#each);
    // What comes late has no followers.
    const packets = ssrc === this.#ssrc && place < 0 ? 1 : AHEAD;
    const each = Math.ceil(length / BLOCK) * BLOCK;
    const stream = this.#make(ssrc, index, packets, each);
    xor(bytes, start, end, stream, 0);
    if (packets === 1) return;
    this.#stream = stream;
    this.#ssrc = ssrc;
    this.#from = index;
    this.#each = each;
  }

  #make(ssrc: number, index: number, packets: number, each: number): Uint8Array {
    const length = packets * each;
    if (this.#counters.length < length) this.#counters = new Uint8Array(length);
    const counters = this.#counters;
    const salt = this.#salt;
    for (let packet = 0, at = 0; packet < packets; packet++) {
      const high = Math.floor((index + packet) / 0x10000);
      for (let block = 0; block < each / BLOCK; block++, at += BLOCK) {
        write32(counters, at, read32(salt, 0));
        write32(counters, at + 4, read32(salt, 4) ^ ssrc);
        write32(counters, at + 8, read32(salt, 8) ^ high);
        write16(counters, at + 12, read16(salt, 12) ^ ((index + packet) & 0xffff));
        write16(counters, at + 14, block);
      }
    }
    return this.#cipher.update(counters.subarray(0, length));
  }
}

function xor(bytes: Uint8Array, start: number, end: number, stream: Uint8Array, from: number): void {
  for (let i = start, j = from; i < end; i++, j++) bytes[i] = (bytes[i] ?? 0) ^ (stream[j] ?? 0);
}
