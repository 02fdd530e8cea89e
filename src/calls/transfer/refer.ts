/**
 * REFER (RFC 3515) as handsets send it within a call: where to, and whose dialog to take the place of (RFC 3891); and
 * the NOTIFYs by which the sender is told what becomes of it.
 */
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { addressParameter, parseNameAddress } from '../../sip/message/headers.js';
import type { Dialog, IncomingRequest } from '../sip-port.js';

/** A dialog as one of its two ends names it to others; `local` and `remote` as the addressed end sees them. */
export interface DialogName {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Only as long as it is not answered. */
  readonly earlyOnly: boolean;
}

export interface Referral {
  /** Request-URI of the call that is wanted, without header fields. */
  readonly uri: string;
  /** Attended: the dialog of the sender's with whom the other party is to talk. */
  readonly replaces: DialogName | undefined;
}

/** The tag of a From or To header. */
export function tagOf(header: string | undefined): string | undefined {
  const address = header === undefined ? undefined : parseNameAddress(header);
  return address && (addressParameter(address, 'tag') || undefined);
}

/** A Replaces value (RFC 3891 § 6.1); undefined where it is none. */
export function parseReplaces(value: string): DialogName | undefined {
  const [callId = '', ...parameters] = value.split(';').map((part) => part.trim());
  const of = (name: string): string | undefined =>
    parameters.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const [localTag, remoteTag] = [of('to-tag'), of('from-tag')];
  if (callId === '' || !localTag || !remoteTag) return undefined;
  const earlyOnly = parameters.some((one) => one.toLowerCase() === 'early-only');
  return { callId, localTag, remoteTag, earlyOnly };
}

/** What a REFER asks for; or the status that refuses it. */
export function parseRefer(request: IncomingRequest): Referral | { readonly refused: number } {
  const header = request.header('Refer-To');
  const uri = header === undefined || header.includes(',') ? undefined : parseNameAddress(header)?.uri;
  if (uri === undefined) return { refused: 400 };
  const [target = '', headers = ''] = uri.split('?', 2);
  if (!/^(sips?|tel):/i.test(target)) return { refused: 416 };
  if (/;method=(?!invite\b)/i.test(target)) return { refused: 603 }; // RFC 3515 § 2.4.4: nothing but calls
  const wanted = headers.split('&').flatMap((field) => {
    const [name = '', value = ''] = field.split('=', 2);
    return name.toLowerCase() === 'replaces' ? [decoded(value)] : [];
  });
  if (wanted.length === 0) return { uri: target, replaces: undefined };
  const replaces = wanted.length === 1 && wanted[0] !== undefined ? parseReplaces(wanted[0]) : undefined;
  return replaces ? { uri: target, replaces } : { refused: 400 };
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

const reasons: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  200: 'OK',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
  603: 'Decline',
};

/** Milliseconds after which a sender that was told nothing more forgets the subscription by itself. */
const EXPIRES_S = 180;

/**
 * The subscription that a REFER makes, as long as there is something to tell. NOTIFYs go one at a time, the newest last;
 * the last one ends it (RFC 3515 § 2.4.7).
 */
export class ReferNotices {
  /** The sender's. */
  readonly dialog: Dialog;
  readonly #log: Log;
  readonly #id: string | undefined;
  #sending: Promise<void> = Promise.resolve();
  #over = false;

  /** @param cseq the REFER's own: it tells several in one dialog apart (§ 2.4.6) */
  constructor(dialog: Dialog, cseq: string | undefined, log: Log) {
    this.dialog = dialog;
    this.#log = log;
    this.#id = /^\d+/.exec(cseq ?? '')?.[0];
  }

  /** How far the call is that was asked for: the status of its last response. A final one ends the subscription. */
  tell(status: number): void {
    if (this.#over || this.dialog.ended) return;
    const isLast = status >= 200;
    this.#over = isLast;
    this.#sending = this.#sending.then(() => this.#send(status, isLast));
  }

  /** Nothing more will be told. */
  drop(): void {
    this.#over = true;
  }

  /** Resolves when what was to be told was answered. Never rejects. */
  get settled(): Promise<void> {
    return this.#sending;
  }

  async #send(status: number, isLast: boolean): Promise<void> {
    if (this.dialog.ended) return;
    const body = `SIP/2.0 ${status} ${reasons[status] ?? 'Said So'}\r\n`;
    const headers = {
      Event: this.#id === undefined ? 'refer' : `refer;id=${this.#id}`,
      'Subscription-State': isLast ? 'terminated;reason=noresource' : `active;expires=${EXPIRES_S}`,
      'Content-Type': 'message/sipfrag;version=2.0',
    };
    try {
      const answer = await this.dialog.request('NOTIFY', { headers, body });
      if (answer.status === 481) this.#over = true;
    } catch (error) {
      this.#log.debug({ error: errorMessage(error) }, 'the sender of a call was not told');
    }
  }
}
