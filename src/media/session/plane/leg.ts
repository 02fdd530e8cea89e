/**
 * One side of a session: what it hears (payload types, one stream), what it says (one outward line, filled by a player,
 * by made keys or by the other side), and its counters; how packets come and go: `peer-way.ts`. It knows nothing of the
 * other leg: the session carries packets over.
 */
import type { Clock } from '../../../base/clock.js';
import { aLawToLinear, aLawToMuLaw, muLawToALaw, recode } from '../../../codecs/g711.js';
import { emptyPacket, HEADER_BYTES, readRtp } from '../../../rtp/packet.js';
import { StreamReceiver } from '../../../rtp/receiver.js';
import { EVENT_BYTES, writeTelephoneEvent } from '../../../rtp/telephone-event.js';
import type { AgreedAudio, SocketAddress } from '../../../sdp/index.js';
import type { Flow } from '../../../spool/pcap.js';
import type { Leg as Side } from '../../../spool/records.js';
import type { LegStats } from '../../engine.js';
import { KeySender, type KeyTarget } from './key-sender.js';
import { OutwardLine } from './outward-line.js';
import type { Pacer } from './pacer.js';
import { codecOf, EVENT, isG711, type Kind, KindTable, kindOf, NOISE, OPUS, PCMA, REJECTED } from './payload-kinds.js';
import { type LegSockets, PeerWay, type WayTarget } from './peer-way.js';
import { Player, type PlayerTarget, type PlayResult } from './player.js';
import { Quality } from './quality.js';
import { Reporter } from './reporter.js';
import { type EncodedSound, FRAME } from './sound.js';
import { VoiceIn } from './voice-in.js';
import { VoiceOut } from './voice-out.js';

export interface LegOptions extends LegSockets {
  readonly side: Side;
  readonly clock: Clock;
  readonly pacer: Pacer;
  /** 32 bits of chance at each call. */
  readonly random32: () => number;
  readonly cname: string;
  /** The keys of its peer's sound could not be agreed on. `why`: of one try; undefined: there will be none. */
  readonly onUnsecured?: (why: string | undefined) => void;
}

const VOLUME = 10;
/** Room for what we make ourselves: a frame of G.711 or G.722, or what Opus makes of 20 ms of voice at the most. */
const OWN_BYTES = HEADER_BYTES + 1276;
/** Timestamp units in a millisecond of G.711, G.722 and, as a rule, telephone-events; and of Opus. */
const UNITS = 8;
const OPUS_UNITS = 48;
/** Packets a second that are looked at: five times as many as of sound in packets of 10 ms; more is an attack, or a fault. */
const MOST_A_SECOND = 500;
/** Bytes of the shortest UDPTL datagram: sequence number, a length, an empty primary, and the error recovery. */
const UDPTL_LEAST = 4;

/** Where packets of our own are made, one after another, by all legs. */
let own = Buffer.alloc(OWN_BYTES);

export class Leg implements PlayerTarget, KeyTarget, WayTarget {
  readonly side: Side;
  /** The packet that was taken last; read at once, the next overwrites it. */
  readonly packet = emptyPacket();
  /** Whether that packet begins a stream, or continues one somewhere else. */
  fresh = false;
  /** When the last packet was taken, monotonic milliseconds. */
  heardAt = -Infinity;
  /** Which of its peers has the leg. */
  peer = 0;
  /** It carries fax in place of sound: its datagrams are UDPTL. */
  isFax = false;
  readonly line: OutwardLine;
  readonly quality = new Quality();
  readonly #options: LegOptions;
  readonly #way: PeerWay;
  readonly #kinds = new KindTable();
  readonly #receiver = new StreamReceiver();
  #reporter: Reporter;
  readonly #keySender: KeySender;
  #remote: AgreedAudio | undefined;
  #player: Player | undefined;
  /** Of the timestamps that come. */
  #unitsIn = UNITS;
  /** Where what goes out is encoded here, and what comes in is decoded for the other side. */
  #out: VoiceOut | undefined;
  #in: VoiceIn | undefined;
  /** The next frame that is encoded for the other side's sound does not follow on one before. */
  #outBegins = true;
  #rejected = 0;
  #secondAt = -Infinity;
  #inSecond = 0;
  #byKernel = 0;
  /** When the kernel relayed its last packet, monotonic milliseconds. */
  #byKernelAt = -Infinity;

