/**
 * A session on the packet side: two legs, what passes between them, and the spool that keeps it. Every packet takes
 * this way: a leg takes it (or not) → the spool has its copy → keys are looked at → the other leg sends it on.
 */
import type { CallId } from '../../../base/brands.js';
import type { Clock, Timer } from '../../../base/clock.js';
import type { Trouble } from '../../../entry/call-media.js';
import { aLawToLinear, muLawToLinear } from '../../../codecs/g711.js';
import { DtmfDetector } from '../../../codecs/dtmf-detector.js';
import type { FaxSign } from '../../../codecs/fax-detector.js';
import { readTelephoneEvent } from '../../../rtp/telephone-event.js';
import type { AgreedAudio, SocketAddress } from '../../../sdp/index.js';
import type { Leg as Side, SpoolMark, SpoolParty } from '../../../spool/records.js';
import type { LegStats, SpoolEnd } from '../../engine.js';
import { FaxEar } from './fax-ear.js';
import { KeyGate } from './key-gate.js';
import { KeyReader } from './key-reader.js';
import type { Leg } from './leg.js';
import { type KernelRelay, Offload } from './offload.js';
import { EVENT, isG711, type Kind, kindOf, NOISE, PCMA, REJECTED } from './payload-kinds.js';
import type { SpoolWriter } from './spool-writer.js';
import { TapeListener } from './tape-listener.js';
import { TokenBucket } from './token-bucket.js';
import { type SideSound, TroubleWatch } from './trouble-watch.js';

/** What a session has to say while it runs. */
export type SessionNews =
  | { readonly type: 'dtmf'; readonly leg: Side; readonly digit: string; readonly source: 'rtp' | 'inband' }
  | { readonly type: 'code'; readonly leg: Side; readonly code: string }
  | { readonly type: 'fax'; readonly leg: Side; readonly sign: FaxSign }
  | { readonly type: 'silence'; readonly leg: Side; readonly forMs: number }
  /** The keys of its sound could not be agreed on. `why`: of one try; undefined: there will be none. */
  | { readonly type: 'unsecured'; readonly leg: Side; readonly why: string | undefined }
  | { readonly type: 'trouble'; readonly leg: Side; readonly what: Trouble; readonly begins: boolean };

export interface SessionPlaneOptions {
  readonly id: CallId;
  readonly legs: Readonly<Record<Side, Leg>>;
  readonly codes: Readonly<Partial<Record<Side, readonly string[]>>>;
  readonly clock: Clock;
  /** 0: a silence is never told of. */
  readonly silenceTimeoutMs: number;
  readonly tell: (news: SessionNews) => void;
  /** Where there is one, it relays what needs nothing but new headers. */
  readonly kernel?: KernelRelay | undefined;
}

/** How long a key that may begin a code is held for the next one. */
const HOLD_MS = 2_000;
/** Keys a second that are listened to, and how many may come at once; more is a storm, or an attack. */
const KEYS_PER_SECOND = 16;
const KEYS_AT_ONCE = 32;

/** What a session knows of one side's keys. */
interface Keys {
  readonly reader: KeyReader;
  readonly gate: KeyGate | undefined;
  readonly bucket: TokenBucket;
  timer: Timer | undefined;
  /** Packets of the present press are relayed as they come. */
  passing: boolean;
  detector: DtmfDetector | undefined;
}

export class SessionPlane {
  readonly #options: SessionPlaneOptions;
  readonly #keys: Readonly<Record<Side, Keys>>;
  /** From when each side is to send sound; undefined: it is not. */
  readonly #expectedSince: Record<Side, number | undefined> = { outside: undefined, inside: undefined };
  readonly #silent: Record<Side, boolean> = { outside: false, inside: false };
  #bridged = false;
  #closed = false;
  #spool: SpoolWriter | undefined;
  /** What the spool knows of where each side's packets come from, see `Leg.latched`. */
  readonly #flows: Record<Side, number> = { outside: 0, inside: 0 };
  #begun = false;
  /** Who has the inside leg, as far as it was told. */
  #party: SpoolParty | undefined;
  /** Since when both could talk, where that was told. */
  #connectedAt: number | undefined;
  readonly #held: Record<Side, boolean> = { outside: false, inside: false };
  #spooling = false;
  readonly #offload: Offload | undefined;
  readonly #troubles = new TroubleWatch();
  readonly #ear: FaxEar;
  constructor(options: SessionPlaneOptions) {
    this.#options = options;
    const keys = (side: Side): Keys => ({
      reader: new KeyReader(),
      gate: options.codes[side]?.length ? new KeyGate(options.codes[side]) : undefined,
      bucket: new TokenBucket(KEYS_PER_SECOND, KEYS_AT_ONCE, options.clock),
      timer: undefined,
      passing: false,
      detector: undefined,
    });
    this.#keys = { outside: keys('outside'), inside: keys('inside') };
    this.#ear = new FaxEar(options.clock, (leg, sign) => options.tell({ type: 'fax', leg, sign }));
    const { kernel: relay, legs } = options;
    const onMissed = (packets: number): void => this.#spool?.missed(packets);
    this.#offload = relay && new Offload({ relay, legs, onMissed });
  }

