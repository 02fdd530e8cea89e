/**
 * The door to access requests: they are kept in a journal of their own, each step goes through the machine and is in the audit
 * log before it is kept; holds, papers and the end of grants follow from what is kept, and are made up for after a crash.
 */
import { randomBytes } from 'node:crypto';
import type { Doer } from '../accounts/book.js';
import { judge } from '../accounts/judge.js';
import type { Person } from '../accounts/judge.js';
import type { Permission } from '../accounts/permissions.js';
import { defined } from '../base/defined.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import { dayAt } from '../config/calendar.js';
import type { StoredFile } from '../journal/file-store.js';
import type { StoreWriter } from '../journal/keyed-store.js';
import { Copies } from './copies.js';
import { dueStep, mustBeReadyForFiles } from './due.js';
import { holderOfRequest, keepHolds } from './holds.js';
import { allWaitingFor, maySee, moverOf, openActions, theSystem } from './inbox.js';
import type { Waiting } from './inbox.js';
import type { Effect, EventType, RequestEvent } from './machine/events.js';
import { defaultRules } from './machine/rules.js';
import type { Rules } from './machine/rules.js';
import { callsOf } from './machine/state.js';
import type { AccessRequest } from './machine/state.js';
import { file as fileRequest, transition } from './machine/transition.js';
import { PaperShelf } from './paper-shelf.js';
import type { GrantsEnd } from './ports.js';
import { erasedOf, keyOf, recordAfter } from './records.js';
import type { Delivery, ErasedRequest, RequestRecord, RequestsRecord } from './records.js';
import { RequestBook } from './request-book.js';
import type { AccessRequestsOptions, Acted, Action, NewRequest } from './request-options.js';
import { madePaper, mustBePdf, RequestPapers, withPaper } from './request-papers.js';
import { objectOf, RequestTrail, system } from './trail.js';

export type { Acted, AccessRequestsOptions, Action, NewRequest } from './request-options.js';

/** How often the calendar is looked at, in milliseconds. */
const LOOK_MS = 60_000;

export class AccessRequests {
  readonly rules: Rules;
  readonly #options: AccessRequestsOptions;
  readonly #book: RequestBook;
  readonly #shelf: PaperShelf;
  readonly #papers: RequestPapers;
  readonly #trail: RequestTrail;
  readonly #copies: Copies;
  readonly #grantsEnd: GrantsEnd[] = [];
  #timer: { cancel(): void } | undefined;
  #looking: Promise<void> = Promise.resolve();

