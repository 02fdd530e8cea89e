/**
 * How the relay program and this process see the same memory: a table with one entry for each even port of the engine's
 * range, and the tapes (`tapes.ts`) with what is recorded. Numbers are little-endian but for those that come from packets or
 * go into them, which stand as in the packet.
 *
 * What the process writes and the program reads fills the first two lines of an entry, what the program writes the third.
 * `version` guards the first two: 0 is off, odd is being written, even is on. The program takes what it needs, looks at
 * the version once more, and lets the packet go to the socket if it is another: so no entry is ever seen half-written. A
 * direction that is recorded has a fourth line, and `zero`: the program reads them as long as it has itself in `busy`, and the
 * process writes them when nobody has.
 */

export const ENTRY_BYTES = 256;

/** Offsets within an entry. */
export const ENTRY = {
  version: 0,
  /** 4 or 6. */
  family: 4,
  /** The address that the packet is sent to: ours. IPv4 takes the first four bytes. */
  local: 8,
  /** The latched source. */
  source: 24,
  sourcePort: 40,
  /** SSRC of the stream that is relayed. */
  ssrcIn: 44,
  /** The address from which it goes on: ours, on the other leg. */
  from: 48,
  to: 64,
  fromPort: 80,
  toPort: 82,
  ssrcOut: 84,
  /** Added to the sequence number, modulo 2^16. */
  sequenceOffset: 88,
  /** Type of service or traffic class, with the DSCP in its upper six bits. */
  trafficClass: 90,
  /** Time to live, or hop limit. */
  ttl: 91,
  /** Added to the timestamp, modulo 2^32. */
  timestampOffset: 92,
  /** Index of the interface by which it leaves, or comes in again for a peer on this machine. */
  outInterface: 96,
  /** `FLAG`s. */
  flags: 100,
  /** Nanoseconds in a timestamp unit. */
  nsPerUnit: 104,
  /** Payload types that are relayed; `NO_PAYLOAD_TYPE` where there is none. */
  payloadTypesIn: 108,
  /** What they become. */
  payloadTypesOut: 112,
  /** Which tape has its packets. */
  tape: 116,
  /** Nanoseconds since 1970 at the zero of the monotonic clock. */
  zero: 120,

  packets: 128,
  /** Payload octets of UDP, headers of RTP included. */
  bytes: 136,
  /** Nanoseconds of the monotonic clock at which the newest packet came. */
  lastArrival: 144,
  /** Newest sequence number, as it came. */
  lastSequence: 152,
  /** Packets that were relayed and had no room on the tape. */
  missed: 156,
  /** Interarrival jitter in sixteenths of a timestamp unit (RFC 3550 A.8). */
  jitter: 160,
  /** Arrival minus timestamp of the newest packet, in timestamp units modulo 2^32. */
  transit: 164,
  /** Newest timestamp, as it came. */
  lastTimestamp: 168,
  /** Where on the tape the next record begins: written by the program, atomically. */
  head: 172,
  /** Where the sound before the beginning of the tape ends. */
  wrapped: 176,
  /** How many programs have the tape in hand. One that is not the first lets its packet go to the socket. */
  busy: 180,
  /** Up to where the tape was read: ours. */
  tail: 184,

  /** What of the sums of a record is constant, as sums of little-endian 16-bit words; see `HeaderWords` in spool/pcap-words.ts. */
  ipSum: 192,
  udpSum: 196,
  kind: 200,
  /** IP and UDP header of its records, with nothing where lengths and checksums belong. */
  header: 204,
} as const;

/** How many payload types an entry maps. */
export const PAYLOAD_TYPES = 4;
/** Greater than every payload type. */
export const NO_PAYLOAD_TYPE = 0xff;

/** `record`: a copy goes on its tape. `inward`: the peer is on this machine, so it comes in on the interface. */
export const FLAG = { record: 1, inward: 2 } as const;

/** Bytes of records that a tape must hold: two thirds of a second of G.711 in packets of 20 ms. */
export const LEAST_TAPE_BYTES = 8_192;
/** A record's own header, the longest IP and UDP header, and the longest payload in whole pieces as it is summed. */
const LONGEST_RECORD = 16 + 48 + 1_024;
/** Bytes that a tape takes to hold so many bytes of records: one may begin just before the end. */
export const tapeBytes = (bytes: number): number => (bytes + LONGEST_RECORD + 7) & ~7;

/** Longer payloads go to the socket: 120 ms of G.711, and all that other codecs make of as much. */
export const LARGEST_PAYLOAD = 1000;
/** An RTP header and at least one byte. Shorter and longer packets go to the socket. */
export const LEAST_PAYLOAD = 13;

/** RFC 3550 A.1: a sequence number that is farther ahead is a jump, and that is for the session plane to judge. */
export const MAX_DROPOUT = 3000;
