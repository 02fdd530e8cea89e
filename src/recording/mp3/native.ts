/**
 * The system's LAME (libmp3lame, Debian's `libmp3lame0`) through koffi: the fastest. A fault in native code ends the
 * whole process, so recordings are made with it in child processes only (`encoder-hand.ts`).
 */
import koffi from 'koffi';
import { HalinaError } from '../../base/errors.js';
import type { Mp3Encoder } from './encoder.js';
import { SAMPLES_PER_FRAME, frameBytes } from './frame.js';
import type { SampleRate } from './frame.js';

/** The library by its name in the system: Linux, macOS. */
const NAMES = ['libmp3lame.so.0', 'libmp3lame.dylib', 'libmp3lame.0.dylib'] as const;

interface Lame {
  readonly init: () => unknown;
  readonly set: (what: Setting, handle: unknown, value: number) => number;
  readonly initParams: (handle: unknown) => number;
  readonly encoderDelay: (handle: unknown) => number;
  readonly encode: (
    handle: unknown,
    left: Float32Array,
    right: Float32Array,
    samples: number,
    out: Uint8Array,
    room: number,
  ) => number;
  readonly flush: (handle: unknown, out: Uint8Array, room: number) => number;
  readonly close: (handle: unknown) => number;
  readonly version: () => string;
}

const SETTINGS = [
  'in_samplerate',
  'out_samplerate',
  'num_channels',
  'mode',
  'brate',
  'quality',
  'bWriteVbrTag',
] as const;
type Setting = (typeof SETTINGS)[number];

let loaded: Lame | undefined;

function library(): ReturnType<typeof koffi.load> {
  let failure: unknown;
  for (const name of NAMES) {
    try {
      return koffi.load(name);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

function lame(): Lame {
  if (loaded) return loaded;
  const of = library();
  const setters = new Map(SETTINGS.map((name) => [name, of.func(`int lame_set_${name}(void *, int)`)]));
  loaded = {
    init: of.func('void *lame_init()'),
    set: (what, handle, value) => setters.get(what)?.(handle, value) as number,
    initParams: of.func('int lame_init_params(void *)'),
    encoderDelay: of.func('int lame_get_encoder_delay(void *)'),
    encode: of.func('int lame_encode_buffer_ieee_float(void *, float *, float *, int, uint8_t *, int)'),
    flush: of.func('int lame_encode_flush(void *, uint8_t *, int)'),
    close: of.func('int lame_close(void *)'),
    version: of.func('const char *get_lame_short_version()'),
  };
  return loaded;
}

/** Left and right each for itself: two people share nothing that could be coded once. */
const STEREO = 0;
/** Without noise shaping: twice as fast as LAME's own choice (3), and nearer to what was said (docs/decisions/encoding.md). */
const QUALITY = 7;
/** The most that LAME asks for when it is flushed. */
const FLUSH_BYTES = 7200;

export class NativeEncoder implements Mp3Encoder {
  readonly name = 'native';
  readonly version: string;
  readonly delaySamples: number;
  readonly #lame: Lame;
  readonly #frameBytes: number;
  /** Nothing once it is finished. */
  #handle: unknown;

  /** Throws where there is no libmp3lame, or one that does not take the settings. */
  constructor(kbps: number, rate: SampleRate) {
    this.#lame = lame();
    this.#frameBytes = frameBytes(kbps, rate);
    this.#handle = this.#lame.init();
    if (!this.#handle) throw new HalinaError('MP3_ENCODER', 'libmp3lame has no memory');
    this.#set('in_samplerate', rate);
    this.#set('out_samplerate', rate);
    this.#set('num_channels', 2);
    this.#set('mode', STEREO);
    this.#set('brate', kbps);
    this.#set('quality', QUALITY);
    this.#set('bWriteVbrTag', 0);
    this.#checked('lame_init_params', this.#lame.initParams(this.#handle));
    this.delaySamples = this.#lame.encoderDelay(this.#handle);
    this.version = `LAME${this.#lame.version()}`;
  }

  encode(left: Float32Array, right: Float32Array): Uint8Array {
    if (left.length === 0) return new Uint8Array(0);
    // What may wait in the encoder, and a frame on either side.
    const out = new Uint8Array((Math.ceil(left.length / SAMPLES_PER_FRAME) + 4) * this.#frameBytes + FLUSH_BYTES);
    const bytes = this.#lame.encode(this.#handle, left, right, left.length, out, out.length);
    return out.subarray(0, this.#checked('lame_encode_buffer_ieee_float', bytes));
  }

  finish(): Uint8Array {
    const out = new Uint8Array(FLUSH_BYTES);
    const bytes = this.#checked('lame_encode_flush', this.#lame.flush(this.#handle, out, out.length));
    this.close();
    return out.subarray(0, bytes);
  }

  close(): void {
    if (this.#handle) this.#lame.close(this.#handle);
    this.#handle = undefined;
  }

  #set(what: Setting, value: number): void {
    this.#checked(`lame_set_${what}`, this.#lame.set(what, this.#handle, value));
  }

  #checked(call: string, result: number): number {
    if (result >= 0) return result;
    throw new HalinaError('MP3_ENCODER', `libmp3lame: ${call} gave ${result}`);
  }
}
