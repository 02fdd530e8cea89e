/**
 * What people would think of a call's sound (mean opinion score), from loss and delay alone: the E-model of ITU-T G.107 with
 * all that is not measured at its defaults, and G.711 with concealment of losses (G.113 appendix I).
 */

/** R of a call without loss and delay. */
const BEST_R = 93.2;
/** G.711 with packet loss concealment: equipment impairment, and robustness against loss. */
const IMPAIRMENT = 0;
const ROBUSTNESS = 25.1;

export interface SoundPath {
  /** 0 to 100. */
  readonly lostPercent: number;
  /** From mouth to ear, milliseconds. */
  readonly delayMs: number;
}

/** 1 (bad) to 4.4 (as good as a telephone gets). */
export function meanOpinion({ lostPercent, delayMs }: SoundPath): number {
  const byDelay = 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0);
  const byLoss = IMPAIRMENT + (95 - IMPAIRMENT) * (lostPercent / (lostPercent + ROBUSTNESS));
  const r = BEST_R - byDelay - byLoss;
  // G.107 annex B.
  if (r <= 0) return 1;
  return Math.max(1, Math.min(4.5, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6));
}
