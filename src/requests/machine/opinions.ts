/** Opinions: of the data-protection officer, and of the head of every unit that has a part in the calls (§ 2.3). */
import type { EventOf, Step } from './events.js';
import type { MatchedCall } from './form.js';
import { refuse } from './guards.js';
import { dueIn } from './rules.js';
import type { Rules } from './rules.js';
import type { AccessRequest, Case, Mover, OpinionOf, RequestState } from './state.js';

export const sameOpinion = (a: OpinionOf, b: OpinionOf): boolean =>
  a.of === 'dpo' ? b.of === 'dpo' : b.of === 'unit' && a.unit === b.unit;

/** The tasks that stand open. */
export const openOpinions = ({ asked, opinions }: Case): readonly OpinionOf[] =>
  asked.filter((one) => !opinions.some((given) => sameOpinion(given.on, one)));

const isFor = (one: OpinionOf, { roles, units }: Mover): boolean =>
  one.of === 'dpo' ? roles.includes('dpo') : roles.includes('unit_head') && units.includes(one.unit);

/** The open ones that are this person's to give: more than one where somebody heads two of the units. */
export const opinionsOf = ({ state }: AccessRequest, by: Mover): readonly OpinionOf[] =>
  state.phase === 'opinions' ? openOpinions(state.case).filter((one) => isFor(one, by)) : [];

export function opinionsFor(calls: readonly MatchedCall[], at: number, rules: Rules): RequestState {
  const units = [...new Set(calls.flatMap((call) => call.units))].sort();
  const asked: OpinionOf[] = [{ of: 'dpo' }, ...units.map((unit) => ({ of: 'unit' as const, unit }))];
  return { phase: 'opinions', case: { calls, asked, opinions: [], due: dueIn(rules.opinionDays, at, rules) } };
}

export function giveOpinion(request: AccessRequest, event: EventOf<'give-opinion'>): Step {
  const { state } = request;
  const { on, by, verdict, reasons, at } = event;
  if (state.phase !== 'opinions') return { refused: refuse('out-of-order', 'nie ma opinii do wydania') };
  if (!isFor(on, by)) return { refused: refuse('not-yours', 'tę opinię wydaje kto inny') };
  if (!openOpinions(state.case).some((one) => sameOpinion(one, on))) {
    return { refused: refuse('already-given', 'ta opinia została już wydana albo nie jest potrzebna') };
  }
  if (reasons.trim() === '') return { refused: refuse('incomplete', 'opinia wymaga uzasadnienia') };
  const opinions = [...state.case.opinions, { on, verdict, reasons, by: by.account, at }];
  const next: Case = { ...state.case, opinions };
  const phase = openOpinions(next).length === 0 ? 'decision' : 'opinions';
  return { request: { ...request, state: { phase, case: next } }, effects: [{ do: 'make-paper', paper: 'opinion' }] };
}
