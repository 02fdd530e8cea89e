/**
 * Two persons: what the command line may only ask for where the office has a Secretary, and how what the Secretary has
 * confirmed is done by the program, whoever asked for it and wherever.
 */
import { z } from 'zod';
import type { Accounts } from '../accounts/accounts.js';
import type { Wish } from '../accounts/two-persons.js';
import type { Archive } from '../archive/archive.js';
import type { CallId } from '../base/brands.js';
import { systemClock } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { SYSTEM } from './audit-parts.js';
import { exportRequest } from './audit-api.js';
import type { Request } from './control-api.js';
import type { Closers } from './closers.js';

/** What waits, by its id. */
export interface Pending {
  readonly pending: string;
}

/** Asks for it where a Secretary has to confirm it, else does it. */
export async function orAsk<T>(
  accounts: Accounts,
  uid: number,
  wish: Wish,
  act: () => Promise<T>,
): Promise<T | Pending> {
  if (!accounts.actions.needed) return act();
  const { id } = await accounts.actions.ask({ actor: { by: 'command-line', uid: Math.max(0, uid) } }, wish);
  return { pending: id };
}

export const quotaWish = ({ recordings }: { readonly recordings: number }, bytes: number): Wish => ({
  action: 'quota',
  subject: 'storage.quota',
  params: { bytes, recordings },
  reason: `halina quota: ${bytes} B`,
});

export const exportWish = (request: Request<'export'>): Wish => ({
  action: 'export',
  subject: request.calls.join(' ').slice(0, 200),
  params: request,
  reason: `${request.reference}: ${request.recipient}`.slice(0, 500),
});

export interface Doing {
  readonly archive: Pick<Archive, 'release' | 'erase'>;
  readonly changeQuota: (bytes: number) => Promise<void>;
  readonly seal: (request: Request<'export'>) => Promise<unknown>;
}

const quotaParams = z.object({ bytes: z.number().int().positive() });
const releaseParams = z.object({ hold: z.string() });
const eraseParams = z.object({ basis: z.string().optional(), reference: z.string().optional() });

/** Who does what was confirmed. */
export function carryOut(actions: Accounts['actions'], { archive, changeQuota, seal }: Doing): void {
  actions.on('quota', ({ params }) => changeQuota(quotaParams.parse(params).bytes));
  actions.on('export', async ({ params }) => void (await seal(exportRequest.parse(params))));
  actions.on('release-hold', async ({ subject, params, askedBy, reason, decidedBy }) => {
    const { hold } = releaseParams.parse(params);
    await archive.release(subject as CallId, hold, { by: decidedBy ?? askedBy, reason });
  });
  actions.on('erase', async ({ subject, askedBy, decidedBy, reason, params }) => {
    const { basis, reference } = eraseParams.parse(params);
    const about = { ...(basis === undefined ? {} : { basis }), ...(reference === undefined ? {} : { reference }) };
    await archive.erase(subject as CallId, { askedBy, confirmedBy: decidedBy ?? '', reason, ...about });
  });
}

const LOOK_MS = 60 * 60_000;

/** Does what was confirmed when the program ended, and puts an end to what waits too long. */
export async function attendActions(actions: Accounts['actions'], log: Log, closers: Closers): Promise<void> {
  const failed = (error: unknown): void =>
    log.error({ error: errorMessage(error) }, 'what was asked for and confirmed could not be done');
  await actions.resume({ actor: SYSTEM }).catch(failed);
  let timer = systemClock.setTimer(0, function look() {
    timer = systemClock.setTimer(LOOK_MS, look);
    actions.lapse({ actor: SYSTEM }).catch(failed);
  });
  closers.add('what waits for a second person', () => timer.cancel());
}
