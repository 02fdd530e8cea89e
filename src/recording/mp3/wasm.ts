/** LAME 3.100 as WebAssembly: several times as fast as lamejs, and truer at low bitrates (it has a bit reservoir). */
import { createMp3Encoder } from 'wasm-media-encoders';
import type { Mp3Encoder } from './encoder.js';
import type { SampleRate } from './frame.js';

type Lame = Awaited<ReturnType<typeof createMp3Encoder>>;
type Kbps = 16 | 24 | 32 | 40 | 48 | 64;
const offered = (kbps: number): kbps is Kbps => [16, 24, 32, 40, 48, 64].includes(kbps);

export class WasmEncoder implements Mp3Encoder {
  readonly name = 'wasm';
  readonly version = 'LAME3.100';
  readonly delaySamples = 576;
  readonly #lame: Lame;

  private constructor(lame: Lame) {
    this.#lame = lame;
  }

  static async create(kbps: number, rate: SampleRate): Promise<WasmEncoder> {
    if (!offered(kbps)) throw new RangeError(`it has no ${kbps} kbit/s`);
    const lame = await createMp3Encoder();
    lame.configure({ sampleRate: rate, channels: 2, bitrate: kbps });
    return new WasmEncoder(lame);
  }

  encode(left: Float32Array, right: Float32Array): Uint8Array {
    return left.length === 0 ? new Uint8Array(0) : this.#lame.encode([left, right]).slice();
  }

  finish(): Uint8Array {
    return this.#lame.finalize().slice();
  }
}
