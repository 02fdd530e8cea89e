/** What a payload type carries, as a number that the hot path can look up in a typed array. */
import type { VoiceCodec } from '../../../codecs/voice.js';
import type { AudioFormat } from '../../../sdp/index.js';

export const REJECTED = 0;
export const PCMA = 1;
export const PCMU = 2;
export const EVENT = 3;
export const NOISE = 4;
export const G722 = 5;
export const OPUS = 6;

export type Kind =
  | typeof REJECTED
  | typeof PCMA
  | typeof PCMU
  | typeof EVENT
  | typeof NOISE
  | typeof G722
  | typeof OPUS;

const kinds: Readonly<Record<AudioFormat['codec'], Kind>> = {
  PCMA,
  PCMU,
  G722,
  opus: OPUS,
  'telephone-event': EVENT,
  CN: NOISE,
};

export const kindOf = (codec: AudioFormat['codec']): Kind => kinds[codec];

export const isG711 = (kind: Kind): boolean => kind === PCMA || kind === PCMU;

/** The codec of a kind of sound. */
export function codecOf(kind: Kind): VoiceCodec | undefined {
  switch (kind) {
    case PCMA:
      return 'PCMA';
    case PCMU:
      return 'PCMU';
    case G722:
      return 'G722';
    case OPUS:
      return 'opus';
    case REJECTED:
    case EVENT:
    case NOISE:
      return undefined;
  }
}

/** Most peers have the same codecs under the same numbers: their tables are one, as long as there are not too many. */
const tables = new Map<string, Uint8Array>();
const MOST_TABLES = 100;

function tableOf(formats: readonly AudioFormat[]): Uint8Array {
  const key = formats.map(({ payloadType, codec }) => `${payloadType} ${codec}`).join();
  const known = tables.get(key);
  if (known) return known;
  const table = new Uint8Array(128).fill(REJECTED);
  for (const { payloadType, codec } of formats) table[payloadType] = kinds[codec];
  if (tables.size >= MOST_TABLES) tables.clear();
  tables.set(key, table);
  return table;
}

/** The kind of each of the 128 payload types. */
export class KindTable {
  #table = tableOf([]);

  set(formats: readonly AudioFormat[]): void {
    this.#table = tableOf(formats);
  }

  /** The payload types of a kind. */
  typesOf(kind: Kind): number[] {
    return [...this.#table.keys()].filter((payloadType) => this.#table[payloadType] === kind);
  }

  of(payloadType: number): Kind {
    return this.#table[payloadType] as Kind;
  }
}
