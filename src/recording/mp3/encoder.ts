/**
 * What turns sound into MP3 frames. Several encoders can stand behind this: all make a plain sequence of frames of a
 * constant bitrate, stereo, 8 kHz, and nothing else (no tags, no Info frame: those are ours).
 */
import { HalinaError, errorMessage } from '../../base/errors.js';
import { LamejsEncoder } from './lamejs.js';
import { WasmEncoder } from './wasm.js';

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
}

export type EncoderName = 'lamejs' | 'wasm';

/** An encoder for one recording. `kbps` must be legal. Throws `HalinaError` `MP3_ENCODER` if it can't be had. */
export async function createEncoder(name: EncoderName, kbps: number): Promise<Mp3Encoder> {
  try {
    return name === 'wasm' ? await WasmEncoder.create(kbps) : new LamejsEncoder(kbps);
  } catch (error) {
    throw new HalinaError('MP3_ENCODER', `the MP3 encoder ${name} does not start: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

/** The fastest encoder that works here. */
export async function fastestEncoder(): Promise<EncoderName> {
  try {
    await createEncoder('wasm', 32);
    return 'wasm';
  } catch {
    return 'lamejs'; // Plain JavaScript: works wherever we do.
  }
}
