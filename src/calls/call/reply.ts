/** Answers to requests where nobody waits for the answer's fate, and what an error of ours becomes in SIP. */
import { HalinaError } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { SdpError } from '../../sdp/index.js';
import type { IncomingRequest, ResponseOptions } from '../sip-port.js';

/** Sends a response; one that cannot be sent (the transaction is gone) is of no interest any more. */
export async function reply(
  request: IncomingRequest,
  status: number,
  log: Log,
  options: ResponseOptions = {},
): Promise<void> {
  try {
    await request.respond(status, options);
  } catch (error) {
    if (!(error instanceof HalinaError)) throw error;
    log.debug({ status, method: request.method, error: error.message }, 'a response was not sent');
  }
}

/** Answers an offer in UPDATE before the answer to the INVITE (RFC 3311 § 5.2). */
export async function answerEarly(
  update: IncomingRequest,
  take: (sdp: string, signalling: string) => string,
  log: Log,
): Promise<void> {
  try {
    await reply(update, 200, log, { body: take(update.body, update.source.address) });
  } catch (error) {
    const { status, options } = refusalOf(error);
    await reply(update, status, log, options);
  }
}

/** Status and Warning (RFC 3261 § 20.43) for a session description that was not taken. */
export function refusalOf(error: unknown): { readonly status: number; readonly options: ResponseOptions } {
  if (!(error instanceof SdpError)) return { status: 500, options: {} };
  if (error.warning === undefined) return { status: error.status, options: {} };
  const text = error.message.replaceAll(/["\\]|[^\x20-\x7e]/g, ' ');
  return { status: error.status, options: { headers: { Warning: `${error.warning} halina "${text}"` } } };
}
