/** The thread in which papers are set, so that a long one holds up no call. */
import { parentPort } from 'node:worker_threads';
import { errorMessage } from '../../base/errors.js';
import { makePdf } from './pdf.js';
import type { Sheet } from './pdf.js';

export interface PaperJob {
  readonly job: number;
  readonly sheet: Sheet;
}
export type PaperDone =
  | { readonly job: number; readonly pdf: Uint8Array }
  | { readonly job: number; readonly error: string };

parentPort?.on('message', ({ job, sheet }: PaperJob) => {
  makePdf(sheet).then(
    (pdf) => parentPort?.postMessage({ job, pdf } satisfies PaperDone, []),
    (error: unknown) => parentPort?.postMessage({ job, error: errorMessage(error) } satisfies PaperDone, []),
  );
});
