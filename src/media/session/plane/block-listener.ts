/**
 * Listens to what the kernel relayed: not packet by packet as it comes, but to what a spool has collected of it, some
 * eighty packets of one call at a time. What belongs to a call is then at hand for all of them, which for each packet by
 * itself would cost more than the listening.
 */
import { HEADER_BYTES } from '../../../rtp/packet.js';
import { eachPacket, type RecordMemory } from '../../../spool/pcap.js';
import type { Leg as Side } from '../../../spool/records.js';
import type { FaxEar } from './fax-ear.js';
import type { Leg } from './leg.js';

export class BlockListener {
  readonly #legs: Readonly<Record<Side, Leg>>;
  readonly #ear: FaxEar;
  readonly #zeroUs: number;

  /** @param zeroUs microseconds since 1970 at the monotonic clock's zero, as the spool has it */
  constructor(legs: Readonly<Record<Side, Leg>>, ear: FaxEar, zeroUs: number) {
    this.#legs = legs;
    this.#ear = ear;
    this.#zeroUs = zeroUs;
  }

  /** Hears the records of a block from byte `from` to byte `to`. The kernel relays only plain headers of twelve bytes. */
  hear({ bytes }: RecordMemory, from: number, to: number): void {
    eachPacket(bytes, from, to, (side, timeUs, start, end) => {
      const leg = this.#legs[side];
      const kind = leg.kindOf((bytes[start + 1] ?? 0) & 0x7f);
      const at = (timeUs - this.#zeroUs) / 1000;
      leg.quality.meter.heard(bytes, start + HEADER_BYTES, end, kind, at);
      this.#ear.hear(side, kind, bytes, start + HEADER_BYTES, end, at);
    });
  }
}
