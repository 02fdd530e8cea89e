/**
 * A session on the engine's side: what was offered, answered and agreed on each leg. Packets, and everything that has
 * to do with them, are in the child process; here orders are given to it and its news are handed on.
 */
import { randomInt } from 'node:crypto';
import type { CallId } from '../../base/brands.js';
import { HalinaError } from '../../base/errors.js';
import type { SealKey } from '../../vault/seal-key.js';
import type { CallEntry } from '../../entry/call-entry.js';
import type { DtlsIdentity } from '../../dtls/index.js';
import { isKey } from '../../rtp/telephone-event.js';
import { G711 } from '../../sdp/index.js';
import type { AgreedAudio, AudioCodec, SocketAddress } from '../../sdp/index.js';
import type {
  Leg,
  LegStats,
  MediaNews,
  MediaSession,
  LegPeer,
  NextPeer,
  NextPeerOptions,
  PlayEvidence,
  PlayOptions,
  PromptInfo,
  SessionOptions,
  SpoolEnd,
  SpoolParty,
  Tone,
} from '../engine.js';
import { EmbeddedPeer, type PeerDoor } from './embedded-peer.js';
import type { AllLegStats, LegPorts, Order, PlaneRequests, RequestName, SessionNumber } from './messages.js';
import { promptKey } from './prompts.js';

/** What sessions need of the engine and of the process that they are in. */
export interface SessionDoor {
  request<K extends RequestName>(name: K, args: PlaneRequests[K]['args']): Promise<PlaneRequests[K]['result']>;
  order(order: Order): void;
  prompt(name: string, language: string): PromptInfo | undefined;
  /** Whether a session's own socket is there. */
  readonly isOwn: (address: SocketAddress) => boolean;
  /** A socket of a session's (`address port`), to be known to `isOwn` until the session ends. */
  own(place: string): void;
  /** Whether a session's sides speak different codecs from now on. */
  transcodes(session: SessionNumber, does: boolean): void;
  /** Whether a further call may have sides that speak different codecs. */
  mayTranscode(): boolean;
  /** A certificate for DTLS. Throws `SdpError` where there is no DTLS. */
  readonly identity: () => DtlsIdentity;
  /** A session has ended, and has these sockets no more. */
  forget(session: SessionNumber, own: readonly string[]): void;
}

interface LegState {
  readonly first: EmbeddedPeer;
  /** The one that has the leg. */
  current: EmbeddedPeer;
  /** How many there were. */
  count: number;
}

const noStats: LegStats = {
  packetsReceived: 0,
  packetsSent: 0,
  packetsLost: 0,
  packetsLate: 0,
  packetsDuplicate: 0,
  packetsRejected: 0,
  packetsByKernel: 0,
  jitterMs: 0,
  source: undefined,
  encryption: undefined,
  quality: {},
};

type Ended = Awaited<ReturnType<MediaSession['close']>>;

export class EmbeddedSession implements MediaSession, PeerDoor {
  readonly id: CallId;
  readonly #session: SessionNumber;
  readonly #door: SessionDoor;
  #listener: ((news: MediaNews) => void) | undefined;
  readonly #legs: Readonly<Record<Leg, LegState>>;
  /** Its sockets. */
  #own: readonly string[] = [];
  #stats: AllLegStats = { outside: noStats, inside: noStats };
  #closing: Promise<Ended> | undefined;
  #lost = false;

