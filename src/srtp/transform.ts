/**
 * What a suite does to one packet whose index is known. All work in place on `bytes` from 0 on; a packet to be protected
 * needs room for its tag after `end`. The two suites lay out RTCP differently, so its index is theirs to find.
 */
export interface Transform {
  /** Encrypts the payload, which begins at `payload`, and adds the tag. Where the packet ends now. */
  protectRtp(bytes: Uint8Array, payload: number, end: number, ssrc: number, index: number): number;
  /** Checks and decrypts. Where the packet ends now; −1: it is not authentic, and nothing in it was changed. */
  unprotectRtp(bytes: Uint8Array, payload: number, end: number, ssrc: number, index: number): number;
  /** The same for compound RTCP packets. The index is 31 bits and travels with them. */
  protectRtcp(bytes: Uint8Array, end: number, ssrc: number, index: number): number;
  /** The index that a packet says it has, and whether it is encrypted: `E` and 31 bits; −1 where there is no place for one. */
  rtcpIndex(bytes: Uint8Array, end: number): number;
  unprotectRtcp(bytes: Uint8Array, end: number, ssrc: number): number;
}

/** The bit that says that an RTCP packet is encrypted (RFC 3711 § 3.4), before the 31 bits of its index. */
export const ENCRYPTED = 0x8000_0000;
/** What of an RTCP packet is never encrypted: its first header and SSRC. */
export const RTCP_CLEAR = 8;
