/**
 * From a leg's packets to its timeline: stretches of sound, each with its place in the recording. What a packet brings
 * is placed where its source's own clock puts it, and that clock is set by the least delayed arrivals: so jitter is
 * gone, both channels are on the recorder's time, and a source that begins anew is anchored at its arrival.
 */
import { timestampDistance } from '../../rtp/packet.js';
import { clockOf } from './detours.js';
import { FINE_WINDOW, leastDelayed, levelUnder, lowerEdge, ratePpm, withoutRate } from './drift.js';
import { LONGEST_CONCEALED } from './conceal.js';
import { KIND } from './packet-list.js';
import type { Kind, PacketList } from './packet-list.js';
import { findRuns } from './runs.js';
import type { Run } from './runs.js';
import { findSteps } from './steps.js';
import type { StepLimits, Stretch } from './steps.js';
import { straightMap, toOutput } from './time-map.js';
import type { TimeMap } from './time-map.js';

/**
 * A stretch of one source's sound in one codec, without leaps. All columns have one row a packet, in the order of sending.
 * All times here are in units of 8 kHz, whatever the rate of the sound.
 */
export interface Segment {
  /** What its packets carry, but for pauses. */
  readonly kind: Kind;
  /** Places in the packet list. */
  readonly packets: Uint32Array;
  /** Where the packet's sound begins, samples of the source's own time since the segment's first. */
  readonly source: Float64Array;
  /** Packets that are missing between this one and the one before. */
  readonly missing: Uint16Array;
  readonly map: TimeMap;
  /** Where in the recording it begins and ends, samples; may lie before time zero. */
  readonly from: number;
  readonly to: number;
}

export interface Timeline {
  /** By their beginnings; where two overlap the later one is heard. */
  readonly segments: readonly Segment[];
  readonly packets: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly reordered: number;
  /** Sound that is made up where packets are missing, samples. */
  readonly concealed: number;
  /** See `ratePpm`; of the longest segment. */
  readonly driftPpm: number;
}

/** Samples a millisecond. */
const PER_MS = 8;
/** A source that is off by less, over the whole of a segment, needs no correction. */
const NEGLIGIBLE_MS = 0.5;
/** A clock that strays less from a line is taken to go straight. */
const STRAIGHT_MS = 5;
/** Packets a point for a bend, whose points must be sure. */
const COARSE_WINDOW = 500;
/** Timestamps that began anew, hold without timestamps, another source behind the same address. */
const LEAPS: StepLimits = {
  leastMs: 120,
  before: 250,
  near: 250,
  after: 1000,
  leastPackets: 1,
  held: 1,
  alike: 1,
  onset: 1,
  lateBefore: 0,
};

/** The packets of a run that have a time of their own (not keys: their timestamp stands still). */
interface Chain {
  readonly kind: Kind;
  readonly packets: Uint32Array;
  readonly missing: Uint16Array;
  /** Samples since the chain's first packet, by the timestamps. */
  readonly source: Float64Array;
  readonly offsetMs: Float64Array;
}

/** Packets in which a source may hurry at its beginning, and those after it that show by how much. */
const HURRIED = 25;
const SETTLED = 250;
/** Milliseconds; a clock that is 1,000 ppm off makes less. */
const HURRY_MS = 0.5;

const hasTime = (kind: number): boolean => kind !== KIND.event && kind !== KIND.unknown;
/** G.711's two laws are decoded alike, packet by packet; where the codec changes to another one, a chain ends. */
const family = (kind: Kind): Kind => (kind === KIND.pcmu ? KIND.pcma : kind);

/** The rows of a run that have a time, cut where the codec changes. */
function rowsByCodec(list: PacketList, run: Run): { kind: Kind; rows: number[] }[] {
  const parts: { kind: Kind; rows: number[] }[] = [];
  let last: { kind: Kind; rows: number[] } | undefined;
  for (let row = 0; row < run.packets.length; row++) {
    const kind = family(list.kind[run.packets[row] as number] as Kind);
    if (!hasTime(kind)) continue;
    if (last && (kind === KIND.pause || kind === last.kind)) last.rows.push(row);
    else if (last?.kind === KIND.pause) {
      last.kind = kind;
      last.rows.push(row);
    } else {
      last = { kind, rows: [row] };
      parts.push(last);
    }
  }
  return parts;
}

