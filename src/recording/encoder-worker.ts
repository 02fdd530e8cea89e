/**
 * Who encodes, in a thread or in a process of its own: one job at a time, at the niceness that is its argument, below
 * everything else in the program.
 */
import { parentPort } from 'node:worker_threads';
import { HalinaError, errorMessage } from '../base/errors.js';
import { encodeSpool } from './encode-spool.js';
import type { EncoderName } from './mp3/encoder.js';
import { createEncoder } from './mp3/encoders.js';
import { SAMPLES_PER_FRAME } from './mp3/frame.js';
import { failureOf } from './pool-messages.js';
import type { FromWorker, ToWorker, WorkerJob } from './pool-messages.js';
import { setThreadNiceness } from './thread-priority.js';

const tell = lineToPool();
let running: AbortController | undefined;

/** Listens to the pool; gives what tells it something. */
function lineToPool(): (message: FromWorker) => void {
  const port = parentPort;
  if (port) {
    port.on('message', hear);
    return (message) => port.postMessage(message);
  }
  if (!process.send) throw new HalinaError('ENCODER_WORKER', 'this file runs under the pool of encoders only');
  process.on('message', hear);
  process.on('disconnect', () => process.exit());
  // The program decides when we go, also where a signal goes to the whole group.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  return (message) => void process.send?.(message);
}

function hear(message: ToWorker): void {
  switch (message.type) {
    case 'cancel':
      return running?.abort();
    case 'probe':
      return void probe(message.encoder);
    case 'encode':
      return void encode(message.job);
  }
}

async function encode(job: WorkerJob): Promise<void> {
  const cancel = new AbortController();
  running = cancel;
  try {
    const onProgress = (progress: { doneMs: number; totalMs: number }): void => tell({ type: 'progress', ...progress });
    const options = { ...job, onProgress, signal: cancel.signal };
    tell({ type: 'done', recording: await encodeSpool(job.spoolPath, job.outputPath, options) });
  } catch (error) {
    tell({ type: 'failed', failure: failureOf(error) });
  } finally {
    running = undefined;
  }
}

/** Encodes a second of a saw-tooth. */
async function probe(name: EncoderName): Promise<void> {
  try {
    const encoder = await createEncoder(name, 32);
    const sound = Float32Array.from({ length: 14 * SAMPLES_PER_FRAME }, (_, n) => (n % 40) / 80 - 0.25);
    const bytes = encoder.encode(sound, sound).length + encoder.finish().length;
    if (bytes === 0) throw new HalinaError('MP3_ENCODER', 'it makes no frames');
    tell({ type: 'probed', version: encoder.version });
  } catch (error) {
    tell({ type: 'probed', version: '', failure: errorMessage(error) });
  }
}

const niceness = Number(process.argv[2] ?? 0);
const thread = setThreadNiceness(niceness);
if (thread !== undefined) tell({ type: 'began', thread });
