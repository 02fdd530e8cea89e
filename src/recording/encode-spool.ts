/**
 * From a spool to its MP3. Two passes over the spool, of which a short one is read but once: the first reads the headers
 * and decides where every packet's sound belongs (`plan.ts`, `timeline/`), the second renders and encodes a few seconds at a
 * time, so that a call of hours needs little more memory than its headers.
 */
import { HalinaError } from '../base/errors.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { FileStore } from '../journal/file-store.js';
import { NodeFileStore } from '../journal/node-files.js';
import { ringOf, type SealKey } from '../vault/seal-key.js';
import { SoundFiles } from '../vault/sound-files.js';
import type { RecordingDocument, RecordingFacts } from './facts.js';
import { writeTag } from './id3.js';
import type { EncoderName, Mp3Encoder } from './mp3/encoder.js';
import { createEncoder } from './mp3/encoders.js';
import { SAMPLES_PER_FRAME, frameBytes, legalBitrate } from './mp3/frame.js';
import { framesNeeded, infoFrame } from './mp3/info-frame.js';
import { Mp3File } from './mp3-file.js';
import { PagedFile } from './paged-file.js';
import { planRecording } from './plan.js';
import type { RecordingPlan } from './plan.js';
import { indexSpool } from './spool-index.js';
import type { SpoolIndex } from './spool-index.js';
import { Channel } from './timeline/channel.js';
import { WaveformBuilder } from './waveform.js';

export interface EncodeOptions {
  /** kbit/s; the next lower one that MP3 has at 8 kHz is used. */
  readonly kbps: number;
  readonly encoder: EncoderName;
  /** As it was when the call ended; default: the one in the spool. */
  readonly entry?: CallEntry;
  /** The file gets no larger: sound that does not fit is left off at the end. */
  readonly maxBytes?: number;
  readonly files?: FileStore;
  /** Of the spool, where it is sealed; `recording`: seal what is made. */
  readonly keys?: { readonly spool: readonly SealKey[]; readonly recording?: SealKey };
  readonly signal?: AbortSignal;
  /** Told every few seconds of sound. */
  readonly onProgress?: (progress: EncodeProgress) => void;
}

export interface EncodeProgress {
  readonly doneMs: number;
  readonly totalMs: number;
}

/** `bytes` and `sha256` (hex) are those of the MP3, before it is sealed. */
export interface EncodedRecording {
  readonly durationMs: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly facts: RecordingFacts;
}

/** Below −60 dB nothing is heard: an idle line's noise is lower still. */
const AUDIBLE = 0.001;
/** Samples rendered at a time: 4.6 seconds, at 16 kHz half of that. */
const BLOCK = 64 * SAMPLES_PER_FRAME;

/**
 * Makes the recording of the spool at `spoolPath`. When it resolves, `outputPath` is whole and durable; when it rejects
 * nothing of it is left. Codes: `SPOOL_UNREADABLE` (nothing can ever be made of it: no record, neither sound nor a
 * begin mark, or no entry), `MP3_NO_ROOM`, `ENCODE_CANCELLED`, `MP3_ENCODER`, or those of the disk (ENOSPC, EIO…). A
 * spool without a packet but with its marks gives a silent recording of the call's length.
 */
export async function encodeSpool(
  spoolPath: string,
  outputPath: string,
  options: EncodeOptions,
): Promise<EncodedRecording> {
  const files = options.files ?? new NodeFileStore();
  const kbps = legalBitrate(options.kbps);
  const { spool: spoolKeys = [], recording: seal } = options.keys ?? {};
  const sound = new SoundFiles(files, ringOf(spoolKeys));
  const spool = await sound.openSpool(spoolPath, { salvage: true });
  try {
    const pages = new PagedFile(spool);
    const index = await indexSpool(spool, pages, () => throwIfCancelled(options.signal));
    const plan = planRecording(index, { ...options, kbps });
    const { rate } = plan;
    const encoder = await createEncoder(options.encoder, kbps, rate);
    const frames = framesNeeded(plan.samples, encoder.delaySamples);
    const head = { headBytes: plan.headBytes, frames, frameBytes: frameBytes(kbps, rate) };
    const output = await Mp3File.create({ files, sound, path: outputPath, ...(seal ? { seal } : {}) }, head);
    try {
      const rendering = new Rendering({ pages, index, plan, encoder, output, options });
      const document = await rendering.run();
      const info = { kbps, rate, version: encoder.version, frames, audioCrc: output.crc, samples: plan.samples };
      const top = [
        writeTag(document, plan.tagBytes, rendering.waveform),
        infoFrame({ ...info, delaySamples: encoder.delaySamples }),
      ];
      const written = await output.finish(Buffer.concat(top));
      return { ...written, durationMs: document.recording.durationMs, facts: document.recording };
    } catch (error) {
      encoder.close?.();
      await output.abandon();
      throw error;
    }
  } finally {
    // It was only read: nothing is lost if this fails.
    await Promise.allSettled([spool.close()]);
  }
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new HalinaError('ENCODE_CANCELLED', 'the encoding was cancelled');
}

interface RenderingParts {
  readonly pages: PagedFile;
  readonly index: SpoolIndex;
  readonly plan: RecordingPlan;
  readonly encoder: Mp3Encoder;
  readonly output: Mp3File;
  readonly options: EncodeOptions;
}

/** The second pass. */
class Rendering {
  readonly #parts: RenderingParts;
  readonly #left: Channel;
  readonly #right: Channel;
  readonly #waveform: WaveformBuilder;

  constructor(parts: RenderingParts) {
    const { index, plan, pages } = parts;
    this.#parts = parts;
    this.#waveform = new WaveformBuilder(plan.samples);
    const times = plan.rate === 8000 ? 1 : 2;
    this.#left = new Channel(index.packets.outside, plan.outside, plan.mutes, pages, times);
    this.#right = new Channel(index.packets.inside, plan.inside, plan.mutes, pages, times);
  }

  /** Of what was rendered so far. */
  get waveform(): Buffer {
    return this.#waveform.bytes();
  }

  /** Encodes everything and gives the document with what is known only now. */
  async run(): Promise<RecordingDocument> {
    const { plan, encoder, output } = this.#parts;
    try {
      for (let from = 0; from < plan.samples; from += BLOCK) {
        await this.#block(from, Math.min(from + BLOCK, plan.samples));
      }
    } finally {
      this.#left.close();
      this.#right.close();
    }
    await output.append(encoder.finish());
    if (!output.complete) throw new HalinaError('MP3_ENCODER', `the MP3 encoder ${encoder.name} made too few frames`);
    const { entry, recording } = plan.document;
    const outside = { ...recording.outside, silent: this.#waveform.outsidePeak < AUDIBLE };
    const inside = { ...recording.inside, silent: this.#waveform.insidePeak < AUDIBLE };
    return { entry, recording: { ...recording, outside, inside } };
  }

  async #block(from: number, to: number): Promise<void> {
    const { pages, plan, encoder, output, options } = this.#parts;
    throwIfCancelled(options.signal);
    this.#left.want(from, to);
    this.#right.want(from, to);
    await pages.fetch();
    await this.#left.prepare(from, to);
    await this.#right.prepare(from, to);
    const left = this.#left.render(from, to);
    const right = this.#right.render(from, to);
    this.#waveform.add(from, left, right);
    await output.append(encoder.encode(left, right));
    const ms = (samples: number): number => (samples * 1000) / plan.rate;
    options.onProgress?.({ doneMs: ms(to), totalMs: ms(plan.samples) });
  }
}
