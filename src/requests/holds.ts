/** Holds in the archive: what the state of a request or a disclosure wants is compared with what stands, and put right. */
import type { GuardKind } from '../archive/guards.js';
import type { CallId } from '../base/brands.js';
import { endOf } from '../config/calendar.js';
import type { Disclosure } from './machine/disclosure.js';
import { holdOfDisclosure } from './machine/disclosure.js';
import { holdOf } from './machine/rules.js';
import type { Rules, WantedHold } from './machine/rules.js';
import type { AccessRequest } from './machine/state.js';
import type { HoldKeeper } from './ports.js';

const system = { by: 'halina', role: 'system' };

/** On whose behalf a hold stands, and what it wants now. */
export interface Holder {
  /** Its holds are known by this. */
  readonly reference: string;
  readonly kind: GuardKind;
  readonly reason: string;
  readonly phase: string;
  readonly wanted: WantedHold | undefined;
}

export const holderOfRequest = (request: AccessRequest): Holder => ({
  reference: request.id,
  kind: 'request',
  reason: `wniosek ${request.number}`,
  phase: request.state.phase,
  wanted: holdOf(request),
});

/** Whoever opens the call sees the hold: one of a confidential disclosure does not tell what it is for. */
export function holderOfDisclosure(disclosure: Disclosure, rules: Rules): Holder {
  const { id, number, form, state } = disclosure;
  const told = form.confidential
    ? ({ kind: 'administrator', reason: 'zabezpieczenie urzędowe' } as const)
    : ({ kind: 'authority', reason: `udostępnienie ${number}` } as const);
  const phase = form.confidential ? 'koniec' : state.phase;
  return { ...told, reference: id, phase, wanted: holdOfDisclosure(disclosure, rules) };
}

/**
 * Places what is missing, then releases what is too much; it can be done any number of times. `before`: calls that it
 * was about until now.
 */
export async function keepHolds(
  archive: HoldKeeper,
  holder: Holder,
  before: readonly string[],
  now: number,
  rules: Rules,
): Promise<void> {
  const { wanted, reference, reason, kind, phase } = holder;
  const until = wanted?.until === undefined ? undefined : endOf(wanted.until, rules.zone);
  const calls = until !== undefined && until <= now ? [] : (wanted?.calls ?? []);
  for (const call of calls) {
    const standing = await mine(archive, call, holder);
    if (standing.some((guard) => guard.until === until)) continue;
    const wish = { ...system, kind, reason, reference };
    await archive.hold(call as CallId, until === undefined ? wish : { ...wish, until });
  }
  for (const call of new Set([...before, ...calls])) {
    const standing = await mine(archive, call, holder);
    const keep = calls.includes(call) ? standing.find((guard) => guard.until === until) : undefined;
    for (const guard of standing.filter(({ id }) => id !== keep?.id)) {
      await archive.release(call as CallId, guard.id, { ...system, reason: `${reason}: ${phase}` });
    }
  }
}

async function mine(archive: HoldKeeper, call: string, { kind, reference }: Holder) {
  const guards = await archive.guards(call as CallId);
  return guards.filter((guard) => !guard.released && guard.kind === kind && guard.reference === reference);
}
