/**
 * The kernel plane of a media process: its relay program at the interfaces, the table and the tapes that go with it. A
 * direction of a call is given to it when the session plane has nothing to do for it but rewriting headers, and taken
 * back for everything else. Each process has a program of its own over its own ports; programs of several processes
 * stand at an interface one after another, and each hands on what is not its own (docs/decisions/kernel-plane.md).
 * Everything is held by descriptors of this process: when it ends, however it ends, nothing stays behind (kernels before
 * 6.6: see `standing.ts`).
 */
import { isIPv6 } from 'node:net';
import type { HeaderWords } from '../../spool/pcap-words.js';
import { takesHairpins } from './interfaces.js';
import { TABLE } from './relay-program.js';
import { TAPES } from './relay-record.js';
import { type Route, routeTo } from './routes.js';
import { standAtInterfaces, type Standing, type StandingKind } from './standing.js';
import { type RelayCounters, type RelayEntry, RelayTable, type Tape } from './table.js';
import { type TakeRecords, Tapes } from './tapes.js';

/** Who keeps the packets of a direction, as records. */
export interface Keeper {
  /** Microseconds since 1970 at the zero of this process's monotonic clock. */
  readonly zeroUs: number;
  /** Of its records. */
  readonly header: HeaderWords;
  readonly take: TakeRecords;
}

/** A direction of a call, as the session plane knows it. */
export interface Direction extends Omit<RelayEntry, 'route' | 'tape'> {
  /** Undefined: it is not recorded. */
  readonly keeper: Keeper | undefined;
}

/** A direction that the kernel relays. */
export interface RelayedDirection {
  /** Since it began. */
  counters(): RelayCounters;
  /** Hands over what was recorded up to now. */
  collect(): void;
  /** Takes it back. What was relayed until then was handed over to be recorded. */
  stop(): RelayCounters;
}

export interface KernelPlaneOptions {
  /** RTP ports, both ends included; RTP has the even ones. */
  readonly ports: { readonly from: number; readonly to: number };
  /** How many directions may be recorded at once; default: one for each port of RTP, which is the most. */
  readonly tapes?: number;
  /** How the program is put at the interfaces; default: as the kernel allows. */
  readonly standing?: StandingKind;
}

/** A direction that is recorded. */
interface Recorded {
  readonly index: number;
  readonly tape: number;
  readonly take: TakeRecords;
  /** Where it stands in the list. */
  at: number;
}

/** How often some tapes are looked at, and after how long all were, milliseconds: the shortest tape holds three times as much. */
const TICK_MS = 50;
const ROUND_MS = 200;
/** A tape is read where it has no longer room for so much: a second of G.711 in packets of 20 ms. */
const ROOM_BYTES = 11_000;
/** How long the way to a peer is taken to be what it was. */
const ROUTE_MS = 5_000;

export class KernelPlane {
  /** Monotonic time of this process (`performance.now`) at the kernel's zero, milliseconds. */
  readonly #zeroMs = performance.now() - Number(process.hrtime.bigint()) / 1e6;
  readonly #table: RelayTable;
  readonly #tapes: Tapes;
  readonly #standing: Standing;
  readonly #recorded: Recorded[] = [];
  /** Which of them is read next. */
  #next = 0;
  #tickedAt = 0;
  readonly #routes = new Map<string, { readonly route: Route | undefined; readonly until: number }>();
  #timer: NodeJS.Timeout | undefined;
  #relayed = 0;

