/**
 * What turns sound into MP3 frames. Several encoders can stand behind this: all make a plain sequence of frames of a
 * constant bitrate, stereo, at 8 or 16 kHz, and nothing else (no tags, no Info frame: those are ours).
 */

export interface Mp3Encoder {
  readonly name: EncoderName;
  /** For the Info frame: nine characters at most. */
  readonly version: string;
  /** Samples by which the first sample of the sound is late in the frames, beside the decoder's own 529. */
  readonly delaySamples: number;
  /**
   * Encodes as many samples as both channels have, −1 to 1, and gives the frames that are complete (perhaps none). The
   * bytes are the caller's.
   */
  encode(left: Float32Array, right: Float32Array): Uint8Array;
  /** Ends the sound: gives the rest of the frames. */
  finish(): Uint8Array;
  /** Gives back what an encoder holds that was not finished. */
  close?(): void;
}

/** Slowest first. */
export const ENCODER_NAMES = ['lamejs', 'wasm', 'native', 'halina'] as const;
export type EncoderName = (typeof ENCODER_NAMES)[number];