  private constructor(options: AccessRequestsOptions, book: RequestBook) {
    this.#options = options;
    this.#book = book;
    this.rules = options.rules ?? defaultRules;
    const { files, letters, papers: maker, audit, clock } = options;
    const shelf = (this.#shelf = new PaperShelf(files, letters));
    const trail = (this.#trail = new RequestTrail(audit));
    this.#papers = new RequestPapers({ book, shelf, trail, maker, clock });
    this.#copies = new Copies({ ...options, seal: options.sealCopy });
  }

  /** Opens them, ends sessions that a stop of the program interrupted, and makes up for what a crash left undone. */
  static async open(options: AccessRequestsOptions): Promise<AccessRequests> {
    const book = await RequestBook.open(options.files, options.folder);
    const requests = new AccessRequests(options, book);
    for (const { id, request } of book.all()) {
      if (request.state.phase === 'in_session') await requests.bySystem(id, { type: 'interrupt', why: 'restart' });
    }
    await requests.look();
    return requests;
  }

  /** Told when nothing of a request may be played any more. */
  onGrantsEnd(listener: GrantsEnd): void {
    this.#grantsEnd.push(listener);
  }

  /** A request comes in at the front office. */
  async file(doer: Doer, person: Person, given: NewRequest): Promise<Acted> {
    const by = moverOf(person);
    const at = this.#options.clock.now();
    const id = randomBytes(8).toString('hex');
    const acted = await this.#book.exclusively(async (write): Promise<Acted> => {
      const number = this.#book.nextNumber(given.receivedOn);
      const step = fileRequest({ ...given, id, number, by, at });
      if ('refused' in step) return { refused: await this.#trail.refuse(doer, 'request.file', id, step.refused) };
      return { record: await this.#keep(write, doer, 'file', undefined, step, []) };
    });
    return 'record' in acted ? { record: await this.#settle(acted.record, []) } : acted;
  }

  /** One step of a person. What it calls for is done when this resolves, or is owed and tried again. */
  act(doer: Doer, person: Person, id: string, action: Action): Promise<Acted> {
    return this.#step(doer, id, { ...action, by: moverOf(person), at: this.#options.clock.now() });
  }

  /** One step that the system itself takes. */
  bySystem(id: string, action: Action): Promise<Acted> {
    return this.#step(system, id, { ...action, by: theSystem, at: this.#options.clock.now() });
  }

  /** The request, where this person may see it; the look at it is on record. Throws `REQUEST_UNKNOWN`. */
  async open(doer: Doer, person: Person, id: string): Promise<RequestRecord> {
    const record = this.find(id);
    if (!record || !maySee(person, record)) {
      await this.#trail.refuse(doer, 'request.see', id, { code: 'not-yours', message: '' });
      throw new HalinaError('REQUEST_UNKNOWN', 'nie ma takiego wniosku');
    }
    await this.#trail.note(doer, record.request, { action: 'opened' });
    return record;
  }

  /** For parts that show nothing of it to a person. */
  find(id: string): RequestRecord | undefined {
    return this.#book.find(id);
  }

  /** Those that this person may see, the newest first. */
  list(person: Person): RequestRecord[] {
    const mine = this.#book.all().filter((record) => maySee(person, record));
    return mine.sort((a, b) => b.request.filedAt - a.request.filedAt);
  }

  /** All, for registers and reports; erased ones with what is left of them. */
  register(): readonly (RequestRecord | ErasedRequest)[] {
    return this.#book.register();
  }

  openActions = (person: Person, record: RequestRecord): EventType[] =>
    openActions(record, person, this.#options.clock.now(), this.rules);

  /** What waits for this person, the most urgent first. */
  waitingFor(person: Person): Waiting[] {
    return allWaitingFor(this.#book.all(), person, this.#options.clock.now(), this.rules);
  }

  /** The PDF of a paper, as it was made or as it came back signed. Whoever sees the request sees its papers. */
  paper(doer: Doer, person: Person, id: string, n: number, form: 'made' | 'signed' = 'made'): Promise<Buffer> {
    const record = this.find(id);
    return this.#papers.read(doer, record && maySee(person, record) ? record : undefined, n, form);
  }

  /** A letter comes back signed, as a PDF. */
  attachSigned(doer: Doer, person: Person, id: string, n: number, pdf: Uint8Array): Promise<RequestRecord> {
    mustBePdf(pdf);
    return this.#change(doer, person, id, 'signed', (record) => this.#papers.signed(record, n, pdf, person.id));
  }

  /** How it went out, and the proof of it. */
  deliver(doer: Doer, person: Person, id: string, n: number, given: Delivery): Promise<RequestRecord> {
    return this.#change(doer, person, id, 'delivered', (record) => {
      madePaper(record, n);
      return withPaper(record, n, (paper) => ({ ...paper, delivered: { ...given, by: person.id } }));
    });
  }

  /** Makes the copy that the Secretary has approved; an older one goes. */
  makeCopy(doer: Doer, person: Person, id: string): Promise<RequestRecord> {
    const make = (record: RequestRecord): Promise<RequestRecord> => this.#copies.withNew(doer, record, person.id);
    return this.#change(doer, person, id, 'copy-made', make, 'request.decide');
  }

  /** The copy, until it is handed over; whoever opened it closes it. */
  async copy(doer: Doer, person: Person, id: string): Promise<{ file: StoredFile; bytes: number }> {
    const { copy, request } = await this.open(doer, person, id);
    if (!copy || request.state.phase !== 'copy_issued' || request.state.handedOver) {
      throw new HalinaError('COPY_NOT_APPROVED', 'kopii nie przygotowano albo już ją wydano');
    }
    await this.#trail.note(doer, request, { action: 'copy-downloaded' });
    return { file: await this.#copies.open(id), bytes: copy.bytes };
  }

  /** It is in the office's records now; from here on the time runs after which it is erased here. */
  async fileAway(doer: Doer, person: Person, id: string, given: { readonly on: string; readonly caseSign: string }) {
    return this.#change(doer, person, id, 'filed-away', (record) => {
      mustBeReadyForFiles(record, given.caseSign);
      return { ...record, filedAway: { ...given, by: person.id } };
    });
  }

  /** What is due by the calendar: terms, papers that are owed, holds that end, personal data that go. */
  async look(): Promise<void> {
    this.#timer?.cancel();
    const run = async (): Promise<void> => {
      for (const record of this.#book.all()) {
        await this.#lookAt(record).catch((error: unknown) => this.#owe(record, error));
      }
    };
    this.#looking = this.#looking.then(run);
    await this.#looking;
    this.#timer = this.#options.clock.setTimer(LOOK_MS, () => void this.look());
  }

  async close(): Promise<void> {
    await this.#looking;
    this.#timer?.cancel();
    await this.#book.close();
  }

  async #step(doer: Doer, id: string, event: RequestEvent): Promise<Acted> {
    const known = this.find(id);
    const before = known ? callIds(known) : [];
    const acted = await this.#book.exclusively(async (write): Promise<Acted> => {
      const record = this.#book.get(id);
      const step = transition(record.request, event, this.rules);
      if ('refused' in step)
        return { refused: await this.#trail.refuse(doer, `request.${event.type}`, id, step.refused) };
      return { record: await this.#keep(write, doer, event.type, record, step, [event]) };
    });
    if ('refused' in acted) return acted;
    const record = await this.#settle(acted.record, before);
    if (record.request.state.phase === 'matched') return this.bySystem(id, { type: 'ask-opinions' });
    return { record };
  }

  /** Puts the step on record, then keeps it. */
  async #keep(
    write: StoreWriter<RequestsRecord>,
    doer: Doer,
    action: string,
    record: RequestRecord | undefined,
    { request, effects }: { request: AccessRequest; effects: readonly Effect[] },
    events: readonly RequestEvent[],
  ): Promise<RequestRecord> {
    const from = record?.request.state.phase;
    await this.#trail.note(doer, request, defined({ action, from, to: request.state.phase }));
    const kept = recordAfter(record, { request, effects }, events, this.#options.clock.now());
    await write.put(keyOf(kept), kept);
    const ends = effects.some((effect) => effect.do === 'end-grants');
    if (ends) for (const listener of this.#grantsEnd) listener({ request: request.id });
    return kept;
  }

  /** Does what the state calls for. What fails now is owed. */
  async #settle(record: RequestRecord, before: readonly string[]): Promise<RequestRecord> {
    const { archive, clock, alarms } = this.#options;
    const { number } = record.request;
    try {
      await keepHolds(archive, holderOfRequest(record.request), before, clock.now(), this.rules);
      if (record.copy && 'handedOver' in record.request.state) await this.#copies.remove(record.id);
      const settled = await this.#papers.makeOwed(record.id);
      alarms.clear('REQUEST_UNSETTLED', number);
      return settled;
    } catch (error) {
      this.#owe(record, error);
      return this.find(record.id) ?? record;
    }
  }

  /** An alarm; it is tried again at each look. */
  #owe({ id, request: { number } }: RequestRecord, error: unknown): void {
    const { alarms, log } = this.#options;
    log.error({ request: id, error: errorMessage(error) }, 'a step of a request is not carried out yet');
    alarms.raise('REQUEST_UNSETTLED', number, `request ${number}: ${errorMessage(error)}; it is tried again`);
  }