  /** Takes back what the kernel relays; to be called before anything of the session is changed. */
  settle(): void {
    this.#offload?.settle();
  }

  /** Has what the kernel recorded up to now handed over to the spool. */
  collect(): void {
    this.#offload?.collect();
  }

  leg(side: Side): Leg {
    const { outside, inside } = this.#options.legs;
    return side === 'outside' ? outside : inside; // by name it would be looked up anew for every packet
  }

  #keysOf(side: Side): Keys {
    const { outside, inside } = this.#keys;
    return side === 'outside' ? outside : inside;
  }

  /** A datagram on a leg's RTP port. */
  rtp(side: Side, datagram: Buffer, address: string, port: number, peer = 0): void {
    const from = this.leg(side);
    if (this.#closed || from.peer !== peer) return;
    const now = this.#options.clock.monotonic();
    if (from.isFax) return this.#fax(from, datagram, address, port, now);
    if (!from.admits(now)) return;
    this.#offload?.arrived(side, datagram, address, port, now);
    const bytes = from.open(datagram, address, port);
    if (!bytes) return;
    const kind = from.take(bytes, address, port, now);
    if (kind === REJECTED) return;
    if (from.fresh) this.#keys[side].reader.restart();
    if (this.#spooling) this.#keep(from, bytes, now);
    const to = this.leg(side === 'outside' ? 'inside' : 'outside');
    if (kind === EVENT) this.#event(from, to, bytes, now);
    else this.#sound(from, to, bytes, kind, now);
  }

  /** Fax goes from machine to machine as it is, and is in no recording. Only one of the two sends at a time. */
  #fax(from: Leg, bytes: Buffer, address: string, port: number, now: number): void {
    const to = this.leg(from.side === 'outside' ? 'inside' : 'outside');
    if (!from.takeFax(bytes, address, port, now)) return;
    to.heardAt = now;
    if (this.#bridged && to.isFax) to.relayFax(bytes);
  }

  #keep(from: Leg, bytes: Buffer, now: number): void {
    const { side } = from;
    const known = side === 'outside' ? this.#flows.outside : this.#flows.inside;
    if (from.latched !== known) {
      this.#flows[side] = from.latched;
      if (from.flow) this.#spool?.flow(side, from.flow);
    }
    this.#spool?.rtp(side, bytes, now);
  }

  rtcp(side: Side, bytes: Buffer, address: string, peer = 0): void {
    if (!this.#closed && this.leg(side).peer === peer) this.leg(side).takeRtcp(bytes, address);
  }

  #sound(from: Leg, to: Leg, bytes: Buffer, kind: Kind, now: number): void {
    const { detector, gate } = this.#keysOf(from.side);
    if (detector && isG711(kind) && from.remote?.sendEvents === undefined) {
      const { payloadStart, payloadEnd } = from.packet;
      const key = detector.listen(bytes, payloadStart, payloadEnd, kind === PCMA ? aLawToLinear : muLawToLinear);
      if (key !== undefined) this.#press(from, to, key, 'inband');
    }
    this.#ear.hear(from.side, kind, bytes, from.packet.payloadStart, from.packet.payloadEnd, now);
    if (!this.#bridged) return;
    if (kind !== NOISE) from.quality.meter.heard(bytes, from.packet.payloadStart, from.packet.payloadEnd, kind, now);
    const isHeldBack = gate !== undefined && detector?.isSounding === true;
    const relays = to.relays(kind);
    if (isHeldBack || to.isOccupied || !to.maySend || (kind === NOISE && !relays)) to.line.leaveOut(from.packet);
    else if (!relays) {
      to.line.endRelay();
      to.transcode(bytes, from, kind, now);
    } else if (kind === NOISE) to.relaySound(bytes, from, kind, now);
    else {
      to.relaySound(bytes, from, kind, now);
      if (!detector) this.#offload?.passed(from.side, kind, this.#spooling ? this.#spool : undefined, now);
    }
  }

  #event(from: Leg, to: Leg, bytes: Buffer, now: number): void {
    const { packet } = from;
    const event = readTelephoneEvent(bytes, packet.payloadStart, packet.payloadEnd);
    if (!event) from.reject();
    const keys = this.#keysOf(from.side);
    let passing = false;
    if (event?.key !== undefined) {
      const { key } = event;
      const what = keys.reader.read({ ...event, key }, packet.ssrc, packet.timestamp, packet.marker);
      if (what === 'press') keys.passing = this.#press(from, to, key, 'rtp');
      passing = keys.passing && what !== 'stale';
    }
    if (!this.#bridged) return;
    // Where the sound is transcoded the numbers are ours, and so are the keys: they were made anew when pressed.
    if (this.#isTranscoded(from, to)) return;
    if (passing && to.maySend && !to.isOccupied) to.relayEvent(bytes, from, now);
    else to.line.leaveOut(packet);
  }

  /** A key was pressed. Whether its own packets may go on to the other side. */
  #press(from: Leg, to: Leg, key: string, source: 'rtp' | 'inband'): boolean {
    const keys = this.#keysOf(from.side);
    if (!keys.bucket.take()) {
      from.reject();
      return false;
    }
    keys.timer?.cancel();
    const decision = keys.gate?.press(key) ?? { pass: true, released: [], code: undefined };
    if (keys.gate?.holds)
      keys.timer = this.#options.clock.setTimer(HOLD_MS, () =>
        this.#release(from, to, keys.gate?.expire() ?? [], source),
      );
    this.#release(from, to, decision.released, source);
    if (decision.code !== undefined) this.#options.tell({ type: 'code', leg: from.side, code: decision.code });
    if (!decision.pass) return false;
    if (this.#bridged && to.isOccupied) {
      this.#release(from, to, [key], source); // keys that are being made go first
      return false;
    }
    this.#options.tell({ type: 'dtmf', leg: from.side, digit: key, source });
    if (this.#bridged && source === 'rtp' && this.#isTranscoded(from, to)) to.sendKey(key);
    return true;
  }

  #isTranscoded(from: Leg, to: Leg): boolean {
    const codec = from.remote?.send.codec;
    return codec !== undefined && !to.relays(kindOf(codec));
  }

  #release(from: Leg, to: Leg, keys: readonly string[], source: 'rtp' | 'inband'): void {
    for (const key of keys) {
      this.#options.tell({ type: 'dtmf', leg: from.side, digit: key, source });
      if (!this.#bridged) continue;
      this.#offload?.settle(from.side);
      to.sendKey(key);
    }
  }

  /** The leg's peer was agreed with. */
  setRemote(side: Side, remote: AgreedAudio, signalling: string | undefined): void {
    const leg = this.leg(side);
    const wasHeld = this.#held[side];
    this.#held[side] = remote.held;
    leg.setRemote(remote, signalling);
    this.#expect();
    this.#spool?.mark(codecsMark(leg));
    if (this.#begun && remote.held !== wasHeld) this.#spool?.mark({ type: remote.held ? 'hold' : 'resume', leg: side });
    this.#decideSpooling();
  }

  /** The leg's peer sends fax from now on, and is to be sent it. */
  setFax(side: Side, remote: SocketAddress | undefined, signalling: string | undefined): void {
    this.leg(side).setFax(remote, signalling);
    this.#expect();
  }

  listen(side: Side, on: boolean): void {
    this.#keysOf(side).detector = on ? new DtmfDetector() : undefined;
  }

  bridge(on: boolean, party?: SpoolParty, at?: number): void {
    if (on) {
      this.leg('outside').stopPlaying();
      this.leg('inside').stopPlaying();
      this.#ear.again();
    }
    this.leg('outside').line.endRelay();
    this.leg('inside').line.endRelay();
    const was = this.#bridged;
    this.#bridged = on;
    this.#party = party;
    this.#connectedAt ??= at;
    this.#expect();
    if (this.#begun && was && !on) this.#spool?.mark({ type: 'apart' });
    if (this.#begun && on && (party || !was)) this.#spool?.mark({ type: 'party', party: party ?? {} });
    this.#decideSpooling();
  }

  /** From when each side is to be heard. */
  #expect(): void {
    for (const side of ['outside', 'inside'] as const) {
      const leg = this.leg(side);
      const expects = this.#bridged && (leg.isFax || leg.remote?.expects === true);
      if (!expects) this.#expectedSince[side] = undefined;
      else this.#expectedSince[side] ??= this.#options.clock.monotonic();
    }
  }

  /** Called once a round (`rounds.ts`), every second or so: tells of silences and sends reports. */
  sweep(): void {
    const { silenceTimeoutMs, clock, tell } = this.#options;
    const now = clock.monotonic();
    this.#offload?.sync();
    for (const side of ['outside', 'inside'] as const) {
      const leg = this.leg(side);
      leg.report();
      const since = this.#expectedSince[side];
      const forMs = since === undefined ? 0 : now - Math.max(since, leg.heardAt);
      const isSilent = silenceTimeoutMs > 0 && forMs >= silenceTimeoutMs;
      if (isSilent && !this.#silent[side]) tell({ type: 'silence', leg: side, forMs });
      this.#silent[side] = isSilent;
    }
    this.#lookForTrouble(now);
  }

  #lookForTrouble(now: number): void {
    const { clock, tell } = this.#options;
    const sound = (side: Side): SideSound => {
      const leg = this.leg(side);
      if (!this.#spooling || this.#spool?.isTaking === false) leg.trustKernel();
      const { meter } = leg.quality;
      return {
        expectedSince: leg.isFax ? undefined : this.#expectedSince[side],
        heardAt: leg.heardAt,
        audibleAt: meter.audibleAt,
        clipped: meter.takeClipped(),
      };
    };
    for (const change of this.#troubles.look({ outside: sound('outside'), inside: sound('inside') }, now)) {
      this.leg(change.leg).quality.trouble(change.what, change.begins, clock.now());
      tell({ type: 'trouble', ...change });
    }
  }

  /** Hears what the kernel relayed of both sides, when the spool takes it. `zeroUs`: as the spool's. */
  listener(zeroUs: number): TapeListener {
    return new TapeListener(this.#options.legs, this.#ear, zeroUs);
  }

  /** Keeps what passes from now on. */
  startSpool(spool: SpoolWriter): void {
    this.#spool = spool;
    for (const side of ['outside', 'inside'] as const)
      if (this.leg(side).remote) spool.mark(codecsMark(this.leg(side)));
    this.#decideSpooling();
  }

  /** The recording begins where both can talk; what is said while a side is on hold is not in it. */
  #decideSpooling(): void {
    const held = (['outside', 'inside'] as const).filter((side) => this.leg(side).remote?.held);
    if (this.#spool && this.#bridged && !this.#begun) {
      this.#begun = true;
      this.#spool.mark({ type: 'begin' }, this.#connectedAt);
      if (this.#party) this.#spool.mark({ type: 'party', party: this.#party });
      for (const leg of held) this.#spool.mark({ type: 'hold', leg });
    }
    this.#spooling = this.#begun && this.#bridged && held.length === 0;
  }

  stopSpool(): void {
    this.#spool?.stop();
  }

  stats(): Record<Side, LegStats> {
    this.#offload?.sync();
    return { outside: this.leg('outside').stats(), inside: this.leg('inside').stats() };
  }

  /** Ends it; the spool is whole on the disk when this resolves. */
  async close(at?: number): Promise<SpoolEnd | undefined> {
    this.settle();
    this.#closed = true;
    for (const side of ['outside', 'inside'] as const) {
      this.#keysOf(side).timer?.cancel();
      this.leg(side).close();
    }
    return this.#spool?.close(at);
  }

  /** The process goes: what was collected is written, without an end. */
  async abandon(): Promise<void> {
    this.settle();
    this.#closed = true;
    await this.#spool?.abandon();
  }
}

const codecsMark = (leg: Leg): SpoolMark => ({ type: 'codecs', leg: leg.side, mappings: leg.remote?.receive ?? [] });
