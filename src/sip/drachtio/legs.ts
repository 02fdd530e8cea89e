/** The dialogs that live in this server, whose they are, and what is open in them. */
import type { Timer } from '../../base/clock.js';
import { matchesTags, type Dialog } from '../dialog/dialog.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import type { ClientTransaction, ServerTransaction } from '../transaction/layer.js';
import type { Destination } from '../transport/types.js';
import type { Application } from './application.js';

/** An INVITE that we sent within or for a dialog. */
export interface OurInvite {
  readonly transaction: ClientTransaction;
  readonly cseq: number;
  /** `open` until its final response; `answered` after a 2xx, until and after its ACK. */
  state: 'open' | 'answered' | 'failed';
  cancelled: boolean;
  /** The ACK of its 2xx, to be sent again when the 2xx is. */
  ack: { readonly request: SipRequest; readonly destination: Destination } | undefined;
}

/** An INVITE of the peer. */
export interface TheirInvite {
  readonly transaction: ServerTransaction;
  state: 'open' | 'answered' | 'done';
  /** Repeats the 2xx until its ACK, or a reliable provisional until its PRACK. */
  repeat: { readonly response: SipResponse; stop(): void } | undefined;
}

export interface Leg {
  readonly dialog: Dialog;
  /** Who serves it; the connection may be gone, its tags say who may take over. */
  owner: Application;
  ourInvite: OurInvite | undefined;
  theirInvite: TheirInvite | undefined;
  /** Number of the last reliable provisional response that we sent (RFC 3262). */
  rseq: number;
  /** Responses that wait for a PRACK. */
  held: (() => void)[];
  session: SessionTimer | undefined;
}

/** RFC 4028: what was agreed, and what is due. */
export interface SessionTimer {
  readonly seconds: number;
  readonly refresher: 'us' | 'peer';
  timer: Timer;
}

export function newLeg(dialog: Dialog, owner: Application): Leg {
  return {
    dialog,
    owner,
    ourInvite: undefined,
    theirInvite: undefined,
    rseq: Math.floor(Math.random() * 2 ** 30),
    held: [],
    session: undefined,
  };
}

export class Legs {
  readonly #byId = new Map<string, Leg>();
  readonly #byCallId = new Map<string, Set<Leg>>();

  get size(): number {
    return this.#byId.size;
  }

  all(): Leg[] {
    return [...this.#byId.values()];
  }

  add(leg: Leg): void {
    this.#byId.set(leg.dialog.id, leg);
    const { callId } = leg.dialog;
    this.#byCallId.set(callId, (this.#byCallId.get(callId) ?? new Set()).add(leg));
  }

  get(id: string): Leg | undefined {
    return this.#byId.get(id);
  }

  /** The leg of a Call-ID, where there is just one. */
  ofCallId(callId: string): Leg | undefined {
    const legs = this.#byCallId.get(callId);
    return legs?.size === 1 ? [...legs][0] : undefined;
  }

  /** The leg to which a request of the peer belongs. */
  find(callId: string, localTag: string | undefined, remoteTag: string | undefined): Leg | undefined {
    const legs = this.#byCallId.get(callId) ?? [];
    return [...legs].find((leg) => matchesTags(leg.dialog, localTag, remoteTag));
  }

  remove(leg: Leg): void {
    leg.session?.timer.cancel();
    leg.theirInvite?.repeat?.stop();
    if (this.#byId.get(leg.dialog.id) === leg) this.#byId.delete(leg.dialog.id);
    const legs = this.#byCallId.get(leg.dialog.callId);
    legs?.delete(leg);
    if (legs?.size === 0) this.#byCallId.delete(leg.dialog.callId);
  }
}