  /** Its sides speak different codecs: what one says is decoded and encoded anew for the other. */
  get isTranscoding(): boolean {
    const [one, other] = [this.#legs.outside.current.agreed?.send, this.#legs.inside.current.agreed?.send];
    return one !== undefined && other !== undefined && !goesWith(one.codec, other.codec);
  }

  constructor(session: SessionNumber, options: SessionOptions, ports: LegPorts, door: SessionDoor) {
    this.id = options.id;
    this.#session = session;
    this.#door = door;
    const leg = (side: Leg): LegState => {
      const first = this.#peer(side, 0, options.addresses[side], ports[side], undefined);
      return { first, current: first, count: 1 };
    };
    this.#legs = { outside: leg('outside'), inside: leg('inside') };
  }

  hear(listener: (news: MediaNews) => void): void {
    this.#listener = listener;
  }

  /** For the engine: something happened in the child process. */
  tell(news: MediaNews): void {
    if (news.type === 'lost') this.#lost = true;
    this.#listener?.(news);
  }

  #peer(
    leg: Leg,
    number: number,
    addresses: SessionOptions['addresses'][Leg],
    port: number,
    continues: string | undefined,
  ): EmbeddedPeer {
    const { local, advertised, codecs = G711 } = addresses;
    for (const address of local === advertised ? [local] : [local, advertised]) {
      const place = `${address} ${port}`;
      this.#own = this.#own.concat(place); // exactly as long as it must be
      this.#door.own(place);
    }
    const sessionId = String(randomInt(2 ** 47));
    const { isOwn, identity } = this.#door;
    const description = { local, advertised, port, sessionId, isOwn, identity, continues };
    return new EmbeddedPeer(leg, number, description, codecs, this);
  }

  peer(leg: Leg): LegPeer {
    return this.#legs[leg].first;
  }

  async nextPeer(leg: Leg, { address, continues }: NextPeerOptions): Promise<NextPeer> {
    const number = this.#legs[leg].count++;
    const port = await this.#request('peer', { session: this.#session, leg, peer: number, address: address.local });
    return this.#peer(leg, number, address, port, continues);
  }

  createOffer(leg: Leg, direction?: 'sendrecv' | 'sendonly'): string {
    return this.#legs[leg].first.createOffer(direction);
  }

  acceptOffer(leg: Leg, sdp: string, signalling?: string): string {
    return this.#legs[leg].first.acceptOffer(sdp, signalling);
  }

  acceptAnswer(leg: Leg, sdp: string, signalling?: string): void {
    this.#legs[leg].first.acceptAnswer(sdp, signalling);
  }

  /** The codec in which the other side sends is the one that needs no recoding. */
  preferred({ leg }: EmbeddedPeer): AgreedAudio['send']['codec'] | undefined {
    return this.#legs[leg === 'outside' ? 'inside' : 'outside'].current.agreed?.send.codec;
  }

