/** Keys as RTP telephone-events (RFC 4733 § 2.3): four bytes of event, end bit, volume and duration. */
import { byte, read16, write16 } from './packet.js';

/** Keys by event number (§ 3.2); other events are of no use here. */
const KEYS = '0123456789*#ABCD';

export const EVENT_BYTES = 4;

export interface TelephoneEvent {
  /** The key, or undefined for an event that is none. */
  key: string | undefined;
  end: boolean;
  /** dBm0 below zero, 0 to 63. */
  volume: number;
  /** Timestamp units since the packet's timestamp. */
  duration: number;
}

/** Reads the payload from `start` to `end`; undefined when it is too short. */
export function readTelephoneEvent(bytes: Uint8Array, start: number, end: number): TelephoneEvent | undefined {
  if (end - start < EVENT_BYTES) return undefined;
  const second = byte(bytes, start + 1);
  return {
    key: KEYS[byte(bytes, start)],
    end: second >= 0x80,
    volume: second & 0x3f,
    duration: read16(bytes, start + 2),
  };
}

/** Writes a key's payload at `at`. */
export function writeTelephoneEvent(
  bytes: Uint8Array,
  at: number,
  key: string,
  end: boolean,
  volume: number,
  duration: number,
): void {
  bytes[at] = KEYS.indexOf(key);
  bytes[at + 1] = (end ? 0x80 : 0) | (volume & 0x3f);
  write16(bytes, at + 2, duration);
}

/** Whether `key` is one that can be sent. */
export const isKey = (key: string): boolean => key.length === 1 && KEYS.includes(key);
