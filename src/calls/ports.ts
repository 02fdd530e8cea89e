/**
 * The doors through which the call application reaches what it must not know: the archive that keeps calls, and the
 * store that keeps registrations. `app` puts the real ones behind them.
 */
import type { CallId } from '../base/brands.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { SpoolEnd } from '../media/engine.js';

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

export type SpoolTicket = { readonly path: string } | { readonly refused: 'no-room' };

export interface CallLedger {
  /** A call with the outside began. Durable when it resolves. */
  begin(entry: CallEntry): Promise<void>;
  /** The dialogs that would have to be ended after a crash; replaces what was said before. Durable when it resolves. */
  saveDialogs(id: CallId, dialogs: readonly SavedDialog[]): Promise<void>;
  /** A place for the call's spool, with its first bytes reserved. Durable when it resolves. */
  openSpool(entry: CallEntry): Promise<SpoolTicket>;
  /** What is known of a running call changed (answered, connected, parts): for the index, not durable. */
  update(entry: CallEntry): void;
  /** The call ended and its spool, if any, is closed. Durable when it resolves. */
  end(entry: CallEntry, spool: SpoolEnd | undefined): Promise<void>;
}

/** A registered contact of a handset, with the flow by which it registered. */
export interface Binding {
  readonly extension: string;
  readonly contact: string;
  readonly protocol: 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly callId: string;
  readonly cseq: number;
  readonly userAgent?: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

export interface BindingStore {
  load(): Promise<readonly Binding[]>;
  save(binding: Binding): Promise<void>;
  remove(extension: string, contact: string): Promise<void>;
}
