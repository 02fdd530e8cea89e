/**
 * Voice codecs behind one interface: a decoder and an encoder a stream, since G.722 and Opus go on from what was before.
 * Linear sound is 16 bits at the codec's own rate: 8 kHz for G.711, 16 kHz for the others (Opus codes whatever rate it is
 * given, and voice has nothing above 8 kHz that a recording keeps).
 */
import { createDecoder, createEncoder } from 'libopus-wasm';
import type { OpusDecoderHandle, OpusEncoderHandle } from 'libopus-wasm';
import { aLawToLinear, muLawToLinear, toALaw, toMuLaw } from './g711.js';
import { G722Decoder, G722Encoder } from './g722.js';

export const VOICE_CODECS = ['PCMA', 'PCMU', 'G722', 'opus'] as const;
export type VoiceCodec = (typeof VOICE_CODECS)[number];

/** Samples a second of the linear sound. */
export const voiceRate = (codec: VoiceCodec): 8000 | 16_000 => (codec === 'PCMA' || codec === 'PCMU' ? 8000 : 16_000);
/** Units a second of RTP timestamps: of G.722 too 8 kHz (RFC 3551 § 4.5.2), of Opus always 48 (RFC 7587 § 4.1). */
export const voiceClock = (codec: VoiceCodec): 8000 | 48_000 => (codec === 'opus' ? 48_000 : 8000);

export interface VoiceDecoder {
  /** The samples of the payload from `start` to `end`; none of one that cannot be decoded. */
  decode(bytes: Uint8Array, start: number, end: number): Int16Array;
  /** Makes up the sound of a packet that was lost, where the codec can. */
  conceal?(samples: number): Int16Array;
  /** Gives memory back. */
  close(): void;
}

export interface VoiceEncoder {
  /** Encodes a frame (10, 20, 40 or 60 ms); the bytes are valid until the next call. */
  encode(samples: Int16Array): Uint8Array;
  close(): void;
}

const nothing = (): void => {};

class G711Decoder implements VoiceDecoder {
  readonly #table: Int16Array;
  readonly close = nothing;
  constructor(table: Int16Array) {
    this.#table = table;
  }
  decode(bytes: Uint8Array, start: number, end: number): Int16Array {
    const out = new Int16Array(end - start);
    for (let n = 0; n < out.length; n++) out[n] = this.#table[bytes[start + n] as number] as number;
    return out;
  }
}

class G711Encoder implements VoiceEncoder {
  readonly #encode: (linear: number) => number;
  readonly close = nothing;
  constructor(encode: (linear: number) => number) {
    this.#encode = encode;
  }
  encode(samples: Int16Array): Uint8Array {
    return Uint8Array.from(samples, this.#encode);
  }
}

class G722VoiceEncoder implements VoiceEncoder {
  readonly #encoder = new G722Encoder();
  readonly close = nothing;
  encode(samples: Int16Array): Uint8Array {
    const out = new Uint8Array(samples.length >> 1);
    this.#encoder.encode(samples, out);
    return out;
  }
}

class G722VoiceDecoder implements VoiceDecoder {
  readonly #decoder = new G722Decoder();
  readonly close = nothing;
  decode(bytes: Uint8Array, start: number, end: number): Int16Array {
    return this.#decoder.decode(bytes, start, end);
  }
}

const NO_SOUND = new Int16Array(0);
const OPUS_RATE = 16_000;
/** Of the encoder: half of its best quality at half of its cost. */
const OPUS_COMPLEXITY = 5;
const OPUS_BITRATE = 24_000;
const VOIP = 2048;

class OpusVoiceDecoder implements VoiceDecoder {
  readonly #handle: OpusDecoderHandle;
  constructor(handle: OpusDecoderHandle) {
    this.#handle = handle;
  }
  decode(bytes: Uint8Array, start: number, end: number): Int16Array {
    try {
      return this.#handle.decode(bytes.subarray(start, end));
    } catch {
      return NO_SOUND; // what is no Opus packet is as lost
    }
  }
  conceal(samples: number): Int16Array {
    return this.#handle.decodePacketLoss(samples);
  }
  close(): void {
    this.#handle.free();
  }
}

class OpusVoiceEncoder implements VoiceEncoder {
  readonly #handle: OpusEncoderHandle;
  constructor(handle: OpusEncoderHandle) {
    this.#handle = handle;
  }
  encode(samples: Int16Array): Uint8Array {
    return this.#handle.encode(samples, { frameSize: samples.length });
  }
  close(): void {
    this.#handle.free();
  }
}

/** A decoder for one stream. Of Opus the library is loaded at the first time. */
export async function createVoiceDecoder(codec: VoiceCodec): Promise<VoiceDecoder> {
  switch (codec) {
    case 'PCMA':
      return new G711Decoder(aLawToLinear);
    case 'PCMU':
      return new G711Decoder(muLawToLinear);
    case 'G722':
      return new G722VoiceDecoder();
    case 'opus':
      return new OpusVoiceDecoder(await createDecoder({ channels: 1, sampleRate: OPUS_RATE }));
  }
}

/** An encoder for one stream. */
export async function createVoiceEncoder(codec: VoiceCodec): Promise<VoiceEncoder> {
  switch (codec) {
    case 'PCMA':
      return new G711Encoder(toALaw);
    case 'PCMU':
      return new G711Encoder(toMuLaw);
    case 'G722':
      return new G722VoiceEncoder();
    case 'opus': {
      const cost = { complexity: OPUS_COMPLEXITY, bitrate: OPUS_BITRATE, application: VOIP } as const;
      return new OpusVoiceEncoder(await createEncoder({ channels: 1, sampleRate: OPUS_RATE, ...cost }));
    }
  }
}

/** Frame lengths by an Opus packet's first byte (RFC 6716 § 3.1, table 2), in units of 2.5 ms. */
const SILK = [4, 8, 16, 24] as const;
const HYBRID = [4, 8] as const;
const CELT = [1, 2, 4, 8] as const;

/** How long the Opus packet from `start` to `end` sounds, in units of 48 kHz; 0: it is none (RFC 6716 § 3). */
export function opusUnits(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start) return 0;
  const first = bytes[start] as number;
  const configuration = first >> 3;
  const length =
    configuration < 12
      ? (SILK[configuration & 3] as number)
      : configuration < 16
        ? (HYBRID[configuration & 1] as number)
        : (CELT[configuration & 3] as number);
  const code = first & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : end - start < 2 ? 0 : (bytes[start + 1] as number) & 63;
  const units = frames * length * 120;
  return units > 5760 ? 0 : units; // 120 ms at the most
}

/** How long a payload sounds, in units of its RTP clock. */
export function voiceUnits(codec: VoiceCodec, bytes: Uint8Array, start: number, end: number): number {
  return codec === 'opus' ? opusUnits(bytes, start, end) : end - start;
}
