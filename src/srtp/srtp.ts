/**
 * SRTP and SRTCP under one master key (RFC 3711). A sender never uses an index twice, since that would show what both
 * packets carry; a receiver takes each packet once, and believes a source only when one of its packets was authentic.
 */
import { read16, read32 } from '../rtp/packet.js';
import { CounterMode } from './counter-mode.js';
import { deriveSessionKeys } from './derive.js';
import { GaloisMode } from './galois-mode.js';
import { PacketIndex } from './packet-index.js';
import { type MasterKey, suites, type SuiteName } from './suites.js';
import { RTCP_CLEAR, type Transform } from './transform.js';

const RTP_HEADER = 12;
/** Sources that a key may come from: a peer takes a new one at a transfer or a hold, not thousands. */
const MOST_SOURCES = 64;
/** RFC 3711 § 9.2: after so many packets of RTCP a key must not be used any more. */
const MOST_RTCP = 0x7fff_ffff;
const MOST_RTP = 2 ** 48;

/** Room that protecting may need after a packet: an index and the longest tag. */
export const TRAILER_BYTES = 20;

function transformOf(master: MasterKey): Transform {
  const suite = suites[master.suite];
  const [rtp, rtcp] = [deriveSessionKeys(master, 0), deriveSessionKeys(master, 3)];
  return suite.mode === 'gcm' ? new GaloisMode(rtp, rtcp) : new CounterMode(suite, rtp, rtcp);
}

/** Where the payload of a packet begins; −1: it is no RTP packet. What is encrypted may lie about padding, so not `readRtp`. */
function payloadOf(bytes: Uint8Array, end: number): number {
  const first = bytes[0] ?? 0;
  if (end < RTP_HEADER || first >> 6 !== 2) return -1;
  let at = RTP_HEADER + 4 * (first & 0x0f);
  if (first & 0x10) at += 4 + 4 * (at + 4 <= end ? read16(bytes, at + 2) : end);
  return at > end ? -1 : at;
}

export class SrtpSender {
  readonly suite: SuiteName;
  readonly #transform: Transform;
  readonly #sources = new Map<number, PacketIndex>();
  #rtcpIndex = 0;

  constructor(master: MasterKey) {
    this.suite = master.suite;
    this.#transform = transformOf(master);
  }

  /** Protects the packet in place; it needs `TRAILER_BYTES` after `end`. Its new end; −1: it must not be sent. */
  protect(bytes: Uint8Array, end: number): number {
    const payload = payloadOf(bytes, end);
    if (payload < 0) return -1;
    const ssrc = read32(bytes, 8);
    let source = this.#sources.get(ssrc);
    if (!source) this.#sources.set(ssrc, (source = new PacketIndex()));
    const index = source.estimate(read16(bytes, 2));
    if (index >= MOST_RTP || !source.isNew(index)) return -1;
    source.note(index);
    return this.#transform.protectRtp(bytes, payload, end, ssrc, index);
  }

  /** The same for a compound RTCP packet. */
  protectRtcp(bytes: Uint8Array, end: number): number {
    if (end < RTCP_CLEAR || this.#rtcpIndex >= MOST_RTCP) return -1;
    return this.#transform.protectRtcp(bytes, end, read32(bytes, 4), this.#rtcpIndex++);
  }
}

export class SrtpReceiver {
  readonly suite: SuiteName;
  readonly #transform: Transform;
  readonly #mkiBytes: number;
  readonly #tagBytes: number;
  readonly #rtcpTagBytes: number;
  readonly #sources = new Map<number, PacketIndex>();
  readonly #rtcpSources = new Map<number, PacketIndex>();

  constructor(master: MasterKey) {
    const { tagBytes, rtcpTagBytes, mode } = suites[master.suite];
    this.suite = master.suite;
    this.#transform = transformOf(master);
    this.#mkiBytes = master.mkiBytes ?? 0;
    // Where the key identifier stands: before the tag, or, as the tag is part of what is encrypted, at the end.
    this.#tagBytes = mode === 'gcm' ? 0 : tagBytes;
    this.#rtcpTagBytes = mode === 'gcm' ? 0 : rtcpTagBytes;
  }

  /** Checks and decrypts the packet in place. Its new end; −1: it is not authentic, or it came already. */
  unprotect(bytes: Uint8Array, end: number): number {
    const stripped = this.#strip(bytes, end, this.#tagBytes);
    const payload = payloadOf(bytes, stripped);
    if (payload < 0) return -1;
    const ssrc = read32(bytes, 8);
    const source = this.#sources.get(ssrc);
    const index = source ? source.estimate(read16(bytes, 2)) : read16(bytes, 2);
    if (source ? !source.isNew(index) : this.#sources.size >= MOST_SOURCES) return -1;
    const plain = this.#transform.unprotectRtp(bytes, payload, stripped, ssrc, index);
    if (plain >= 0) noted(this.#sources, ssrc, source, index);
    return plain;
  }

  /** The same for a compound RTCP packet. */
  unprotectRtcp(bytes: Uint8Array, end: number): number {
    const stripped = this.#strip(bytes, end, this.#rtcpTagBytes);
    const said = this.#transform.rtcpIndex(bytes, stripped);
    if (said < 0) return -1;
    const ssrc = read32(bytes, 4);
    const source = this.#rtcpSources.get(ssrc);
    const index = said & 0x7fff_ffff;
    if (source ? !source.isNew(index) : this.#rtcpSources.size >= MOST_SOURCES) return -1;
    const plain = this.#transform.unprotectRtcp(bytes, stripped, ssrc);
    if (plain >= 0) noted(this.#rtcpSources, ssrc, source, index);
    return plain;
  }

  /** Takes the key identifier out, which nobody authenticates (§ 3.1). */
  #strip(bytes: Uint8Array, end: number, tagBytes: number): number {
    const mki = this.#mkiBytes;
    if (mki === 0) return end;
    const at = end - tagBytes - mki;
    if (at < RTP_HEADER) return -1;
    bytes.copyWithin(at, end - tagBytes, end);
    return end - mki;
  }
}

function noted(sources: Map<number, PacketIndex>, ssrc: number, known: PacketIndex | undefined, index: number): void {
  const source = known ?? new PacketIndex();
  if (!known) sources.set(ssrc, source);
  source.note(index);
}
