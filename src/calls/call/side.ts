/**
 * One party of a call whose dialog is confirmed. Offers within the dialog are answered here, towards our own media
 * address: a hold or a new address of one party is no concern of the other's signalling, so none is passed on, and the
 * two dialogs cannot get out of step (docs/decisions/hold.md). Keys in INFO and the dialog's end are told to the call.
 */
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import { sharedText } from '../../base/own-text.js';
import type { Log } from '../../base/log.js';
import type { FaxTerms, Leg, LegPeer } from '../../media/engine.js';
import { bodyRefusal } from '../bodies.js';
import { methods } from '../options.js';
import type { SavedDialog } from '../ports.js';
import type {
  Dialog,
  DialogEnd,
  DialogHandlers,
  Headers,
  IncomingRequest,
  ReceivedMessage,
  Source,
} from '../sip-port.js';
import { dtmfRelay, parseDtmfRelay, type Key } from './dtmf-relay.js';
import { Offers } from './offers.js';
import { refusalOf, reply } from './reply.js';

/** `terms`: those of the fax that is offered; undefined: sound is wanted again. */
export interface FaxRequest {
  readonly request: IncomingRequest;
  readonly terms: FaxTerms | undefined;
}

export type SideEvent =
  | { readonly type: 'left'; readonly end: DialogEnd }
  /** It does not answer our signalling any more. */
  | { readonly type: 'dead' }
  | { readonly type: 'key'; readonly key: Key }
  /** It wants fax in place of sound, or sound in place of fax; to be answered by the call, as the other party says. */
  | ({ readonly type: 'fax' } & FaxRequest)
  /** It sends the other party on (RFC 3515); to be answered by the call. `first`: of this dialog. */
  | { readonly type: 'refer'; readonly request: IncomingRequest; readonly first: boolean };

export interface SideOptions {
  readonly dialog: Dialog;
  readonly leg: Leg;
  /** Its place in the media session. */
  readonly peer: LegPeer;
  readonly clock: Clock;
  readonly log: Log;
  readonly tell: (event: SideEvent) => void;
  /** Our 200 carried an offer: the ACK brings the answer (RFC 3261 § 13.2.1). */
  readonly offered?: boolean;
}

/** What we may want of a party: sound, sound on hold, or fax on the other party's terms. */
type Wish = 'sendrecv' | 'sendonly' | { readonly fax: FaxTerms };

/** How a party answered. `terms`: where fax was agreed on. */
export interface Asked {
  readonly status: number;
  readonly terms?: FaxTerms | undefined;
}

const ALLOW = methods.dialog;

/** Of a party that answered us: the ACK is ours, and was sent. */
const ACKNOWLEDGED = Promise.resolve();

