/**
 * Puts a leg's packets into the order in which they were sent. A run is what one source (SSRC) sent under sequence
 * numbers that hang together; a jump of the numbers begins a new run, as a new source does (RFC 3550 A.1). A packet
 * that fits a run of before still finds its place there. Duplicates are left out.
 */
import { sequenceDistance } from '../../rtp/packet.js';
import type { PacketList } from './packet-list.js';

export interface Run {
  /** Places in the packet list, in the order of sending. */
  readonly packets: Uint32Array;
  /** Sequence numbers without wrap, rising. */
  readonly extended: Float64Array;
}

export interface Runs {
  /** In the order of their first packets. */
  readonly runs: readonly Run[];
  readonly duplicates: number;
  readonly reordered: number;
}

/** The next packet of a run may be so far ahead (a minute lost) or behind (badly late). */
const MAX_AHEAD = 3000;
const MAX_BEHIND = 100;
/** Runs of a source to which late packets may still belong. */
const OPEN_RUNS = 3;
/** Shorter runs are strays, where there are longer ones. */
const LEAST_PACKETS = 3;

class OpenRun {
  readonly packets: number[] = [];
  readonly extended: number[] = [];
  highest: number;
  inOrder = true;
  late = 0;

  constructor(sequence: number) {
    this.highest = sequence;
  }

  /** How far from the run's newest packet; nothing if it is too far to be of this run. */
  distance(sequence: number): number | undefined {
    const distance = sequenceDistance(sequence, this.highest & 0xffff);
    return distance < MAX_AHEAD && distance > -MAX_BEHIND ? distance : undefined;
  }

  add(packet: number, distance: number): void {
    const extended = this.highest + distance;
    if (distance <= 0 && this.packets.length > 0) {
      this.inOrder = false;
      this.late++;
    }
    this.highest = Math.max(this.highest, extended);
    this.packets.push(packet);
    this.extended.push(extended);
  }

  /** In the order of sending, each number once. */
  close(): Run {
    const { packets, extended } = this;
    if (this.inOrder) return { packets: new Uint32Array(packets), extended: new Float64Array(extended) };
    const number = (i: number): number => extended[i] as number;
    const sorted = packets.map((_, i) => i).sort((a, b) => number(a) - number(b) || a - b);
    const order = sorted.filter((i, n) => n === 0 || number(i) !== number(sorted[n - 1] as number));
    return {
      packets: Uint32Array.from(order, (i) => packets[i] as number),
      extended: Float64Array.from(order, number),
    };
  }
}

export function findRuns(list: PacketList): Runs {
  const all: OpenRun[] = [];
  const open = new Map<number, OpenRun[]>();
  for (let i = 0; i < list.length; i++) {
    const ssrc = list.ssrc[i] as number;
    const sequence = list.sequence[i] as number;
    const ofSource = open.get(ssrc) ?? [];
    let run = ofSource.find((candidate) => candidate.distance(sequence) !== undefined);
    if (!run) {
      run = new OpenRun(sequence);
      all.push(run);
      open.set(ssrc, [run, ...ofSource].slice(0, OPEN_RUNS));
    }
    run.add(i, run.distance(sequence) ?? 0);
  }
  const longEnough = all.filter((run) => run.packets.length >= LEAST_PACKETS);
  const kept = longEnough.length > 0 ? longEnough : all;
  const runs = kept.map((run) => run.close());
  const came = kept.reduce((sum, run) => sum + run.packets.length, 0);
  const late = kept.reduce((sum, run) => sum + run.late, 0);
  const duplicates = came - runs.reduce((sum, run) => sum + run.packets.length, 0);
  return { runs, duplicates, reordered: late - duplicates };
}
