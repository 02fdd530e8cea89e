/**
 * The sound of calls that ended, for Prometheus: packets that came and were lost, jitter and score, of each leg as we
 * received it, and as its peer said that it received us.
 */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { CallMedia, LegMedia } from '../entry/call-media.js';

/** Bounds of the buckets: seconds, percent, and mean opinion score. */
const JITTER = [0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2];
const LOSS = [0, 0.1, 0.5, 1, 2, 5, 10, 25];
const SCORE = [2, 2.5, 3, 3.5, 3.8, 4, 4.2, 4.5];

export class SoundMetrics {
  readonly #packets: Counter;
  readonly #jitter: Histogram;
  readonly #loss: Histogram;
  readonly #score: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#packets = new Counter({
      name: 'halina_leg_packets_total',
      help: 'packets with sound of calls that ended, by leg and fate',
      labelNames: ['leg', 'fate'],
      registers,
    });
    const histogram = (name: string, help: string, buckets: number[]): Histogram =>
      new Histogram({ name, help, labelNames: ['leg', 'heard'], buckets, registers });
    this.#jitter = histogram('halina_leg_jitter_seconds', 'jitter of a leg at the end of its call (RFC 3550)', JITTER);
    this.#loss = histogram('halina_leg_loss_percent', 'packets of a leg that were lost', LOSS);
    this.#score = histogram('halina_leg_mos', 'mean opinion score of a leg (E-model, 1 to 4.5)', SCORE);
  }

  /** A call with this sound ended. */
  ended({ outside, inside }: CallMedia): void {
    if (outside) this.#leg('outside', outside);
    if (inside) this.#leg('inside', inside);
  }

  #leg(leg: string, { packetsReceived, lostPercent, jitterMs, mos, far }: LegMedia): void {
    const share = Math.min(lostPercent, 99.99) / 100;
    this.#packets.inc({ leg, fate: 'received' }, packetsReceived);
    this.#packets.inc({ leg, fate: 'lost' }, Math.round((packetsReceived * share) / (1 - share)));
    this.#observe({ leg, heard: 'here' }, { lostPercent, jitterMs, mos });
    if (far) this.#observe({ leg, heard: 'there' }, far);
  }

  #observe(
    labels: { readonly leg: string; readonly heard: string },
    { lostPercent, jitterMs, mos }: Pick<LegMedia, 'lostPercent' | 'jitterMs' | 'mos'>,
  ): void {
    this.#jitter.observe(labels, jitterMs / 1000);
    this.#loss.observe(labels, lostPercent);
    if (mos !== undefined) this.#score.observe(labels, mos);
  }
}