export class Side implements DialogHandlers {
  readonly leg: Leg;
  /** Resolves with the first ACK, when media is agreed on and heard; rejects where the answer in it cannot be taken. */
  readonly acknowledged: Promise<void>;
  readonly #dialog: Dialog;
  readonly #peer: LegPeer;
  readonly #clock: Clock;
  /** The call's. */
  readonly #callLog: Log;
  readonly #tell: (event: SideEvent) => void;
  /** Made where something is wanted of the party: of most nothing is. */
  #offers: Offers<Wish> | undefined;
  /** Nothing can be wanted of it any more. */
  #closed = false;
  /** The terms that it was told where it exchanges fax. */
  #fax: FaxTerms | undefined;
  /** What it was asked for another party, and is to answer yet. */
  #asked: { readonly wish: Wish; terms?: FaxTerms; readonly done: (asked: Asked) => void } | undefined;
  /** An offer of ours stands in a 200 whose ACK has not come. */
  #awaitsAnswer: boolean;
  #answering = false;
  #refers = 0;
  #surrendered = false;
  #onFirstAck: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  constructor(options: SideOptions) {
    const { dialog, leg, peer, clock, log, tell, offered = false } = options;
    this.leg = leg;
    this.#dialog = dialog;
    this.#peer = peer;
    this.#clock = clock;
    this.#callLog = log;
    this.#tell = tell;
    this.#awaitsAnswer = offered;
    this.acknowledged = dialog.role === 'uac' ? ACKNOWLEDGED : this.#firstAck();
    dialog.listen(this);
  }

  #firstAck(): Promise<void> {
    const acknowledged = new Promise<void>((resolve, reject) => {
      this.#onFirstAck = { resolve, reject };
    });
    acknowledged.catch(() => undefined); // Not every call waits for it.
    return acknowledged;
  }

  /** The dialog has ended. */
  onEnd(end: DialogEnd): void {
    this.#close();
    this.#tell({ type: 'left', end });
  }

  /** Has this agreed on with the party as soon as that is possible. */
  #want(wish: Wish): void {
    if (this.#closed) return;
    this.#offers ??= new Offers<Wish>({
      dialog: this.#dialog,
      clock: this.#clock,
      log: this.#log,
      agreed: 'sendrecv',
      offer: (one) => (typeof one === 'string' ? this.#peer.createOffer(one) : this.#peer.offerFax(one.fax)),
      take: (sdp, signalling, one) => this.#takeAnswer(sdp, signalling, one),
      settled: (one, status) => this.#settled(one, status),
      dead: () => this.#tell({ type: 'dead' }),
    });
    this.#offers.want(wish);
  }

  #close(): void {
    this.#closed = true;
    this.#offers?.close();
  }

  get #log(): Log {
    return this.#callLog.child({ leg: this.leg });
  }

  get isSurrendered(): boolean {
    return this.#surrendered;
  }

  /** Its place in the media session. */
  get peer(): LegPeer {
    return this.#peer;
  }

  /** The party itself, e.g. to be told what becomes of its REFER. */
  get dialog(): Dialog {
    return this.#dialog;
  }

  /**
   * Another call takes the dialog over: this side has nothing to do with it any more. Until someone else listens, offers
   * of the peer are glare. `lost` is told where the peer leaves in the meantime.
   */
  surrender(lost: (end: DialogEnd) => void): { readonly dialog: Dialog; readonly told: string } {
    this.#close();
    this.#surrendered = true;
    this.#dialog.listen({ onEnd: lost, onRequest: (request) => void busyNow(request, this.#log) });
    return { dialog: this.#dialog, told: this.#peer.told };
  }

  get ended(): boolean {
    return this.#dialog.ended;
  }

  /** What is needed to end this dialog after a crash. */
  get saved(): SavedDialog {
    const { callId, localUri, localTag, remoteUri, remoteTag, remoteTarget, routeSet, localCSeq } = this.#dialog;
    const nextHop = hopOf(this.#dialog.source);
    return { callId, localUri, localTag, remoteUri, remoteTag, remoteTarget, routeSet, localCSeq, nextHop };
  }

  /** Ends the dialog. Never rejects. */
  hangUp(headers: Headers): Promise<void> {
    this.#close();
    if (this.#surrendered) return Promise.resolve(); // it is someone else's
    return this.#dialog.bye(headers);
  }

  /** Tells the party that the other one holds the call, or does no more (re-INVITE). */
  tellHold(held: boolean): void {
    if (this.#fax || this.#asked) return; // machines do not hold one another
    this.#want(held ? 'sendonly' : 'sendrecv');
  }

  /** As the party was told it last: a hold stands until we end it, whatever the party offers (RFC 3264 § 8.4). */
  get #direction(): 'sendrecv' | 'sendonly' {
    return this.#offers?.agreed === 'sendonly' ? 'sendonly' : 'sendrecv';
  }

  /** It is answering an offer of ours: what its SDP says now is no hold of its own. */
  get isAnswering(): boolean {
    return this.#answering;
  }

  #takeAnswer(sdp: string, signalling: string, wish: Wish): void {
    this.#answering = true;
    try {
      if (typeof wish !== 'string') {
        const terms = this.#peer.acceptFaxAnswer(sdp, signalling);
        this.#fax = wish.fax;
        if (this.#asked?.wish === wish) this.#asked.terms = terms;
      } else {
        this.#peer.acceptAnswer(sdp, signalling);
        this.#fax = undefined;
      }
    } finally {
      this.#answering = false;
    }
  }

  /** Asks it for what the other party wants of it; resolves with its answer. */
  ask(wish: Exclude<Wish, 'sendonly'>): Promise<Asked> {
    const isSound = wish === 'sendrecv';
    if (this.#surrendered || this.ended || this.#asked || this.#awaitsAnswer) return Promise.resolve({ status: 491 });
    if (isSound && !this.#fax) return Promise.resolve({ status: 200 });
    return new Promise((done) => {
      this.#asked = { wish, done };
      this.#want(wish);
    });
  }

  #settled(wish: Wish, status: number): void {
    const asked = this.#asked;
    if (asked?.wish !== wish) return;
    this.#asked = undefined;
    asked.done({ status, terms: asked.terms });
    // A 2xx in which the fax is refused leaves it without sound.
    if (typeof wish !== 'string' && !this.#fax && !this.ended) this.#want('sendrecv');
  }

  /** Answers its request as the other party did: with fax on these terms, or with sound. */
  async answer(request: IncomingRequest, terms: FaxTerms | undefined): Promise<void> {
    try {
      const { body: sdp, source } = request;
      const body = terms
        ? this.#peer.acceptFaxOffer(sdp, terms, source.address)
        : this.#peer.acceptOffer(sdp, source.address, this.#direction);
      this.#fax = terms;
      if (terms) this.#offers?.replaced('sendrecv'); // the end of a hold would not be told to a machine
      await reply(request, 200, this.#log, { body });
    } catch (error) {
      await this.#refuse(request, error);
    }
  }

  /** Passes on a key that the other party sent in INFO. */
  async sendKey(key: Key): Promise<void> {
    const headers = { 'Content-Type': dtmfRelay.contentType };
    try {
      const { status } = await this.#dialog.request('INFO', { headers, body: dtmfRelay.body(key) });
      // RFC 5057 § 5.1: these two say that the dialog is gone.
      if (status === 408 || status === 481) this.#tell({ type: 'dead' });
      else if (status >= 300) this.#log.info({ status, key: key.digit }, 'the party takes no keys in INFO');
    } catch (error) {
      this.#log.debug({ error: errorMessage(error) }, 'a key was not passed on');
    }
  }

  /** The ACK of our 2xx. */
  onAck(ack: ReceivedMessage): void {
    const first = this.#onFirstAck;
    this.#onFirstAck = undefined;
    this.#answering = this.#direction === 'sendonly';
    try {
      if (this.#awaitsAnswer && this.#fax) this.#peer.acceptFaxAnswer(ack.body, ack.source.address);
      else if (this.#awaitsAnswer) this.#peer.acceptAnswer(ack.body, ack.source.address);
      first?.resolve();
    } catch (error) {
      this.#log.warn({ error: errorMessage(error) }, 'the answer in an ACK could not be taken');
      first?.reject(error);
    } finally {
      this.#answering = false;
      this.#awaitsAnswer = false;
    }
  }

  /** Any other request within the dialog. */
  onRequest(request: IncomingRequest): void {
    void this.#answerTo(request);
  }

  #answerTo(request: IncomingRequest): Promise<void> {
    switch (request.method) {
      case 'INVITE':
        return this.#reInvite(request);
      case 'UPDATE':
        return request.body === '' ? reply(request, 200, this.#log) : this.#offer(request);
      case 'INFO':
        return this.#info(request);
      case 'REFER':
        return this.#refer(request);
      case 'OPTIONS':
        return reply(request, 200, this.#log, { headers: { Allow: ALLOW, Accept: 'application/sdp' } });
      default:
        return reply(request, 405, this.#log, { headers: { Allow: ALLOW } });
    }
  }

  async #reInvite(request: IncomingRequest): Promise<void> {
    if (request.body !== '') return this.#offer(request);
    if (this.#isGlare) return reply(request, 491, this.#log);
    this.#awaitsAnswer = true;
    const body = this.#fax ? this.#peer.offerFax(this.#fax) : this.#peer.createOffer(this.#direction);
    return reply(request, 200, this.#log, { body });
  }

  /** An offer of ours is open, so the peer's crosses it (RFC 3261 § 14.2). */
  get #isGlare(): boolean {
    return this.#awaitsAnswer || (this.#offers?.isOpen ?? false);
  }

  /** Answers an offer within the dialog. */
  async #offer(request: IncomingRequest): Promise<void> {
    if (this.#isGlare) return reply(request, 491, this.#log);
    const unreadable = bodyRefusal(request);
    if (unreadable) return reply(request, unreadable.status, this.#log, unreadable.options);
    try {
      const terms = this.#peer.readFax(request.body);
      const isChange = (terms === undefined) !== (this.#fax === undefined);
      if (isChange) return this.#tell({ type: 'fax', request, terms });
    } catch (error) {
      return this.#refuse(request, error);
    }
    return this.answer(request, this.#fax);
  }

  #refuse(request: IncomingRequest, error: unknown): Promise<void> {
    const { status, options } = refusalOf(error);
    this.#log.info({ status, error: errorMessage(error) }, 'an offer within the call was refused');
    return reply(request, status, this.#log, options);
  }

  #refer(request: IncomingRequest): Promise<void> {
    this.#refers++;
    this.#tell({ type: 'refer', request, first: this.#refers === 1 });
    return Promise.resolve();
  }

  async #info(request: IncomingRequest): Promise<void> {
    if (request.header('Info-Package') !== undefined)
      return reply(request, 469, this.#log, { headers: { 'Recv-Info': '' } });
    const key = parseDtmfRelay(request.header('Content-Type'), request.body);
    if (!key && request.body !== '')
      return reply(request, 415, this.#log, { headers: { Accept: dtmfRelay.contentTypes.join(', ') } });
    if (key) this.#tell({ type: 'key', key });
    return reply(request, 200, this.#log);
  }
}

/** A dialog that is on its way to another call: what cannot wait is answered. */
function busyNow(request: IncomingRequest, log: Log): Promise<void> {
  if (request.method === 'INVITE' || request.method === 'UPDATE') return reply(request, 491, log);
  return reply(request, request.method === 'REFER' ? 603 : 200, log);
}

/** The next hop to where a message came from. */
export function hopOf({ protocol, address, port }: Source): string {
  return sharedText(`sip:${address.includes(':') ? `[${address}]` : address}:${port};transport=${protocol}`);
}
