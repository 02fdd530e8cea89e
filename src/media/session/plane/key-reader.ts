/**
 * Keys out of a stream of telephone-event packets (RFC 4733). One press is many packets with one timestamp, its end is
 * said three times, a press of over 8 s goes on under a new timestamp, and any of them may be lost or come late.
 */
import { timestampDistance } from '../../../rtp/packet.js';
import type { TelephoneEvent } from '../../../rtp/telephone-event.js';

/** `press`: the first packet seen of a new press; `more`: of the present one; `stale`: of one that is over. */
export type KeyPacket = 'press' | 'more' | 'stale';

/** Some senders move the timestamp within a press; a step up to this much (100 ms) is no new press. */
const TOLERANCE = 800;

interface Press {
  key: string;
  timestamp: number;
  duration: number;
  ended: boolean;
}

export class KeyReader {
  #ssrc = -1;
  #press: Press | undefined;

  /** The stream began anew: its timestamps say nothing of the press before. */
  restart(): void {
    this.#press = undefined;
  }

  /** The key that a packet belongs to the press of. */
  read(event: TelephoneEvent & { key: string }, ssrc: number, timestamp: number, marker: boolean): KeyPacket {
    const press = ssrc === this.#ssrc ? this.#press : undefined;
    const distance = press ? timestampDistance(timestamp, press.timestamp) : 1;
    if (press && distance < 0) return 'stale';
    if (press && distance === 0) {
      press.duration = Math.max(press.duration, event.duration);
      press.ended ||= event.end;
      return 'more';
    }
    if (press && !press.ended && !marker && press.key === event.key && distance <= press.duration + TOLERANCE) {
      press.timestamp = timestamp;
      press.duration = event.duration;
      press.ended = event.end;
      return 'more';
    }
    this.#ssrc = ssrc;
    this.#press = { key: event.key, timestamp, duration: event.duration, ended: event.end };
    return 'press';
  }
}
