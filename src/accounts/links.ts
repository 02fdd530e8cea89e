/** Links with which a person sets the password, and with which the first administrator comes in. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { HalinaError } from '../base/errors.js';
import type { Book, Change, Doer } from './book.js';
import { event } from './happenings.js';
import type { SignIn } from './sign-in.js';

const LINK_MS = 24 * 60 * 60_000;
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Each link works once. */
export class Links {
  readonly #book: Book;
  readonly #signIn: SignIn;
  /** While there is no account at all: lets its holder make the first administrator. Made anew at each start. */
  #first: string | undefined;

  constructor(book: Book, signIn: SignIn) {
    this.#book = book;
    this.#signIn = signIn;
  }

  /** The token stands in no log and in no file. */
  async make(doer: Doer, account: string): Promise<{ readonly token: string; readonly expiresAt: number }> {
    const token = randomBytes(32).toString('base64url');
    const expiresAt = this.#book.clock.now() + LINK_MS;
    await this.#book.change(doer, () => {
      const record = { kind: 'link' as const, id: hashOf(token), account, expiresAt };
      return { log: [event('link-made', this.#book.must('account', account))], put: [record], result: undefined };
    });
    return { token, expiresAt };
  }

  /** Whose link it is; undefined where it is used, too old, or none. */
  accountOf(token: string): { readonly id: string; readonly login: string; readonly name: string } | undefined {
    const link = this.#book.get('link', hashOf(token));
    if (!link || link.expiresAt < this.#book.clock.now()) return undefined;
    const account = this.#book.get('account', link.account);
    return account && { id: account.id, login: account.login, name: account.name };
  }

  /** Sets the password. Gives what is wrong with it, or undefined. Throws `LINK_INVALID`. */
  async redeem(token: string, password: string, source: string): Promise<string | undefined> {
    const { id } = this.#mustOpen(token);
    const doer: Doer = { actor: { by: 'account', id }, source };
    return this.#signIn.setPassword(doer, id, password, () => this.#spent(token));
  }

  /** The token of the first administrator's link, while there is no account. */
  first(): string | undefined {
    const empty = this.#book.all('account').next().done === true;
    if (!empty) return undefined;
    this.#first ??= randomBytes(32).toString('base64url');
    return this.#first;
  }

  isFirst(token: string): boolean {
    const first = this.first();
    return (
      first !== undefined && token.length === first.length && timingSafeEqual(Buffer.from(first), Buffer.from(token))
    );
  }

  #mustOpen(token: string): { readonly id: string } {
    const account = this.accountOf(token);
    if (account) return account;
    throw new HalinaError('LINK_INVALID', 'ten odnośnik jest nieważny albo został już użyty');
  }

  /** All links of the account go: one is used. Asked again here, since making a password takes its time. */
  #spent(token: string): Pick<Change<void>, 'log' | 'spend'> {
    const account = this.#mustOpen(token);
    const mine = [...this.#book.all('link')].filter((link) => link.account === account.id);
    return { log: [event('link-used', account)], spend: mine };
  }
}
