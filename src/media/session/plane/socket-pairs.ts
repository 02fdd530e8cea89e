/**
 * The sockets of legs: an RTP and an RTCP socket each, on a pair of ports of their own. When a call is over they stay
 * open for the drain time and swallow what comes, so that late packets meet neither a refusal nor another call.
 */
import type { Clock, Timer } from '../../../base/clock.js';
import { errorMessage, HalinaError } from '../../../base/errors.js';
import type { PacketIo, PacketListener, PacketSocket } from './packet-io.js';
import { PortPairs } from './ports.js';

export interface SocketPair {
  readonly rtp: PacketSocket;
  readonly rtcp: PacketSocket;
}

/** Pairs to try when other programs sit on ports of ours. */
const MAX_TRIES = 32;

export class SocketPairs {
  readonly #io: PacketIo;
  readonly #clock: Clock;
  readonly #drainMs: number;
  readonly #ports: PortPairs;
  readonly #used = new Set<SocketPair>();
  readonly #draining = new Map<SocketPair, Timer>();

  constructor(parts: { io: PacketIo; clock: Clock }, ports: { from: number; to: number }, drainMs: number) {
    this.#io = parts.io;
    this.#clock = parts.clock;
    this.#drainMs = drainMs;
    this.#ports = new PortPairs(ports, drainMs, parts.clock);
  }

  /** Binds a pair. Rejects with `HalinaError` `MEDIA_NO_PORTS`. */
  async bind(address: string, onRtp: PacketListener, onRtcp: PacketListener): Promise<SocketPair> {
    let last: unknown;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const port = this.#ports.take();
      if (port === undefined) break;
      try {
        return await this.#bindAt(address, port, onRtp, onRtcp);
      } catch (error) {
        last = error;
        this.#ports.release(port);
        if (!isTaken(error)) break; // the address is wrong, or there are no descriptors left: no port will do
      }
    }
    const why = last === undefined ? 'all are in use' : errorMessage(last);
    throw new HalinaError('MEDIA_NO_PORTS', `no pair of media ports could be had on ${address}: ${why}`, {
      hint: 'widen media.ports, or see which program uses them',
      cause: last,
    });
  }

  async #bindAt(address: string, port: number, onRtp: PacketListener, onRtcp: PacketListener): Promise<SocketPair> {
    const rtp = await this.#io.bind(address, port, onRtp);
    try {
      const pair = { rtp, rtcp: await this.#io.bind(address, port + 1, onRtcp) };
      this.#used.add(pair);
      return pair;
    } catch (error) {
      rtp.close();
      throw error;
    }
  }

  /** The call is over. */
  release(pairs: readonly SocketPair[]): void {
    for (const pair of pairs) {
      this.#used.delete(pair);
      this.#ports.release(pair.rtp.port);
      this.#draining.set(
        pair,
        this.#clock.setTimer(this.#drainMs, () => {
          this.#draining.delete(pair);
          shut(pair);
        }),
      );
    }
  }

  /** Closes every socket. */
  close(): void {
    for (const timer of this.#draining.values()) timer.cancel();
    for (const pair of [...this.#used, ...this.#draining.keys()]) shut(pair);
    this.#used.clear();
    this.#draining.clear();
  }
}

function shut({ rtp, rtcp }: SocketPair): void {
  rtp.close();
  rtcp.close();
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
