/** What passes between a running call and the archive, beside the call's entry. */

import type { SealKey } from '../vault/seal-key.js';

/** Enough of a confirmed dialog to end it after a crash (RFC 3261 § 12.2.1.1). */
export interface SavedDialog {
  readonly callId: string;
  readonly localUri: string;
  readonly localTag: string;
  readonly remoteUri: string;
  readonly remoteTag: string;
  readonly remoteTarget: string;
  readonly routeSet: readonly string[];
  /** The highest CSeq we may have used. */
  readonly localCSeq: number;
  /** `sip:` URI of the next hop with its transport. */
  readonly nextHop: string;
}

/** Where the spool of a call goes, or that the budget has no room for it. */
export type SpoolTicket =
  /** `seal`: what is written there is sealed with it. */
  { readonly path: string; readonly seal?: SealKey } | { readonly refused: 'no-room' };