function chainOf(list: PacketList, run: Run, kind: Kind, rows: readonly number[]): Chain {
  const packets = new Uint32Array(rows.length);
  const missing = new Uint16Array(rows.length);
  const source = new Float64Array(rows.length);
  const offsetMs = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const packet = run.packets[row] as number;
    packets[i] = packet;
    if (i > 0) {
      const before = rows[i - 1] as number;
      const steps = (run.extended[row] as number) - (run.extended[before] as number);
      missing[i] = steps - (row - before);
      source[i] = (source[i - 1] as number) + advance(list, kind, packets[i - 1] as number, packet);
    }
    offsetMs[i] = (list.arrivalMs[packet] as number) - (source[i] as number) / PER_MS;
  }
  return { kind, packets, missing, source, offsetMs };
}

/** Samples from one packet to the next. A source whose timestamps stand still is taken to send without pause. */
function advance(list: PacketList, kind: Kind, before: number, packet: number): number {
  const distance = timestampDistance(list.timestamp[packet] as number, list.timestamp[before] as number);
  if (distance === 0) return list.units[before] as number;
  return kind === KIND.opus ? Math.round(distance / 6) : distance;
}

/** Takes rows out: they count as missing, with what was missing before them. */
function without(chain: Chain, strays: ReadonlySet<number>): Chain {
  if (strays.size === 0) return chain;
  const missing = Uint16Array.from(chain.missing);
  for (const row of strays) missing[row + 1] = (missing[row + 1] ?? 0) + (missing[row] as number) + 1;
  const stays = (_: number, row: number): boolean => !strays.has(row);
  return {
    kind: chain.kind,
    packets: chain.packets.filter(stays),
    missing: missing.filter(stays),
    source: chain.source.filter(stays),
    offsetMs: chain.offsetMs.filter(stays),
  };
}

function part(chain: Chain, { from, to }: Stretch): Chain {
  return {
    kind: chain.kind,
    packets: chain.packets.subarray(from, to),
    missing: chain.missing.subarray(from, to),
    source: chain.source.subarray(from, to),
    offsetMs: chain.offsetMs.subarray(from, to),
  };
}

/**
 * A telephone on a busy machine sends its first packets faster than they are spoken, up to 40 ms by what was seen. No
 * network does that, and its time is that of the rest: so these count as undelayed, and no clock is told from them.
 */
function withoutHurry(chain: Chain): Chain {
  const settled = chain.offsetMs.subarray(HURRIED, HURRIED + SETTLED);
  if (settled.length < HURRIED) return chain;
  const floor = settled.reduce((least, offset) => Math.min(least, offset));
  const offsetMs = chain.offsetMs.slice();
  for (let i = 0; i < HURRIED; i++) if ((offsetMs[i] as number) < floor - HURRY_MS) offsetMs[i] = floor;
  return { ...chain, offsetMs };
}

const whole = (chain: Chain): Stretch => ({ from: 0, to: chain.packets.length });

interface Placed {
  readonly segment: Segment;
  readonly rate: number;
}

/** The segments between two leaps: one clock, and a segment for each way its packets went. */
function placeStretch(list: PacketList, chain: Chain, beginMs: number): Placed[] {
  const { rate, parts } = clockOf(chain.source, chain.offsetMs);
  return parts.map((stretch) => ({ rate, segment: placePart(list, part(chain, stretch), rate, beginMs) }));
}

function placePart(list: PacketList, chain: Chain, rate: number, beginMs: number): Segment {
  const { packets } = chain;
  const first = chain.source[0] as number;
  const source = chain.source.slice();
  const offsetMs = chain.offsetMs.slice();
  for (let i = 0; i < source.length; i++) {
    source[i] = (source[i] as number) - first;
    offsetMs[i] = (offsetMs[i] as number) + first / PER_MS - beginMs;
  }
  const missing = chain.missing.slice();
  missing[0] = 0;
  const length = (source.at(-1) ?? 0) + (list.units[packets.at(-1) ?? 0] ?? 0);
  const map = mapOf(source, offsetMs, rate, length);
  return { kind: chain.kind, packets, source, missing, map, from: toOutput(map, 0), to: toOutput(map, length) };
}

