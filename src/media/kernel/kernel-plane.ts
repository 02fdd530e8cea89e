/**
 * The kernel plane of a media process: its relay program at the interfaces, the table and the ring that go with it. A
 * direction of a call is given to it when the session plane has nothing to do for it but rewriting headers, and taken
 * back for everything else. Each process has a program of its own over its own ports; programs of several processes
 * stand at an interface one after another, and each hands on what is not its own (docs/decisions/kernel-plane.md).
 * Everything is held by descriptors of this process: when it ends, however it ends, nothing stays behind (kernels before
 * 6.6: see `standing.ts`).
 */
import { isIPv6 } from 'node:net';
import { takesHairpins } from './interfaces.js';
import { RING, TABLE } from './relay-program.js';
import { Ring, type RingPacket } from './ring.js';
import { type Route, routeTo } from './routes.js';
import { standAtInterfaces, type Standing, type StandingKind } from './standing.js';
import { type RelayCounters, type RelayEntry, RelayTable } from './table.js';

interface Taker {
  readonly version: number;
  readonly take: TakeRecord;
}

/** A packet that was relayed, as it came; it is valid during the call only. */
export type TakeRecord = (packet: RingPacket, atMs: number) => void;

/** A direction of a call, as the session plane knows it. */
export interface Direction extends Omit<RelayEntry, 'route' | 'record'> {
  /** Gets each packet that is to be recorded; undefined: none is. */
  readonly take: TakeRecord | undefined;
}

/** A direction that the kernel relays. */
export interface RelayedDirection {
  /** Since it began. */
  counters(): RelayCounters;
  /** Takes it back. What was relayed until then was handed over to be recorded. */
  stop(): RelayCounters;
}

export interface KernelPlaneOptions {
  /** RTP ports, both ends included; RTP has the even ones. */
  readonly ports: { readonly from: number; readonly to: number };
  /** Bytes of the ring: a power of two, of whole pages. */
  readonly ringBytes: number;
  /** How the program is put at the interfaces; default: as the kernel allows. */
  readonly standing?: StandingKind;
}

/** How often the ring is read, milliseconds. */
const DRAIN_MS = 20;
/** How long the way to a peer is taken to be what it was. */
const ROUTE_MS = 5_000;

export class KernelPlane {
  /** Monotonic time of this process (`performance.now`) at the kernel's zero, milliseconds. */
  readonly #zeroMs = performance.now() - Number(process.hrtime.bigint()) / 1e6;
  readonly #table: RelayTable;
  readonly #ring: Ring;
  readonly #standing: Standing;
  /** By the entry's index. */
  readonly #takers: (Taker | undefined)[] = [];
  /** Of directions that were taken back: a packet that the program had in hand may still come. */
  #leaving: { readonly index: number; readonly taker: Taker }[] = [];
  readonly #routes = new Map<string, { readonly route: Route | undefined; readonly until: number }>();
  readonly #handOver = (packet: RingPacket): void => {
    const taker = this.#takers[packet.entry];
    if (taker?.version === packet.version) taker.take(packet, this.monotonic(packet.timeNs));
  };
  #timer: NodeJS.Timeout | undefined;
  #relayed = 0;

  /** Loads the program and puts it at all interfaces. Throws `KernelError` where the system does not allow it. */
  constructor({ ports, ringBytes, standing = 'any' }: KernelPlaneOptions) {
    const firstPort = ports.from + (ports.from % 2);
    this.#table = new RelayTable(firstPort, ports.to);
    this.#ring = new Ring(ringBytes);
    const maps = { [TABLE]: this.#table.descriptor, [RING]: this.#ring.descriptor };
    this.#standing = standAtInterfaces(firstPort, maps, standing);
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
    const version = this.#table.write(index, { ...direction, route, record: direction.take !== undefined });
    const taker = direction.take && { version, take: direction.take };
    this.#takers[index] = taker;
    this.#relayed++;
    this.#standing.renew();
    this.#timer ??= setInterval(() => this.#tick(), DRAIN_MS);
    return {
      counters: () => this.#table.counters(index),
      stop: () => {
        this.#table.switchOff(index);
        this.drain();
        if (taker) this.#leaving.push({ index, taker });
        this.#relayed--;
        return this.#table.counters(index);
      },
    };
  }

  /** Hands over what was recorded up to now. */
  drain(): void {
    this.#ring.drain(this.#handOver);
  }

  /** A time of the kernel's on this process's monotonic clock, milliseconds. */
  monotonic(timeNs: number): number {
    return timeNs / 1e6 + this.#zeroMs;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#standing.close();
    this.#ring.close();
    this.#table.close();
  }

  #tick(): void {
    this.#standing.renew();
    this.drain();
    for (const { index, taker } of this.#leaving) if (this.#takers[index] === taker) this.#takers[index] = undefined;
    this.#leaving = [];
    if (this.#relayed > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
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
