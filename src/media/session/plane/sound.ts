/** Sound that is ready to be sent: the bytes in both laws of G.711, made once at start, in frames of 20 ms. For other codecs it is encoded as it is sent. */
import { A_LAW_SILENCE, MU_LAW_SILENCE, toALaw, toMuLaw } from '../../../codecs/g711.js';

/** Bytes and samples of a frame: 20 ms at 8 kHz. */
export const FRAME = 160;
export const FRAME_MS = 20;

/** The bytes of a whole sound in each codec; all of one length, a multiple of `FRAME`. */
export type EncodedSound = Readonly<Record<'PCMA' | 'PCMU', Buffer>>;

/** Encodes 8 kHz samples; the last frame is filled up with silence. */
export function encodeSound(samples: Int16Array): EncodedSound {
  const length = Math.ceil(samples.length / FRAME) * FRAME;
  const PCMA = Buffer.alloc(length, A_LAW_SILENCE);
  const PCMU = Buffer.alloc(length, MU_LAW_SILENCE);
  for (let i = 0; i < samples.length; i++) {
    PCMA[i] = toALaw(samples[i] as number);
    PCMU[i] = toMuLaw(samples[i] as number);
  }
  return { PCMA, PCMU };
}

/** Frames in a sound. */
export const framesOf = (sound: EncodedSound): number => sound.PCMA.length / FRAME;
