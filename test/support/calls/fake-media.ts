/** A media engine without sound: prompts take their time on the virtual clock, and everything asked of it is kept. */
import type { Clock } from '../../../src/base/clock.js';
import { HalinaError } from '../../../src/base/errors.js';
import type { CallEntry } from '../../../src/entry/call-entry.js';
import type {
  FaxTerms,
  Leg,
  LegStats,
  MediaEngine,
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
} from '../../../src/media/engine.js';
import { SdpError } from '../../../src/sdp/index.js';

export const PROMPT_MS = 3_000;
const FRAMES = PROMPT_MS / 20;

const stats: LegStats = {
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

export class FakeSession implements MediaSession {
  readonly id: SessionOptions['id'];
  /** What was asked of it, in order, e.g. `play outside notice`. */
  readonly done: string[] = [];
  readonly tones: Partial<Record<Leg, Tone>> = {};
  bridged = false;
  /** Who has the inside leg, as the spool is told. */
  party: SpoolParty | undefined;
  /** How many peers came after the first ones. */
  peers = 0;
  closed = false;
  /** A leg whose peers can be offered nothing. */
  cannotOffer: Leg | undefined;
  spool: { readonly path: string; readonly entry: CallEntry } | undefined;
  spoolStopped = false;
  readonly #engine: FakeEngine;
  #listener: ((news: MediaNews) => void) | undefined;
  /** What ends the sound that plays on a leg. */
  readonly #playing: Partial<Record<Leg, () => void>> = {};

  constructor(
    engine: FakeEngine,
    readonly options: SessionOptions,
  ) {
    this.#engine = engine;
    this.id = options.id;
  }

  hear(listener: (news: MediaNews) => void): void {
    this.#listener = listener;
  }

  emit<K extends MediaNews['type']>(type: K, facts?: Omit<Extract<MediaNews, { type: K }>, 'type'>): void {
    this.#listener?.({ type, ...facts } as MediaNews);
  }

  createOffer(leg: Leg, direction = 'sendrecv'): string {
    this.done.push(`offer ${leg}`);
    return direction === 'sendrecv' ? `v=0 offer ${leg}` : `v=0 offer ${leg} ${direction}`;
  }

  acceptOffer(leg: Leg, sdp: string): string {
    refuseBad(sdp);
    this.done.push(`take offer ${leg}`);
    return `v=0 answer ${leg}`;
  }

  acceptAnswer(leg: Leg, sdp: string): void {
    refuseBad(sdp);
    this.done.push(`take answer ${leg}`);
  }

  peer(leg: Leg): LegPeer {
    return this.#peer(leg, '');
  }

  /** Further peers are told apart by their number: the first after the beginning is `inside#1`. */
  async nextPeer(leg: Leg, { continues }: NextPeerOptions): Promise<NextPeer> {
    await this.#engine.peering;
    const name = `#${++this.peers}`;
    if (continues !== undefined) this.done.push(`continue ${leg}${name} ${continues}`);
    return this.#peer(leg, name);
  }

  #peer(leg: Leg, name: string): NextPeer {
    const told = { sdp: '' };
    return {
      get told() {
        return told.sdp;
      },
      secure: (security) => {
        if (security !== 'off' || this.done.some((one) => one.startsWith(`secure ${leg}${name} `)))
          this.done.push(`secure ${leg}${name} ${security}`);
      },
      createOffer: (direction = 'sendrecv') => {
        if (leg === this.cannotOffer) throw new SdpError(488, 'nothing can be offered');
        this.done.push(`offer ${leg}${name}`);
        return (told.sdp = `v=0 offer ${leg}${name}${direction === 'sendrecv' ? '' : ` ${direction}`}`);
      },
      acceptOffer: (sdp, _signalling, direction = 'sendrecv') => {
        refuseBad(sdp);
        this.done.push(`take offer ${leg}${name}`);
        return (told.sdp = `v=0 answer ${leg}${name}${direction === 'sendrecv' ? '' : ` ${direction}`}`);
      },
      acceptAnswer: (sdp) => {
        // The first peer's answers go by the session's own method, which tests put something in front of.
        if (name === '') return this.acceptAnswer(leg, sdp);
        refuseBad(sdp);
        this.done.push(`take answer ${leg}${name}`);
      },
      readFax: (sdp) => (sdp.includes('fax') ? faxTerms(sdp) : undefined),
      offerFax: (terms) => (told.sdp = `v=0 fax ${terms.map(({ value }) => value).join()} to ${leg}${name}`),
      acceptFaxOffer: (sdp, terms) => {
        refuseBad(sdp);
        this.done.push(`fax ${leg}${name}`);
        return (told.sdp = `v=0 fax ${terms.map(({ value }) => value).join()} answer ${leg}${name}`);
      },
      acceptFaxAnswer: (sdp) => {
        if (!sdp.includes('fax')) throw new SdpError(488, 'no fax');
        this.done.push(`fax ${leg}${name}`);
        return faxTerms(sdp);
      },
      close: () => this.done.push(`forget ${leg}${name}`),
    };
  }

  play(leg: Leg, prompt: { name: string; language: string }, options: PlayOptions = {}) {
    this.done.push(`play ${leg} ${prompt.name}`);
    const info = this.#engine.prompt(prompt.name, prompt.language);
    if (!info) return Promise.reject(new HalinaError('MEDIA_NO_PROMPT', `no prompt ${prompt.name}`));
    const { clock } = this.#engine;
    const beganAt = clock.now();
    this.#stop(leg);
    return new Promise<PlayEvidence>((resolve) => {
      const finish = (): void => {
        timer.cancel();
        options.signal?.removeEventListener('abort', finish);
        if (this.#playing[leg] === finish) delete this.#playing[leg];
        const framesSent = Math.min(FRAMES, (clock.now() - beganAt) / 20);
        const { name, language, sha256, frames: framesTotal } = info;
        const times = { beganAt, endedAt: clock.now(), framesSent, framesTotal };
        resolve({ prompt: name, language, sha256, ...times, callerMediaSeen: true });
      };
      const lasts = options.loop ? 24 * 3_600_000 : (this.#engine.breaksAfterMs ?? PROMPT_MS);
      const timer = clock.setTimer(lasts, finish);
      options.signal?.addEventListener('abort', finish);
      this.#playing[leg] = finish;
    });
  }

  /** Another sound takes the place of what plays. */
  #stop(leg: Leg): void {
    this.#playing[leg]?.();
  }

  tone(leg: Leg, tone: Tone | undefined): void {
    this.done.push(`tone ${leg} ${tone ?? 'off'}`);
    this.#stop(leg);
    if (tone) this.tones[leg] = tone;
    else delete this.tones[leg];
  }

  listen(leg: Leg, on: boolean): void {
    this.done.push(`listen ${leg} ${on ? 'on' : 'off'}`);
  }

  sendKey(leg: Leg, key: string): boolean {
    this.done.push(`key ${leg} ${key}`);
    return true;
  }

  bridge(party?: SpoolParty): void {
    this.done.push('bridge');
    this.#stop('outside');
    this.#stop('inside');
    this.party = party;
    this.bridged = true;
  }

  unbridge(): void {
    this.done.push('unbridge');
    this.bridged = false;
  }

  async startSpool(path: string, entry: CallEntry): Promise<void> {
    await this.#engine.spooling;
    this.done.push('spool');
    this.spool = { path, entry };
  }

  stopSpool(): void {
    this.spoolStopped = true;
  }

  stats(): Promise<Record<Leg, LegStats>> {
    return Promise.resolve({ outside: stats, inside: stats });
  }

  close(): Promise<{ stats: Record<Leg, LegStats>; spool: SpoolEnd | undefined }> {
    this.closed = true;
    this.#stop('outside');
    this.#stop('inside');
    const spool = this.spool && { path: this.spool.path, bytes: 1000, dropped: 0, cut: undefined };
    return Promise.resolve({ stats: { outside: stats, inside: stats }, spool });
  }
}

/** `v=0 fax 14400` stands for a fax with these terms. */
const faxTerms = (sdp: string): FaxTerms => [{ name: 'T38MaxBitRate', value: sdp.split(' ')[2] ?? '' }];

/** `bad` stands for a description with nothing in it for us. */
function refuseBad(sdp: string): void {
  if (sdp.includes('bad') || sdp === '') throw new SdpError(488, 'no codec in common', { warning: 305 });
}

export class FakeEngine implements MediaEngine {
  readonly sessions: FakeSession[] = [];
  /** Prompts that are not there. */
  readonly missing = new Set<string>();
  /** Prompts break off after so long. */
  breaksAfterMs: number | undefined;
  /** Awaited before a session is opened; what it throws is how that fails. */
  opening: Promise<void> | undefined;
  /** The same for further peers of a leg. */
  peering: Promise<void> | undefined;
  /** The same for spools. */
  spooling: Promise<void> | undefined;

  constructor(readonly clock: Clock) {}

  async openSession(options: SessionOptions): Promise<FakeSession> {
    await this.opening;
    const session = new FakeSession(this, options);
    this.sessions.push(session);
    return session;
  }

  /** The session that was opened last. */
  get last(): FakeSession {
    const session = this.sessions.at(-1);
    if (!session) throw new Error('no session was opened');
    return session;
  }

  prompt(name: string, language: string): PromptInfo | undefined {
    if (this.missing.has(name)) return undefined;
    return { name, language, sha256: `sha-of-${name}`, durationMs: PROMPT_MS, frames: FRAMES };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
