/** Signing in: password, second factor, throttle; and the one's own password and second factor. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Book, Change, Doer } from './book.js';
import type { Person } from './judge.js';
import { passwordAdvice, passwordProblem } from './password-rules.js';
import type { Passwords } from './password.js';
import type { AccountRecord } from './records.js';
import { event, factor, needsSecondFactor, objectOf } from './happenings.js';
import type { Throttle } from './throttle.js';
import { keyUri, matchCode, newRecoveryCodes, newSecret, recoveryHash, stepAt } from './totp.js';

export interface LogIn {
  readonly login: string;
  readonly password: string;
  /** A code of the authenticator, or a recovery code. */
  readonly code?: string;
  /** The address from which it came. */
  readonly source: string;
  /** What an earlier sign-in gave this browser (`device`). */
  readonly device?: string;
}

export type LoggedIn =
  /** `device`: to be kept by the browser for long; it tells the own desk from a stranger's. `left`: recovery codes. */
  | { readonly kind: 'ok'; readonly person: Person; readonly device: string; readonly recoveryCodesLeft?: number }
  /** The password was right, and the role demands a second factor that is not set up: nothing else may be done. */
  | { readonly kind: 'must-enrol'; readonly person: Person; readonly device: string }
  | { readonly kind: 'code-needed' }
  /** Login, password or code; which of them is not said. */
  | { readonly kind: 'wrong' }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number };

interface Parts {
  readonly book: Book;
  readonly passwords: Passwords;
  readonly throttle: Throttle;
  /** Words of the office that are no password. */
  readonly officeWords: readonly string[];
  /** For the tokens of devices. */
  readonly key: Buffer;
  readonly issuer: string;
  readonly changed: (account: string, what: 'password' | 'second-factor') => void;
}

