/**
 * What a leg's peer hears from us is one RTP stream for the whole call (RFC 3550 § 5.1: one SSRC, one sequence, one
 * timestamp line), whatever it is made of: a prompt, ringing tone, the other party, and other parties after it. Here
 * packets get their place on that line.
 *
 * A relayed stream is laid onto the line by two offsets, so that its losses and its order stay visible. The offsets are
 * chosen anew when the stream changes. Packets of ours put in between, and packets of the stream left out, move the
 * sequence offset; packets that are older than the last such move no longer have a place.
 */
import { opusUnits } from '../../../codecs/voice.js';
import { type RtpPacket, sequenceDistance, timestampDistance, writeRtpHeader } from '../../../rtp/packet.js';

/** A stream's timestamps may stray this far from real time before the stream is laid on anew, milliseconds. */
const MAX_STRAY_MS = 2_000;

/** A packet that is older than the newest by more than this is none that comes late (RFC 3550 A.1). */
const MAX_MISORDER = 100;

interface Mapping {
  readonly ssrc: number;
  sequenceOffset: number;
  readonly timestampOffset: number;
  /** The first sequence number of the source for which the offset holds. */
  since: number;
  /** The newest sequence number of the source. */
  newest: number;
  /** The newest sound: its timestamp at the source, and when it came. */
  timestamp: number;
  at: number;
}

export class OutwardLine {
  readonly ssrc: number;
  #sequence: number;
  #timestamp: number;
  /** When the newest packet went out, and how long it lasts in timestamp units; 0 before the first. */
  #at = 0;
  #lasts = 0;
  #mapping: Mapping | undefined;
  #packets = 0;
  #octets = 0;
  /** Timestamp units in a millisecond: 8, of Opus 48. */
  #unitsPerMs = 8;

  /** @param random the three beginnings, which RFC 3550 wants to be chance: 32, 16 and 32 bits */
  constructor(random: { ssrc: number; sequence: number; timestamp: number }) {
    this.ssrc = random.ssrc >>> 0;
    this.#sequence = random.sequence & 0xffff;
    this.#timestamp = random.timestamp >>> 0;
  }

  get packets(): number {
    return this.#packets;
  }

  /** Payload octets sent. */
  get octets(): number {
    return this.#octets;
  }

  get unitsPerMs(): number {
    return this.#unitsPerMs;
  }

