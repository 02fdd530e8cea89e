/**
 * Gives the directions of a session to the kernel plane where nothing is to be done but to rewrite headers, and takes
 * them back for everything else. The kernel continues the numbering that the session plane began and the session plane
 * goes on where the kernel stopped, so the peer sees one stream:
 *
 *     by socket ──some packets in a row──▶ by kernel ──settle: an order, a packet that the kernel left──▶ by socket …
 *
 * The kernel begins with the very next packet after the newest that was relayed, and only where none waits in the socket: on a
 * machine that had no time for us there are many, and the kernel would overtake them. One that comes to the socket in the
 * moment of the change is still relayed there: with a late one the kernel goes on, with a newer one it has missed
 * its beginning and begins anew after it.
 */
import type { Direction, Keeper, RelayedDirection } from '../../kernel/kernel-plane.js';
import { DSCP } from '../../../base/socket-options.js';
import { emptyPacket, readRtp, sequenceDistance } from '../../../rtp/packet.js';
import type { Leg as Side } from '../../../spool/records.js';
import type { Leg } from './leg.js';
import { type Kind, kindOf } from './payload-kinds.js';

/** The kernel plane, as sessions see it. */
export interface KernelRelay {
  start(direction: Direction): RelayedDirection | undefined;
  /** A time of the kernel's on this process's monotonic clock, milliseconds. */
  monotonic(timeNs: number): number;
}

/** Packets that the socket carries before the kernel takes over. */
const QUIET = 5;
/** So many more where the kernel plane could not take the direction. */
const REFUSED = 250;
/** So long after the change packets may still come by the socket, and so far from the newest that was relayed there. */
const CHANGE_MS = 200;
const MAX_APART = 64;
const TTL = 64;
const RTP_HEADER = 12;

interface Flow {
  readonly from: Leg;
  readonly to: Leg;
  /** Sound that was carried by the socket in a row. */
  quiet: number;
  relayed: RelayedDirection | undefined;
  /** The newest sequence number that the socket relayed, and until when packets from around it may still come there. */
  after: number;
  afterUntil: number;
  payloadTypes: readonly number[];
  packets: number;
  bytes: number;
  missed: number;
}

export interface OffloadOptions {
  readonly relay: KernelRelay;
  readonly legs: Readonly<Record<Side, Leg>>;
  /** Packets that were relayed, but not recorded as there was no room. */
  readonly onMissed: (packets: number) => void;
}

export class Offload {
  readonly #options: OffloadOptions;
  readonly #flows: Readonly<Record<Side, Flow>>;

  constructor(options: OffloadOptions) {
    this.#options = options;
    const { outside, inside } = options.legs;
    const flow = (from: Leg, to: Leg): Flow => ({
      from,
      to,
      quiet: 0,
      relayed: undefined,
      after: 0,
      afterUntil: 0,
      payloadTypes: [],
      packets: 0,
      bytes: 0,
      missed: 0,
    });
    this.#flows = { outside: flow(outside, inside), inside: flow(inside, outside) };
  }

  /** A datagram came to the socket of this side; to be called before it is looked at. */
  arrived(side: Side, bytes: Uint8Array, address: string, port: number, now: number): void {
    const flow = side === 'outside' ? this.#flows.outside : this.#flows.inside;
    if (!flow.relayed) return;
    const source = flow.from.source;
    if (source?.port !== port || source.address !== address) return; // a stranger changes nothing
    const ahead = now < flow.afterUntil ? aheadOf(bytes, flow) : undefined;
    if (ahead !== undefined && ahead <= 0) return;
    const hasBegun = flow.relayed.counters().packets > 0;
    this.#stop(flow);
    if (ahead !== undefined && !hasBegun) flow.quiet = QUIET - 1;
  }

  /** Sound of this side was relayed by the socket. `spool`: what keeps its packets; undefined: they are not recorded. */
  passed(side: Side, kind: Kind, spool: { keeper(side: Side): Keeper } | undefined, now: number): void {
    const flow = side === 'outside' ? this.#flows.outside : this.#flows.inside;
    if (flow.relayed || ++flow.quiet < QUIET || flow.from.hasMore) return;
    const direction = directionOf(flow, kind, spool?.keeper(side));
    flow.relayed = direction && this.#options.relay.start(direction);
    if (!direction || !flow.relayed) {
      flow.quiet = -REFUSED;
      return;
    }
    flow.after = direction.after;
    flow.afterUntil = now + CHANGE_MS;
    flow.payloadTypes = direction.payloadTypes.map((mapped) => mapped.in);
    flow.packets = flow.bytes = flow.missed = 0;
  }

