/** What a spool of a loaded call has: whether it is whole, and whether any packet is missing between its first and its last. */
import { readFile } from 'node:fs/promises';
import { readSpool } from '../../../src/spool/pcap-reader.js';
import type { Leg } from '../../../src/spool/records.js';

export interface SpoolCheck {
  /** It can be read to its end, and says that it has one. */
  readonly whole: boolean;
  readonly packets: number;
  /** Packets of either leg that are missing, came twice or out of their order, by sequence number. */
  readonly missing: number;
  /** Time of the last record, milliseconds since 1970. */
  readonly endsAt: number;
}

export async function checkSpool(path: string): Promise<SpoolCheck> {
  const { records, summary } = readSpool(await readFile(path));
  const last = records.at(-1);
  const next: Partial<Record<Leg, number>> = {};
  let [packets, missing] = [0, 0];
  for (const record of records) {
    if (record.kind !== 'rtp') continue;
    const sequence = ((record.rtp[2] ?? 0) << 8) | (record.rtp[3] ?? 0);
    const wanted = next[record.leg] ?? sequence;
    missing += Math.abs(((sequence - wanted + 0x8000) & 0xffff) - 0x8000);
    next[record.leg] = (sequence + 1) & 0xffff;
    packets++;
  }
  return {
    whole: summary.damage.length === 0 && summary.tailBytes === 0 && last?.kind === 'mark' && last.mark.type === 'end',
    packets,
    missing,
    endsAt: (last?.timeUs ?? 0) / 1000,
  };
}
