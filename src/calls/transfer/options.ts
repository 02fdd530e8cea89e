/** What a conversation is given by the call that it is part of. */
import type { CallId } from '../../base/brands.js';
import type { Log } from '../../base/log.js';
import type { Fax } from '../../entry/call-entry.js';
import type { Leg, MediaSession } from '../../media/engine.js';
import type { CallContext } from '../call/context.js';
import type { Ending } from '../call/ending.js';
import type { Party } from '../call/party.js';
import type { RecordKeeper } from '../call/record-keeper.js';
import type { Side, SideEvent } from '../call/side.js';
import type { Headers } from '../sip-port.js';

/** A party, and its dialog. */
export interface Place {
  readonly party: Party;
  readonly side: Side;
}

/** The call, as its conversation knows it. */
export interface ConversationHost {
  /** Aborted when the call is over. */
  readonly signal: AbortSignal;
  /** How a party is shown to handsets that are rung for it. */
  shown(party: Party): Headers;
  /** Keys of a leg; gives the function that ends it. */
  onKey(leg: Leg, listener: (digit: string) => void): () => void;
  /** What a party does whose side was made by the conversation. */
  tell(leg: Leg, side: Side, event: SideEvent): void;
  /** Who has a place, or whether the two hear one another, has changed. */
  changed(): void;
  /** A party asked for fax, and this is how it goes. */
  passesFax(kind: Fax['kind']): void;
  end(ending: Ending): void;
}

export interface ConversationOptions {
  readonly callId: CallId;
  readonly call: ConversationHost;
  readonly context: CallContext;
  readonly session: MediaSession;
  /** Absent on internal calls. */
  readonly keeper: RecordKeeper | undefined;
  readonly log: Log;
  readonly language: string;
}
