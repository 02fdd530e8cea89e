/** Sets papers in a thread of its own, which is started with the first of them and again if it is lost. */
import { Worker } from 'node:worker_threads';
import { HalinaError } from '../../base/errors.js';
import type { PaperDone, PaperJob } from './paper-worker.js';
import type { Sheet } from './pdf.js';

interface Waiting {
  readonly resolve: (pdf: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

export class Press {
  #worker: Worker | undefined;
  #jobs = 0;
  readonly #waiting = new Map<number, Waiting>();

  make(sheet: Sheet): Promise<Uint8Array> {
    const worker = (this.#worker ??= this.#start());
    const job = ++this.#jobs;
    return new Promise((resolve, reject) => {
      this.#waiting.set(job, { resolve, reject });
      worker.postMessage({ job, sheet } satisfies PaperJob, []);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#lost('the program ends');
  }

  #start(): Worker {
    const worker = new Worker(new URL('paper-worker.js', import.meta.url));
    worker.unref();
    worker.on('message', (done: PaperDone) => {
      const waiting = this.#waiting.get(done.job);
      this.#waiting.delete(done.job);
      if ('pdf' in done) waiting?.resolve(done.pdf);
      else waiting?.reject(new HalinaError('PAPER_FAILED', `a paper can't be set: ${done.error}`));
    });
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#worker = undefined;
      this.#lost(error.message);
    });
    return worker;
  }

  #lost(why: string): void {
    for (const { reject } of this.#waiting.values())
      reject(new HalinaError('PAPER_FAILED', `a paper can't be set: ${why}`));
    this.#waiting.clear();
  }
}
