/** The encoders that there are, by name. */
import { HalinaError, errorMessage } from '../../base/errors.js';
import type { EncoderName, Mp3Encoder } from './encoder.js';
import { LamejsEncoder } from './lamejs.js';
import { WasmEncoder } from './wasm.js';

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
