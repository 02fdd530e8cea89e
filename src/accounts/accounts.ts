/**
 * The door to people: accounts with their roles, who stands in for whom, whom the Mayor authorised, who was told. All of it is
 * in a journal of its own, and everything is in the audit log before it has an effect.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { HalinaError } from '../base/errors.js';
import { Book, newId, theSystem } from './book.js';
import type { BookOptions, Doer, Happening } from './book.js';
import { event, objectOf } from './happenings.js';
import type { Person } from './judge.js';
import { Links } from './links.js';
import { Passwords } from './password.js';
import type { AccountRecord, ActionRecord } from './records.js';
import { conflictOf, hearingRoles } from './roles.js';
import type { Role } from './roles.js';
import { SignIn } from './sign-in.js';
import { Terms } from './terms.js';
import { Throttle } from './throttle.js';
import { TwoPersons } from './two-persons.js';

/** An account as others may see it. */
export interface AccountView {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  /** Its own roles; those of a deputy come by `person`. */
  readonly roles: readonly Role[];
  readonly units: readonly string[];
  readonly extensions: readonly string[];
  readonly createdAt: number;
  readonly hasPassword: boolean;
  readonly hasSecondFactor: boolean;
  readonly recoveryCodesLeft: number;
  readonly blocked?: { readonly at: number; readonly why: string };
}

export type Changed = 'created' | 'roles' | 'blocked' | 'password' | 'second-factor' | 'authorisation' | 'deputy';
export type ChangeListener = (account: string, what: Changed) => void;

export interface AccountsOptions extends Omit<BookOptions, 'path'> {
  /** The folder of the journal and of the key for device tokens; must be there. */
  readonly folder: string;
  /** The office's name, as authenticator apps show it, and as no password may be. */
  readonly office: string;
  /** How passwords are kept; by default with the full cost. */
  readonly passwords?: Passwords;
}

const LOGIN = /^[a-z0-9][a-z0-9._-]{1,39}$/;
/** The longest time between two looks at the calendar, in milliseconds. */
const LOOK_MS = 60 * 60_000;

export class Accounts {
  readonly signIn: SignIn;
  readonly links: Links;
  readonly terms: Terms;
  readonly actions: TwoPersons;
  readonly #book: Book;
  readonly #listeners: ChangeListener[] = [];
  #timer: { cancel(): void } | undefined;
  /** Roles and authorisation of each person, as they were told last. */
  #seen = new Map<string, string>();

