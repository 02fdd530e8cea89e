/** What a spool of a loaded call has: whether it is whole, and whether any packet is missing between its first and its last. */
import { readFile } from 'node:fs/promises';
import { readSpool } from '../../../src/spool/pcap-reader.js';
import type { Leg } from '../../../src/spool/records.js';

export interface SpoolCheck {
  /** It can be read to its end, and says that it has one. */
  readonly whole: boolean;
  /** Something in it, with records behind, cannot be read. */
  readonly damaged: boolean;
  readonly packets: number;
  /** Of either leg, by sequence number: those that are not there between the first and the last, and those that are twice. */
  readonly missing: number;
  readonly doubled: number;
  /** Packets that stand behind one of the same leg with a later sequence number. */
  readonly disordered: number;
  /** Time of the last record, milliseconds since 1970. */
  readonly endsAt: number;
}

export async function checkSpool(path: string): Promise<SpoolCheck> {
  const { records, summary } = readSpool(await readFile(path));
  const last = records.at(-1);
  const seen: Record<Leg, Set<number>> = { outside: new Set(), inside: new Set() };
  const newest: Partial<Record<Leg, number>> = {};
  let [packets, disordered] = [0, 0];
  for (const record of records) {
    if (record.kind !== 'rtp') continue;
    const sequence = ((record.rtp[2] ?? 0) << 8) | (record.rtp[3] ?? 0);
    // Without its wrap: as near as possible to the one before.
    const before = newest[record.leg] ?? 0x1_0000 + sequence;
    const number = before + ((((sequence - before) & 0xffff) + 0x8000) & 0xffff) - 0x8000;
    if (number < before) disordered++;
    newest[record.leg] = number;
    seen[record.leg].add(number);
    packets++;
  }
  const sets = Object.values(seen).filter(({ size }) => size > 0);
  const span = (numbers: Set<number>): number => least([...numbers].map((one) => -one)) * -1 - least(numbers) + 1;
  const distinct = sets.reduce((sum, { size }) => sum + size, 0);
  return {
    whole: summary.damage.length === 0 && summary.tailBytes === 0 && last?.kind === 'mark' && last.mark.type === 'end',
    damaged: summary.damage.length > 0,
    packets,
    missing: sets.reduce((sum, numbers) => sum + span(numbers), 0) - distinct,
    doubled: packets - distinct,
    disordered,
    endsAt: (last?.timeUs ?? 0) / 1000,
  };
}

function least(numbers: Iterable<number>): number {
  let found = Infinity;
  for (const one of numbers) if (one < found) found = one;
  return found;
}
