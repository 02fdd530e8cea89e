/** The thread that encodes: one job at a time, below the priority of everything else in the process. */
import { parentPort } from 'node:worker_threads';
import { HalinaError } from '../base/errors.js';
import { encodeSpool } from './encode-spool.js';
import { fastestEncoder } from './mp3/encoders.js';
import { failureOf } from './pool-messages.js';
import type { FromWorker, ToWorker, WorkerJob } from './pool-messages.js';
import { lowerThreadPriority } from './thread-priority.js';

const NICENESS = 10;

if (!parentPort) throw new HalinaError('ENCODER_WORKER', 'this file runs as a worker thread only');
const port = parentPort;
const tell = (message: FromWorker): void => port.postMessage(message);
let running: AbortController | undefined;

async function encode(job: WorkerJob): Promise<void> {
  const cancel = new AbortController();
  running = cancel;
  try {
    const encoder = job.encoder === 'auto' ? await fastestEncoder() : job.encoder;
    const onProgress = (progress: { doneMs: number; totalMs: number }): void => tell({ type: 'progress', ...progress });
    const options = { ...job, encoder, onProgress, signal: cancel.signal };
    tell({ type: 'done', recording: await encodeSpool(job.spoolPath, job.outputPath, options) });
  } catch (error) {
    tell({ type: 'failed', failure: failureOf(error) });
  } finally {
    running = undefined;
  }
}

lowerThreadPriority(NICENESS);
port.on('message', (message: ToWorker) => {
  if (message.type === 'cancel') running?.abort();
  else void encode(message.job);
});
