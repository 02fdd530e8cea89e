/**
 * A SIP message in memory (RFC 3261 § 7). Headers stay as they came, in order and byte for byte, until someone sets
 * them: what is not understood is passed on untouched. Typed views (`headers.ts`, `uri.ts`) are parsed on demand.
 */

/** One header field. `name` as it was written (a compact form too), `value` unfolded and trimmed. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
  /** The exact bytes as received, without the final CRLF (latin1); absent on fields that we made. */
  readonly raw?: string | undefined;
}

interface MessageParts {
  /** Fields in order. Mutate through the functions of `fields.ts` only. */
  fields: HeaderField[];
  body: Buffer;
  /** Kept by `serialize`, which alone looks at it. */
  written?: Written | undefined;
}

/** A message as bytes, and what it was written from. */
export interface Written {
  readonly bytes: Buffer;
  readonly start: string;
  readonly fields: readonly HeaderField[];
  /** How many they were. */
  readonly count: number;
  readonly body: Buffer;
}

export interface SipRequest extends MessageParts {
  readonly kind: 'request';
  method: string;
  /** Request-URI as text. */
  uri: string;
}

export interface SipResponse extends MessageParts {
  readonly kind: 'response';
  status: number;
  reason: string;
}

export type SipMessage = SipRequest | SipResponse;
