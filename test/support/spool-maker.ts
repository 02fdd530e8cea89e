/**
 * Makes spools for tests: what a source says, sampled by its own clock, sent through a network that jitters, loses,
 * reorders and repeats, and written down as the relay would. All chance comes from a seed.
 */
import { newCallId } from '../../src/base/call-id.js';
import { toALaw, toMuLaw } from '../../src/codecs/g711.js';
import type { CallEntry } from '../../src/entry/call-entry.js';
import { HEADER_BYTES, writeRtpHeader } from '../../src/rtp/packet.js';
import { FILE_HEADER_BYTES, PcapEncoder, fileHeader, markBytes } from '../../src/spool/pcap.js';
import type { Leg, SpoolMark, SpoolRecord } from '../../src/spool/records.js';
import { RATE, chance } from './audio.js';

/** Wall time of a spool's time 0. */
export const EPOCH_MS = Date.UTC(2026, 0, 5, 8);

export function callEntry(changes: Partial<CallEntry> = {}): CallEntry {
  return {
    version: 1,
    id: newCallId(EPOCH_MS),
    direction: 'inbound',
    trunk: 'provider',
    route: 'office',
    outside: { signalled: '600100200', number: '+48600100200', displayName: 'Łukasz Żak', withheld: false },
    dialled: '+48221234567',
    employee: { extension: '201', displayName: 'Sekretariat' },
    startedAt: EPOCH_MS - 12_000,
    zone: 'Europe/Warsaw',
    answeredAt: EPOCH_MS - 11_000,
    connectedAt: EPOCH_MS,
    parts: [],
    record: { wanted: true },
    ...changes,
  };
}

export interface Impairments {
  /** Share of packets that never come, 0 to 1. */
  readonly loss?: number;
  /** Each packet is late by 0 to this, milliseconds, evenly. */
  readonly jitterMs?: number;
  /** Share of packets that are so late that the next one comes before them. */
  readonly reorder?: number;
  readonly duplicates?: number;
  /** How much faster than ours the source's clock goes, parts per million. */
  readonly fastPpm?: number;
}

export interface SourceOptions extends Impairments {
  readonly leg: Leg;
  /** Sound in true time, from `fromMs` on. */
  readonly sound: Float32Array;
  readonly fromMs?: number;
  readonly codec?: 'PCMA' | 'PCMU';
  readonly packetMs?: number;
  readonly ssrc?: number;
  readonly sequence?: number;
  readonly timestamp?: number;
  readonly seed?: number;
}

/** A value of the sound between two samples: the sources' own sampling must not be what the test measures. */
function soundAt(sound: Float32Array, place: number): number {
  const whole = Math.floor(place);
  const part = place - whole;
  if (part === 0) return sound[whole] ?? 0;
  let sum = 0;
  for (let k = -15; k <= 16; k++) {
    const distance = k - part;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * distance) / 16.5);
    sum += ((sound[whole + k] ?? 0) * window * Math.sin(Math.PI * distance)) / (Math.PI * distance);
  }
  return sum;
}

interface Sent {
  readonly atMs: number;
  readonly rtp: Buffer;
}

/** The packets of one source, as they come. */
export function rtpOf(options: SourceOptions): SpoolRecord[] {
  const { leg, sound, fromMs = 0, codec = 'PCMA', packetMs = 20, fastPpm = 0 } = options;
  const { loss = 0, jitterMs = 0, reorder = 0, duplicates = 0 } = options;
  const random = chance(options.seed ?? 1);
  const clock = 1 + fastPpm / 1e6;
  const samples = (packetMs * RATE) / 1000;
  const count = Math.floor((sound.length * clock) / samples + 1e-6);
  const encode = codec === 'PCMA' ? toALaw : toMuLaw;
  const ssrc = options.ssrc ?? (leg === 'outside' ? 0x1111 : 0x2222);
  const sent: Sent[] = [];
  for (let n = 0; n < count; n++) {
    const rtp = Buffer.alloc(HEADER_BYTES + samples);
    const sequence = ((options.sequence ?? 65_500) + n) & 0xffff;
    const timestamp = ((options.timestamp ?? 0xffff_f000) + n * samples) >>> 0;
    writeRtpHeader(rtp, 0, n === 0, codec === 'PCMA' ? 8 : 0, sequence, timestamp, ssrc);
    for (let i = 0; i < samples; i++) {
      rtp[HEADER_BYTES + i] = encode(Math.round(32_767 * soundAt(sound, (n * samples + i) / clock)));
    }
    const late = jitterMs * random() + (random() < reorder ? packetMs + 1 : 0);
    if (random() < loss) continue;
    sent.push({ atMs: fromMs + (n * packetMs) / clock + late, rtp });
    if (random() < duplicates) sent.push({ atMs: fromMs + (n * packetMs) / clock + late + 1, rtp });
  }
  return sent.map(({ atMs, rtp }) => ({ kind: 'rtp', leg, timeUs: Math.round((EPOCH_MS + atMs) * 1000), rtp }));
}

export const markAt = (atMs: number, mark: SpoolMark): SpoolRecord => ({
  kind: 'mark',
  timeUs: Math.round((EPOCH_MS + atMs) * 1000),
  mark,
});

const codecs = (leg: Leg): SpoolMark => ({
  type: 'codecs',
  leg,
  mappings: [
    { payloadType: 8, codec: 'PCMA', clockRate: 8000 },
    { payloadType: 0, codec: 'PCMU', clockRate: 8000 },
    { payloadType: 101, codec: 'telephone-event', clockRate: 8000 },
    { payloadType: 13, codec: 'CN', clockRate: 8000 },
  ],
});

/** The marks of a call from 0 to `endMs` (none: it has no end mark), and these records, in the order of their times. */
export function callRecords(records: readonly SpoolRecord[], endMs?: number, entry = callEntry()): SpoolRecord[] {
  const sorted = records.toSorted((a, b) => a.timeUs - b.timeUs);
  const head = [{ type: 'call', entry } as const, codecs('outside'), codecs('inside'), { type: 'begin' } as const];
  const tail = endMs === undefined ? [] : [markAt(endMs, { type: 'end' })];
  return [...head.map((mark) => markAt(0, mark)), ...sorted, ...tail];
}

/** The bytes of a spool. */
export function spoolBytes(records: readonly SpoolRecord[]): Buffer {
  const encoder = new PcapEncoder();
  const size = (r: SpoolRecord): number =>
    r.kind === 'rtp' ? encoder.rtpBytes(r.leg, r.rtp.length) : markBytes(r.mark);
  const bytes = Buffer.alloc(records.reduce((sum, r) => sum + size(r), FILE_HEADER_BYTES));
  let at = fileHeader().copy(bytes);
  for (const r of records) {
    at +=
      r.kind === 'rtp'
        ? encoder.encodeRtp(bytes, at, r.leg, r.timeUs, r.rtp)
        : encoder.encodeMark(bytes, at, r.timeUs, r.mark);
  }
  return bytes;
}