/** `offsetMs`: by which the packets come later in the recording than in the source's own time. */
function mapOf(source: Float64Array, offsetMs: Float64Array, rate: number, length: number): TimeMap {
  const all = { from: 0, to: source.length };
  const rest = withoutRate(source, offsetMs, rate);
  const levelMs = levelUnder(leastDelayed(source, rest, all, FINE_WINDOW).offsetMs);
  for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] as number) - levelMs;
  const points = leastDelayed(source, rest, all, COARSE_WINDOW);
  const edge = lowerEdge(points);
  const place = (at: number, restMs: number): number => at + PER_MS * (levelMs + rate * at + restMs);
  if (edge.every((restMs) => Math.abs(restMs) < STRAIGHT_MS)) {
    if (Math.abs(rate * length) < NEGLIGIBLE_MS) return straightMap(Math.round(PER_MS * levelMs));
    return { source: Float64Array.of(0, length + 1), output: Float64Array.of(place(0, 0), place(length + 1, 0)) };
  }
  const knots = edge.length;
  const map = { source: new Float64Array(knots + 2), output: new Float64Array(knots + 2) };
  const put = (k: number, at: number, restMs: number): void => {
    map.source[k] = at;
    map.output[k] = place(at, restMs);
  };
  put(0, Math.min(0, points.middle[0] as number) - 1, edge[0] as number);
  edge.forEach((restMs, k) => put(k + 1, points.middle[k] as number, restMs));
  put(knots + 1, Math.max(length, points.middle[knots - 1] as number) + 1, edge[knots - 1] as number);
  return map;
}

/** Where the sound that a row's packet brings ends, in the source's own time. */
export function soundEnd(list: PacketList, segment: Segment, row: number): number {
  const packet = segment.packets[row] as number;
  const samples = list.kind[packet] === KIND.pause ? 0 : (list.units[packet] as number);
  return (segment.source[row] as number) + samples;
}

/**
 * How many samples before a row's packet are to be made up: what is missing there as packets like the one before. After
 * a pause nothing is missed; and a longer gap than the packets account for is silence of the source's own.
 */
export function missingSamples(list: PacketList, segment: Segment, row: number): number {
  const missing = segment.missing[row] ?? 0;
  if (missing === 0 || row === 0) return 0;
  const end = soundEnd(list, segment, row - 1);
  const packetSamples = end - (segment.source[row - 1] as number);
  return Math.max(0, Math.min((segment.source[row] as number) - end, missing * packetSamples));
}

function concealedIn(list: PacketList, segment: Segment): number {
  let sum = 0;
  for (let row = 1; row < segment.packets.length; row++) {
    if (segment.missing[row] !== 0) sum += Math.min(LONGEST_CONCEALED, missingSamples(list, segment, row));
  }
  return sum;
}

/** Cuts a chain where its time leaps, and places the parts. */
function placeChain(list: PacketList, all: Chain, beginMs: number): Placed[] {
  const strays = new Set<number>();
  const found = findSteps(all.offsetMs, whole(all), LEAPS, strays);
  const chain = without(all, strays);
  const stretches = chain === all ? found : findSteps(chain.offsetMs, whole(chain), LEAPS, new Set());
  return stretches.flatMap((stretch) => placeStretch(list, withoutHurry(part(chain, stretch)), beginMs));
}

/** `beginMs`: the recording's time zero, in the time of the arrivals. */
export function timelineOf(list: PacketList, beginMs: number): Timeline {
  const { runs, duplicates, reordered } = findRuns(list);
  const placed: Placed[] = [];
  let lost = 0;
  for (const run of runs) {
    lost += (run.extended.at(-1) ?? 0) - (run.extended[0] ?? 0) + 1 - run.packets.length;
    for (const { kind, rows } of rowsByCodec(list, run))
      placed.push(...placeChain(list, chainOf(list, run, kind, rows), beginMs));
  }
  placed.sort((a, b) => a.segment.from - b.segment.from);
  const longest = placed.reduce<Placed | undefined>(
    (best, one) => (one.segment.packets.length > (best?.segment.packets.length ?? 0) ? one : best),
    undefined,
  );
  const packets = placed.reduce((sum, { segment }) => sum + segment.packets.length, 0);
  const segments = placed.map(({ segment }) => segment);
  const concealed = segments.reduce((sum, segment) => sum + concealedIn(list, segment), 0);
  const driftPpm = ratePpm(longest?.rate ?? 0);
  return { segments, packets, lost, duplicates, reordered, concealed, driftPpm };
}
