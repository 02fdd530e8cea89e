/**
 * The embedded media engine: sessions spread over child processes by load, prompts read once and given to each of them,
 * and the spool budget asked on their behalf. A child that dies takes its own sessions with it and is replaced.
 */
import { isIP } from 'node:net';
import type { CallId } from '../../base/brands.js';
import type { Clock } from '../../base/clock.js';
import { systemClock } from '../../base/clock.js';
import { errorMessage, HalinaError } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { type DtlsIdentity, makeIdentity, whyNoDtls } from '../../dtls/index.js';
import type { Trouble } from '../../entry/call-media.js';
import { SdpError, type SocketAddress } from '../../sdp/index.js';
import type { MediaEngine, MediaSession, PromptInfo, SessionOptions, SpoolBudget } from '../engine.js';
import { EmbeddedSession, type SessionDoor } from './embedded-session.js';
import type { MediaPlane, SessionNumber } from './messages.js';
import type { SessionNews } from './plane/session.js';
import type { EncodedSound } from './plane/sound.js';
import { type PlaneNews, PlaneProcess } from './plane-process.js';
import { loadPrompt, loadPrompts, type Prompt, promptKey } from './prompts.js';

export interface EmbeddedEngineOptions {
  /** Both ends included; each process gets an equal share. */
  readonly ports: { readonly from: number; readonly to: number };
  /** How long a port stays closed to new calls after its last, milliseconds. */
  readonly portDrainMs: number;
  /** Child processes, 1 or more. */
  readonly engines: number;
  /** Calls at once, for which the kernel plane has memory; default: as many as there are ports for. */
  readonly maxCalls?: number;
  /** Milliseconds without RTP after which `silence` is told; 0: never. */
  readonly silenceTimeoutMs: number;
  /** Who relays packets: the kernel where it can, or the sockets alone. */
  readonly plane: MediaPlane;
  /** Calls of a process whose sides may speak different codecs (beside the two laws of G.711); default 16. */
  readonly transcodedCalls?: number;
  /** Folders of prompts; a later one's take the place of an earlier one's. */
  readonly promptFolders: readonly string[];
  readonly budget: SpoolBudget;
  readonly log: Log;
  readonly clock?: Clock;
}

const DEFAULT_TRANSCODED = 16;

interface Child {
  readonly process: PlaneProcess;
  readonly sessions: Map<SessionNumber, EmbeddedSession>;
  /** Those whose sides speak different codecs. */
  readonly transcoding: Set<SessionNumber>;
  readonly door: SessionDoor;
  /** Sessions that are being opened: they count as load too. */
  opening: number;
}

export class EmbeddedEngine implements MediaEngine {
  readonly #options: EmbeddedEngineOptions;
  readonly #prompts: Map<string, Prompt>;
  /** The same as the children are told; one that is started again gets them as they are then. */
  readonly #sounds: Record<string, EncodedSound>;
  readonly #children: readonly Child[];
  /** `address port` of every RTP socket in use. */
  readonly #own = new Set<string>();
  #numbers = 0;
  #closed = false;

  private constructor(options: EmbeddedEngineOptions, prompts: ReadonlyMap<string, Prompt>) {
    this.#options = options;
    this.#prompts = new Map(prompts);
    this.#sounds = Object.fromEntries([...prompts].map(([key, { sound }]) => [key, sound]));
    this.#children = Array.from({ length: options.engines }, (_, i) => this.#child(i));
  }

  /** Reads the prompts and starts the processes. Rejects with `HalinaError` where either fails. */
  static async start(options: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
    const engine = new EmbeddedEngine(options, await loadPrompts(options.promptFolders));
    try {
      await Promise.all(engine.#children.map(({ process }) => process.start()));
    } catch (error) {
      await engine.close();
      throw error;
    }
    return engine;
  }

  #child(index: number): Child {
    const { log, clock = systemClock, portDrainMs, silenceTimeoutMs, plane } = this.#options;
    const sessions: Child['sessions'] = new Map();
    const prompts = this.#sounds;
    const { maxCalls = Infinity } = this.#options; // any process may come to have all of them
    const settings = { ports: this.#share(index), portDrainMs, maxCalls, silenceTimeoutMs, plane, prompts };
    const process = new PlaneProcess({
      name: `media-${index + 1}`,
      settings,
      clock,
      log,
      onNews: (news) => this.#news(child, news),
      onLost: () => this.#lost(child),
    });
    const held = { process, sessions, transcoding: new Set<SessionNumber>() };
    const child: Child = { ...held, door: this.#door(held), opening: 0 };
    return child;
  }

  /** An equal part of the port range, from an even port on. */
  #share(index: number): { from: number; to: number } {
    const { ports, engines } = this.#options;
    const first = ports.from + (ports.from % 2);
    const pairs = Math.floor((ports.to - first + 1) / 2);
    const from = first + 2 * Math.floor((pairs * index) / engines);
    return { from, to: first + 2 * Math.floor((pairs * (index + 1)) / engines) - 1 };
  }

  async openSession(options: SessionOptions): Promise<MediaSession> {
    checkAddresses(options);
    const tried: unknown[] = [];
    for (const child of this.#byLoad()) {
      try {
        return await this.#open(child, options);
      } catch (error) {
        tried.push(error); // its share of the ports may be used up, or it died just now: the next one
      }
    }
    const why = tried.find((error) => error instanceof HalinaError && error.code === 'MEDIA_NO_PORTS');
    if (why instanceof HalinaError) throw why;
    throw new HalinaError('MEDIA_NO_ENGINE', 'no media process is there to take the call', {
      hint: 'see the log for why they ended; they are started again by themselves',
      cause: tried[0],
    });
  }

  #byLoad(): Child[] {
    if (this.#closed) return [];
    const load = (child: Child): number => child.sessions.size + child.opening;
    return this.#children.filter(({ process }) => process.isReady).sort((a, b) => load(a) - load(b));
  }

  async #open(child: Child, options: SessionOptions): Promise<MediaSession> {
    const { id, codes = {}, addresses } = options;
    const session = ++this.#numbers;
    const local = { outside: addresses.outside.local, inside: addresses.inside.local };
    child.opening++;
    try {
      const ports = await child.process.request('open', { session, id, addresses: local, codes });
      const opened = new EmbeddedSession(session, options, ports, child.door);
      child.sessions.set(session, opened);
      return opened;
    } finally {
      child.opening--;
    }
  }

