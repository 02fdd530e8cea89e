/**
 * What the receiver of one RTP stream knows of it: RFC 3550 A.1 (sequence), A.3 (loss) and A.8 (jitter), and, beyond
 * the RFC, which of the last 64 packets came, so that a late packet and a duplicate can be told apart.
 */
import { sequenceDistance } from './packet.js';

/**
 * `first`: of this stream; `next`: newer than all before; `late`: older, not seen before; `duplicate`: seen before, or
 * too old to say; `jump`: far off, alone so far, to be dropped; `restart`: the second after a jump: the stream goes on
 * from there.
 */
export type Arrival = 'first' | 'next' | 'late' | 'duplicate' | 'jump' | 'restart';

const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;
const WINDOW = 64;

export class StreamReceiver {
  #ssrc: number | undefined;
  /** Packets ahead of the first of the present run, with cycles: grows beyond 2^16. */
  #highest = 0;
  #maxSequence = 0;
  #base = 0;
  #received = 0;
  /** The number that would follow a jump. */
  #afterJump = -1;
  /** Bit n of the 64: whether the packet n before the highest came (two halves of 32). */
  #recentLow = 0;
  #recentHigh = 0;
  #transit = 0;
  #jitter = 0;
  /** Of runs before an SSRC change or a jump. */
  #lostBefore = 0;
  #expectedPrior = 0;
  #receivedPrior = 0;
  #late = 0;
  #duplicates = 0;
  #total = 0;

  /**
   * Notes a packet. `arrival`: when it came, in timestamp units on any steady clock. A packet of another SSRC begins a
   * new stream: the sums of the one before are kept.
   */
  note(ssrc: number, sequence: number, timestamp: number, arrival: number): Arrival {
    if (ssrc !== this.#ssrc) return this.#begin(ssrc, sequence, timestamp, arrival, 'first');
    const ahead = (sequence - this.#maxSequence) & 0xffff;
    if (ahead !== 0 && ahead < MAX_DROPOUT) {
      this.#advance(ahead, sequence);
      this.#measure(timestamp, arrival);
      return 'next';
    }
    const behind = -sequenceDistance(sequence, this.#maxSequence);
    if (ahead === 0 || (behind > 0 && behind < MAX_MISORDER)) return this.#old(behind);
    if (sequence === this.#afterJump) return this.#begin(ssrc, sequence, timestamp, arrival, 'restart');
    this.#afterJump = (sequence + 1) & 0xffff;
    return 'jump';
  }

  /**
   * Packets of the stream came that were not noted one by one: how many, the newest sequence number, and the jitter up
   * to it in timestamp units.
   */
  adopt(packets: number, sequence: number, jitter: number): void {
    const ahead = (sequence - this.#maxSequence) & 0xffff;
    if (ahead !== 0 && ahead < 0x8000) {
      this.#highest += ahead;
      this.#maxSequence = sequence;
    }
    // Which of them came is not known: a late one is taken for one that did not.
    this.#recentLow = 1;
    this.#recentHigh = 0;
    this.#received += packets;
    this.#total += packets;
    this.#afterJump = -1;
    this.#jitter = jitter;
    this.#transit = Number.NaN;
  }

  #begin(ssrc: number, sequence: number, timestamp: number, arrival: number, how: Arrival): Arrival {
    this.#lostBefore = this.lost;
    this.#ssrc = ssrc;
    this.#maxSequence = sequence;
    this.#base = sequence;
    this.#highest = sequence;
    this.#received = 1;
    this.#expectedPrior = 0;
    this.#receivedPrior = 0;
    this.#afterJump = -1;
    this.#recentLow = 1;
    this.#recentHigh = 0;
    this.#transit = arrival - timestamp;
    this.#total++;
    return how;
  }

  #advance(ahead: number, sequence: number): void {
    this.#highest += ahead;
    this.#maxSequence = sequence;
    this.#shift(ahead);
    this.#recentLow |= 1;
    this.#received++;
    this.#total++;
    this.#afterJump = -1;
  }

  #shift(by: number): void {
    if (by >= WINDOW) this.#recentLow = this.#recentHigh = 0;
    else if (by >= 32) {
      this.#recentHigh = by === 32 ? this.#recentLow : this.#recentLow << (by - 32);
      this.#recentLow = 0;
    } else {
      this.#recentHigh = (this.#recentHigh << by) | (this.#recentLow >>> (32 - by));
      this.#recentLow <<= by;
    }
  }

  #old(behind: number): Arrival {
    const seen =
      behind >= WINDOW ||
      ((behind < 32 ? this.#recentLow >>> behind : this.#recentHigh >>> (behind - 32)) & 1) === 1 ||
      this.#highest - behind < this.#base;
    if (seen) {
      this.#duplicates++;
      return 'duplicate';
    }
    if (behind < 32) this.#recentLow |= 1 << behind;
    else this.#recentHigh |= 1 << (behind - 32);
    this.#received++;
    this.#total++;
    this.#late++;
    return 'late';
  }

  /** A.8; transit times are compared modulo 2^32, as timestamps are. */
  #measure(timestamp: number, arrival: number): void {
    const transit = arrival - timestamp;
    const difference = Number.isNaN(this.#transit) ? 0x100000 : Math.abs((transit - this.#transit) | 0);
    this.#transit = transit;
    if (difference < 0x100000) this.#jitter += (difference - this.#jitter) / 16;
  }

  /** The stream's source, once there is one. */
  get ssrc(): number | undefined {
    return this.#ssrc;
  }

  /** Highest sequence number with its cycles (A.3), modulo 2^32. */
  get extendedHighest(): number {
    return this.#highest >>> 0;
  }

  /** Packets that came, duplicates not counted. */
  get received(): number {
    return this.#total;
  }

  get late(): number {
    return this.#late;
  }

  get duplicates(): number {
    return this.#duplicates;
  }

  /** Packets missing by their numbers, over all runs. */
  get lost(): number {
    if (this.#ssrc === undefined) return 0;
    return this.#lostBefore + Math.max(0, this.#highest - this.#base + 1 - this.#received);
  }

  /** Interarrival jitter in timestamp units. */
  get jitter(): number {
    return this.#jitter;
  }

  /** Share lost since it was asked last, in 256ths (A.3), for a report. */
  takeFractionLost(): number {
    const expected = this.#highest - this.#base + 1;
    const expectedNow = expected - this.#expectedPrior;
    const lostNow = expectedNow - (this.#received - this.#receivedPrior);
    this.#expectedPrior = expected;
    this.#receivedPrior = this.#received;
    return expectedNow <= 0 || lostNow <= 0 ? 0 : Math.min(255, Math.floor((lostNow * 256) / expectedNow));
  }
}
