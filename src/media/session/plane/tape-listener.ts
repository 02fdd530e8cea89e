/**
 * Listens to what the kernel relayed: not packet by packet as it comes, but to what is on a tape when that is read, some
 * thirty packets of one direction at a time. What belongs to a call is then at hand for all of them, which for each packet by
 * itself would cost more than the listening.
 */
import { HEADER_BYTES } from '../../../rtp/packet.js';
import { eachPacket, recordTimeUs } from '../../../spool/pcap.js';
import type { Leg as Side } from '../../../spool/records.js';
import type { FaxEar } from './fax-ear.js';
import type { Leg } from './leg.js';

export class TapeListener {
  readonly #legs: Readonly<Record<Side, Leg>>;
  readonly #ear: FaxEar;
  readonly #zeroUs: number;

  /** @param zeroUs microseconds since 1970 at the monotonic clock's zero, as the spool has it */
  constructor(legs: Readonly<Record<Side, Leg>>, ear: FaxEar, zeroUs: number) {
    this.#legs = legs;
    this.#ear = ear;
    this.#zeroUs = zeroUs;
  }

  /** Hears records of a side from byte `from` to byte `to`. The kernel relays only plain headers of twelve bytes. */
  hear(side: Side, bytes: Buffer, from: number, to: number): void {
    const leg = side === 'outside' ? this.#legs.outside : this.#legs.inside;
    const { meter } = leg.quality;
    const ear = this.#ear;
    const now = (recordTimeUs(bytes, from) - this.#zeroUs) / 1000; // the rest is less than a second younger
    let payloadType = -1;
    let kind = leg.kindOf(payloadType);
    eachPacket(bytes, from, to, (start, end) => {
      const type = (bytes[start + 1] ?? 0) & 0x7f;
      if (type !== payloadType) kind = leg.kindOf((payloadType = type));
      meter.heard(bytes, start + HEADER_BYTES, end, kind, now);
      ear.hear(side, kind, bytes, start + HEADER_BYTES, end, now);
    });
  }
}
