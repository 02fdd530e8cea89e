/** What a datagram is, where several protocols come to one port: by its first byte (RFC 7983), and RTCP by its second (RFC 5761 § 4). */
export type Datagram = 'stun' | 'dtls' | 'rtp' | 'rtcp' | 'unknown';

export function datagramOf(bytes: Uint8Array): Datagram {
  const first = bytes[0] ?? 255;
  if (first <= 3) return 'stun';
  if (first >= 20 && first <= 63) return 'dtls';
  if (first < 128 || first > 191) return 'unknown'; // ZRTP, TURN channels, nothing at all
  const type = bytes[1] ?? 0;
  return type >= 192 && type <= 223 ? 'rtcp' : 'rtp';
}