  private constructor(book: Book, key: Buffer, { clock, office, passwords = new Passwords() }: AccountsOptions) {
    const changed: ChangeListener = (account, what) => this.#tell(account, what);
    this.#book = book;
    const parts = { book, passwords, throttle: new Throttle(clock), key, issuer: office, changed };
    this.signIn = new SignIn({ ...parts, officeWords: [...office.split(/\s+/), 'halina'] });
    this.links = new Links(book, this.signIn);
    this.terms = new Terms(book, changed);
    this.actions = new TwoPersons(book);
    this.actions.on('grant-hearing-role', (action, doer) => this.#runRoles(action, doer));
    this.actions.on('reset-second-factor', (action, doer) => this.signIn.resetSecondFactor(doer, action.subject));
    this.#look();
  }

  static async open(options: AccountsOptions): Promise<Accounts> {
    const { folder, files } = options;
    const path = join(folder, 'accounts.journal');
    const book = await Book.open({ ...options, path });
    const file = await files.open(join(folder, 'device.key'), 'write');
    try {
      let key = await file.read(0, 32);
      if (key.length < 32) {
        key = randomBytes(32);
        await file.write(key, 0);
        await file.sync();
      }
      await files.syncFolder(folder);
      return new Accounts(book, key, options);
    } finally {
      await file.close();
    }
  }

  /** Told after each change that may end sessions or grants, and when a term begins or ends. */
  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  person = (id: string): Person | undefined => this.#book.person(id);
  people = (): Person[] => this.#book.people();
  list = (): AccountView[] => [...this.#book.all('account')].map(viewOf);

  view(id: string): AccountView | undefined {
    const account = this.#book.get('account', id);
    return account && viewOf(account);
  }

  byLogin(login: string): AccountView | undefined {
    const account = this.#book.byLogin(login);
    return account && viewOf(account);
  }

  get empty(): boolean {
    return this.#book.all('account').next().done === true;
  }

  /** Without a password: a link is made for it. Roles that hear wait for the Secretary (`pending`). */
  async create(
    doer: Doer,
    given: { readonly login: string; readonly name: string; readonly roles: readonly Role[]; readonly reason?: string },
  ): Promise<{ readonly account: AccountView; readonly pending?: ActionRecord }> {
    const login = loginOf(given);
    this.#checkRoles(given.roles);
    const later = given.roles.some((role) => hearingRoles.includes(role)) && this.actions.needed;
    const account = freshAccount({ login, name: given.name, roles: later ? [] : given.roles }, this.#book.clock.now());
    await this.#put(doer, account);
    if (!later) return { account: viewOf(account) };
    const pending = await this.setRoles(doer, account.id, given.roles, given.reason ?? 'nowe konto');
    return { account: viewOf(account), ...(pending ? { pending } : {}) };
  }

  /** The first administrator, by the link that was printed at the start. */
  async createFirst(token: string, given: { login: string; name: string; password: string }, source: string) {
    const mustBeFirst = (): void => {
      if (!this.links.isFirst(token))
        throw new HalinaError('LINK_INVALID', 'ten odnośnik jest nieważny albo został użyty');
    };
    mustBeFirst();
    const { name, password } = given;
    const login = loginOf(given);
    const fresh = freshAccount({ login, name, roles: ['administrator'] }, this.#book.clock.now());
    const problem = this.signIn.problemWith(fresh, password);
    if (problem !== undefined) return { problem };
    // With its password in one: an account that nobody can enter would make the link void.
    const account = { ...fresh, ...(await this.signIn.kept(password)) };
    await this.#put({ ...theSystem, source }, account, [event('password', account)], mustBeFirst);
    return { account: viewOf(account) };
  }

  /** Gives the pending action where a role that hears is granted and somebody has to confirm it. */
  async setRoles(doer: Doer, id: string, roles: readonly Role[], reason: string): Promise<ActionRecord | undefined> {
    const account = this.#book.must('account', id);
    this.#checkRoles(roles);
    this.#checkLast(account, roles);
    const granted = roles.filter((role) => hearingRoles.includes(role) && !account.roles.includes(role));
    if (granted.length > 0 && this.actions.needed) {
      const wish = { action: 'grant-hearing-role' as const, subject: id, params: { roles: [...roles] }, reason };
      return this.actions.ask(doer, wish);
    }
    await this.#putRoles(doer, id, roles);
    return undefined;
  }

  /** Waits for the Secretary, unless there is none. */
  askSecondFactorReset(doer: Doer, id: string, reason: string): Promise<ActionRecord> {
    this.#book.must('account', id);
    return this.actions.ask(doer, { action: 'reset-second-factor', subject: id, params: {}, reason });
  }

  async update(
    doer: Doer,
    id: string,
    change: { readonly name?: string; readonly units?: readonly string[]; readonly extensions?: readonly string[] },
  ): Promise<AccountView> {
    const next = await this.#book.change(doer, () => {
      const account = this.#book.must('account', id);
      const changed: AccountRecord = {
        ...account,
        name: change.name?.trim() || account.name,
        units: [...(change.units ?? account.units)],
        extensions: [...(change.extensions ?? account.extensions)],
      };
      // Handsets say in which calls one took part, units on which one gives an opinion: who had which is asked later.
      const { name, units, extensions } = changed;
      const was = { unitsBefore: account.units.join(', '), extensionsBefore: account.extensions.join(', ') };
      const details = { name, units: units.join(', '), extensions: extensions.join(', '), ...was };
      const personal = Object.fromEntries(Object.entries(details).map(([key, text]) => [key, text.slice(0, 4000)]));
      const log = { ...event('changed', account, Object.keys(change)), personal };
      return { log: [log], put: [changed], result: changed };
    });
    this.#tell(id, 'roles');
    return viewOf(next);
  }

  async block(doer: Doer, id: string, why: string): Promise<void> {
    await this.#book.change(doer, () => {
      const account = this.#book.must('account', id);
      this.#checkLastAdministrator(account, []);
      const next = { ...account, blocked: { at: this.#book.clock.now(), why } };
      return { log: [{ ...event('blocked', account), personal: { why } }], put: [next], result: undefined };
    });
    this.#tell(id, 'blocked');
  }

  async unblock(doer: Doer, id: string): Promise<void> {
    await this.#book.change(doer, () => {
      const { blocked: _, ...next } = this.#book.must('account', id);
      return { log: [event('unblocked', next)], put: [next], result: undefined };
    });
    this.#tell(id, 'roles');
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#book.close();
  }

