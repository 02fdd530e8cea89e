/** What a SUBSCRIBE asks for (RFC 6665 § 4.2.1), read before anyone acts on it. */
import { splitOutside } from '../../sip/message/grammar.js';
import type { Headers, ReceivedMessage } from '../sip-port.js';

/** The event packages that we have, and the document of each. */
export const packages = {
  dialog: 'application/dialog-info+xml',
  presence: 'application/pidf+xml',
  'message-summary': 'application/simple-message-summary',
} as const;
export type EventName = keyof typeof packages;

export interface Wanted {
  readonly kind: 'wanted';
  readonly event: EventName;
  /** Seconds; 0 ends the subscription, or asks once. */
  readonly expires: number;
}

export type ReadSubscribe =
  | Wanted
  | { readonly kind: 'bad'; readonly status: 400 | 406 | 423 | 489; readonly headers?: Headers };

/** Seconds: less would be more traffic than calls are. */
const SHORTEST = 60;

/** @param longest seconds that a subscription may last until it is refreshed */
export function readSubscribe(request: Pick<ReceivedMessage, 'header'>, longest: number): ReadSubscribe {
  const event = request.header('Event')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!isPackage(event))
    return { kind: 'bad', status: 489, headers: { 'Allow-Events': Object.keys(packages).join(', ') } };
  if (!accepts(request.header('Accept'), packages[event])) return { kind: 'bad', status: 406 };
  const text = request.header('Expires')?.trim();
  if (text === undefined) return { kind: 'wanted', event, expires: longest };
  if (!/^\d{1,10}$/.test(text)) return { kind: 'bad', status: 400 };
  const asked = Number(text);
  if (asked > 0 && asked < SHORTEST) return { kind: 'bad', status: 423, headers: { 'Min-Expires': String(SHORTEST) } };
  return { kind: 'wanted', event, expires: Math.min(asked, longest) };
}

const isPackage = (event: string): event is EventName => Object.hasOwn(packages, event);

/** No Accept means the package's own document (§ 3.1.3). */
function accepts(field: string | undefined, type: string): boolean {
  const ranges = (splitOutside(field ?? '', ',') ?? []).map((one) => one.split(';')[0]?.trim().toLowerCase() ?? '');
  const [kind] = type.split('/');
  return field === undefined || ranges.some((range) => [type, `${kind}/*`, '*/*', '*'].includes(range));
}
