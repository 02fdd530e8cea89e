/** What a change of an account ends: its sessions, and what plays in them. */
import type { Changed } from '../../accounts/accounts.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Grants } from '../listening/grants.js';
import type { SessionStore } from './session-store.js';

/** Whether a change ends all sessions of the account: whoever made it themselves goes on in a new one. */
export const endsSessions = (what: Changed): boolean =>
  what === 'blocked' || what === 'password' || what === 'second-factor';

export class Endings {
  #pending: Promise<void> = Promise.resolve();

  constructor(
    private readonly sessions: Pick<SessionStore, 'endAll'>,
    private readonly grants: Pick<Grants, 'endPerson'>,
    private readonly log: Log,
  ) {}

  /** For `Accounts.onChange`. */
  changed(account: string, what: Changed): void {
    if (what === 'created') return;
    // At once, without waiting for Redis; the table of permissions is asked anew at every request.
    this.grants.endPerson(account);
    if (endsSessions(what)) this.#end(account);
  }

  /** Resolves when all that had to end has ended: a session that begins afterwards stays. */
  settled(): Promise<void> {
    return this.#pending;
  }

  #end(account: string): void {
    this.#pending = this.#pending.then(async () => {
      try {
        await this.sessions.endAll(account);
      } catch (error) {
        this.log.error({ account, error: errorMessage(error) }, 'the sessions of an account could not be ended');
      }
    });
  }
}
