/** What calls need of one another and of the application, to send a party from one to the next. */
import type { CallId } from '../../base/brands.js';
import type { Leg } from '../../media/engine.js';
import type { Party } from '../call/party.js';
import type { Destination } from '../outbound/destination.js';
import type { Dialog, Source } from '../sip-port.js';
import type { Itinerary } from '../steps/way.js';
import type { SentOn } from '../trunks/diversion.js';
import type { Orbits } from './orbits.js';
import type { Taker } from './taker.js';
import type { DialogName } from './refer.js';
import type { Failure } from './transition.js';

/** Where a call that is sent on leads. */
export type SendTo =
  | { readonly kind: 'to'; readonly destination: Destination; readonly itinerary: Itinerary; readonly name: string }
  | { readonly kind: 'park'; readonly orbit: string }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string };

export type { Taker } from './taker.js';

export type Outside =
  | (Destination & { readonly kind: 'external' })
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string };

export interface Switchboard {
  /** Where an extension may send a call to, by what it names; the rules for its own calls hold (barring). */
  sendTo(extension: string, dialled: string): SendTo;
  /** Someone outside, called for a handset (by its rules), or for the office itself. */
  outside(by: string | undefined, number: string, sentOn?: SentOn): Outside;
  /** The way of a call that a handset makes. */
  itinerary(destination: Destination & { readonly kind: 'internal' }): Itinerary;
  /** The way back to who sent a call on. */
  backTo(extension: string): Itinerary;
  /** A call to the outside for a handset that is in a call already; what becomes of it is told later. */
  sendOut(party: SentOut, dialled: string): void;
  find(name: DialogName): Placed | undefined;
  readonly orbits: Orbits;
}

/** A dialog, as the call knows it that it is part of. */
export interface Placed {
  readonly callId: CallId;
  /** Whose it is. */
  readonly party: Party;
  readonly leg: Leg;
  /** The call is not answered yet. */
  readonly early: boolean;
  /** The call has an outside party. */
  readonly isExternal: boolean;
  /** The one that this dialog's party talks with, or is calling; undefined where there is nobody to be had. */
  claim(): Claim | undefined;
  /** Another handset takes this dialog's place; false where that cannot be. */
  replace(taker: Taker): boolean;
  /** A party of another call takes this dialog's place; `told`: how far that is. False where that cannot be. */
  give(claim: Claim, told: (status: number) => void): boolean;
}

/** A handset in a call within the house that is sent to the outside by the other one: the caller of the call there. */
export interface SentOut {
  readonly extension: string;
  /** By whose rules the call is made. */
  readonly sender: string;
  /** Where its signalling comes from. */
  readonly source: Source;
  /** Somebody has answered there; undefined where it is not to be had any more. */
  claim(): Claim | undefined;
  /** How far the call there is; nothing more once it was claimed. */
  tell(event: { readonly type: 'rings' } | { readonly type: 'failed'; readonly failure: Failure }): void;
  /** It gave up before it was claimed. Set once, before anything is told. */
  onGone(handler: () => void): void;
}

/** A party that is to go on in another call. */
export interface Claim {
  /** Resolves once it has answered. Rejects where it does not, or leaves. */
  readonly arrives: Promise<Claimed>;
  /** It is in the other call now: what is left of this one ends. */
  taken(): void;
  /** Nothing came of it: it stays. `dirty`: it was given an offer of the other call's. */
  giveBack(dirty: boolean): void;
}

export interface Claimed {
  readonly party: Party;
  readonly dialog: Dialog;
  /** Our description as it was told it last. */
  readonly told: string;
}
