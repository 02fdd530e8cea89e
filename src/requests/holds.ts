/** Holds of requests in the archive: what a request's state wants is compared with what stands, and put right. */
import type { CallId } from '../base/brands.js';
import { endOf } from '../config/calendar.js';
import { holdOf } from './machine/rules.js';
import type { Rules } from './machine/rules.js';
import type { AccessRequest } from './machine/state.js';
import type { HoldKeeper } from './ports.js';

const system = { by: 'halina', role: 'system' };

/**
 * Places what is missing, then releases what is too much; it can be done any number of times. `before`: calls that the
 * request was about until now.
 */
export async function keepHolds(
  archive: HoldKeeper,
  request: AccessRequest,
  before: readonly string[],
  now: number,
  rules: Rules,
): Promise<void> {
  const wanted = holdOf(request);
  const until = wanted?.until === undefined ? undefined : endOf(wanted.until, rules.zone);
  const calls = until !== undefined && until <= now ? [] : (wanted?.calls ?? []);
  const reference = request.id;
  const reason = `wniosek ${request.number}`;
  for (const call of calls) {
    const standing = await mine(archive, call, reference);
    if (standing.some((guard) => guard.until === until)) continue;
    const wish = { ...system, kind: 'request' as const, reason, reference };
    await archive.hold(call as CallId, until === undefined ? wish : { ...wish, until });
  }
  for (const call of new Set([...before, ...calls])) {
    const standing = await mine(archive, call, reference);
    const keep = calls.includes(call) ? standing.find((guard) => guard.until === until) : undefined;
    for (const guard of standing.filter(({ id }) => id !== keep?.id)) {
      await archive.release(call as CallId, guard.id, { ...system, reason: `${reason}: ${request.state.phase}` });
    }
  }
}

async function mine(archive: HoldKeeper, call: string, reference: string) {
  const guards = await archive.guards(call as CallId);
  return guards.filter((guard) => !guard.released && guard.kind === 'request' && guard.reference === reference);
}
