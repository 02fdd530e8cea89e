/**
 * The headers of all RTP packets of one leg, in the order of their arrival: what de-jittering with the whole call in
 * view needs, in columns, about 32 bytes a packet. The sound itself stays in the spool until it is needed.
 */

/** What a packet carries. `pause`: comfort noise (the source is silent); `event`: a key (RFC 4733). */
export const KIND = { pcma: 0, pcmu: 1, pause: 2, event: 3, unknown: 4, g722: 5, opus: 6 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** Sound at 16 kHz. */
export const isWideband = (kind: Kind): boolean => kind === KIND.g722 || kind === KIND.opus;

export interface PacketFacts {
  /** Milliseconds since the first record of the spool. */
  readonly arrivalMs: number;
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly kind: Kind;
  /** Where in the file the payload begins, and its bytes. */
  readonly at: number;
  readonly bytes: number;
  /** How long it sounds, in units of 8 kHz. */
  readonly units: number;
}

type Column = Float64Array | Uint32Array | Uint16Array | Uint8Array;

function grown<T extends Column>(column: T, length: number): T {
  const larger = new (column.constructor as new (length: number) => T)(length);
  larger.set(column);
  return larger;
}

export class PacketList {
  #length = 0;
  /** There is sound at 16 kHz. */
  wideband = false;
  arrivalMs = new Float64Array(1024);
  at = new Float64Array(1024);
  ssrc = new Uint32Array(1024);
  timestamp = new Uint32Array(1024);
  sequence = new Uint16Array(1024);
  bytes = new Uint16Array(1024);
  units = new Uint16Array(1024);
  kind = new Uint8Array(1024);

  get length(): number {
    return this.#length;
  }

  add(packet: PacketFacts): void {
    const i = this.#length++;
    if (i === this.at.length) this.#grow(2 * i);
    this.arrivalMs[i] = packet.arrivalMs;
    this.at[i] = packet.at;
    this.ssrc[i] = packet.ssrc;
    this.timestamp[i] = packet.timestamp;
    this.sequence[i] = packet.sequence;
    this.bytes[i] = packet.bytes;
    this.units[i] = packet.units;
    this.wideband ||= isWideband(packet.kind);
    this.kind[i] = packet.kind;
  }

  #grow(length: number): void {
    this.arrivalMs = grown(this.arrivalMs, length);
    this.at = grown(this.at, length);
    this.ssrc = grown(this.ssrc, length);
    this.timestamp = grown(this.timestamp, length);
    this.sequence = grown(this.sequence, length);
    this.bytes = grown(this.bytes, length);
    this.units = grown(this.units, length);
    this.kind = grown(this.kind, length);
  }
}
