/**
 * A media process without the process: takes the engine's messages, owns the sessions, their sockets and ports, and
 * answers. `main.ts` puts it behind the IPC channel.
 */
import { randomFillSync } from 'node:crypto';
import type { Clock, Timer } from '../../../base/clock.js';
import { errorMessage, HalinaError } from '../../../base/errors.js';
import { PcapEncoder } from '../../../spool/pcap.js';
import type { Leg as Side } from '../../../spool/records.js';
import type { Tone } from '../../engine.js';
import type { KernelPlane, KernelPlaneOptions } from '../../kernel/kernel-plane.js';
import type { FromPlane, Played, PlaneRequests, PlaneSettings, SessionNumber, ToPlane } from '../messages.js';
import { Leg } from './leg.js';
import { Pacer } from './pacer.js';
import type { PacketIo } from './packet-io.js';
import { Rounds } from './rounds.js';
import { type SessionNews, SessionPlane } from './session.js';
import { type SocketPair, SocketPairs } from './socket-pairs.js';
import type { EncodedSound } from './sound.js';
import type { SpoolStore } from './spool-file.js';
import { SpoolWriter } from './spool-writer.js';
import { makeTones } from './tones.js';

export interface PlaneHostOptions {
  readonly clock: Clock;
  readonly io: PacketIo;
  readonly spools: SpoolStore;
  readonly send: (message: FromPlane) => void;
  /** Opens the kernel plane, where this process may have one. Throws where the system does not allow it. */
  readonly openKernelPlane?: (options: KernelPlaneOptions) => KernelPlane;
}

interface Hosted {
  readonly plane: SessionPlane;
  /** Each side's socket pairs, by peer: the one in use, and those of peers that may come. */
  readonly pairs: Readonly<Record<Side, Map<number, SocketPair>>>;
  readonly addresses: Readonly<Record<Side, Map<number, string>>>;
  /** Microseconds since 1970 at the clock's monotonic zero, taken once (see spool/records.ts). */
  readonly zeroUs: number;
  readonly id: PlaneRequests['open']['args']['id'];
  /** What is done for it once a round: its spool's part first, while what belongs to it is at hand for the rest. */
  readonly calls: Set<() => void>;
  readonly turn: Timer;
  /** Answers to requests for bytes, in order. */
  readonly reservations: ((granted: boolean) => void)[];
}

export class PlaneHost {
  readonly #options: PlaneHostOptions;
  readonly #pacer: Pacer;
  readonly #rounds: Rounds;
  readonly #tones: Readonly<Record<Tone, EncodedSound>>;
  readonly #sessions = new Map<SessionNumber, Hosted>();
  #settings: PlaneSettings | undefined;
  #sockets: SocketPairs | undefined;
  #kernel: KernelPlane | undefined;

  constructor(options: PlaneHostOptions) {
    this.#options = options;
    this.#pacer = new Pacer(options.clock);
    this.#rounds = new Rounds(options.clock);
    this.#tones = makeTones();
  }

