/**
 * The record of an RTP packet once more: the same bytes as `pcap.ts` writes, but four
 * at a time, with the checksum taken in the same pass, since there is one of these for every packet of every call. A sum
 * of 16-bit words comes out the same in either byte order but for its own (RFC 1071 § 2), so the payload is summed as the
 * machine has it (little-endian) and turned around once.
 */

/** An IP and UDP header with everything filled in but lengths and checksums; see `pcap.ts`. */
export interface HeaderWords {
  readonly words: Uint32Array;
  readonly version: 4 | 6;
  readonly kind: number;
  readonly ipSum: number;
  readonly udpSum: number;
}

/** What may be written here: longer packets could make the sum too large for 32 bits. */
export const LONGEST_BY_WORDS = 4096;

const RECORD_WORDS = 4;

/**
 * Writes the record whose payload is `source`, and returns its bytes. `offset` (in `target`) is a multiple of four. Up to three
 * bytes after the record are written over, within its last word.
 */
export function writeRecordWords(
  target: Uint32Array,
  offset: number,
  timeUs: number,
  header: HeaderWords,
  source: Uint8Array,
): number {
  const at = offset >>> 2;
  const ip = at + RECORD_WORDS;
  const headerWords = header.words.length;
  const udpBytes = 8 + source.length;
  const packetBytes = 4 * headerWords + source.length;
  const check = writeRecordHeader(target, at, timeUs, packetBytes, header.kind);
  for (let n = 0; n < headerWords; n++) target[ip + n] = word(header.words, n);
  if (header.version === 4) {
    target[ip] = word(header.words, 0) | (swapped(packetBytes) << 16);
    target[ip + 1] = word(header.words, 1) | swapped(check);
    target[ip + 2] = word(header.words, 2) | (swapped(checksum(header.ipSum + packetBytes + check)) << 16);
  } else {
    target[ip] = word(header.words, 0) | (swapped(check) << 16);
    target[ip + 1] = word(header.words, 1) | swapped(udpBytes);
  }
  const payload = copySumming(target, ip + headerWords, source);
  const sum = header.udpSum + 2 * udpBytes + payload;
  target[ip + headerWords - 1] = swapped(udpBytes) | (swapped(checksum(sum) || 0xffff) << 16);
  return 4 * RECORD_WORDS + packetBytes;
}

/** Time and lengths; gives what the IP header says of them. */
function writeRecordHeader(target: Uint32Array, at: number, timeUs: number, bytes: number, kind: number): number {
  const seconds = Math.floor(timeUs / 1e6);
  const micros = Math.floor(timeUs - seconds * 1e6);
  target[at] = seconds;
  target[at + 1] = micros;
  target[at + 2] = bytes;
  target[at + 3] = bytes;
  const sum = (seconds & 0xffff) + (seconds >>> 16) + (micros & 0xffff) + (micros >>> 16) + 2 * bytes;
  return checksum(swapped(folded(sum)) + kind);
}

/** Copies a packet and gives its sum as big-endian 16-bit words, folded. */
function copySumming(target: Uint32Array, to: number, source: Uint8Array): number {
  const end = source.length;
  let sum = 0;
  let at = 0;
  for (; at + 4 <= end; at += 4) {
    const low = byte(source, at) | (byte(source, at + 1) << 8);
    const high = byte(source, at + 2) | (byte(source, at + 3) << 8);
    target[to + (at >>> 2)] = low | (high << 16);
    sum += low + high;
  }
  if (at < end) {
    const low = byte(source, at) | (at + 1 < end ? byte(source, at + 1) << 8 : 0);
    const high = at + 2 < end ? byte(source, at + 2) : 0;
    target[to + (at >>> 2)] = low | (high << 16);
    sum += low + high;
  }
  return swapped(folded(sum));
}

const byte = (bytes: Uint8Array, at: number): number => bytes[at] as number;
const word = (words: Uint32Array, at: number): number => words[at] as number;
const swapped = (sixteen: number): number => ((sixteen & 0xff) << 8) | (sixteen >>> 8);

/** To 16 bits, from less than 2^31. */
function folded(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return (once & 0xffff) + (once >>> 16);
}

/** The value of a checksum field. */
const checksum = (sum: number): number => ~folded(sum) & 0xffff;
