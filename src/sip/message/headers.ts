/** What the stack asks of a message most often: its top Via, tags, CSeq, contacts. Typed views of all headers: `views/`. */
import { firstField, firstView, header, headerValues, viewOf } from './fields.js';
import type { SipMessage } from './message.js';
import { addressParameter, contact, parseNameAddress, type NameAddress } from './views/address.js';
import { cseq, minSe, rack, sessionExpires, type CSeq, type RAck } from './views/numbers.js';
import type { SessionExpires } from './views/values.js';
import { parseVia, viaParameter, type Via } from './views/via.js';

export { addressParameter, formatNameAddress, parseNameAddress, withTag, type NameAddress } from './views/address.js';
export { formatVia, parseVia, viaParameter, viaRoute, type Via, type ViaRoute } from './views/via.js';
export type { CSeq, RAck } from './views/numbers.js';
export type { SessionExpires } from './views/values.js';

export function topVia(message: SipMessage): Via | undefined {
  return firstView(message, 'via', parseVia);
}

/** From or To. */
export function addressOf(message: SipMessage, name: 'from' | 'to'): NameAddress | undefined {
  const field = firstField(message, name);
  return field && viewOf(field, parseNameAddress);
}

/** The tag of From or To, undefined where there is none. */
export function tagOf(message: SipMessage, name: 'from' | 'to'): string | undefined {
  const address = addressOf(message, name);
  return address && (addressParameter(address, 'tag') || undefined);
}

export function cseqOf(message: SipMessage): CSeq | undefined {
  const field = firstField(message, 'cseq');
  return field && viewOf(field, cseq.parse);
}

export function callIdOf(message: SipMessage): string {
  return header(message, 'call-id') ?? '';
}

export function branchOf(message: SipMessage): string {
  const via = topVia(message);
  return (via && viaParameter(via, 'branch')) ?? '';
}

/** URI of the first Contact, or undefined. */
export function contactUri(message: SipMessage): string | undefined {
  const first = firstView(message, 'contact', contact.parse);
  return first === '*' ? undefined : first?.uri;
}

/** Option tags of Require, Supported… in small letters. */
export function optionTags(message: SipMessage, name: string): string[] {
  return headerValues(message, name).map((tag) => tag.toLowerCase());
}

/** RAck (RFC 3262 § 7.2): response number, CSeq number, method. */
export function rackOf(message: SipMessage): RAck | undefined {
  return rack.parse(header(message, 'rack') ?? '');
}

/** Session-Expires (RFC 4028 § 4): seconds and who refreshes. */
export function sessionExpiresOf(message: SipMessage): SessionExpires | undefined {
  return sessionExpires.parse(header(message, 'session-expires') ?? '');
}

/** Min-SE (RFC 4028 § 5): the shortest interval in seconds that somebody on the way takes. */
export function minSeOf(message: SipMessage): number | undefined {
  return minSe.parse(header(message, 'min-se') ?? '');
}