  /** Loads the program and puts it at all interfaces. Throws `KernelError` where the system does not allow it. */
  constructor({ ports, tapes = Infinity, standing = 'any' }: KernelPlaneOptions) {
    const firstPort = ports.from + (ports.from % 2);
    this.#table = new RelayTable(firstPort, ports.to);
    this.#tapes = new Tapes(this.#table, Math.min(this.#table.entries, tapes));
    const maps = { [TABLE]: this.#table.descriptor, [TAPES]: this.#tapes.descriptor };
    this.#standing = standAtInterfaces({ firstPort, tapeBytes: this.#tapes.bytes }, maps, standing);
  }

  /** Whether the rights with which it was loaded are wanted once more at its end. */
  get needsRights(): boolean {
    return this.#standing.needsRights;
  }

  /** Relays a direction from now on; undefined where it cannot be done here. */
  start(direction: Direction): RelayedDirection | undefined {
    const index = this.#table.indexOf(direction.localPort);
    if (index === undefined || isIPv6(direction.local) !== isIPv6(direction.from)) return undefined;
    const arrival = this.#route(direction.source, direction.local);
    const route = this.#route(direction.to, direction.from);
    if (!arrival || !route || !this.#standing.interfaces.has(arrival.interfaceIndex)) return undefined;
    const recorded = direction.keeper && this.#record(index, direction.keeper.take);
    if (direction.keeper && !recorded) return undefined;
    const tape = recorded && direction.keeper && this.#labelled(recorded.tape, direction.keeper);
    this.#table.write(index, { ...direction, route, tape });
    this.#relayed++;
    this.#standing.renew();
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    return {
      counters: () => this.#table.counters(index),
      collect: () => recorded && this.#tapes.read(index, recorded.take),
      stop: () => {
        this.#table.switchOff(index);
        if (recorded) this.#forget(recorded);
        this.#relayed--;
        return this.#table.counters(index);
      },
    };
  }

  /** A time of the kernel's on this process's monotonic clock, milliseconds. */
  monotonic(timeNs: number): number {
    return timeNs / 1e6 + this.#zeroMs;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#standing.close();
    this.#tapes.close();
    this.#table.close();
  }

  /** Undefined where all tapes are in use. */
  #record(index: number, take: TakeRecords): Recorded | undefined {
    const tape = this.#tapes.take();
    if (tape === undefined) return undefined;
    const recorded = { index, tape, take, at: this.#recorded.length };
    this.#recorded.push(recorded);
    return recorded;
  }

  #labelled(number: number, { zeroUs, header }: Keeper): Tape {
    return { number, zeroNs: BigInt(Math.round(1000 * zeroUs + 1e6 * this.#zeroMs)), header };
  }

  /** Its entry is off: it has the last that is on its tape. */
  #forget({ index, tape, take, at }: Recorded): void {
    this.#tapes.settle(index);
    this.#tapes.read(index, take);
    this.#tapes.give(tape);
    const last = this.#recorded.pop();
    if (!last || last.at === at) return;
    last.at = at;
    this.#recorded[at] = last;
  }

  #tick(): void {
    this.#standing.renew();
    this.#readSome();
    if (this.#relayed > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Looks at as many tapes as are due since the last time, and reads those that fill. */
  #readSome(): void {
    const now = performance.now();
    const share = Math.min(1, (now - this.#tickedAt) / ROUND_MS);
    this.#tickedAt = now;
    for (let due = Math.ceil(this.#recorded.length * share); due > 0; due--) {
      if (this.#next >= this.#recorded.length) this.#next = 0;
      const recorded = this.#recorded[this.#next++];
      if (recorded && this.#tapes.filled(recorded.index) + ROOM_BYTES > this.#tapes.bytes)
        this.#tapes.read(recorded.index, recorded.take);
    }
  }

  /** The way from us to a peer, if the relay can take it. */
  #route(peer: string, own: string): Route | undefined {
    const key = `${peer} ${own}`;
    const now = performance.now();
    const known = this.#routes.get(key);
    if (known && known.until > now) return known.route;
    const found = routeTo(peer, own);
    const isUsable = found && (!found.isLocal || takesHairpins(isIPv6(peer) ? 6 : 4, peer));
    const route = isUsable && this.#standing.interfaces.has(found.interfaceIndex) ? found : undefined;
    if (this.#routes.size > 10_000) this.#routes.clear();
    this.#routes.set(key, { route, until: now + ROUTE_MS });
    return route;
  }
}
