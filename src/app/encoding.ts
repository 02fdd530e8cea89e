/** The recorder as the archive wants it: a pool of encoders, and a reader of files that are found. */
import type { FoundFiles, RecordingEncoder } from '../archive/ports.js';
import { systemClock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Config } from '../config/schema.js';
import { EncoderPool } from '../recording/encoder-pool.js';
import { probeNative } from '../recording/encoder-probe.js';
import { FileInspector } from '../recording/inspect.js';
import type { SoundFiles } from '../vault/sound-files.js';
import type { Closers } from './closers.js';

export function encoderOf(
  config: Config,
  sound: SoundFiles,
  log: Log,
  closers: Closers,
): { encoder: RecordingEncoder; found: FoundFiles; prepare: () => void } {
  const { workers, bitrate, encoder } = config.recording;
  const native = encoder === 'lame' ? { tryNative: () => nativeWorks(log) } : {};
  const pool = new EncoderPool({ workers, kbps: bitrate, family: encoder, log, ...native });
  closers.add('encoders', () => pool.close());
  return { encoder: pool, found: new FileInspector(sound), prepare: () => pool.prepare() };
}

async function nativeWorks(log: Log): Promise<boolean> {
  const probe = await probeNative(systemClock);
  if (probe.works) log.info({ encoder: 'native', version: probe.version }, "recordings are made by the system's LAME");
  else
    log.info({ encoder: 'portable', why: probe.why }, 'recordings are made without libmp3lame: slower, else the same');
  return probe.works;
}
