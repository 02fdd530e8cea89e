/**
 * How the relay program and this process see the same memory: a table with one entry for each even port of the engine's
 * range, and the records in the ring. Numbers are little-endian but for those that come from packets or go into them,
 * which stand as in the packet.
 *
 * What the process writes and the program reads fills the first two lines of an entry, what the program writes the third.
 * `version` guards the first two: 0 is off, odd is being written, even is on. The program takes what it needs, looks at
 * the version once more, and lets the packet go to the socket if it is another: so no entry is ever seen half-written.
 */

export const ENTRY_BYTES = 192;

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

  packets: 128,
  /** Payload octets of UDP, headers of RTP included. */
  bytes: 136,
  /** Nanoseconds of the monotonic clock at which the newest packet came. */
  lastArrival: 144,
  /** Newest sequence number, as it came. */
  lastSequence: 152,
  /** Packets that were relayed and had no room in the ring. */
  missed: 156,
  /** Interarrival jitter in sixteenths of a timestamp unit (RFC 3550 A.8). */
  jitter: 160,
  /** Arrival minus timestamp of the newest packet, in timestamp units modulo 2^32. */
  transit: 164,
  /** Newest timestamp, as it came. */
  lastTimestamp: 168,
} as const;

/** How many payload types an entry maps. */
export const PAYLOAD_TYPES = 4;
/** Greater than every payload type. */
export const NO_PAYLOAD_TYPE = 0xff;

/** `record`: a copy goes into the ring. `inward`: the peer is on this machine, so it comes in on the interface. */
export const FLAG = { record: 1, inward: 2 } as const;

/** A record of the ring: this header, then the UDP payload as it came. */
export const RECORD = {
  /** Nanoseconds of the monotonic clock. */
  time: 0,
  /** Index of the entry, and its version when the packet came. */
  entry: 8,
  version: 12,
  /** Bytes of the payload. */
  length: 16,
  data: 24,
} as const;

/** Payload bytes for which a record has room: the sound of 20 ms of G.711, and that of 60 ms and more of all codecs. */
export const SMALL_PAYLOAD = 200;
export const LARGE_PAYLOAD = 1000;
/** An RTP header and at least one byte. Shorter and longer packets go to the socket. */
export const LEAST_PAYLOAD = 13;

/** RFC 3550 A.1: a sequence number that is farther ahead is a jump, and that is for the session plane to judge. */
export const MAX_DROPOUT = 3000;