  /** What the sessions of a process ask of it and of us. */
  #door({ process, sessions, transcoding }: Omit<Child, 'door' | 'opening'>): SessionDoor {
    return {
      request: (name, args) => process.request(name, args),
      order: (order) => process.order(order),
      prompt: (name, language) => this.prompt(name, language),
      own: (place) => void this.#own.add(place),
      transcodes: (session, does) => {
        if (does && sessions.has(session)) transcoding.add(session);
        else transcoding.delete(session);
      },
      mayTranscode: () => transcoding.size < (this.#options.transcodedCalls ?? DEFAULT_TRANSCODED),
      identity: this.#identity,
      isOwn: this.#isOwn,
      forget: (session, own) => {
        sessions.delete(session);
        transcoding.delete(session);
        for (const place of own) this.#own.delete(place);
      },
    };
  }

  readonly #isOwn = ({ address, port }: SocketAddress): boolean => this.#own.has(`${address} ${port}`);

  readonly #identity = (): DtlsIdentity => {
    const why = whyNoDtls();
    if (why !== undefined) throw new SdpError(488, why);
    return makeIdentity((this.#options.clock ?? systemClock).now());
  };

  #news(child: Child, message: PlaneNews): void {
    const session = child.sessions.get(message.session);
    if (!session) return;
    if (message.type === 'reserve') {
      this.#reserve(child, message.session, session, message.bytes);
      return;
    }
    if (message.type === 'cut') {
      const { reason, why } = message;
      this.#options.log.warn({ callId: session.id, reason, why }, 'the recording was cut, the call goes on');
      session.tell({ type: 'recordingCut', reason });
      return;
    }
    const { news } = message;
    if (news.type === 'trouble') this.#trouble(session.id, news);
    else if (news.type === 'unsecured') this.#unsecured(session, news);
    else session.tell(news);
  }

  #trouble(callId: CallId, { leg, what, begins }: SessionNews & { type: 'trouble' }): void {
    const { log } = this.#options;
    if (begins) log.warn({ callId, leg }, troubleMessages[what]);
    else log.info({ callId, leg, trouble: what }, 'the sound of a call is right again');
  }

  #unsecured(session: EmbeddedSession, { leg, why }: SessionNews & { type: 'unsecured' }): void {
    if (why === undefined) return session.tell({ type: 'unsecured', leg });
    this.#options.log.warn({ callId: session.id, leg, why }, 'no keys could be agreed on with this leg of a call');
  }

  #reserve(child: Child, number: SessionNumber, session: EmbeddedSession, bytes: number): void {
    const answer = (granted: boolean): void => child.process.order({ type: 'reserved', session: number, granted });
    this.#options.budget.reserve(session.id, bytes).then(answer, (error: unknown) => {
      this.#options.log.error({ callId: session.id, error: errorMessage(error) }, 'the budget could not be asked');
      answer(false);
    });
  }

  #lost(child: Child): void {
    const sessions = [...child.sessions.values()];
    child.sessions.clear();
    child.transcoding.clear();
    for (const session of sessions) session.tell({ type: 'lost' });
  }

  prompt(name: string, language: string): PromptInfo | undefined {
    return this.#prompts.get(promptKey(name, language))?.info;
  }

  /** Takes a prompt from a file, for what is played from now on. Rejects with `WAV_INVALID`, or where it cannot be read. */
  async takePrompt(name: string, language: string, path: string): Promise<void> {
    const prompt = await loadPrompt(path, name, language);
    const key = promptKey(name, language);
    this.#prompts.set(key, prompt);
    this.#sounds[key] = prompt.sound;
    const running = this.#children.filter(({ process }) => process.isReady);
    await Promise.all(running.map(({ process }) => process.request('prompt', { key, sound: prompt.sound })));
  }

  /** Whether at least one process answers; pends as long as none does. */
  async answers(): Promise<boolean> {
    const asked = this.#children.map(({ process }) => process.request('ping', {}));
    return Promise.any(asked).then(
      () => true,
      () => false,
    );
  }

  /** Process ids of the children that run, for tests and for status. */
  get pids(): readonly number[] {
    return this.#children.flatMap(({ process }) => process.pid ?? []);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#children.map(({ process }) => process.close()));
    for (const child of this.#children) this.#lost(child);
  }
}

function checkAddresses({ addresses }: SessionOptions): void {
  for (const leg of ['outside', 'inside'] as const)
    for (const address of [addresses[leg].local, addresses[leg].advertised])
      if (isIP(address) === 0)
        throw new HalinaError('MEDIA_ADDRESS', `${address} is no IP address for the ${leg} leg's media`);
}

const troubleMessages: Readonly<Record<Trouble, string>> = {
  'one-way': 'one-way audio: nothing is heard from this leg of a call',
  'no-audio': 'no audio: nothing is heard from either leg of a call',
  clipping: 'clipping: the sound of this leg of a call is cut off at full scale',
};
