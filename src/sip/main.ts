/**
 * The SIP server as a process of its own. The first message of its parent is the options; it answers `ready` with the ports,
 * or `failed`, and ends when its parent is gone.
 */
import { systemClock } from '../base/clock.js';
import { HalinaError, errorMessage } from '../base/errors.js';
import { createLog, type LogLevel } from '../base/log.js';
import { spareMemory } from '../base/spare-memory.js';
import { SipServer, type SipServerOptions } from './server.js';
import { Admission, type AdmissionCounters, type AdmissionRules, type CallerChange } from './transport/admission.js';
import type { Face, TransportCounters } from './transport/types.js';

export interface SipProcessOptions extends Omit<SipServerOptions, 'clock' | 'dns' | 'admission' | 'onConnectionLost'> {
  /** May be replaced later by an order of the parent. */
  readonly admission?: AdmissionRules | undefined;
  readonly log: { readonly level: LogLevel; readonly pretty: boolean };
}

export type SipProcessMessage =
  | { readonly type: 'ready'; readonly applicationPort: number; readonly faces: readonly Face[] }
  | { readonly type: 'counters'; readonly counters: SipCounters }
  /** A connection with a peer at this address is gone. */
  | { readonly type: 'lost'; readonly address: string }
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly hint?: string | undefined };

/** What the parent may send after the options. */
export type SipProcessOrder =
  | { readonly type: 'admission'; readonly rules: AdmissionRules }
  | { readonly type: 'caller'; readonly change: CallerChange }
  /** Look at the files of the certificates now. */
  | { readonly type: 'certificates' }
  /** Answered by `counters`. */
  | { readonly type: 'count' }
  /** Say goodbye to all and end. */
  | { readonly type: 'close' };

/** How much came since the start of the process, and how much is open. */
export interface SipCounters {
  readonly admission: AdmissionCounters;
  readonly transport: TransportCounters;
  readonly dialogs: number;
  readonly transactions: number;
  /** Resident memory of the process, in bytes. */
  readonly memory: number;
}

function tell(message: SipProcessMessage): void {
  process.send?.(message);
}

function obey(order: SipProcessOrder, admission: Admission, server: SipServer): void {
  switch (order.type) {
    case 'admission':
      return admission.set(order.rules);
    case 'caller':
      return admission.change(order.change);
    case 'certificates':
      return void server.reloadCertificates();
    case 'close':
      return void server.close().finally(() => process.exit(0));
    case 'count': {
      const { counters: transport, load } = server;
      const counters = { admission: admission.counters, transport, ...load, memory: process.memoryUsage.rss() };
      return tell({ type: 'counters', counters });
    }
  }
}

async function run(options: SipProcessOptions): Promise<void> {
  const log = createLog({ ...options.log, name: 'sip' });
  try {
    const admission = new Admission(options.admission);
    // A promise that nobody waited for: its mistake ends nothing else (see guard.ts).
    process.on('unhandledRejection', (error) =>
      log.error({ error: errorMessage(error) }, 'something failed unnoticed'),
    );
    const onConnectionLost = (address: string): void => tell({ type: 'lost', address });
    const server = await SipServer.start({ ...options, admission, onConnectionLost }, log);
    process.on('message', (order) => obey(order as SipProcessOrder, admission, server));
    spareMemory(() => server.load.dialogs / 2, systemClock);
    process.on('SIGHUP', () => void server.reloadCertificates());
    tell({ type: 'ready', applicationPort: server.applicationPort, faces: server.faces });
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

// A terminal's Ctrl-C or a SIGTERM may reach the whole group: calls go on until the parent ends us, in its own time.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.once('disconnect', () => process.exit());
process.once('message', (options) => void run(options as SipProcessOptions));
