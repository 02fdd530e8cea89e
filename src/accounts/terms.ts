/** What has dates: deputies, the Mayor's authorisations, and that employees were told of the recording. */
import { HalinaError } from '../base/errors.js';
import { startOf, endOf } from '../config/calendar.js';
import { defined } from '../base/defined.js';
import { newId } from './book.js';
import type { Book, Doer } from './book.js';
import { judge } from './judge.js';
import type { AuthorisationRecord, DeputyRecord, InformationRecord } from './records.js';
import { conflictOf } from './roles.js';
import { objectOf } from './happenings.js';

type Given<R> = Omit<R, 'kind' | 'id'>;

export class Terms {
  readonly #book: Book;
  readonly #changed: (account: string, what: 'deputy' | 'authorisation') => void;

  constructor(book: Book, changed: (account: string, what: 'deputy' | 'authorisation') => void) {
    this.#book = book;
    this.#changed = changed;
  }

  deputies = (): DeputyRecord[] => [...this.#book.all('deputy')];
  authorisations = (): AuthorisationRecord[] => [...this.#book.all('authorisation')];
  informations = (): InformationRecord[] => [...this.#book.all('information')];

  /** The Secretary names those of staff and unit heads; the Mayor, by a document, those of the Secretary and the officer. */
  async nameDeputy(doer: Doer, given: Omit<Given<DeputyRecord>, 'endedAt'>): Promise<DeputyRecord> {
    this.#checkDeputy(doer, given);
    const deputy: DeputyRecord = { kind: 'deputy', id: newId(), ...given };
    await this.#book.change(doer, () => ({ log: [this.#ofDeputy(deputy, 'named')], put: [deputy], result: undefined }));
    this.#changed(deputy.deputy, 'deputy');
    return deputy;
  }

  async endDeputy(doer: Doer, id: string): Promise<void> {
    const deputy = this.#book.must('deputy', id);
    const ended = { ...deputy, endedAt: this.#book.clock.now() };
    await this.#book.change(doer, () => ({ log: [this.#ofDeputy(deputy, 'ended')], put: [ended], result: undefined }));
    this.#changed(deputy.deputy, 'deputy');
  }

  async enterAuthorisation(
    doer: Doer,
    given: Omit<Given<AuthorisationRecord>, 'withdrawn'>,
  ): Promise<AuthorisationRecord> {
    this.#book.must('account', given.account);
    this.#checkDays(given);
    if (given.number.trim() === '') throw new HalinaError('DOCUMENT_MISSING', 'podaj numer upoważnienia Burmistrza');
    const authorisation: AuthorisationRecord = { kind: 'authorisation', id: newId(), ...given };
    await this.#book.change(doer, () => {
      return { log: [this.#ofAuthorisation(authorisation, 'entered')], put: [authorisation], result: undefined };
    });
    this.#changed(given.account, 'authorisation');
    return authorisation;
  }

  async withdrawAuthorisation(doer: Doer, id: string, why: string): Promise<void> {
    const authorisation = this.#book.must('authorisation', id);
    const withdrawn = { ...authorisation, withdrawn: { at: this.#book.clock.now(), why } };
    await this.#book.change(doer, () => {
      return { log: [this.#ofAuthorisation(authorisation, 'withdrawn')], put: [withdrawn], result: undefined };
    });
    this.#changed(authorisation.account, 'authorisation');
  }

  enterInformation(doer: Doer, given: Given<InformationRecord>): Promise<InformationRecord> {
    const information: InformationRecord = { kind: 'information', id: newId(), ...given };
    const { extension, person, on } = information;
    const log = {
      event: 'employee_informed' as const,
      object: { kind: 'information', id: information.id },
      facts: { change: 'entered', on: startOf(on, this.#book.zone) },
      personal: { extension, person },
    };
    return this.#book.change(doer, () => ({ log: [log], put: [information], result: information }));
  }

  /** Of these handsets, those whose person was not told by today. */
  uninformed(extensions: readonly string[]): string[] {
    const now = this.#book.clock.now();
    const told = this.informations().filter(({ on }) => startOf(on, this.#book.zone) <= now);
    return extensions.filter((extension) => !told.some((one) => one.extension === extension));
  }

  #checkDays({ from, until }: { readonly from: string; readonly until?: string | undefined }): void {
    if (until !== undefined && until < from) throw new HalinaError('DATES_INVALID', 'koniec jest przed początkiem');
  }

  #checkDeputy({ actor }: Doer, given: Omit<Given<DeputyRecord>, 'endedAt'>): void {
    const { deputy, of, role, document, reason } = given;
    this.#checkDays(given);
    if (reason.trim() === '') throw new HalinaError('REASON_MISSING', 'podaj powód zastępstwa');
    if (deputy === of) throw new HalinaError('DEPUTY_INVALID', 'nikt nie zastępuje samego siebie');
    const person = this.#book.must('account', deputy);
    if (!this.#book.must('account', of).roles.includes(role)) {
      throw new HalinaError('DEPUTY_INVALID', 'zastępowana osoba nie ma tej roli');
    }
    const conflict = conflictOf([...person.roles, role]);
    if (conflict)
      throw new HalinaError('ROLES_CONFLICT', `Inspektor Ochrony Danych nie może łączyć roli z: ${conflict}`);
    const namer = actor.by === 'account' ? this.#book.person(actor.id) : undefined;
    const facts = defined({ deputyOf: role, document });
    // Nor does anybody by the own hand come to what the Secretary alone may.
    if (!namer || namer.id === deputy || !judge(namer, 'deputy.name', facts).allowed) {
      throw new HalinaError(
        'NOT_ALLOWED',
        'tego zastępcę wyznacza kto inny (nikt sam siebie) albo brak numeru dokumentu Burmistrza',
      );
    }
  }

  #term = ({ from, until }: { readonly from: string; readonly until?: string | undefined }) => ({
    from: startOf(from, this.#book.zone),
    ...(until === undefined ? {} : { until: endOf(until, this.#book.zone) }),
  });

  #ofDeputy(deputy: DeputyRecord, change: 'named' | 'ended') {
    const { role, reason, document, of } = deputy;
    return {
      event: 'deputy' as const,
      object: objectOf({ id: deputy.deputy }),
      facts: { change, role, ...this.#term(deputy) },
      personal: { reason, of, ...(document === undefined ? {} : { document }) },
    };
  }

  #ofAuthorisation(authorisation: AuthorisationRecord, change: 'entered' | 'withdrawn') {
    const { number, scope, account } = authorisation;
    return {
      event: 'authorisation' as const,
      object: objectOf({ id: account }),
      facts: { change, ...this.#term(authorisation) },
      personal: { number, scope },
    };
  }
}
