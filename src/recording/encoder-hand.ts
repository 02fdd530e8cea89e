/**
 * Who encodes for the pool: a worker thread, or a process of its own where native code is at work, so that its fault
 * ends nothing but the job. Both run `encoder-worker.ts` and speak the same messages.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { errorMessage } from '../base/errors.js';
import type { FromWorker, ToWorker } from './pool-messages.js';

export type HandKind = 'thread' | 'process';

export interface Hand {
  readonly kind: HandKind;
  post(message: ToWorker): void;
  /** Ends it, whatever it does; resolves when it is gone. */
  end(): Promise<void>;
}

export interface HandOptions {
  /** 0 (as the calls) to 19 (last). */
  readonly niceness: number;
  readonly onMessage: (message: FromWorker) => void;
  /** It is gone, and how; may be told more than once. */
  readonly onGone: (how: string) => void;
  /** Another worker's code, for tests. */
  readonly code?: URL;
}

export function startHand(kind: HandKind, options: HandOptions): Hand {
  const code = options.code ?? new URL('encoder-worker.js', import.meta.url);
  return kind === 'thread' ? startThread(code, options) : startProcess(code, options);
}

function startThread(code: URL, { niceness, onMessage, onGone }: HandOptions): Hand {
  const worker = new Worker(code, { argv: [String(niceness)] });
  worker.on('message', onMessage);
  worker.on('error', (error) => onGone(errorMessage(error)));
  worker.on('exit', (status) => onGone(`it ended with status ${status}`));
  return {
    kind: 'thread',
    post: (message) => worker.postMessage(message, []),
    end: async () => void (await worker.terminate()),
  };
}

function startProcess(code: URL, { niceness, onMessage, onGone }: HandOptions): Hand {
  const child = fork(fileURLToPath(code), [String(niceness)], { serialization: 'advanced' });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('message', (message) => onMessage(message as FromWorker));
  child.on('error', (error) => onGone(errorMessage(error)));
  child.once('exit', (status, signal) =>
    onGone(signal ? `it was ended by ${signal}` : `it ended with status ${status}`),
  );
  return {
    kind: 'process',
    // One that is going says so by its exit, which fails the job.
    post: (message) => void (child.connected && child.send(message, () => {})),
    end: () => {
      child.kill('SIGKILL');
      return child.pid === undefined ? Promise.resolve() : gone;
    },
  };
}
