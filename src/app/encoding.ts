/** The recorder as the archive wants it: a pool of encoders, and a reader of files that are found. */
import type { FoundFiles, RecordingEncoder } from '../archive/ports.js';
import type { Log } from '../base/log.js';
import type { Config } from '../config/schema.js';
import { NodeFileStore } from '../journal/node-files.js';
import { EncoderPool } from '../recording/encoder-pool.js';
import { FileInspector } from '../recording/inspect.js';
import type { Closers } from './closers.js';

export function encoderOf(
  config: Config,
  log: Log,
  closers: Closers,
): { encoder: RecordingEncoder; found: FoundFiles } {
  const { workers, bitrate } = config.recording;
  const pool = new EncoderPool({ workers, kbps: bitrate, log });
  closers.add('encoders', () => pool.close());
  return { encoder: pool, found: new FileInspector(new NodeFileStore()) };
}
