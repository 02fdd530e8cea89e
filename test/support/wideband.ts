/** What a source sends in any voice codec, with sound at 16 kHz: made by our own encoders, which other tests compare with others'. */
import { createVoiceEncoder, voiceClock, voiceRate, type VoiceCodec } from '../../src/codecs/voice.js';
import { HEADER_BYTES, writeRtpHeader } from '../../src/rtp/packet.js';
import type { Leg, SpoolMark, SpoolRecord } from '../../src/spool/records.js';
import { chance } from './audio.js';
import { EPOCH_MS } from './spool-maker.js';

export const WIDE_RATE = 16_000;
export const PAYLOAD_TYPE: Readonly<Record<VoiceCodec, number>> = { PCMU: 0, PCMA: 8, G722: 9, opus: 96 };

export interface WideSource {
  readonly leg: Leg;
  readonly codec: VoiceCodec;
  /** −1 to 1, at 16 kHz. */
  readonly sound: Float32Array;
  readonly fromMs?: number;
  readonly packetMs?: number;
  readonly loss?: number;
  readonly jitterMs?: number;
  /** Of the first packet. */
  readonly sequence?: number;
  readonly timestamp?: number;
}

export async function voicePackets(source: WideSource): Promise<SpoolRecord[]> {
  const {
    leg,
    codec,
    sound,
    fromMs = 0,
    packetMs = 20,
    loss = 0,
    jitterMs = 0,
    sequence = 65_500,
    timestamp = 0xffff_f000,
  } = source;
  const random = chance(9);
  const encoder = await createVoiceEncoder(codec);
  const samples = (packetMs * voiceRate(codec)) / 1000;
  const step = WIDE_RATE / voiceRate(codec);
  const records: SpoolRecord[] = [];
  for (let n = 0; (n + 1) * samples * step <= sound.length; n++) {
    const linear = Int16Array.from({ length: samples }, (_, i) => 32_000 * (sound[(n * samples + i) * step] ?? 0));
    const payload = encoder.encode(linear);
    const rtp = Buffer.alloc(HEADER_BYTES + payload.length);
    const at = (timestamp + (n * packetMs * voiceClock(codec)) / 1000) >>> 0;
    writeRtpHeader(
      rtp,
      0,
      n === 0,
      PAYLOAD_TYPE[codec],
      (sequence + n) & 0xffff,
      at,
      leg === 'outside' ? 0x1111 : 0x2222,
    );
    rtp.set(payload, HEADER_BYTES);
    const atMs = fromMs + n * packetMs + jitterMs * random();
    if (random() >= loss) records.push({ kind: 'rtp', leg, timeUs: Math.round((EPOCH_MS + atMs) * 1000), rtp });
  }
  encoder.close();
  return records;
}

/** The mark that says which payload types may come. */
export const voiceCodecs = (leg: Leg): SpoolMark => ({
  type: 'codecs',
  leg,
  mappings: (Object.keys(PAYLOAD_TYPE) as VoiceCodec[]).map((codec) => ({
    payloadType: PAYLOAD_TYPE[codec],
    codec,
    clockRate: voiceClock(codec),
  })),
});
