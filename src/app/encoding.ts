/** The recorder as the archive wants it: a pool of encoders, and a reader of files that are found. */
import type { FoundFiles, RecordingEncoder } from '../archive/ports.js';
import { systemClock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Config } from '../config/schema.js';
import { EncoderPool } from '../recording/encoder-pool.js';
import { chooseEncoder, type EncoderChoice } from '../recording/encoder-probe.js';
import type { EncoderName } from '../recording/mp3/encoder.js';
import { FileInspector } from '../recording/inspect.js';
import type { SoundFiles } from '../vault/sound-files.js';
import type { Closers } from './closers.js';

export interface Encoding {
  readonly encoder: RecordingEncoder;
  readonly found: FoundFiles;
  /** Chooses with what to encode, before there is anything to encode. */
  readonly prepare: () => void;
  /** Undefined until that is known. */
  readonly chosen: () => EncoderChoice | undefined;
}

export function encoderOf(config: Config, sound: SoundFiles, log: Log, closers: Closers): Encoding {
  const { workers, bitrate, encoder } = config.recording;
  let chosen: EncoderChoice | undefined;
  const choose = async (): Promise<EncoderChoice> => {
    chosen = await chooseEncoder(encoder, systemClock);
    tell(chosen, log);
    return chosen;
  };
  const pool = new EncoderPool({ workers, kbps: bitrate, choose, log });
  closers.add('encoders', () => pool.close());
  return { encoder: pool, found: new FileInspector(sound), prepare: () => pool.prepare(), chosen: () => chosen };
}

const ENCODERS: Readonly<Record<EncoderName, string>> = {
  halina: 'our own encoder',
  native: "the system's LAME",
  wasm: 'LAME in WebAssembly',
  lamejs: 'LAME in JavaScript',
};

/** In words, why it is not the one that was wanted too. */
export function encoderText({ name, passedOver }: EncoderChoice): string {
  const why = passedOver.map((one) => `; ${ENCODERS[one.name]} does not work here: ${one.why}`);
  return `recordings are made by ${ENCODERS[name]}${why.join('')}`;
}

function tell(choice: EncoderChoice, log: Log): void {
  const { name, passedOver } = choice;
  if (passedOver.length === 0) log.info({ encoder: name }, encoderText(choice));
  else log.warn({ encoder: name, passedOver }, encoderText(choice));
}