export class SignIn {
  readonly #parts: Parts;
  /** Secrets that are shown and not confirmed yet, by account. */
  readonly #offered = new Map<string, string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async logIn({ login, password, code, source, device }: LogIn): Promise<LoggedIn> {
    const { book, passwords, throttle } = this.#parts;
    const account = book.byLogin(login);
    const known = device !== undefined && account ? this.#deviceId(account.id, device) : undefined;
    const attempt = { login: login.trim().toLowerCase(), source, ...(known === undefined ? {} : { device: known }) };
    const retryAfterMs = throttle.waitMs(attempt);
    if (retryAfterMs > 0) {
      await this.#note(account, 'locked', { login, source });
      return { kind: 'throttled', retryAfterMs };
    }
    const takeBack = throttle.begin(attempt);
    const fail = async (): Promise<LoggedIn> => {
      await this.#note(account, account?.blocked ? 'locked' : 'failed', { login, source });
      return { kind: 'wrong' };
    };
    const right = await passwords.verify(account?.password, password).catch((error: unknown) => {
      takeBack(); // nobody looked at it
      throw error;
    });
    const person = account && book.person(account.id);
    if (!right || !account || !person) return fail();
    if (account.totp && code === undefined) {
      takeBack();
      return { kind: 'code-needed' };
    }
    if (account.totp && !(await this.#takeCode(account.id, code ?? '', source))) return fail();
    takeBack();
    throttle.succeeded(attempt);
    const doer: Doer = { actor: { by: 'account', id: account.id }, source };
    const method = account.totp ? 'totp' : 'password';
    await book.record(doer, { event: 'login', object: objectOf(account), facts: { outcome: 'ok', method } });
    const token = this.#deviceToken(account.id, known ?? randomBytes(12).toString('hex'));
    if (!account.totp && needsSecondFactor(person)) return { kind: 'must-enrol', person, device: token };
    const left = book.get('account', account.id)?.recovery.length ?? 0;
    return { kind: 'ok', person, device: token, ...(account.totp ? { recoveryCodesLeft: left } : {}) };
  }

  /** Asked again before something grave. */
  async confirmIdentity(doer: Doer, id: string, password: string): Promise<boolean> {
    const { book, passwords, throttle } = this.#parts;
    const account = book.must('account', id);
    const attempt = { login: account.login, source: doer.source ?? '', device: `confirm ${id}` };
    if (throttle.waitMs(attempt) > 0) return false;
    const takeBack = throttle.begin(attempt);
    const right = await passwords.verify(account.password, password).catch((error: unknown) => {
      takeBack();
      throw error;
    });
    if (right) takeBack();
    if (right) throttle.succeeded(attempt);
    if (!right) await this.#note(account, 'failed', { login: account.login, source: doer.source ?? '' });
    return right;
  }

  /** Gives what is wrong with the new one, for the person; undefined when it stands. */
  async changePassword(doer: Doer, id: string, password: { old: string; new: string }): Promise<string | undefined> {
    if (!(await this.confirmIdentity(doer, id, password.old))) return 'dotychczasowe hasło jest inne';
    return this.setPassword(doer, id, password.new);
  }

  /** What is wrong with a password for this account, for the person; undefined where it will do. */
  problemWith(account: Pick<AccountRecord, 'login' | 'name' | 'roles' | 'totp'>, password: string): string | undefined {
    const secondFactor = account.totp !== undefined || needsSecondFactor(account);
    const known = [account.login, ...account.name.split(/\s+/), ...this.#parts.officeWords];
    const problem = passwordProblem(password, { secondFactor, known });
    return problem && passwordAdvice(problem, secondFactor);
  }

  /** `by`: what lets the doer set it, and is used up with it; asked at the instant in which the password is set. */
  async setPassword(
    doer: Doer,
    id: string,
    password: string,
    by: () => Pick<Change<void>, 'log' | 'spend'> = () => ({ log: [] }),
  ): Promise<string | undefined> {
    const { book, changed } = this.#parts;
    const account = book.must('account', id);
    const problem = this.problemWith(account, password);
    if (problem !== undefined) return problem;
    const kept = await this.kept(password);
    await book.change(doer, () => {
      const { log, ...spent } = by();
      const next: AccountRecord = { ...book.must('account', id), ...kept };
      return { log: [...log, event('password', account)], put: [next], ...spent, result: undefined };
    });
    changed(id, 'password');
    return undefined;
  }

  /** A password as an account keeps it. */
  async kept(password: string): Promise<Pick<AccountRecord, 'password' | 'passwordSetAt'>> {
    const { book, passwords } = this.#parts;
    return { password: await passwords.hash(password), passwordSetAt: book.clock.now() };
  }

  /** A secret to be read by an authenticator; it counts only when a code of it was given back. */
  beginSecondFactor(id: string): { readonly secret: string; readonly uri: string } {
    const account = this.#parts.book.must('account', id);
    const secret = newSecret();
    this.#offered.set(id, secret);
    return { secret, uri: keyUri(secret, account.login, this.#parts.issuer) };
  }

  /** Gives recovery codes, shown this once; undefined where the code is not of the secret that was shown. */
  async confirmSecondFactor(doer: Doer, id: string, code: string): Promise<readonly string[] | undefined> {
    const { book, changed } = this.#parts;
    const secret = this.#offered.get(id);
    const at = book.clock.now();
    const step = secret === undefined ? undefined : matchCode(secret, code, at, stepAt(at) - 2);
    if (secret === undefined || step === undefined) return undefined;
    const codes = newRecoveryCodes();
    await book.change(doer, () => {
      const account = book.must('account', id);
      const recovery = codes.map(recoveryHash);
      const next = { ...account, totp: { secret, since: at, lastStep: step }, recovery };
      return { log: [factor('added', account)], put: [next], result: undefined };
    });
    this.#offered.delete(id);
    changed(id, 'second-factor');
    return codes;
  }

  /** New codes in place of those that were not used. */
  newRecoveryCodes(doer: Doer, id: string): Promise<readonly string[]> {
    const codes = newRecoveryCodes();
    return this.#parts.book.change(doer, () => {
      const account = this.#parts.book.must('account', id);
      const next = { ...account, recovery: codes.map(recoveryHash) };
      return { log: [event('recovery-codes', account)], put: [next], result: codes };
    });
  }

  /** Takes the second factor away, so that a new one is set up at the next sign-in: a thing for two persons. */
  async resetSecondFactor(doer: Doer, id: string): Promise<void> {
    const { book, changed } = this.#parts;
    await book.change(doer, () => {
      const { totp: _, ...rest } = book.must('account', id);
      return { log: [factor('reset', rest)], put: [{ ...rest, recovery: [] }], result: undefined };
    });
    changed(id, 'second-factor');
  }

  /** A code is taken once; a recovery code is used up. */
  async #takeCode(id: string, code: string, source: string): Promise<boolean> {
    const { book } = this.#parts;
    const doer: Doer = { actor: { by: 'account', id }, source };
    return book.change(doer, () => {
      const account = book.must('account', id);
      const { totp } = account;
      if (!totp) return { log: [], put: [], result: true };
      const step = matchCode(totp.secret, code, book.clock.now(), totp.lastStep);
      if (step !== undefined)
        return { log: [], put: [{ ...account, totp: { ...totp, lastStep: step } }], result: true };
      const used = recoveryHash(code);
      if (!account.recovery.includes(used)) return { log: [], put: [], result: false };
      const recovery = account.recovery.filter((one) => one !== used);
      return { log: [factor('used-recovery-code', account)], put: [{ ...account, recovery }], result: true };
    });
  }

  #note(account: AccountRecord | undefined, outcome: 'failed' | 'locked', who: { login: string; source: string }) {
    const { login, source } = who;
    const doer: Doer = { actor: { by: 'unknown' }, source };
    const object = account ? { object: objectOf(account) } : {};
    return this.#parts.book.record(doer, {
      event: 'login',
      ...object,
      facts: { outcome },
      personal: { login: login.slice(0, 200) },
    });
  }

  #mac = (account: string, device: string): string =>
    createHmac('sha256', this.#parts.key).update(`${account} ${device}`).digest('base64url');

  #deviceToken = (account: string, device: string): string => `${device}.${this.#mac(account, device)}`;

  #deviceId(account: string, token: string): string | undefined {
    const [device = '', mac = ''] = token.split('.');
    const right = Buffer.from(this.#mac(account, device));
    const given = Buffer.from(mac);
    return right.length === given.length && timingSafeEqual(right, given) ? device : undefined;
  }
}