  /** What goes out counts at this clock rate (Hz) from now on; what is relayed begins anew where that is another one. */
  setClock(rate: number): void {
    if (rate === this.#unitsPerMs * 1000) return;
    this.#unitsPerMs = rate / 1000;
    this.#lasts = 0;
    this.endRelay();
  }

  /** The line's timestamp at the moment `now`. */
  timestampAt(now: number): number {
    return this.#packets === 0 ? this.#timestamp : (this.#timestamp + this.#elapsed(now)) >>> 0;
  }

  /** Writes the header of a packet of our own that lasts `lasts` and follows the one before without a gap. */
  follow(bytes: Uint8Array, at: number, payloadType: number, lasts: number, payloadBytes: number, now: number): void {
    this.#timestamp = (this.#timestamp + this.#lasts) >>> 0;
    this.#own(bytes, at, false, payloadType, payloadBytes);
    this.#at = now;
    this.#lasts = lasts;
  }

  /** The same, after a pause: the timestamp has gone on with time, and the marker says that sound begins. */
  begin(bytes: Uint8Array, at: number, payloadType: number, lasts: number, payloadBytes: number, now: number): void {
    this.#timestamp = this.#nextTimestamp(now);
    this.#own(bytes, at, true, payloadType, payloadBytes);
    this.#at = now;
    this.#lasts = lasts;
  }

  /** Writes the header of a telephone-event packet: its timestamp is the event's beginning (RFC 4733 § 2.2). */
  event(bytes: Uint8Array, at: number, first: boolean, payloadType: number, payloadBytes: number, now: number): void {
    if (first) {
      this.#timestamp = this.#nextTimestamp(now);
      this.#at = now;
      this.#lasts = 0;
    }
    this.#own(bytes, at, first, payloadType, payloadBytes);
  }

  #own(bytes: Uint8Array, at: number, marker: boolean, payloadType: number, payloadBytes: number): void {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    if (this.#mapping) this.#move(1);
    this.#count(payloadBytes);
    writeRtpHeader(bytes, at, marker, payloadType, this.#sequence, this.#timestamp, this.ssrc);
  }

  /** How the relayed stream is laid onto the line; undefined where there is none. */
  get mapping(): Readonly<Pick<Mapping, 'ssrc' | 'sequenceOffset' | 'timestampOffset' | 'newest'>> | undefined {
    return this.#mapping;
  }

  /** The relayed stream went on without passing here, by the same mapping: `sequence` and `timestamp` as they came. */
  adopt(news: { packets: number; octets: number; sequence: number; timestamp: number; at: number }): void {
    const mapping = this.#mapping;
    this.#packets += news.packets;
    this.#octets += news.octets;
    if (!mapping || sequenceDistance(news.sequence, mapping.newest) <= 0) return;
    mapping.newest = news.sequence;
    mapping.timestamp = news.timestamp;
    mapping.at = news.at;
    this.#sequence = (news.sequence + mapping.sequenceOffset) & 0xffff;
    this.#timestamp = (news.timestamp + mapping.timestampOffset) >>> 0;
    this.#at = news.at;
    this.#lasts = Math.round(news.octets / news.packets);
  }

  /** The relayed stream ends here; what is relayed next begins anew. */
  endRelay(): void {
    this.#mapping = undefined;
  }

  /**
   * Writes the header for a packet of a relayed stream. False: it has no place any more and must be dropped.
   *
   * @param packet as it came
   * @param fresh the stream is new, or goes on from somewhere else
   * @param isEvent a telephone-event, whose timestamp stands still
   */
  relay(
    bytes: Uint8Array,
    at: number,
    packet: RtpPacket,
    payloadType: number,
    fresh: boolean,
    isEvent: boolean,
    now: number,
  ): boolean {
    const payloadBytes = packet.payloadEnd - packet.payloadStart;
    let mapping = this.#mapping;
    let isNew = false;
    if (!mapping || fresh || mapping.ssrc !== packet.ssrc || (!isEvent && this.#strays(mapping, packet, now))) {
      mapping = this.#map(packet, now);
      isNew = true;
    } else if (sequenceDistance(packet.sequence, mapping.since) < 0) return false;
    const sequence = (packet.sequence + mapping.sequenceOffset) & 0xffff;
    const timestamp = (packet.timestamp + mapping.timestampOffset) >>> 0;
    if (isNew || sequenceDistance(packet.sequence, mapping.newest) > 0)
      this.#newest(mapping, bytes, packet, isEvent, now);
    this.#count(payloadBytes);
    writeRtpHeader(bytes, at, isNew || packet.marker, payloadType, sequence, timestamp, this.ssrc);
    return true;
  }

  /** Notes a packet of the relayed stream that is left out, so that it does not look lost. */
  leaveOut(packet: RtpPacket): void {
    const mapping = this.#mapping;
    if (!mapping || mapping.ssrc !== packet.ssrc) return;
    const ahead = sequenceDistance(packet.sequence, mapping.newest);
    // What is older than any late packet is a stream that began anew: its next packet is laid on anew.
    if (ahead < -MAX_MISORDER) return this.endRelay();
    if (ahead <= 0) return;
    mapping.newest = packet.sequence;
    this.#move(-1);
  }

  #newest(mapping: Mapping, bytes: Uint8Array, packet: RtpPacket, isEvent: boolean, now: number): void {
    mapping.newest = packet.sequence;
    this.#sequence = (packet.sequence + mapping.sequenceOffset) & 0xffff;
    if (isEvent) return;
    mapping.timestamp = packet.timestamp;
    mapping.at = now;
    this.#timestamp = (packet.timestamp + mapping.timestampOffset) >>> 0;
    this.#at = now;
    const { payloadStart, payloadEnd } = packet;
    const isOpus = this.#unitsPerMs === 48; // of the others a byte is a unit
    this.#lasts = isOpus ? opusUnits(bytes, payloadStart, payloadEnd) : payloadEnd - payloadStart;
  }

  #map(packet: RtpPacket, now: number): Mapping {
    const { sequence, timestamp, ssrc } = packet;
    const first = this.#packets === 0;
    const mapping: Mapping = {
      ssrc,
      sequenceOffset: (this.#sequence + 1 - sequence) & 0xffff,
      timestampOffset: ((first ? this.#timestamp : this.#nextTimestamp(now)) - timestamp) >>> 0,
      since: sequence,
      newest: sequence,
      timestamp,
      at: now,
    };
    this.#mapping = mapping;
    return mapping;
  }

  #move(by: 1 | -1): void {
    const mapping = this.#mapping;
    if (!mapping) return;
    mapping.sequenceOffset = (mapping.sequenceOffset + by) & 0xffff;
    mapping.since = (mapping.newest + 1) & 0xffff;
  }

  #nextTimestamp(now: number): number {
    if (this.#packets === 0) return this.#timestamp;
    return (this.#timestamp + Math.max(this.#lasts, this.#elapsed(now))) >>> 0;
  }

  #elapsed(now: number): number {
    return Math.round((now - this.#at) * this.#unitsPerMs);
  }

  #strays(mapping: Mapping, packet: RtpPacket, now: number): boolean {
    const advanced = timestampDistance(packet.timestamp, mapping.timestamp);
    return Math.abs(advanced / this.#unitsPerMs - (now - mapping.at)) > MAX_STRAY_MS;
  }

  #count(payloadBytes: number): void {
    this.#packets++;
    this.#octets += payloadBytes;
  }
}
