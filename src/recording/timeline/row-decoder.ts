/**
 * Decodes a segment's packets one after another, for codecs that go on from what was before. What was decoded last stays
 * for a while, since the sound beside a gap is looked at again.
 */
import type { VoiceDecoder } from '../../codecs/voice.js';
import type { PagedFile } from '../paged-file.js';
import type { PacketList } from './packet-list.js';
import type { Segment } from './segments.js';

/** Packets that stay decoded: more than are ever looked back to. */
const KEPT = 64;
/** Lost packets that a decoder is told of, so that it goes on from what the encoder went on from, as far as it can guess. */
const CONCEALED = 5;

export class RowDecoder {
  readonly #decoder: VoiceDecoder;
  readonly #list: PacketList;
  readonly #segment: Segment;
  readonly #file: PagedFile;
  /** By row; those of the last `KEPT` rows. */
  readonly #decoded = new Map<number, Int16Array>();
  #next = 0;

  constructor(decoder: VoiceDecoder, list: PacketList, segment: Segment, file: PagedFile) {
    this.#decoder = decoder;
    this.#list = list;
    this.#segment = segment;
    this.#file = file;
  }

  /** The sound of a row's packet, which must be wanted; rows go forward, but for a few. Nothing for one long gone. */
  samples(row: number): Int16Array | undefined {
    if (row - this.#next > KEPT) this.#next = row; // what is between was not wanted
    while (this.#next <= row) this.#decode(this.#next++);
    return this.#decoded.get(row);
  }

  #decode(row: number): void {
    const packet = this.#segment.packets[row] as number;
    const bytes = this.#list.bytes[packet] as number;
    const payload = this.#file.bytes(this.#list.at[packet] as number, bytes);
    const missing = Math.min(this.#segment.missing[row] as number, CONCEALED);
    for (let n = 0; n < missing; n++) this.#decoder.conceal?.(2 * (this.#list.units[packet] as number));
    // A pause (comfort noise) is none of the codec's own.
    if (this.#list.kind[packet] === this.#segment.kind) this.#decoded.set(row, this.#decoder.decode(payload, 0, bytes));
    this.#decoded.delete(row - KEPT);
  }

  close(): void {
    this.#decoder.close();
  }
}
