/**
 * One leg's RTCP (RFC 3550 § 6): reports about what it sends and hears, every 5 s with the randomness that § 6.2 asks
 * for, and the times of the peer's reports, which ours have to name.
 */
import type { Clock } from '../../../base/clock.js';
import { composeRtcp, parseRtcp, type Report } from '../../../rtp/rtcp.js';
import type { StreamReceiver } from '../../../rtp/receiver.js';
import type { OutwardLine } from './outward-line.js';

/** § 6.2: the least interval for a session of two. */
const INTERVAL_MS = 5_000;

export class Reporter {
  readonly #clock: Clock;
  readonly #line: OutwardLine;
  readonly #receiver: StreamReceiver;
  readonly #cname: string;
  readonly #random: () => number;
  #dueAt: number;
  #packetsBefore = 0;
  #lastReport = 0;
  #lastReportAt = 0;

  constructor(options: {
    clock: Clock;
    line: OutwardLine;
    receiver: StreamReceiver;
    cname: string;
    /** 0 to 1. */
    random: () => number;
  }) {
    this.#clock = options.clock;
    this.#line = options.line;
    this.#receiver = options.receiver;
    this.#cname = options.cname;
    this.#random = options.random;
    this.#dueAt = options.clock.monotonic() + (INTERVAL_MS / 2) * (0.5 + options.random());
  }

  /** A report, if it is time for one. */
  due(): Uint8Array | undefined {
    const now = this.#clock.monotonic();
    if (now < this.#dueAt) return undefined;
    this.#dueAt = now + INTERVAL_MS * (0.5 + this.#random());
    return this.compose(false);
  }

  /** A report now; `bye`: the last one. */
  compose(bye: boolean): Uint8Array {
    const now = this.#clock.monotonic();
    const { packets, octets, ssrc } = this.#line;
    const isSender = packets > this.#packetsBefore;
    this.#packetsBefore = packets;
    return composeRtcp({
      ssrc,
      cname: this.#cname,
      bye,
      ...(isSender && {
        sender: { unixMs: this.#clock.now(), timestamp: this.#line.timestampAt(now), packets, octets },
      }),
      ...this.#block(now),
    });
  }

  #block(now: number): Pick<Report, 'block'> {
    const receiver = this.#receiver;
    if (receiver.ssrc === undefined) return {};
    return {
      block: {
        ssrc: receiver.ssrc,
        fractionLost: receiver.takeFractionLost(),
        packetsLost: receiver.lost,
        extendedHighest: receiver.extendedHighest,
        jitter: Math.round(receiver.jitter),
        lastReport: this.#lastReport,
        delaySinceLastReport: this.#lastReport === 0 ? 0 : Math.round(((now - this.#lastReportAt) * 65_536) / 1000),
      },
    };
  }

  /** Takes a packet of the peer's; false if it is no RTCP. */
  note(bytes: Uint8Array): boolean {
    const news = parseRtcp(bytes);
    if (news?.senderReport !== undefined) {
      this.#lastReport = news.senderReport;
      this.#lastReportAt = this.#clock.monotonic();
    }
    return news !== undefined;
  }
}
