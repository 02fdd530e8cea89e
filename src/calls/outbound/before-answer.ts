/**
 * The time before somebody answers a call of a handset: the caller hears the reminder and how it rings, the callee is
 * called, and what it says of its media is taken. There is one as soon as there is a media session.
 */
import type { Log } from '../../base/log.js';
import type { Leg, LegPeer, MediaSession } from '../../media/engine.js';
import type { Caller } from '../call/caller.js';
import type { CallContext } from '../call/context.js';
import { fromExtension } from '../call/identity.js';
import { Placer } from '../call/placer.js';
import type { RecordKeeper } from '../call/record-keeper.js';
import type { Dialog, Headers } from '../sip-port.js';
import { stepHost, type SteppingCall } from '../steps/host.js';
import type { DialogName } from '../transfer/refer.js';
import type { Trunk } from '../trunks/sources.js';
import type { Callee, CalleeEvent } from './callee.js';
import { CalleeSdp } from './callee-sdp.js';
import { EarlySound } from './early-sound.js';
import { ExtensionCallee } from './extension-callee.js';
import { outsideCallee } from './outside-callee.js';
import type { DialledFacts } from './plan.js';

/** What the call hears of the callee: as the callee tells it, but for its early media, which is taken here. */
export type BeforeEvent =
  | { readonly type: 'progress'; readonly media: boolean }
  | Exclude<CalleeEvent, { readonly type: 'progress' }>;

export interface BeforeAnswerOptions {
  readonly context: CallContext;
  readonly log: Log;
  readonly facts: Pick<DialledFacts, 'extension' | 'displayName' | 'destination'>;
  readonly call: SteppingCall;
  readonly session: MediaSession;
  readonly legs: { readonly caller: Leg; readonly callee: Leg };
  readonly caller: Caller;
  readonly keeper: RecordKeeper | undefined;
  readonly language: string;
  /** The local address of the callee's first peer. */
  readonly calleeLocal: string | undefined;
  /** The caller hears something of ours: the reminder. */
  readonly reminds: boolean;
  readonly tell: (event: BeforeEvent) => void;
  /** The call goes by this trunk from now on. */
  readonly onTrunk: (trunk: Trunk) => void;
}

export class BeforeAnswer {
  readonly #options: BeforeAnswerOptions;
  readonly #sound: EarlySound;
  readonly #sdp: CalleeSdp;
  readonly #place: Placer;
  #callee: Callee | undefined;

  constructor(options: BeforeAnswerOptions) {
    const { context, session, legs, language, log, call, calleeLocal } = options;
    this.#options = options;
    const reminded = (whole: boolean): void => this.#reminded(whole);
    this.#sound = new EarlySound({ session, leg: legs.caller, language, log, call, reminded });
    this.#sdp = new CalleeSdp(session.peer(legs.callee), log);
    this.#place = new Placer(session, legs.callee, context.address, calleeLocal);
  }

  /** Extensions that ring now. */
  get rings(): readonly string[] {
    return this.#callee?.rings ?? [];
  }

  /** The extension that is rung by this early dialog. */
  extensionOf(name: DialogName): string | undefined {
    return this.#callee?.extensionOf(name);
  }

  call(): void {
    this.#callee = this.#newCallee();
    this.#callee.call();
  }

  /** The callee is called no more; nothing is told of it. */
  cancel(headers: Headers): void {
    this.#callee?.cancel(headers);
  }

  /** The call is over. */
  close(headers: Headers): void {
    this.cancel(headers);
    this.#place.close();
  }

  remind(): void {
    const { caller } = this.#options;
    if (!caller.canHearEarly) return;
    caller.progress(183, true);
    this.#sound.remind();
  }

  #reminded(whole: boolean): void {
    const { keeper } = this.#options;
    keeper?.facts.reminded(whole);
    keeper?.changed();
  }

  /** The callee rings. `media`: with sound of its own. */
  progress(media: boolean): void {
    const { caller, reminds } = this.#options;
    const own = media || reminds;
    caller.progress(media ? 183 : 180, own);
    if (own && caller.canHearEarly) this.#sound.rings(media);
  }

  /** The callee has answered and is told something first. */
  ringOn(): void {
    this.#options.caller.progress(180, true);
    this.#sound.ringOn();
  }

  /** Takes the answer, to an offer of `peer`. Throws `SdpError` where there is nothing in it for us. */
  take(answer: Pick<Dialog, 'remoteSdp' | 'source'>, peer: LegPeer): void {
    this.#sdp.answered(answer, peer);
  }

  /** Both talk. */
  connected(): void {
    this.#sound.connected();
  }

  #newCallee(): Callee {
    const { context, log, facts, call, session, legs, language, onTrunk } = this.#options;
    const { extension, displayName, destination } = facts;
    const tell = (event: CalleeEvent): void => this.#tell(event);
    if (destination.kind === 'internal') {
      const headers = fromExtension(extension, displayName);
      const place = this.#place;
      const host = stepHost(call, { context, log, session, leg: legs.caller, place, language, headers });
      return new ExtensionCallee(context.switchboard.itinerary(destination), host, tell);
    }
    return outsideCallee(destination, {
      context,
      log,
      peer: session.peer(legs.callee),
      ringMs: context.config.outbound.ring,
      take: (offer, from) => this.#sdp.update(offer, from),
      tell,
      onTrunk,
      ...(destination.emergency ? { makeRoom: context.makeRoom } : {}),
    });
  }

  #tell(event: CalleeEvent): void {
    const { tell } = this.#options;
    if (event.type !== 'progress') return tell(event);
    return tell({ type: 'progress', media: this.#sdp.early(event.sdp, event.signalling) });
  }
}
