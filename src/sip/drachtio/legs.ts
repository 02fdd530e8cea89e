/**
 * The dialogs that live in this server. A leg is what an application knows by one dialog id: one dialog, or, while the INVITE
 * that it sent is open, the early dialogs of all the forks that answered it.
 */
import type { Timer } from '../../base/clock.js';
import { ownText } from '../../base/own-text.js';
import { matchesTags, type Dialog } from '../dialog/dialog.js';
import { header, headerValues } from '../message/fields.js';
import { cseqOf, tagOf } from '../message/headers.js';
import type { SipMessage, SipRequest } from '../message/message.js';
import { serialize } from '../message/serialize.js';
import type { ClientTransaction } from '../transaction/client-transaction.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { Destination } from '../transport/types.js';
import type { Application } from './application.js';
import type { Repetition } from './repetition.js';

/** An INVITE that we sent for or within a dialog. */
export interface OurInvite {
  readonly transaction: ClientTransaction;
  readonly cseq: number;
  /** `open` until its final response; `answered` after a 2xx, until and after its ACK. */
  state: 'open' | 'answered' | 'failed';
  /** Whether a CANCEL was asked for, and its sending still waits for a provisional response (§ 9.1). */
  cancel: { readonly request: SipRequest; sent: boolean } | undefined;
  /** The last RSeq of each fork (RFC 3262 § 4), by its tag. */
  readonly rseqs: Map<string, number>;
}

/** An INVITE of the peer. */
export interface TheirInvite {
  readonly transaction: ServerTransaction;
  readonly cseq: number;
  /** It made the dialog. */
  readonly first: boolean;
  /** `answered` after our 2xx, until its ACK. */
  state: 'open' | 'answered' | 'done';
  /** The 2xx that is repeated until its ACK. */
  repetition: Repetition | undefined;
}

/** The ACK of the last 2xx to an INVITE of ours, to be sent again when the 2xx is. */
export interface OurAck {
  /** Of the INVITE. */
  readonly cseq: number;
  /** As it goes to the wire, once its INVITE's transaction is over: a text is a third of all that was read of it. */
  ack: SipRequest | string;
  readonly destination: Destination;
}

/** Our reliable provisional responses (RFC 3262 § 3): one at a time, the others and a 2xx wait. */
export interface Reliable {
  rseq: number;
  waiting: { readonly repetition: Repetition; readonly hasBody: boolean } | undefined;
  /** The RSeq of the one whose PRACK had not come when the INVITE was answered for good: it may come yet. */
  late: number | undefined;
  held: Held[];
}

/** A response that waits for a PRACK, or a request that waits for an ACK. */
export interface Held {
  /** Its time has come. */
  go(): void;
  /** It has no place any more. */
  drop(): void;
}

export interface AfterAck extends Held {
  readonly method: string;
}

/** RFC 4028: what was agreed, and what is due. */
export interface SessionTimer {
  readonly seconds: number;
  readonly refresher: 'us' | 'peer';
  /** When the session is over without a refresh, on the monotonic clock. */
  readonly ends: number;
  timer: Timer;
}

export interface Leg {
  readonly id: string;
  /** The method that made it. */
  readonly method: string;
  dialog: Dialog;
  /** Early dialogs of our forked INVITE, `dialog` among them. */
  forks: Dialog[];
  /** Who serves it; the connection may be gone, its tags say who may take over. */
  owner: Application;
  /** Until its transaction is over. */
  ourInvite: OurInvite | undefined;
  ourAck: OurAck | undefined;
  theirInvite: TheirInvite | undefined;
  readonly reliable: Reliable;
  /** What may not be sent before the peer's ACK. */
  afterAck: AfterAck[];
  /** Requests that wait for the address of a name, so that later ones wait too. */
  resolving: Promise<void> | undefined;
  session: SessionTimer | undefined;
  /** When a subscription ends. */
  expiry: Timer | undefined;
  /** The session description that we sent last, where a refresh may have to say it again. A text: a small buffer keeps the whole page from which it was cut. */
  localSdp: string | undefined;
  /** An offer of ours that is open: what stood before it stands again when it is refused. */
  offer: { readonly request: SipRequest; readonly before: string | undefined } | undefined;
  /** The origin line of the peer's session description. */
  remoteOrigin: string;
  /** Whether the peer said that it takes UPDATE. */
  takesUpdate: boolean;
}

export function newLeg(dialog: Dialog, method: string, owner: Application): Leg {
  return {
    id: dialog.id,
    method,
    dialog,
    forks: dialog.role === 'uac' ? [dialog] : [],
    owner,
    ourInvite: undefined,
    ourAck: undefined,
    theirInvite: undefined,
    reliable: { rseq: 1 + Math.floor(Math.random() * 2 ** 30), waiting: undefined, late: undefined, held: [] },
    afterAck: [],
    resolving: undefined,
    session: undefined,
    expiry: undefined,
    localSdp: undefined,
    offer: undefined,
    remoteOrigin: '',
    takesUpdate: false,
  };
}

