/**
 * One leg's RTCP (RFC 3550 § 6): reports about what it sends and hears, every 5 s with the randomness that § 6.2 asks
 * for, and the times of the peer's reports, which ours have to name.
 */
import type { Clock } from '../../../base/clock.js';
import { composeRtcp, NTP_OFFSET, parseRtcp, type Report, type ReportBlock } from '../../../rtp/rtcp.js';
import type { VoipMetrics } from '../../../rtp/rtcp-xr.js';
import type { StreamReceiver } from '../../../rtp/receiver.js';
import type { OutwardLine } from './outward-line.js';

/** What the peer's reports say. */
export interface FarReports {
  /** Mean of what was measured, milliseconds. */
  readonly roundTripMs: number | undefined;
  /** Packets of ours that did not arrive, as its last report has it, and their jitter in milliseconds. */
  readonly lost: number | undefined;
  readonly jitterMs: number | undefined;
  readonly voip: VoipMetrics | undefined;
}

/** § 6.2: the least interval for a session of two. */
const INTERVAL_MS = 5_000;
const LONGEST_ROUND_TRIP_MS = 10_000;
/** Wall time has whole milliseconds, reports have finer ones. */
const CLOCK_GRAIN_MS = 2;

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
  #roundTrips = 0;
  #roundTripSum = 0;
  #far: ReportBlock | undefined;
  #voip: VoipMetrics | undefined;

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
    for (const block of news?.blocks ?? []) if (block.ssrc === this.#line.ssrc) this.#noteFar(block);
    if (news?.voip?.ssrc === this.#line.ssrc) this.#voip = news.voip;
    return news !== undefined;
  }

  /** § 6.4.1: the round trip is what has passed since our report, less the time for which the peer kept it. */
  #noteFar(block: ReportBlock): void {
    this.#far = block;
    if (block.lastReport === 0) return;
    const units = (ntpMiddle(this.#clock.now()) - block.lastReport - block.delaySinceLastReport) | 0;
    const roundTripMs = (units * 1000) / 65_536;
    if (roundTripMs < -CLOCK_GRAIN_MS || roundTripMs > LONGEST_ROUND_TRIP_MS) return; // it is no report of ours that it names
    this.#roundTrips++;
    this.#roundTripSum += Math.max(0, roundTripMs);
  }

  get far(): FarReports {
    return {
      roundTripMs: this.#roundTrips === 0 ? undefined : this.#roundTripSum / this.#roundTrips,
      lost: this.#far?.packetsLost,
      jitterMs: this.#far && this.#far.jitter / this.#line.unitsPerMs,
      voip: this.#voip,
    };
  }
}

/** The middle 32 bits of an NTP time: 65,536ths of a second. */
const ntpMiddle = (unixMs: number): number => Math.floor((unixMs * 65_536) / 1000 + NTP_OFFSET * 65_536) % 2 ** 32;
