/** Does the commands of `guard-api.ts` with the archive. */
import type { Archive } from '../archive/archive.js';
import type { Accounts } from '../accounts/accounts.js';
import type { Wish } from '../accounts/two-persons.js';
import { standing, type Guard } from '../archive/guards.js';
import type { CallId } from '../base/brands.js';
import { isCallId } from '../base/call-id.js';
import { defined } from '../base/defined.js';
import { HalinaError } from '../base/errors.js';
import { commandLine } from './audit-parts.js';
import type { Control } from './control-api.js';
import { orAsk } from './second-person.js';

function callId(text: string): CallId {
  if (isCallId(text)) return text;
  throw new HalinaError('CALL_ID', `'${text}' is no call id`, { hint: 'halina calls --json lists them as `id`' });
}

async function onlyGuard(archive: Archive, id: CallId): Promise<string> {
  const guards = (await archive.guards(id)).filter(({ released }) => !released);
  const [only] = guards;
  if (only && guards.length === 1) return only.id;
  const hint = `name one of: ${guards.map((guard) => `${guard.id} (${guard.reason})`).join(', ')}`;
  if (only) throw new HalinaError('GUARD_SEVERAL', `call ${id} is held more than once`, { hint });
  throw new HalinaError('GUARD_UNKNOWN', `nothing holds call ${id}`);
}

export function guardControlOf(
  archive: Archive,
  accounts: () => Promise<Accounts>,
): Pick<Control, 'hold' | 'held' | 'release' | 'erase'> {
  return {
    async hold({ id, effect, ...wish }) {
      const call = callId(id);
      return { ...(await archive[effect === 'hold' ? 'hold' : 'restrict'](call, defined(wish))) };
    },
    async held() {
      const records = await archive.held();
      return {
        calls: records.map((record) => {
          const { id, startedAt } = record.entry;
          return { id, startedAt, state: record.state.phase, guards: standing(record).map((guard) => ({ ...guard })) };
        }),
      };
    },
    async release({ id, guard, ...wish }) {
      const call = callId(id);
      const hold = guard ?? (await onlyGuard(archive, call));
      const asked: Wish = { action: 'release-hold', subject: call, params: { hold }, reason: wish.reason };
      const release = async (): Promise<Guard> => ({ ...(await archive.release(call, hold, defined(wish))) });
      return orAsk(await accounts(), wish.uid ?? commandLine().uid, asked, release);
    },
    async erase({ id, ...wish }) {
      const call = callId(id);
      if (!(await archive.find(call))) throw new HalinaError('ARCHIVE_UNKNOWN_CALL', `call ${id} is not there`);
      const { basis, reference, reason } = wish;
      const asked: Wish = { action: 'erase', subject: call, params: defined({ basis, reference }), reason };
      return orAsk(await accounts(), wish.uid ?? commandLine().uid, asked, async () => {
        await archive.erase(call, { ...defined(wish), confirmedBy: wish.confirmedBy ?? '' });
        return {};
      });
    },
  };
}
