/** The encoders that there are, by name. */
import { HalinaError, errorMessage } from '../../base/errors.js';
import type { EncoderName, Mp3Encoder } from './encoder.js';
import { frameBytes } from './frame.js';
import type { SampleRate } from './frame.js';
import { LamejsEncoder } from './lamejs.js';
import { NativeEncoder } from './native.js';
import { QuickSilence } from './quick-silence.js';
import { SpeechEncoder } from './speech/speech-encoder.js';
import { WasmEncoder } from './wasm.js';

async function plainEncoder(name: EncoderName, kbps: number, rate: SampleRate): Promise<Mp3Encoder> {
  switch (name) {
    case 'native':
      return new NativeEncoder(kbps, rate);
    case 'wasm':
      return WasmEncoder.create(kbps, rate);
    case 'halina':
      return new SpeechEncoder(kbps, rate);
    case 'lamejs':
      return new LamejsEncoder(kbps, rate);
  }
}

/** An encoder for one recording. `kbps` must be legal. Throws `HalinaError` `MP3_ENCODER` if it can't be had. */
export async function createEncoder(name: EncoderName, kbps: number, rate: SampleRate = 8000): Promise<Mp3Encoder> {
  try {
    return new QuickSilence(await plainEncoder(name, kbps, rate), frameBytes(kbps, rate));
  } catch (error) {
    throw new HalinaError('MP3_ENCODER', `the MP3 encoder ${name} does not start: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

/** Whose: ours, or LAME's, in whichever form works here. */
export type EncoderFamily = 'halina' | 'lame';

/** Those of a family, fastest first; where ours does not run (older processors do not take four numbers at a time), LAME's. */
export const CANDIDATES: Readonly<Record<EncoderFamily, readonly EncoderName[]>> = {
  halina: ['halina', 'wasm'],
  lame: ['native', 'wasm'],
};
/** Plain JavaScript: works wherever we do. */
export const LAST_RESORT: EncoderName = 'lamejs';
