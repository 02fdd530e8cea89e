/**
 * HMAC-SHA1 (RFC 2104) with a key that stays. Node's own makes three objects a packet, which costs four times as much
 * as hashing 200 bytes here; the hashes of the key's two blocks are kept. No step depends on what is hashed, so nothing
 * of the key shows in the time it takes.
 */
import { read32 } from '../rtp/packet.js';

const BLOCK = 64;
const schedule = new Int32Array(80);
const state = new Int32Array(5);
const tail = new Uint8Array(2 * BLOCK);

const INITIAL = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);

export class HmacSha1 {
  readonly #inner: Int32Array;
  readonly #outer: Int32Array;

  /** @param key at most 64 bytes */
  constructor(key: Uint8Array) {
    this.#inner = keyed(key, 0x36);
    this.#outer = keyed(key, 0x5c);
  }

  /**
   * The code of `bytes` from `start` to `end`, followed by `suffix` as 32 bits where there is one. Five words; the next
   * call overwrites them.
   */
  of(bytes: Uint8Array, start: number, end: number, suffix: number | undefined): Int32Array {
    state.set(this.#inner);
    let at = start;
    for (; at + BLOCK <= end; at += BLOCK) compress(bytes, at);
    let length = 0;
    while (at < end) tail[length++] = bytes[at++] ?? 0;
    if (suffix !== undefined) {
      for (let shift = 24; shift >= 0; shift -= 8) tail[length++] = suffix >>> shift;
    }
    finish(length, BLOCK + (end - start) + (suffix === undefined ? 0 : 4));
    for (let i = 0; i < 20; i++) tail[i] = (state[i >> 2] ?? 0) >>> (24 - 8 * (i & 3));
    state.set(this.#outer);
    finish(20, BLOCK + 20);
    return state;
  }
}

/** Byte `i` of a code. */
export const codeByte = (code: Int32Array, i: number): number => ((code[i >> 2] ?? 0) >>> (24 - 8 * (i & 3))) & 0xff;

function keyed(key: Uint8Array, pad: number): Int32Array {
  const block = new Uint8Array(BLOCK).fill(pad);
  for (const [i, byte] of key.entries()) block[i] = byte ^ pad;
  state.set(INITIAL);
  compress(block, 0);
  return Int32Array.from(state);
}

/** Hashes the `length` bytes in `tail`, the padding and the length of all, which is `total` bytes (FIPS 180-4 § 5.1.1). */
function finish(length: number, total: number): void {
  const end = length + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
  tail[length] = 0x80;
  tail.fill(0, length + 1, end);
  const bits = total * 8;
  for (let i = 0; i < 4; i++) tail[end - 4 + i] = bits >>> (24 - 8 * i);
  compress(tail, 0);
  if (end > BLOCK) compress(tail, BLOCK);
}

/** A word that is there. */
const word = (words: Int32Array, i: number): number => words[i] ?? 0;

/** FIPS 180-4 § 6.1.2. */
function compress(bytes: Uint8Array, from: number): void {
  const w = schedule;
  for (let i = 0, at = from; i < 16; i++, at += 4) w[i] = read32(bytes, at);
  for (let i = 16; i < 80; i++) {
    const x = word(w, i - 3) ^ word(w, i - 8) ^ word(w, i - 14) ^ word(w, i - 16);
    w[i] = (x << 1) | (x >>> 31);
  }
  let a = word(state, 0);
  let b = word(state, 1);
  let c = word(state, 2);
  let d = word(state, 3);
  let e = word(state, 4);
  for (let i = 0; i < 80; i++) {
    const mixed = i < 20 ? choice(b, c, d) : i < 40 ? parity(b, c, d) : i < 60 ? majority(b, c, d) : last(b, c, d);
    const next = (((a << 5) | (a >>> 27)) + mixed + e + word(w, i)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0] = word(state, 0) + a;
  state[1] = word(state, 1) + b;
  state[2] = word(state, 2) + c;
  state[3] = word(state, 3) + d;
  state[4] = word(state, 4) + e;
}

/** The functions of § 4.1.1 with the constants of § 4.2.1. */
const choice = (b: number, c: number, d: number): number => (((b & c) | (~b & d)) + 0x5a827999) | 0;
const parity = (b: number, c: number, d: number): number => ((b ^ c ^ d) + 0x6ed9eba1) | 0;
const majority = (b: number, c: number, d: number): number => (((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc) | 0;
const last = (b: number, c: number, d: number): number => ((b ^ c ^ d) + 0xca62c1d6) | 0;
