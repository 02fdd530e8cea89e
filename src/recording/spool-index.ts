/**
 * The first pass over a spool: every packet's header, and what the marks say. Times are milliseconds since the spool's
 * first record.
 */
import { HalinaError } from '../base/errors.js';
import { opusUnits } from '../codecs/voice.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { SoundFile } from '../vault/sound-files.js';
import { emptyPacket, readRtpIn } from '../rtp/packet.js';
import { PagedFile } from './paged-file.js';
import { PcapReader } from '../spool/pcap-reader.js';
import type { RecordTaker } from '../spool/pcap-reader.js';
import type { Leg, PayloadMapping, SpoolMark } from '../spool/records.js';
import { KIND, PacketList } from './timeline/packet-list.js';
import type { Kind } from './timeline/packet-list.js';

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface SpoolIndex {
  readonly entry: CallEntry | undefined;
  readonly packets: Readonly<Record<Leg, PacketList>>;
  /** Unix milliseconds of the first record, from which the others count. */
  readonly originMs: number;
  /** The recording's time zero: the begin mark, else the first packet. Undefined: there is neither. */
  readonly beginMs: number | undefined;
  /** The end mark, else the end of the last packet. */
  readonly endMs: number;
  readonly cut: { readonly reason: 'no-room' | 'stopped' | 'failed'; readonly atMs: number } | undefined;
  /** When the call was held by either side, or nobody had the inside leg: what sounds then is not in a recording. */
  readonly holds: readonly Span[];
  /** There is no end mark. */
  readonly recovered: boolean;
  readonly damagedBytes: number;
}

/** How long a packet sounds, where nothing follows that says so. */
const LAST_PACKET_MS = 20;

const KIND_OF_CODEC: Readonly<Record<PayloadMapping['codec'], Kind>> = {
  PCMA: KIND.pcma,
  PCMU: KIND.pcmu,
  G722: KIND.g722,
  opus: KIND.opus,
  'telephone-event': KIND.event,
  CN: KIND.pause,
};

/** By payload type; what RFC 3551 fixes holds until a mark says otherwise. */
function staticKinds(): Uint8Array {
  const kinds = new Uint8Array(128).fill(KIND.unknown);
  kinds[0] = KIND.pcmu;
  kinds[8] = KIND.pcma;
  kinds[9] = KIND.g722;
  kinds[13] = KIND.pause;
  return kinds;
}

class Indexer implements RecordTaker {
  readonly packets = { outside: new PacketList(), inside: new PacketList() };
  readonly #kinds = { outside: staticKinds(), inside: staticKinds() };
  readonly #header = emptyPacket();
  readonly #held = new Set<Leg | 'apart'>();
  #heldSince = 0;
  readonly holds: Span[] = [];
  entry: CallEntry | undefined;
  originUs: number | undefined;
  lastMs = 0;
  firstPacketMs: number | undefined;
  beginMs: number | undefined;
  endMs: number | undefined;
  cut: SpoolIndex['cut'];

  packet(leg: Leg, timeUs: number, buffer: Buffer, start: number, end: number, payloadAt: number): void {
    const arrivalMs = this.#timeMs(timeUs);
    if (!readRtpIn(buffer, start, end, this.#header)) return;
    this.lastMs = Math.max(this.lastMs, arrivalMs + LAST_PACKET_MS);
    this.firstPacketMs ??= arrivalMs;
    const { ssrc, sequence, timestamp, payloadType, payloadStart, payloadEnd } = this.#header;
    const kind = this.#kinds[leg][payloadType] as Kind;
    const bytes = payloadEnd - payloadStart;
    // Of G.711 and G.722 a byte is a unit of 8 kHz; Opus counts at 48.
    const units = kind === KIND.opus ? opusUnits(buffer, payloadStart, payloadEnd) / 6 : bytes;
    const at = payloadAt + payloadStart - start;
    this.packets[leg].add({ arrivalMs, ssrc, sequence, timestamp, kind, at, bytes, units });
  }

  mark(mark: SpoolMark, timeUs: number): void {
    const timeMs = this.#timeMs(timeUs);
    this.lastMs = Math.max(this.lastMs, timeMs);
    this.#mark(mark, timeMs);
  }

  /** Since the first record. */
  #timeMs(timeUs: number): number {
    this.originUs ??= timeUs;
    return (timeUs - this.originUs) / 1000;
  }

  #mark(mark: SpoolMark, timeMs: number): void {
    switch (mark.type) {
      case 'call':
        this.entry = mark.entry;
        return;
      case 'codecs':
        this.#kinds[mark.leg] = staticKinds();
        for (const { payloadType, codec } of mark.mappings) this.#kinds[mark.leg][payloadType] = KIND_OF_CODEC[codec];
        return;
      case 'begin':
        this.beginMs ??= timeMs;
        return;
      case 'hold':
        return this.#silent(mark.leg, timeMs);
      case 'resume':
        return this.#sounds(mark.leg, timeMs);
      case 'apart':
        return this.#silent('apart', timeMs);
      case 'party':
        return this.#sounds('apart', timeMs);
      case 'cut':
        this.cut ??= { reason: mark.reason, atMs: timeMs };
        return;
      case 'end':
        this.endMs = timeMs;
        return;
    }
  }

  #silent(why: Leg | 'apart', timeMs: number): void {
    if (this.#held.size === 0) this.#heldSince = timeMs;
    this.#held.add(why);
  }

  #sounds(why: Leg | 'apart', timeMs: number): void {
    if (this.#held.delete(why) && this.#held.size === 0) this.#endHold(timeMs);
  }

  #endHold(toMs: number): void {
    this.holds.push({ fromMs: this.#heldSince, toMs });
  }

  finish(): void {
    if (this.#held.size > 0) this.#endHold(Math.max(this.lastMs, this.endMs ?? 0));
  }
}

/** Reads the whole spool, whose `pages` are then at hand as far as they are kept. Rejects with `SPOOL_UNREADABLE` where there is no record in it. */
export async function indexSpool(
  file: SoundFile,
  pages = new PagedFile(file),
  onPage: () => void = () => {},
): Promise<SpoolIndex> {
  const reader = new PcapReader();
  const indexer = new Indexer();
  for await (const page of pages.all()) {
    reader.give(page, indexer);
    onPage();
  }
  reader.end(indexer);
  indexer.finish();

  if (indexer.originUs === undefined) {
    throw new HalinaError('SPOOL_UNREADABLE', `there is no whole record in a spool of ${reader.summary.bytes} bytes`);
  }
  return {
    entry: indexer.entry,
    packets: indexer.packets,
    originMs: indexer.originUs / 1000,
    beginMs: indexer.beginMs ?? indexer.firstPacketMs,
    endMs: indexer.endMs ?? indexer.lastMs,
    cut: indexer.cut,
    holds: indexer.holds,
    recovered: indexer.endMs === undefined,
    // Of a sealed spool, pieces that do not open read as zeros, which the reader counts too: no byte counts twice.
    damagedBytes: Math.max(
      file.damagedBytes,
      reader.summary.damage.reduce((sum, { bytes }) => sum + bytes, reader.summary.tailBytes),
    ),
  };
}