  /** How many it has. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** Takes a message of the engine's. */
  receive(message: ToPlane): void {
    if (message.type !== 'request') {
      this.#order(message);
      return;
    }
    const { request } = message;
    this.#answer(message).then(
      (result) => this.#options.send({ type: 'done', request, result }),
      (error: unknown) => {
        const { code, hint } = error instanceof HalinaError ? error : { code: 'MEDIA_FAILED', hint: undefined };
        this.#options.send({ type: 'failed', request, code, message: errorMessage(error), hint });
      },
    );
  }

  async #answer(message: ToPlane & { type: 'request' }): Promise<unknown> {
    switch (message.name) {
      case 'configure':
        return this.#configure(message.settings);
      case 'prompt': {
        const { key, sound } = message;
        if (this.#settings)
          this.#settings = { ...this.#settings, prompts: { ...this.#settings.prompts, [key]: sound } };
        return;
      }
      case 'open':
        return this.#open(message);
      case 'peer':
        return this.#peer(message);
      case 'play':
        return this.#play(message);
      case 'startSpool':
        return this.#startSpool(message);
      case 'stats':
        return this.#hosted(message.session).plane.stats();
      case 'close':
        return this.#close(message);
      case 'ping':
        return undefined;
    }
  }

  #configure(settings: PlaneSettings): PlaneRequests['configure']['result'] {
    this.#settings = settings;
    this.#sockets = new SocketPairs(this.#options, settings.ports, settings.portDrainMs);
    const { openKernelPlane } = this.#options;
    if (settings.plane === 'session' || !openKernelPlane) return { plane: 'session', why: undefined };
    try {
      this.#kernel = openKernelPlane({ ports: settings.ports, tapes: 2 * settings.maxCalls });
      return { plane: 'kernel', why: undefined };
    } catch (error) {
      if (settings.plane === 'kernel') throw error;
      return { plane: 'session', why: errorMessage(error) };
    }
  }

  #order(message: Exclude<ToPlane, { type: 'request' }>): void {
    const hosted = this.#sessions.get(message.session);
    if (!hosted) return; // the session ended while the order was on its way
    const { plane } = hosted;
    if (message.type !== 'reserved') plane.settle();
    switch (message.type) {
      case 'remote':
        this.#use(hosted, message.leg, message.peer);
        return plane.setRemote(message.leg, message.remote, message.signalling);
      case 'fax':
        this.#use(hosted, message.leg, message.peer);
        return plane.setFax(message.leg, message.remote, message.signalling);
      case 'forgetPeer':
        return this.#release(hosted, message.leg, (peer) => peer === message.peer);
      case 'stopPlaying':
        return plane.leg(message.leg).stopPlaying();
      case 'tone':
        return this.#tone(plane, message.leg, message.tone);
      case 'listen':
        return plane.listen(message.leg, message.on);
      case 'key':
        return void plane.leg(message.leg).sendKey(message.key);
      case 'bridge':
        return plane.bridge(message.on, message.party, message.at);
      case 'stopSpool':
        return plane.stopSpool();
      case 'reserved':
        return hosted.reservations.shift()?.(message.granted);
    }
  }

  #hosted(session: SessionNumber): Hosted {
    const hosted = this.#sessions.get(session);
    if (!hosted) throw new HalinaError('MEDIA_NO_SESSION', 'the media session has ended');
    return hosted;
  }

  async #open(args: PlaneRequests['open']['args']): Promise<PlaneRequests['open']['result']> {
    const { clock } = this.#options;
    let plane: SessionPlane | undefined;
    const bind = (side: Side): Promise<SocketPair> => this.#bind(() => plane, side, 0, args.addresses[side]);
    const outside = await bind('outside');
    const inside = await bind('inside').catch((error: unknown) => {
      this.#sockets?.release([outside]);
      throw error;
    });
    const tell = (news: SessionNews): void => this.#options.send({ type: 'news', session: args.session, news });
    const leg = (side: Side, { rtp, rtcp }: SocketPair): Leg =>
      new Leg({
        side,
        rtp,
        rtcp,
        address: args.addresses[side],
        clock,
        pacer: this.#pacer,
        random32,
        cname: `${args.id.toLowerCase()}@halina`,
        onUnsecured: (why) => tell({ type: 'unsecured', leg: side, why }),
      });
    const opened = new SessionPlane({
      id: args.id,
      legs: { outside: leg('outside', outside), inside: leg('inside', inside) },
      codes: args.codes,
      clock,
      silenceTimeoutMs: this.#settings?.silenceTimeoutMs ?? 0,
      kernel: this.#kernel,
      tell,
    });
    plane = opened;
    const calls = new Set<() => void>();
    const turn = this.#rounds.join(() => {
      for (const call of calls) call();
      opened.sweep();
    });
    this.#sessions.set(args.session, {
      plane: opened,
      calls,
      turn,
      pairs: { outside: new Map([[0, outside]]), inside: new Map([[0, inside]]) },
      addresses: {
        outside: new Map([[0, args.addresses.outside]]),
        inside: new Map([[0, args.addresses.inside]]),
      },
      zeroUs: Math.round((clock.now() - clock.monotonic()) * 1000),
      id: args.id,
      reservations: [],
    });
    return { outside: outside.rtp.port, inside: inside.rtp.port };
  }

  #bind(plane: () => SessionPlane | undefined, side: Side, peer: number, local: string): Promise<SocketPair> {
    if (!this.#sockets) throw new HalinaError('MEDIA_NO_PORTS', 'the media process knows no ports yet');
    return this.#sockets.bind(
      local,
      (bytes, address, port) => plane()?.rtp(side, bytes, address, port, peer),
      (bytes, address) => plane()?.rtcp(side, bytes, address, peer),
    );
  }

  async #peer({ session, leg, peer, address }: PlaneRequests['peer']['args']): Promise<number> {
    const hosted = this.#hosted(session);
    const pair = await this.#bind(() => hosted.plane, leg, peer, address);
    if (this.#sessions.get(session) !== hosted) {
      this.#sockets?.release([pair]); // the session ended in the meantime
      throw new HalinaError('MEDIA_NO_SESSION', 'the media session has ended');
    }
    hosted.pairs[leg].set(peer, pair);
    hosted.addresses[leg].set(peer, address);
    return pair.rtp.port;
  }

  /** The leg goes to this peer, if it was not there already; those before it are let go. */
  #use(hosted: Hosted, side: Side, peer: number): void {
    const leg = hosted.plane.leg(side);
    const pair = hosted.pairs[side].get(peer);
    const address = hosted.addresses[side].get(peer);
    if (leg.peer === peer || !pair || address === undefined) return;
    leg.use(peer, { ...pair, address });
    this.#release(hosted, side, (other) => other < peer);
  }

  #release({ pairs, addresses }: Hosted, side: Side, which: (peer: number) => boolean): void {
    for (const [peer, pair] of pairs[side]) {
      if (!which(peer)) continue;
      pairs[side].delete(peer);
      addresses[side].delete(peer);
      this.#sockets?.release([pair]);
    }
  }

  #play({ session, leg, prompt, loop }: PlaneRequests['play']['args']): Promise<Played> {
    const { plane } = this.#hosted(session);
    const sound = this.#settings?.prompts[prompt];
    if (!sound) throw new HalinaError('MEDIA_NO_PROMPT', `there is no prompt ${prompt}`);
    const { clock } = this.#options;
    plane.settle();
    const side = plane.leg(leg);
    const heardBefore = side.received;
    // Wall time at monotonic zero as it is now: a clock that is set while a prompt plays does not bend its length.
    const zero = clock.now() - clock.monotonic();
    return new Promise((resolve) => {
      side.play(sound, loop, ({ framesSent, framesTotal, began, ended }) =>
        resolve({
          framesSent,
          framesTotal,
          beganAt: Math.round(zero + began),
          endedAt: Math.round(zero + ended),
          callerMediaSeen: side.received > heardBefore,
        }),
      );
    });
  }

  #tone(plane: SessionPlane, side: Side, tone: Tone | undefined): void {
    const leg = plane.leg(side);
    if (tone) leg.play(this.#tones[tone], true, () => {});
    else leg.stopPlaying();
  }

  async #startSpool({ session, path, entry, seal }: PlaneRequests['startSpool']['args']): Promise<void> {
    const hosted = this.#hosted(session);
    const { clock, send, spools } = this.#options;
    const listener = hosted.plane.listener(hosted.zeroUs);
    const writer = new SpoolWriter(
      {
        path,
        encoder: new PcapEncoder(),
        store: { memory: spools.memory, open: (at) => spools.open(at, seal) },
        sealed: seal !== undefined,
        clock,
        rounds: turnsOf(hosted),
        zeroUs: hosted.zeroUs,
        listener: (leg, bytes, from, to) => listener.hear(leg, bytes, from, to),
        collect: () => hosted.plane.collect(),
        reserve: (bytes) =>
          new Promise((resolve) => {
            hosted.reservations.push(resolve);
            send({ type: 'reserve', session, bytes });
          }),
        onCut: (reason, why) => send({ type: 'cut', session, reason, why }),
      },
      { type: 'call', entry },
    );
    hosted.plane.settle();
    hosted.plane.startSpool(writer);
    await writer.start();
  }

  async #close({ session, at }: PlaneRequests['close']['args']): Promise<PlaneRequests['close']['result']> {
    const hosted = this.#hosted(session);
    const { plane } = hosted;
    const spool = await plane.close(at).finally(() => {
      hosted.turn.cancel();
      this.#sessions.delete(session); // not before: the spool may still wait for bytes to be granted
      if (this.#sessions.size === 0) this.#options.spools.memory.rest();
      for (const side of ['outside', 'inside'] as const) this.#release(hosted, side, () => true);
    });
    return { stats: plane.stats(), spool };
  }

  /** The engine is gone: what was recorded is written as far as it came, and everything is let go. */
  async close(): Promise<void> {
    for (const { turn } of this.#sessions.values()) turn.cancel();
    this.#pacer.close();
    await Promise.all([...this.#sessions.values()].map(({ plane }) => plane.abandon()));
    this.#sessions.clear();
    this.#sockets?.close();
    this.#kernel?.close();
  }
}

/** A session's spool has its blocks in the session's turn. */
const turnsOf = ({ calls }: Hosted): Pick<Rounds, 'join'> => ({
  join(call) {
    calls.add(call);
    return { cancel: () => void calls.delete(call) };
  },
});

/** To ask for each number by itself costs more than all that is done with it. */
const chance = new Uint32Array(256);
let chances = 0;
function random32(): number {
  if (chances === 0) randomFillSync(chance);
  const number = chance[chances] ?? 0;
  chances = (chances + 1) % chance.length;
  return number;
}
