/**
 * Health in two questions. Alive: does the program do its work, or should it be started again? Ready: may it be given
 * calls now? Redis is neither's matter: calls and recordings do not need it.
 */
import type { Facts } from './facts.js';

export type Stage = 'starting' | 'ready' | 'draining';

export interface Health {
  readonly ok: boolean;
  readonly reasons: readonly string[];
}

/** A loop that was busy for so long is not alive, milliseconds. */
export const STUCK_MS = 10_000;

/** `silent`: parts that have not answered for long. */
export function aliveness(loopLagMs: number, silent: readonly string[]): Health {
  const stuck = loopLagMs > STUCK_MS ? [`the program was busy for ${Math.round(loopLagMs)} ms at a stretch`] : [];
  const reasons = [...stuck, ...silent];
  return { ok: reasons.length === 0, reasons };
}

export function readiness(stage: Stage, facts: Facts | undefined): Health {
  if (stage !== 'ready' || !facts) return { ok: false, reasons: [`the program is ${stage}`] };
  const { trunks, archive, calls } = facts;
  const reasons: string[] = [];
  if (trunks.length > 0 && trunks.every(({ up }) => up === false)) reasons.push('no trunk answers');
  if (archive.owed > 0) reasons.push('the journal cannot be written');
  if (calls.running >= calls.most) reasons.push('there are as many calls as there may be');
  return { ok: reasons.length === 0, reasons };
}
