/**
 * What destroys or opens recordings is asked by one and confirmed by the Secretary, who is another. Whoever carries a kind of
 * action out says so with `on`. Where the office has no Secretary yet, the action is done at once, and that is on record.
 */
import { errorMessage, HalinaError } from '../base/errors.js';
import { doerId, newId } from './book.js';
import type { Book, Doer, Happening } from './book.js';
import type { ActionKind, ActionRecord } from './records.js';

/** Asked and not answered for so long, an action lapses. */
const TERM_MS = 7 * 24 * 60 * 60_000;

export interface Wish {
  readonly action: ActionKind;
  readonly subject: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly reason: string;
}

export type Runner = (action: ActionRecord, doer: Doer) => Promise<void>;

export class TwoPersons {
  readonly #book: Book;
  readonly #runners = new Map<ActionKind, Runner>();

  constructor(book: Book) {
    this.#book = book;
  }

  /** Who carries actions of this kind out. It must be harmless when it is done twice: a crash may come in between. */
  on(kind: ActionKind, run: Runner): void {
    this.#runners.set(kind, run);
  }

  /** Whether the office has a Secretary, though the account may be barred: else an action is done at once. */
  get needed(): boolean {
    return [...this.#book.all('account')].some(({ roles }) => roles.includes('secretary'));
  }

  /** Those that wait, the oldest first. */
  waiting(): ActionRecord[] {
    const now = this.#book.clock.now();
    return [...this.#book.all('action')].filter(({ state, expiresAt }) => state === 'asked' && expiresAt > now);
  }

  all(): ActionRecord[] {
    return [...this.#book.all('action')];
  }

  /** Resolves with the action: `asked`, or `done` where there is nobody to confirm it. Rejects with what made it fail. */
  async ask(doer: Doer, wish: Wish): Promise<ActionRecord> {
    if (wish.reason.trim() === '') throw new HalinaError('REASON_MISSING', 'podaj powód czynności');
    const at = this.#book.clock.now();
    const asked: ActionRecord = {
      ...wish,
      kind: 'action',
      id: newId(),
      params: { ...wish.params },
      askedBy: doerId(doer),
      askedAt: at,
      expiresAt: at + TERM_MS,
      state: 'asked',
    };
    await this.#put(doer, 'asked', () => asked);
    if (this.needed) return asked;
    const confirmed = { ...asked, state: 'confirmed' as const, note: 'no Secretary has an account yet' };
    return this.#carryOut(await this.#put(doer, 'confirmed', () => confirmed), doer);
  }

  /** Confirms and carries out. The Secretary confirms neither the own wish nor what makes the own account mightier. */
  async confirm(doer: Doer, id: string): Promise<ActionRecord> {
    const confirmed = await this.#put(doer, 'confirmed', () => this.#decided(doer, id, { state: 'confirmed' }));
    return this.#carryOut(confirmed, doer);
  }

  async refuse(doer: Doer, id: string, note: string): Promise<ActionRecord> {
    return this.#put(doer, 'refused', () => this.#decided(doer, id, { state: 'refused', note }));
  }

  /** Puts an end to what waited too long. */
  async lapse(doer: Doer): Promise<void> {
    const now = this.#book.clock.now();
    const late = this.all().filter(({ state, expiresAt }) => state === 'asked' && expiresAt <= now);
    for (const action of late) await this.#put(doer, 'lapsed', () => ({ ...action, state: 'lapsed' }));
  }

  /** Carries out what was confirmed when the program ended; rejects, after the last of them, where one failed. */
  async resume(doer: Doer): Promise<void> {
    const failures: string[] = [];
    for (const action of this.all().filter(({ state }) => state === 'confirmed')) {
      await this.#carryOut(action, doer).catch((error: unknown) => {
        failures.push(`${action.action} ${action.id}: ${errorMessage(error)}`);
      });
    }
    if (failures.length > 0) throw new HalinaError('ACTIONS_FAILED', failures.join('; '));
  }

  /** To be asked where nothing comes in between: of two answers to one action only the first counts. */
  #decided(doer: Doer, id: string, decision: Pick<ActionRecord, 'state' | 'note'>): ActionRecord {
    const action = this.#open(id);
    this.#checkSecond(doer, action);
    return { ...action, decidedBy: doerId(doer), decidedAt: this.#book.clock.now(), ...decision };
  }

  #open(id: string): ActionRecord {
    const action = this.#book.must('action', id);
    if (action.state === 'asked' && action.expiresAt > this.#book.clock.now()) return action;
    throw new HalinaError('ACTION_OVER', 'na tę czynność już odpowiedziano albo minął jej termin');
  }

  #checkSecond({ actor }: Doer, { askedBy, subject }: ActionRecord): void {
    const person = actor.by === 'account' ? this.#book.person(actor.id) : undefined;
    if (!person?.roles.includes('secretary')) throw new HalinaError('NOT_ALLOWED', 'czynność potwierdza Sekretarz');
    if (person.id === askedBy) throw new HalinaError('TWO_PERSONS', 'potwierdza inna osoba niż wnioskująca');
    if (person.id === subject) throw new HalinaError('TWO_PERSONS', 'nikt nie potwierdza czynności na własnym koncie');
  }

  async #carryOut(action: ActionRecord, doer: Doer): Promise<ActionRecord> {
    const run = this.#runners.get(action.action);
    if (!run) throw new HalinaError('ACTION_NOBODY', `nobody here carries out '${action.action}'`);
    try {
      await run(action, doer);
    } catch (error) {
      await this.#store({ ...action, state: 'failed', note: errorMessage(error).slice(0, 500) });
      throw error;
    }
    return this.#store({ ...action, state: 'done' });
  }

  /** `next`: what becomes of it, by what stands at that instant. */
  #put(
    doer: Doer,
    step: 'asked' | 'confirmed' | 'refused' | 'lapsed',
    next: () => ActionRecord,
  ): Promise<ActionRecord> {
    return this.#book.change(doer, () => {
      const action = next();
      const { id, action: kind, subject, reason } = action;
      const log: Happening = {
        event: 'pending',
        object: { kind: 'action', id },
        facts: { step, action: kind, pending: id },
        personal: { reason, subject },
      };
      return { log: [log], put: [action], result: action };
    });
  }

  /** How it went; the doing itself is on record by whoever did it. */
  #store(action: ActionRecord): Promise<ActionRecord> {
    return this.#book.change({ actor: { by: 'system' } }, () => ({ log: [], put: [action], result: action }));
  }
}
