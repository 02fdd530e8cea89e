/**
 * The SIP server as a process of its own. The first message of its parent is the options; it answers `ready` with the ports,
 * or `failed`, and ends when its parent is gone.
 */
import { HalinaError, errorMessage } from '../base/errors.js';
import { createLog, type LogLevel } from '../base/log.js';
import { SipServer, type SipServerOptions } from './server.js';
import { Admission, type AdmissionRules } from './transport/admission.js';
import type { Face } from './transport/types.js';

export interface SipProcessOptions extends Omit<SipServerOptions, 'clock' | 'resolve' | 'admission'> {
  /** May be replaced later by a message of kind `AdmissionMessage`. */
  readonly admission?: AdmissionRules | undefined;
  readonly log: { readonly level: LogLevel; readonly pretty: boolean };
}

export type SipProcessMessage =
  | { readonly type: 'ready'; readonly applicationPort: number; readonly faces: readonly Face[] }
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly hint?: string | undefined };

/** What the parent may send after the options. */
export interface AdmissionMessage {
  readonly type: 'admission';
  readonly rules: AdmissionRules;
}

function tell(message: SipProcessMessage): void {
  process.send?.(message);
}

async function run(options: SipProcessOptions): Promise<void> {
  const log = createLog({ ...options.log, name: 'sip' });
  try {
    const admission = new Admission(options.admission);
    process.on('message', (message) => admission.set((message as AdmissionMessage).rules));
    // A promise that nobody waited for: its mistake ends nothing else (see guard.ts).
    process.on('unhandledRejection', (error) =>
      log.error({ error: errorMessage(error) }, 'something failed unnoticed'),
    );
    const server = await SipServer.start({ ...options, admission }, log);
    tell({ type: 'ready', applicationPort: server.applicationPort, faces: server.faces });
    process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
  } catch (error) {
    const code = error instanceof HalinaError ? error.code : 'SIP_FAILED';
    tell({
      type: 'failed',
      code,
      message: errorMessage(error),
      hint: error instanceof HalinaError ? error.hint : undefined,
    });
    process.exitCode = 1;
    process.disconnect();
  }
}

// A terminal's Ctrl-C reaches the whole group; the parent ends us in its own time.
process.on('SIGINT', () => {});
process.once('disconnect', () => process.exit());
process.once('message', (options) => void run(options as SipProcessOptions));