export function newOurInvite(transaction: ClientTransaction): OurInvite {
  const cseq = cseqOf(transaction.request)?.number ?? 0;
  return { transaction, cseq, state: 'open', cancel: undefined, rseqs: new Map() };
}

export function newTheirInvite(transaction: ServerTransaction): TheirInvite {
  const { request } = transaction;
  const [cseq, first] = [cseqOf(request)?.number ?? 0, tagOf(request, 'to') === undefined];
  return { transaction, cseq, first, state: 'open', repetition: undefined };
}

/** The transaction of an INVITE of ours is over; its ACK may be wanted yet. */
export function forgetInvite(leg: Leg, transaction: ClientTransaction): void {
  if (leg.ourInvite?.transaction !== transaction) return;
  leg.ourInvite = undefined;
  const { ourAck } = leg;
  if (ourAck && typeof ourAck.ack !== 'string') ourAck.ack = serialize(ourAck.ack).toString('latin1');
}

const isSdp = (message: SipMessage): boolean =>
  message.body.length > 0 && (header(message, 'content-type') ?? '').toLowerCase().startsWith('application/sdp');

/** Remembers what a refresh of the session must say again. */
export function rememberSent(leg: Leg, message: SipMessage): void {
  if (isSdp(message)) leg.localSdp = message.body.toString('latin1');
}

/** An offer of ours goes out within a call. */
export function rememberOffer(leg: Leg, request: SipRequest): void {
  if (isSdp(request)) leg.offer = { request, before: leg.localSdp };
  rememberSent(leg, request);
}

/** A final response to a request of ours that may have been an offer. */
export function settleOffer(leg: Leg, request: SipRequest, status: number): void {
  if (leg.offer?.request !== request || status < 200) return;
  if (status >= 300) leg.localSdp = leg.offer.before;
  leg.offer = undefined;
}

/** Remembers the peer's session and what it takes. */
export function rememberReceived(leg: Leg, message: SipMessage): void {
  if (isSdp(message)) leg.remoteOrigin = originOf(message.body);
  const allows = headerValues(message, 'allow');
  if (allows.length > 0) leg.takesUpdate = allows.some((method) => method.toUpperCase() === 'UPDATE');
}

/** Whether a message describes another session of the peer than the one that stands, by its origin line (RFC 3264 § 8). */
export function changesSession(leg: Leg, message: SipMessage): boolean {
  return isSdp(message) && originOf(message.body) !== leg.remoteOrigin;
}

const originOf = (sdp: Buffer): string => ownText(/^o=.*$/m.exec(sdp.toString('latin1'))?.[0] ?? '');

export class Legs {
  readonly #byId = new Map<string, Leg>();
  /** One each, as a rule. */
  readonly #byCallId = new Map<string, Leg[]>();

  get size(): number {
    return this.#byId.size;
  }

  all(): Leg[] {
    return [...this.#byId.values()];
  }

  add(leg: Leg): void {
    this.#byId.set(leg.id, leg);
    const { callId } = leg.dialog;
    const others = this.#byCallId.get(callId);
    if (!others) this.#byCallId.set(callId, [leg]);
    else if (!others.includes(leg)) others.push(leg);
  }

  has(leg: Leg): boolean {
    return this.#byId.get(leg.id) === leg;
  }

  get(id: string): Leg | undefined {
    return this.#byId.get(id);
  }

  /** The leg of a Call-ID, where there is just one. */
  ofCallId(callId: string): Leg | undefined {
    const legs = this.#byCallId.get(callId);
    return legs?.length === 1 ? legs[0] : undefined;
  }

  /** The leg, and of its forks the dialog, that a message of the peer belongs to. */
  find(
    callId: string,
    localTag: string | undefined,
    remoteTag: string | undefined,
  ): { readonly leg: Leg; readonly dialog: Dialog } | undefined {
    for (const leg of this.#byCallId.get(callId) ?? []) {
      if (matchesTags(leg.dialog, localTag, remoteTag)) return { leg, dialog: leg.dialog };
      const fork = leg.forks.find((dialog) => matchesTags(dialog, localTag, remoteTag));
      if (fork) return { leg, dialog: fork };
    }
    return undefined;
  }

  remove(leg: Leg): void {
    leg.session?.timer.cancel();
    leg.expiry?.cancel();
    leg.theirInvite?.repetition?.stop();
    leg.reliable.waiting?.repetition.stop();
    for (const held of leg.reliable.held.splice(0)) held.drop();
    for (const waiting of leg.afterAck.splice(0)) waiting.drop();
    if (this.has(leg)) this.#byId.delete(leg.id);
    const legs = this.#byCallId.get(leg.dialog.callId);
    const place = legs?.indexOf(leg) ?? -1;
    if (place >= 0) legs?.splice(place, 1);
    if (legs?.length === 0) this.#byCallId.delete(leg.dialog.callId);
  }
}