  /** Both directions come back, or the one that comes from `side`. Whatever changes a session comes after this. */
  settle(side?: Side): void {
    for (const each of ['outside', 'inside'] as const) {
      if (side !== undefined && side !== each) continue;
      const flow = this.#flows[each];
      if (flow.relayed) this.#stop(flow);
      flow.quiet = 0;
    }
  }

  /** Has what was recorded up to now handed over. */
  collect(): void {
    this.#flows.outside.relayed?.collect();
    this.#flows.inside.relayed?.collect();
  }

  /** Brings the counters of both legs up to now. */
  sync(): void {
    const { outside, inside } = this.#flows;
    if (outside.relayed) this.#note(outside, outside.relayed.counters());
    if (inside.relayed) this.#note(inside, inside.relayed.counters());
  }

  #stop(flow: Flow): void {
    const counters = flow.relayed?.stop();
    flow.relayed = undefined;
    flow.quiet = 0;
    if (counters) this.#note(flow, counters);
  }

  #note(flow: Flow, counters: ReturnType<RelayedDirection['counters']>): void {
    const packets = counters.packets - flow.packets;
    const octets = counters.bytes - flow.bytes - packets * RTP_HEADER;
    const missed = counters.missed - flow.missed;
    flow.packets = counters.packets;
    flow.bytes = counters.bytes;
    flow.missed = counters.missed;
    if (missed > 0) this.#options.onMissed(missed);
    if (packets <= 0) return;
    const { lastSequence: sequence, lastTimestamp: timestamp, jitter } = counters;
    const at = this.#options.relay.monotonic(counters.lastArrivalNs);
    flow.from.adopt({ packets, sequence, jitter, at });
    flow.to.line.adopt({ packets, octets, sequence, timestamp, at });
  }
}

/**
 * How far this is ahead of the newest packet that the socket relayed; undefined where it is no sound of the stream, or from too far
 * off. What is not sound may be left out, which moves the numbers of all that follows: the kernel must not go on with
 * the old ones.
 */
function aheadOf(bytes: Uint8Array, { from, after, payloadTypes }: Flow): number | undefined {
  if (!readRtp(bytes, seen) || seen.ssrc !== from.stream?.ssrc || !payloadTypes.includes(seen.payloadType)) return;
  const ahead = sequenceDistance(seen.sequence, after);
  return Math.abs(ahead) < MAX_APART ? ahead : undefined;
}

const seen = emptyPacket();

/** What the kernel has to know; undefined where there is more to do than it can. */
function directionOf({ from, to }: Flow, kind: Kind, keeper: Keeper | undefined): Direction | undefined {
  const source = from.source;
  const stream = from.stream;
  const destination = to.destination;
  const mapping = to.line.mapping;
  const send = to.remote?.send;
  if (!source || !stream || !destination || !mapping || !send) return undefined;
  if (from.isEncrypted || to.isEncrypted) return undefined; // there is no AES in the kernel's programs
  if (kindOf(send.codec) !== kind || mapping.ssrc !== stream.ssrc) return undefined;
  return {
    local: from.local.address,
    localPort: from.local.port,
    source: source.address,
    sourcePort: source.port,
    ssrcIn: stream.ssrc,
    from: to.local.address,
    fromPort: to.local.port,
    to: destination.address,
    toPort: destination.port,
    ssrcOut: to.line.ssrc,
    sequenceOffset: mapping.sequenceOffset,
    timestampOffset: mapping.timestampOffset,
    payloadTypes: from.payloadTypes(kind).map((type) => ({ in: type, out: send.payloadType })),
    after: mapping.newest,
    dscp: DSCP.media,
    ttl: TTL,
    clockRate: send.clockRate,
    jitter: stream.jitter,
    keeper,
  };
}