  /**
   * The codecs for a leg's peer. Before the other side has one, those go first that it may have too; where no further
   * call may be transcoded, the others are left out.
   */
  codecs({ leg, able: configured }: EmbeddedPeer): readonly AudioCodec[] {
    const other = this.#legs[leg === 'outside' ? 'inside' : 'outside'].current;
    const agreed = other.agreed?.send.codec;
    const there = agreed === undefined ? other.able : [agreed];
    const fit = configured.filter((codec) => there.some((one) => goesWith(one, codec)));
    const rest = configured.filter((codec) => !fit.includes(codec));
    if (!this.isTranscoding && !this.#door.mayTranscode()) return fit;
    return agreed === undefined ? [...fit, ...rest] : configured;
  }

  agreed(peer: EmbeddedPeer, agreed: AgreedAudio, signalling: string | undefined): void {
    const { leg } = peer;
    const state = this.#legs[leg];
    if (peer.number < state.current.number) return; // it was replaced
    const wasHeld = state.current.agreed?.held ?? false;
    state.current = peer;
    peer.agreed = agreed;
    this.#door.transcodes(this.#session, this.isTranscoding);
    this.#order({ type: 'remote', session: this.#session, leg, peer: peer.number, remote: agreed, signalling });
    if (agreed.held !== wasHeld) this.tell({ type: 'hold', leg, held: agreed.held });
  }

  fax(peer: EmbeddedPeer, remote: SocketAddress | undefined, signalling: string | undefined): void {
    const { leg } = peer;
    if (peer !== this.#legs[leg].current) return; // it was replaced
    this.#order({ type: 'fax', session: this.#session, leg, peer: peer.number, remote, signalling });
  }

  closed(peer: EmbeddedPeer): void {
    const { leg } = peer;
    if (peer === this.#legs[leg].current) return;
    this.#order({ type: 'forgetPeer', session: this.#session, leg, peer: peer.number });
  }

  async play(leg: Leg, prompt: { name: string; language: string }, options: PlayOptions = {}): Promise<PlayEvidence> {
    const info = this.#door.prompt(prompt.name, prompt.language);
    if (!info)
      throw new HalinaError('MEDIA_NO_PROMPT', `there is no prompt ${prompt.language}/${prompt.name}`, {
        hint: 'make it with `npm run prompts`, or put it into notice.folder',
      });
    if (!this.#legs[leg].current.agreed)
      throw new HalinaError('MEDIA_NOT_AGREED', `nothing can be played to the ${leg} leg: no SDP was agreed on yet`);
    const session = this.#session;
    const stop = (): void => this.#order({ type: 'stopPlaying', session, leg });
    const playing = this.#request('play', {
      session,
      leg,
      prompt: promptKey(info.name, info.language),
      loop: options.loop ?? false,
    });
    if (options.signal?.aborted) stop();
    options.signal?.addEventListener('abort', stop);
    try {
      const played = await playing;
      return { prompt: info.name, language: info.language, sha256: info.sha256, ...played };
    } finally {
      options.signal?.removeEventListener('abort', stop);
    }
  }

  tone(leg: Leg, tone: Tone | undefined): void {
    this.#order({ type: 'tone', session: this.#session, leg, tone });
  }

  listen(leg: Leg, on: boolean): void {
    this.#order({ type: 'listen', session: this.#session, leg, on });
  }

  sendKey(leg: Leg, key: string): boolean {
    if (!isKey(key) || this.#legs[leg].current.agreed?.sendEvents === undefined) return false;
    this.#order({ type: 'key', session: this.#session, leg, key });
    return true;
  }

  bridge(party?: SpoolParty, at?: number): void {
    this.#order({ type: 'bridge', session: this.#session, on: true, party, at });
  }

  unbridge(): void {
    this.#order({ type: 'bridge', session: this.#session, on: false, party: undefined, at: undefined });
  }

  startSpool(path: string, entry: CallEntry, seal?: SealKey): Promise<void> {
    return this.#request('startSpool', { session: this.#session, path, entry, seal });
  }

  stopSpool(): void {
    this.#order({ type: 'stopSpool', session: this.#session });
  }

  async stats(): Promise<AllLegStats> {
    if (this.#lost || this.#closing) return this.#stats;
    try {
      this.#stats = await this.#request('stats', { session: this.#session });
    } catch (error) {
      if (!isLost(error)) throw error;
    }
    return this.#stats;
  }

  close(at?: number): Promise<Ended> {
    this.#closing ??= this.#close(at);
    return this.#closing;
  }

  async #close(at: number | undefined): Promise<Ended> {
    try {
      if (this.#lost) return { stats: this.#stats, spool: undefined };
      const ended: { stats: AllLegStats; spool: SpoolEnd | undefined } = await this.#door.request('close', {
        session: this.#session,
        at,
      });
      this.#stats = ended.stats;
      return ended;
    } catch (error) {
      // The process died with the session: the spool is left for recovery, and `lost` says so.
      if (isLost(error)) return { stats: this.#stats, spool: undefined };
      throw error;
    } finally {
      this.#door.forget(this.#session, this.#own);
    }
  }

  #request<K extends RequestName>(name: K, args: PlaneRequests[K]['args']): Promise<PlaneRequests[K]['result']> {
    if (this.#closing) return Promise.reject(new HalinaError('MEDIA_NO_SESSION', 'the media session has ended'));
    if (this.#lost)
      return Promise.reject(new HalinaError('MEDIA_ENGINE_LOST', 'the media process of the call is gone'));
    return this.#door.request(name, args);
  }

  #order(order: Order): void {
    if (!this.#lost && !this.#closing) this.#door.order(order);
  }
}

/** Nothing but a table is needed between the two laws of G.711. */
const goesWith = (one: AudioCodec, other: AudioCodec): boolean =>
  one === other || (G711.includes(one) && G711.includes(other));

const isLost = (error: unknown): boolean => error instanceof HalinaError && error.code === 'MEDIA_ENGINE_LOST';