  constructor(options: LegOptions) {
    const { random32 } = options;
    this.#options = options;
    this.#way = new PeerWay(options, options.clock, this);
    this.side = options.side;
    // Far from the wrap, which a first packet that is lost could hide from who decrypts (RFC 3711 § 3.3.1).
    this.line = new OutwardLine({ ssrc: random32(), sequence: random32() & 0x7fff, timestamp: random32() });
    this.#reporter = this.#newReporter();
    this.#keySender = new KeySender(this);
  }

  #newReporter(): Reporter {
    const { clock, random32, cname } = this.#options;
    const random = (): number => random32() / 2 ** 32;
    return new Reporter({ clock, line: this.line, receiver: this.#receiver, cname, random });
  }

  /** Another peer has the leg, on its own way. What goes out stays one line. */
  use(peer: number, sockets: LegSockets): void {
    this.#sayGoodbye();
    this.peer = peer;
    this.#way.use(sockets);
    this.#keySender.clear();
    this.#remote = undefined;
    this.isFax = false;
    this.#reporter = this.#newReporter();
  }

  get remote(): AgreedAudio | undefined {
    return this.#remote;
  }

  /** Whether a packet has come that was not read yet. */
  get hasMore(): boolean {
    return this.#way.hasMore;
  }

  get maySend(): boolean {
    return this.#way.isOpen && this.#remote?.maySend === true && this.#out?.isReady !== false;
  }

  /** Something of our own is being sent: the other side has to wait. */
  get isOccupied(): boolean {
    return this.#player !== undefined || this.#keySender.busy;
  }

  /** Packets taken so far. */
  get received(): number {
    return this.#receiver.received;
  }

  /** A description of the peer was agreed on. `signalling`: the address its SIP comes from. */
  setRemote(remote: AgreedAudio, signalling: string | undefined): void {
    this.#remote = remote;
    this.isFax = false;
    this.#kinds.set(remote.receive);
    this.#setVoice(remote.send);
    this.#way.set(remote, signalling);
  }

  /** For its way: no keys, this time or at all. */
  unsecured(why: string | undefined): void {
    this.#options.onUnsecured?.(why);
  }

  /** G.711 needs no encoder for prompts; for other codecs one is kept ready. */
  #setVoice({ codec, clockRate }: AgreedAudio['send']): void {
    this.line.setClock(clockRate);
    this.#unitsIn = clockRate / 1000;
    if (this.#out?.codec === codec) return;
    this.#out?.close();
    this.#out = isG711(kindOf(codec)) ? undefined : new VoiceOut(codec);
  }

  /** From now on the peer and we exchange fax: nothing that is sound goes out any more. */
  setFax(remote: SocketAddress | undefined, signalling: string | undefined): void {
    this.stopPlaying();
    this.#keySender.clear();
    this.#remote = undefined;
    this.isFax = true;
    this.#way.setFax(remote, signalling);
  }

  /** Whether its sound is encrypted. */
  get isEncrypted(): boolean {
    return this.#way.isEncrypted;
  }

  /** Whether one more datagram may be looked at now: so many a second, whoever sends them. */
  admits(now: number): boolean {
    if (now - this.#secondAt >= 1_000) {
      this.#secondAt = now;
      this.#inSecond = 0;
    }
    if (++this.#inSecond <= MOST_A_SECOND) return true;
    this.#rejected++;
    return false;
  }

  /** A datagram on its RTP port, decrypted in place where that has to be; undefined: it is no sound, or not the peer's. */
  open(bytes: Buffer, address: string, port: number): Buffer | undefined {
    return this.#way.open(bytes, address, port);
  }

  /** Looks at a datagram; what it carries if it is to be used (`packet` says more), else `REJECTED`. */
  take(bytes: Uint8Array, address: string, port: number, now: number): Kind {
    const { packet } = this;
    const kind = readRtp(bytes, packet) ? this.#kinds.of(packet.payloadType) : REJECTED;
    if (kind === REJECTED || !this.#way.accepts(address, port, packet.ssrc, packet.sequence, now, false)) {
      this.#rejected++;
      return REJECTED;
    }
    if (kind !== EVENT && kind !== NOISE) this.#unitsIn = kind === OPUS ? OPUS_UNITS : UNITS;
    const units = Math.round(now * this.#unitsIn);
    const arrival = this.#receiver.note(packet.ssrc, packet.sequence, packet.timestamp, units);
    if (arrival === 'duplicate' || arrival === 'jump') return REJECTED;
    this.fresh = arrival === 'first' || arrival === 'restart';
    this.heardAt = now;
    return kind;
  }

  /**
   * Looks at a datagram of fax, whether it is to be sent on. One of UDPTL (T.38 § 9.1) begins with its sequence number,
   * which can look like RTP's first bytes: what belongs to the stream of sound before it is told by its SSRC.
   */
  takeFax(bytes: Uint8Array, address: string, port: number, now: number): boolean {
    const { packet } = this;
    const isSound = readRtp(bytes, packet) && packet.ssrc === this.#receiver.ssrc;
    const sequence = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
    if (isSound || bytes.length < UDPTL_LEAST || !this.#way.accepts(address, port, 0, sequence, now, true)) {
      this.#rejected++;
      return false;
    }
    this.heardAt = now;
    return true;
  }

  /** Sends on a datagram of the other side's fax, as it is. */
  relayFax(bytes: Uint8Array): void {
    this.#way.passFax(bytes);
  }

  /** How often it has latched: where this changes, packets come from somewhere else. */
  get latched(): number {
    return this.#way.latched;
  }

  /** From where to where its packets come; undefined before the first. */
  get flow(): Flow | undefined {
    return this.#way.flow;
  }

  /** The latched source of its packets. */
  get source(): SocketAddress | undefined {
    return this.#way.source;
  }

  /** Where packets to the peer go. */
  get destination(): SocketAddress | undefined {
    return this.#way.destination;
  }

  /** Our own address and port. */
  get local(): SocketAddress {
    return this.#way.local;
  }

  /** The stream that comes from the peer; undefined before the first packet. */
  get stream(): { readonly ssrc: number; readonly jitter: number } | undefined {
    const { ssrc, jitter } = this.#receiver;
    return ssrc === undefined ? undefined : { ssrc, jitter };
  }

  /** The payload types under which a kind of sound may come. */
  payloadTypes(kind: Kind): number[] {
    return this.#kinds.typesOf(kind);
  }

  /** What a payload type of the peer's is. */
  kindOf(payloadType: number): Kind {
    return this.#kinds.of(payloadType);
  }

  /** Packets of its peer were relayed elsewhere. `at`: when the newest came, monotonic milliseconds. */
  adopt(news: { packets: number; sequence: number; jitter: number; at: number }): void {
    this.#receiver.adopt(news.packets, news.sequence, news.jitter);
    this.#byKernel += news.packets;
    this.#byKernelAt = news.at;
    this.heardAt = Math.max(this.heardAt, news.at);
  }

  /** What the kernel relays and nobody keeps cannot be measured: it counts as sound. */
  trustKernel(): void {
    this.quality.meter.audibleAt = Math.max(this.quality.meter.audibleAt, this.#byKernelAt);
  }

  /** Counts a packet that turned out to be of no use. */
  reject(): void {
    this.#rejected++;
  }

  /** Whether sound of this kind can be sent on as it is, or by looking each byte up. */
  relays(kind: Kind): boolean {
    const send = this.#remote?.send;
    if (!send) return false;
    const wanted = kindOf(send.codec);
    if (kind === NOISE) return this.#remote?.sendNoise !== undefined && isG711(wanted);
    return wanted === kind || (isG711(wanted) && isG711(kind));
  }

  /** The sound of the packet that was taken just now, decoded. */
  heard(bytes: Uint8Array, kind: Kind): ReturnType<VoiceIn['hear']> {
    const codec = codecOf(kind);
    this.#in ??= new VoiceIn();
    return codec && this.#in.hear(codec, bytes, this.packet);
  }

  /** Sends on a packet of sound that `from` took just now, in this peer's codec: decoded and encoded anew. */
  transcode(bytes: Uint8Array, from: Leg, kind: Kind, now: number): void {
    const send = this.#remote?.send;
    const heard = from.heard(bytes, kind);
    if (!send || !heard) return;
    this.#out ??= new VoiceOut(send.codec);
    if (heard.begins) {
      this.#out.clear();
      this.#outBegins = true;
    }
    this.#out.push(heard.samples, heard.rate);
    for (let frame = this.#out.take(); frame; frame = this.#out.take()) {
      this.#sendEncoded(frame, this.#out.frameUnits, this.#outBegins, now);
      this.#outBegins = false;
    }
  }

  #sendEncoded(frame: Uint8Array, units: number, begin: boolean, now: number): void {
    const payloadType = this.#remote?.send.payloadType;
    if (payloadType === undefined || frame.length > OWN_BYTES - HEADER_BYTES) return;
    own.set(frame, HEADER_BYTES);
    if (begin) this.line.begin(own, 0, payloadType, units, frame.length, now);
    else this.line.follow(own, 0, payloadType, units, frame.length, now);
    this.#sendOwn(HEADER_BYTES + frame.length);
  }

  /** Sends on a packet of sound that `from` took just now; its bytes are changed in place. */
  relaySound(bytes: Uint8Array, from: Leg, kind: Kind, now: number): void {
    const send = this.#remote?.send;
    const { packet } = from;
    if (!send) return;
    const at = packet.payloadStart - HEADER_BYTES;
    const payloadType = kind === NOISE ? this.#remote?.sendNoise : send.payloadType;
    if (payloadType === undefined) return;
    if (!this.line.relay(bytes, at, packet, payloadType, from.fresh, false, now)) return;
    const isALaw = kind === PCMA;
    if (isG711(kind) && isALaw !== (send.codec === 'PCMA'))
      recode(isALaw ? aLawToMuLaw : muLawToALaw, bytes, packet.payloadStart, packet.payloadEnd);
    this.#way.pass(bytes, at, packet.payloadEnd);
  }

  /** Sends on a telephone-event packet, if the peer takes them. */
  relayEvent(bytes: Uint8Array, from: Leg, now: number): void {
    const payloadType = this.#remote?.sendEvents;
    const { packet } = from;
    if (payloadType === undefined) {
      this.line.leaveOut(packet);
      return;
    }
    const at = packet.payloadStart - HEADER_BYTES;
    if (this.line.relay(bytes, at, packet, payloadType, from.fresh, true, now))
      this.#way.pass(bytes, at, packet.payloadEnd);
  }

  /** Makes a key towards the peer, after those that wait. False: it takes no events, or too many wait. */
  sendKey(key: string): boolean {
    if (!this.maySend || this.#remote?.sendEvents === undefined) return false;
    const wasBusy = this.#keySender.busy;
    if (!this.#keySender.add(key)) return false;
    if (!wasBusy) this.#options.pacer.start(this.#keySender);
    return true;
  }

  sendEvent(key: string, event: { first: boolean; ended: boolean; duration: number }, now: number): void {
    const payloadType = this.#remote?.sendEvents;
    if (payloadType === undefined || !this.maySend) return;
    const duration = (event.duration * this.line.unitsPerMs) / UNITS;
    writeTelephoneEvent(own, HEADER_BYTES, key, event.ended, VOLUME, duration);
    this.line.event(own, 0, event.first, payloadType, EVENT_BYTES, now);
    this.#sendOwn(HEADER_BYTES + EVENT_BYTES);
  }

  sendFrame(sound: EncodedSound, index: number, begin: boolean, now: number): void {
    const send = this.#remote?.send;
    if (!send) return;
    if (send.codec !== 'PCMA' && send.codec !== 'PCMU') return this.#sendRecoded(sound, index, begin, now);
    sound[send.codec].copy(own, HEADER_BYTES, index * FRAME, (index + 1) * FRAME);
    if (begin) this.line.begin(own, 0, send.payloadType, FRAME, FRAME, now);
    else this.line.follow(own, 0, send.payloadType, FRAME, FRAME, now);
    this.#sendOwn(HEADER_BYTES + FRAME);
  }

  /** A prompt's frame in another codec than G.711, which it is kept in. */
  #sendRecoded(sound: EncodedSound, index: number, begin: boolean, now: number): void {
    const out = this.#out;
    if (!out) return;
    const samples = Int16Array.from(
      sound.PCMA.subarray(index * FRAME, (index + 1) * FRAME),
      (code) => aLawToLinear[code] as number,
    );
    if (begin) out.clear();
    out.push(samples, 8000);
    const frame = out.take();
    if (frame) this.#sendEncoded(frame, out.frameUnits, begin, now);
  }

  #sendOwn(length: number): void {
    if (!this.#way.sendOwn(own, length)) own = Buffer.alloc(OWN_BYTES);
  }

  /** Plays a sound in place of whatever plays. `done` is told how far it came. */
  play(sound: EncodedSound, loop: boolean, done: (result: PlayResult) => void): void {
    this.stopPlaying();
    this.line.endRelay();
    const { pacer } = this.#options;
    const errorsBefore = this.#way.sendErrors;
    const player = new Player(this, sound, {
      loop,
      done: (result) => {
        if (this.#player === player) this.#player = undefined;
        done({ ...result, framesSent: Math.max(0, result.framesSent - (this.#way.sendErrors - errorsBefore)) });
      },
    });
    this.#player = player;
    pacer.start(player);
  }

  stopPlaying(): void {
    const player = this.#player;
    if (!player) return;
    this.#player = undefined;
    this.#options.pacer.stop(player);
    player.finish(this.#options.clock.monotonic());
  }

  /** Takes an RTCP datagram: from the host of the latched source, or from where the peer said. `isChecked`: what ICE says. */
  takeRtcp(bytes: Buffer, address: string, isChecked?: boolean): void {
    const plain = this.#way.openRtcp(bytes, address, isChecked);
    if (!plain || !this.#reporter.note(plain)) this.#rejected++;
  }

  /** Sends a report if it is time. */
  report(): void {
    this.quality.sweep(this.#counted, this.#reporter.far, this.#options.clock.monotonic());
    const report = this.#way.mayReport ? this.#reporter.due() : undefined;
    if (report) this.#way.sendRtcp(report);
  }

  #sayGoodbye(): void {
    if (this.#way.mayReport && this.line.packets > 0) this.#way.sendRtcp(this.#reporter.compose(true));
  }

  get #counted(): { received: number; lost: number; jitterMs: number } {
    const { received, lost, jitter } = this.#receiver;
    return { received, lost, jitterMs: jitter / this.#unitsIn };
  }

  stats(): LegStats {
    const receiver = this.#receiver;
    const { source, suite, sendErrors } = this.#way;
    return {
      packetsReceived: receiver.received,
      packetsSent: this.line.packets - sendErrors,
      packetsLost: receiver.lost,
      packetsLate: receiver.late,
      packetsDuplicate: receiver.duplicates,
      packetsRejected: this.#rejected,
      packetsByKernel: this.#byKernel,
      jitterMs: receiver.jitter / this.#unitsIn,
      source: source && `${source.address}:${source.port}`,
      encryption: suite,
      quality: this.quality.report(this.#counted, this.#reporter.far, this.line.packets),
    };
  }

  /** Stops what it sends, and says goodbye. The sockets are the owner's to close. */
  close(): void {
    this.stopPlaying();
    this.#keySender.clear();
    this.#options.pacer.stop(this.#keySender);
    this.#sayGoodbye();
    this.#way.close();
    this.#out?.close();
    this.#out = undefined;
    this.#in?.close();
    this.#in = undefined;
  }
}
