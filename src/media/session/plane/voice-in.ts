/**
 * The sound of a leg's peer, decoded for the other side where that speaks another codec. Packets that are missing between
 * two are made up, a few at the most; one that comes late is left out.
 */
import {
  createVoiceDecoder,
  voiceClock,
  type VoiceCodec,
  type VoiceDecoder,
  voiceRate,
  voiceUnits,
} from '../../../codecs/voice.js';
import { type RtpPacket, timestampDistance } from '../../../rtp/packet.js';

/** Longer gaps are gaps for the listener too. */
const LONGEST_MADE_UP_MS = 60;

export interface Heard {
  readonly samples: Int16Array;
  readonly rate: number;
  /** It does not follow on what was before. */
  readonly begins: boolean;
}

export class VoiceIn {
  #codec: VoiceCodec | undefined;
  #decoder: VoiceDecoder | undefined;
  /** What the next packet of the stream is to begin with. */
  #ssrc = 0;
  #next = 0;
  #closed = false;

  /** The sound of a packet; undefined where there is none yet, or it comes too late. */
  hear(codec: VoiceCodec, bytes: Uint8Array, packet: RtpPacket): Heard | undefined {
    if (codec !== this.#codec) this.#begin(codec);
    if (!this.#decoder) return undefined;
    const { payloadStart, payloadEnd, timestamp, ssrc } = packet;
    const units = voiceUnits(codec, bytes, payloadStart, payloadEnd);
    const follows = ssrc === this.#ssrc;
    const gapMs = (timestampDistance(timestamp, this.#next) * 1000) / voiceClock(codec);
    if (follows && gapMs < 0 && gapMs > -1000) return undefined;
    this.#ssrc = ssrc;
    this.#next = (timestamp + units) >>> 0;
    const samples = this.#decoder.decode(bytes, payloadStart, payloadEnd);
    const rate = voiceRate(codec);
    const begins = !follows || Math.abs(gapMs) > LONGEST_MADE_UP_MS;
    if (begins || gapMs === 0) return { samples, rate, begins };
    const missing = Math.round((gapMs * rate) / 1000);
    const both = new Int16Array(missing + samples.length);
    both.set(this.#decoder.conceal?.(missing - (missing % 40)) ?? [], 0);
    both.set(samples, missing);
    return { samples: both, rate, begins };
  }

  #begin(codec: VoiceCodec): void {
    this.#decoder?.close();
    this.#decoder = undefined;
    this.#codec = codec;
    this.#ssrc = -1;
    void createVoiceDecoder(codec).then((decoder) => {
      if (this.#closed || this.#codec !== codec || this.#decoder) decoder.close();
      else this.#decoder = decoder;
    });
  }

  close(): void {
    this.#closed = true;
    this.#decoder?.close();
    this.#decoder = undefined;
  }
}