  /** A change beside the workflow, by those who keep the papers. */
  #change(
    doer: Doer,
    person: Person,
    id: string,
    action: string,
    change: (record: RequestRecord) => RequestRecord | Promise<RequestRecord>,
    permission: Permission = 'request.complete',
  ): Promise<RequestRecord> {
    return this.#book.exclusively(async (write) => {
      const record = this.find(id);
      if (!record || !maySee(person, record) || !judge(person, permission, { request: true }).allowed) {
        await this.#trail.refuse(doer, `request.${action}`, id, { code: 'not-yours', message: '' });
        throw new HalinaError('NOT_ALLOWED', 'ta czynność nie należy do Twojej roli');
      }
      await this.#trail.note(doer, record.request, { action });
      const next = await change(record);
      await write.put(keyOf(next), next);
      return next;
    });
  }

  async #lookAt(record: RequestRecord): Promise<void> {
    const { clock, keepDays } = this.#options;
    const due = dueStep(record, dayAt(clock.now(), this.rules.zone), keepDays);
    if (due === 'erase') return this.#erase(record);
    if (due !== undefined) return void (await this.bySystem(record.id, { type: due }));
    await this.#settle(record, callIds(record));
  }

  /** Everything personal goes: the record, the papers, what the audit log has beside its chain. */
  async #erase(record: RequestRecord): Promise<void> {
    const { alarms, audit, clock } = this.#options;
    const { id, request } = record;
    await this.#trail.note(system, request, { action: 'erased' });
    await this.#shelf.clear(id);
    await audit.eraseDetails({ object: objectOf(id) }, { actor: { by: 'system' }, why: 'request-kept-long-enough' });
    await this.#book.erase(erasedOf(record, clock.now()));
    alarms.clear('REQUEST_UNSETTLED', request.number);
  }
}

const callIds = ({ request }: RequestRecord): string[] => callsOf(request.state).map(({ id }) => id);
