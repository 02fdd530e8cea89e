/**
 * The connection to the SIP server as all parts of the port share it: what waits for the wire is told when it breaks,
 * handlers that throw are logged instead of tearing the connection's reader down, and header values are checked before
 * they leave.
 */
import { errorMessage, HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Headers } from './sip-port.js';

interface Waiter<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: HalinaError) => void;
}

export class SrfLink {
  readonly log: Log;
  readonly #waiting = new Set<(error: HalinaError) => void>();

  constructor(log: Log) {
    this.log = log;
  }

  /** A promise that `start` settles (the first time counts), and that a broken connection rejects. */
  wait<T>(start: (waiter: Waiter<T>) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const fail = (error: HalinaError): void => {
        this.#waiting.delete(fail);
        reject(error);
      };
      this.#waiting.add(fail);
      const waiter: Waiter<T> = {
        resolve: (value) => {
          this.#waiting.delete(fail);
          resolve(value);
        },
        reject: fail,
      };
      try {
        start(waiter);
      } catch (error) {
        fail(notSent(error));
      }
    });
  }

  /** Calls a handler of the application; what it throws is a fault of ours, and is logged. */
  guard(what: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.log.error({ error: errorMessage(error) }, `the handler of ${what} failed`);
    }
  }

  /** The connection broke: nothing that was waited for will come. */
  lost(): void {
    const error = new HalinaError('SIP_SERVER_LOST', 'the connection to the SIP server broke');
    for (const fail of this.#waiting) fail(error);
  }
}

/** The error of a message that the SIP server or drachtio-srf did not take. */
export function notSent(reason: unknown): HalinaError {
  if (reason instanceof HalinaError) return reason;
  return new HalinaError('SIP_NOT_SENT', `the SIP message was not sent: ${errorMessage(reason)}`, { cause: reason });
}

/**
 * Headers as drachtio-srf takes them: strings. A value with a line break would become a header of its own, so it is an
 * error (`SIP_HEADER_INVALID`) and never leaves.
 */
export function rawHeaders(headers: Headers | undefined): Record<string, string> {
  const raw: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : value.join(', ');
    if (/[\r\n\0]/.test(text) || !/^[A-Za-z0-9-]+$/.test(name))
      throw new HalinaError(
        'SIP_HEADER_INVALID',
        `the header ${JSON.stringify(name)} holds a line break or is no name`,
      );
    raw[name] = text;
  }
  return raw;
}