  /** Puts a new account on record and keeps it. `check`: throws where it may not be, at that very instant. */
  async #put(doer: Doer, account: AccountRecord, more: readonly Happening[] = [], check = (): void => {}) {
    const { login, name } = account;
    await this.#book.change(doer, () => {
      check();
      if (this.#book.byLogin(login)) throw new HalinaError('LOGIN_TAKEN', `konto ${login} już istnieje`);
      const log = [{ ...event('created', account), personal: { login, name } }, ...rolesLog(account, []), ...more];
      return { log, put: [account], result: undefined };
    });
    this.#tell(account.id, 'created');
  }

  #checkRoles(roles: readonly Role[]): void {
    const conflict = conflictOf(roles);
    if (conflict === undefined) return;
    const hint = 'jest niezależny od tych, o których wydaje opinie (art. 38 RODO)';
    throw new HalinaError('ROLES_CONFLICT', `Inspektor Ochrony Danych nie może mieć roli: ${conflict}`, { hint });
  }

  /** At least one administrator always remains. */
  #checkLastAdministrator(account: AccountRecord, left: readonly Role[]): void {
    if (!account.roles.includes('administrator') || left.includes('administrator')) return;
    const others = [...this.#book.all('account')].filter(
      ({ id, blocked, roles }) => id !== account.id && !blocked && roles.includes('administrator'),
    );
    if (others.length === 0)
      throw new HalinaError('LAST_ADMINISTRATOR', 'musi pozostać co najmniej jeden administrator');
  }

  /** Once there is a Secretary there always is one: else whoever changes accounts would be rid of the second person. */
  #checkLast(account: AccountRecord, left: readonly Role[]): void {
    this.#checkLastAdministrator(account, left);
    if (!account.roles.includes('secretary') || left.includes('secretary')) return;
    const others = [...this.#book.all('account')].filter(({ id, roles }) => id !== account.id && roles.includes('secretary')); // prettier-ignore
    if (others.length > 0) return;
    const hint = 'najpierw nadaj tę rolę następcy';
    throw new HalinaError('LAST_SECRETARY', 'musi pozostać co najmniej jeden Sekretarz', { hint });
  }

  async #runRoles({ subject, params }: ActionRecord, doer: Doer): Promise<void> {
    await this.#putRoles(doer, subject, params['roles'] as readonly Role[]);
  }

  async #putRoles(doer: Doer, id: string, roles: readonly Role[]): Promise<void> {
    await this.#book.change(doer, () => {
      const account = this.#book.must('account', id);
      this.#checkLast(account, roles);
      const next = { ...account, roles: [...roles] };
      return { log: rolesLog(next, account.roles), put: [next], result: undefined };
    });
    this.#tell(id, 'roles');
  }

  #tell(account: string, what: Changed): void {
    for (const listener of this.#listeners) listener(account, what);
    this.#look();
  }

  /** Tells of terms that began or ended by the calendar, and waits for the next. */
  #look(): void {
    const seen = new Map(this.people().map((person) => [person.id, standing(person)]));
    const before = this.#seen;
    this.#seen = seen;
    this.#timer?.cancel();
    const { clock } = this.#book;
    const next = this.#book.nextChange();
    const wait = next === undefined ? LOOK_MS : Math.min(LOOK_MS, next - clock.now());
    this.#timer = clock.setTimer(wait, () => this.#look());
    for (const [account, now] of seen) {
      const then = before.get(account);
      if (then === undefined || then === now) continue;
      const what = then.split('|')[0] === now.split('|')[0] ? 'authorisation' : 'deputy';
      for (const listener of this.#listeners) listener(account, what);
    }
  }
}

/** Small letters. Throws `LOGIN_INVALID`, or `NAME_MISSING`. */
function loginOf(given: { readonly login: string; readonly name: string }): string {
  const login = given.login.trim().toLowerCase();
  if (!LOGIN.test(login)) {
    const hint = '2 do 40 małych liter bez polskich znaków, cyfr, kropek, myślników';
    throw new HalinaError('LOGIN_INVALID', `„${given.login}” nie może być loginem`, { hint });
  }
  if (given.name.trim() === '') throw new HalinaError('NAME_MISSING', 'podaj imię i nazwisko');
  return login;
}

const standing = ({ roles, authorisation }: Person): string => `${roles.join(',')}|${authorisation?.id ?? ''}`;

function viewOf(account: AccountRecord): AccountView {
  const { id, login, name, roles, units, extensions, createdAt, blocked, recovery } = account;
  return {
    id,
    login,
    name,
    roles,
    units,
    extensions,
    createdAt,
    hasPassword: account.password !== undefined,
    hasSecondFactor: account.totp !== undefined,
    recoveryCodesLeft: recovery.length,
    ...(blocked ? { blocked } : {}),
  };
}

function rolesLog(account: AccountRecord, before: readonly Role[]): Happening[] {
  const object = objectOf(account);
  const log = (change: 'granted' | 'withdrawn') => (role: Role) =>
    ({ event: 'role', object, facts: { change, role } }) satisfies Happening;
  return [
    ...account.roles.filter((role) => !before.includes(role)).map(log('granted')),
    ...before.filter((role) => !account.roles.includes(role)).map(log('withdrawn')),
  ];
}

const freshAccount = (
  given: { readonly login: string; readonly name: string; readonly roles: readonly Role[] },
  at: number,
): AccountRecord => ({
  kind: 'account',
  id: newId(),
  login: given.login,
  name: given.name.trim(),
  roles: [...given.roles],
  units: [],
  extensions: [],
  createdAt: at,
  recovery: [],
});
