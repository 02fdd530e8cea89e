/**
 * The door to access requests: they are kept in a journal of their own, each step goes through the machine and is in the audit
 * log before it is kept; holds, papers and the end of grants follow from what is kept, and are made up for after a crash.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Doer } from '../accounts/book.js';
import { judge } from '../accounts/judge.js';
import type { Person } from '../accounts/judge.js';
import type { AuditEvent, AuditLog } from '../audit/audit-log.js';
import type { AlarmBell } from '../base/alarms.js';
import type { Clock } from '../base/clock.js';
import { defined } from '../base/defined.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { addDays, dayAt } from '../config/calendar.js';
import type { Permission } from '../accounts/permissions.js';
import type { FileStore, StoredFile } from '../journal/file-store.js';
import { KeyedStore } from '../journal/keyed-store.js';
import type { StoreWriter } from '../journal/keyed-store.js';
import { Copies } from './copies.js';
import type { SealCopy } from './copies.js';
import { holderOfRequest, keepHolds } from './holds.js';
import { maySee, moverOf, openActions, theSystem, waitingFor } from './inbox.js';
import type { Waiting } from './inbox.js';
import type { Effect, EventType, Refused, RequestEvent } from './machine/events.js';
import type { RequestForm } from './machine/form.js';
import { defaultRules } from './machine/rules.js';
import type { Rules } from './machine/rules.js';
import { callsOf, finalPhases } from './machine/state.js';
import type { AccessRequest, Kind } from './machine/state.js';
import { file as fileRequest, transition } from './machine/transition.js';
import { PaperShelf } from './paper-shelf.js';
import type { GrantsEnd, HoldKeeper, PaperMaker } from './ports.js';
import { keyOf, parseRecord } from './records.js';
import type { Channel, ErasedRequest, PaperRecord, RequestRecord, RequestsRecord } from './records.js';

export interface AccessRequestsOptions {
  readonly files: FileStore;
  /** The folder of the journal, and that of the papers; must be there. */
  readonly folder: string;
  readonly letters: string;
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, 'append' | 'eraseDetails'>;
  readonly archive: HoldKeeper;
  readonly papers: PaperMaker;
  readonly sealCopy: SealCopy;
  readonly log: Log;
  readonly alarms: AlarmBell;
  readonly rules?: Rules;
  /** How long a closed request is kept after it went to the office's records, in days. */
  readonly keepDays?: number;
}

/** A step without who and when. */
export type Action = RequestEvent extends infer E ? (E extends RequestEvent ? Omit<E, 'by' | 'at'> : never) : never;
export type Acted = { readonly record: RequestRecord } | { readonly refused: Refused };

export interface NewRequest {
  readonly kind: Kind;
  readonly receivedOn: string;
  readonly form: RequestForm;
  readonly caseSign?: string;
}

/** How often the calendar is looked at, in milliseconds. */
const LOOK_MS = 60_000;
const KEEP_DAYS = 365;

export class AccessRequests {
  readonly rules: Rules;
  readonly #options: AccessRequestsOptions;
  readonly #store: KeyedStore<RequestsRecord>;
  readonly #shelf: PaperShelf;
  readonly #copies: Copies;
  readonly #grantsEnd: GrantsEnd[] = [];
  #timer: { cancel(): void } | undefined;
  #looking: Promise<void> = Promise.resolve();

  private constructor(options: AccessRequestsOptions, store: KeyedStore<RequestsRecord>) {
    this.#options = options;
    this.#store = store;
    this.rules = options.rules ?? defaultRules;
    this.#shelf = new PaperShelf(options.files, options.letters);
    this.#copies = new Copies({ ...options, seal: options.sealCopy });
  }

  /** Opens them, ends sessions that a stop of the program interrupted, and makes up for what a crash left undone. */
  static async open(options: AccessRequestsOptions): Promise<AccessRequests> {
    const { files, folder } = options;
    const path = join(folder, 'requests.journal');
    const store = await KeyedStore.open({ files, path, name: 'halina-requests', version: 1, parse: parseRecord });
    const requests = new AccessRequests(options, store);
    for (const { id, request } of requests.#all()) {
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
    const acted = await this.#store.exclusively(async (write): Promise<Acted> => {
      const number = this.#nextNumber(given.receivedOn);
      const step = fileRequest({ ...given, id, number, by, at });
      if ('refused' in step) return { refused: await this.#refuse(doer, 'request.file', id, step.refused) };
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
      await this.#refuse(doer, 'request.see', id, { code: 'not-yours', message: '' });
      throw new HalinaError('REQUEST_UNKNOWN', 'nie ma takiego wniosku');
    }
    await this.#note(doer, record.request, { action: 'opened' });
    return record;
  }

  /** For parts that show nothing of it to a person. */
  find(id: string): RequestRecord | undefined {
    const record = this.#store.get(`request:${id}`);
    return record?.kind === 'request' ? record : undefined;
  }

  /** Those that this person may see, the newest first. */
  list(person: Person): RequestRecord[] {
    const mine = this.#all().filter((record) => maySee(person, record));
    return mine.sort((a, b) => b.request.filedAt - a.request.filedAt);
  }

  /** All, for registers and reports; erased ones with what is left of them. */
  register(): readonly (RequestRecord | ErasedRequest)[] {
    return [...this.#store.values()].filter((one) => one.kind === 'request' || one.kind === 'erased-request');
  }

  openActions = (person: Person, record: RequestRecord): EventType[] =>
    openActions(record, person, this.#options.clock.now(), this.rules);

  /** What waits for this person, the most urgent first. */
  waitingFor(person: Person): Waiting[] {
    const now = this.#options.clock.now();
    const waiting = this.#all().flatMap((record) => waitingFor(record, person, now, this.rules) ?? []);
    const urgency = ({ due, at }: Waiting): string => due ?? (at === undefined ? '9' : new Date(at).toISOString());
    return waiting.sort((a, b) => (urgency(a) < urgency(b) ? -1 : 1));
  }

  /** The PDF of a paper, as it was made or as it came back signed. Whoever sees the request sees its papers. */
  async paper(doer: Doer, person: Person, id: string, n: number, form: 'made' | 'signed' = 'made'): Promise<Buffer> {
    const record = this.find(id);
    const paper = record && maySee(person, record) ? record.papers.find((one) => one.n === n) : undefined;
    if (!record || !paper?.[form]) throw new HalinaError('PAPER_UNKNOWN', 'nie ma takiego pisma');
    await this.#append(doer, { event: 'document', object: objectOf(id), facts: { kind: paper.paper, action: 'read' } });
    return this.#shelf.read(id, paper, form);
  }

  /** A letter comes back signed, as a PDF. */
  attachSigned(doer: Doer, person: Person, id: string, n: number, pdf: Uint8Array): Promise<RequestRecord> {
    if (Buffer.from(pdf.subarray(0, 5)).toString('latin1') !== '%PDF-') {
      throw new HalinaError('PAPER_INVALID', 'to nie jest plik PDF');
    }
    return this.#annotate(doer, person, id, n, 'signed', async (paper, at) => {
      const sha256 = await this.#shelf.put(id, paper, pdf, 'signed');
      return { ...paper, signed: { at, sha256, by: person.id } };
    });
  }

  /** How it went out, and the proof of it. */
  deliver(
    doer: Doer,
    person: Person,
    id: string,
    n: number,
    given: { readonly channel: Channel; readonly on: string; readonly proof: string },
  ): Promise<RequestRecord> {
    return this.#annotate(doer, person, id, n, 'delivered', (paper) =>
      Promise.resolve({ ...paper, delivered: { ...given, by: person.id } }),
    );
  }

  /** Makes the copy that the Secretary has approved; an older one goes. */
  makeCopy(doer: Doer, person: Person, id: string): Promise<RequestRecord> {
    const make = async (record: RequestRecord): Promise<RequestRecord> => ({
      ...record,
      copy: await this.#copies.make(doer, record, person.id),
    });
    return this.#change(doer, person, id, 'copy-made', make, 'request.decide');
  }

  /** The copy, until it is handed over; whoever opened it closes it. */
  async copy(doer: Doer, person: Person, id: string): Promise<{ file: StoredFile; bytes: number }> {
    const { copy, request } = await this.open(doer, person, id);
    if (!copy || request.state.phase !== 'copy_issued' || request.state.handedOver) {
      throw new HalinaError('COPY_NOT_APPROVED', 'kopii nie przygotowano albo już ją wydano');
    }
    await this.#note(doer, request, { action: 'copy-downloaded' });
    return { file: await this.#copies.open(id), bytes: copy.bytes };
  }

  /** It is in the office's records now; from here on the time runs after which it is erased here. */
  async fileAway(doer: Doer, person: Person, id: string, given: { readonly on: string; readonly caseSign: string }) {
    return this.#change(doer, person, id, 'filed-away', (record) => {
      if (!finalPhases.includes(record.request.state.phase)) {
        throw new HalinaError('REQUEST_OPEN', 'do akt przekazuje się zakończoną sprawę');
      }
      if (given.caseSign.trim() === '') throw new HalinaError('CASE_SIGN_MISSING', 'podaj znak sprawy');
      return Promise.resolve({ ...record, filedAway: { ...given, by: person.id } });
    });
  }

  /** What is due by the calendar: terms, papers that are owed, holds that end, personal data that go. */
  async look(): Promise<void> {
    this.#timer?.cancel();
    const run = async (): Promise<void> => {
      for (const record of this.#all()) {
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
    await this.#store.close();
  }

  #all = (): RequestRecord[] => [...this.#store.values()].filter((one) => one.kind === 'request');

  #nextNumber(receivedOn: string): string {
    const year = receivedOn.slice(0, 4);
    const numbers = this.register().map((one) => (one.kind === 'request' ? one.request.number : one.number));
    const ofYear = numbers.filter((number) => number.endsWith(`/${year}`));
    return `${Math.max(0, ...ofYear.map((number) => Number.parseInt(number, 10))) + 1}/${year}`;
  }

  async #step(doer: Doer, id: string, event: RequestEvent): Promise<Acted> {
    const before = callsOf(this.find(id)?.request.state ?? { phase: 'received' }).map((call) => call.id);
    const acted = await this.#store.exclusively(async (write): Promise<Acted> => {
      const record = this.find(id);
      if (!record) throw new HalinaError('REQUEST_UNKNOWN', 'nie ma takiego wniosku');
      const step = transition(record.request, event, this.rules);
      if ('refused' in step) return { refused: await this.#refuse(doer, `request.${event.type}`, id, step.refused) };
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
    await this.#note(doer, request, defined({ action, from, to: request.state.phase }));
    const dueSince = this.#options.clock.now();
    const papers = [...(record?.papers ?? [])];
    for (const effect of effects) {
      if (effect.do === 'make-paper') papers.push({ n: papers.length + 1, paper: effect.paper, dueSince });
    }
    const kept: RequestRecord = {
      ...record,
      kind: 'request',
      id: request.id,
      request,
      events: [...(record?.events ?? []), ...events],
      papers,
    };
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
      const settled = await this.#makePapers(record);
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

  async #makePapers({ id }: RequestRecord): Promise<RequestRecord> {
    for (;;) {
      const record = this.find(id);
      if (!record) throw new HalinaError('REQUEST_UNKNOWN', 'nie ma takiego wniosku');
      const owed = record.papers.find(({ made }) => made === undefined);
      if (!owed) return record;
      const bytes = await this.#options.papers.make(owed.paper, record, owed.n);
      const sha256 = await this.#shelf.put(id, owed, bytes, 'made');
      const facts = { kind: owed.paper, sha256, action: 'made' };
      await this.#append(system, { event: 'document', object: objectOf(id), facts });
      const made = { at: this.#options.clock.now(), sha256, bytes: bytes.length };
      await this.#replacePaper(id, owed.n, (paper) => ({ ...paper, made }));
    }
  }

  #replacePaper(id: string, n: number, change: (paper: PaperRecord) => PaperRecord): Promise<RequestRecord> {
    return this.#store.exclusively(async (write) => {
      const record = this.find(id);
      if (!record) throw new HalinaError('REQUEST_UNKNOWN', 'nie ma takiego wniosku');
      const next = { ...record, papers: record.papers.map((paper) => (paper.n === n ? change(paper) : paper)) };
      await write.put(keyOf(next), next);
      return next;
    });
  }

  #annotate(
    doer: Doer,
    person: Person,
    id: string,
    n: number,
    action: string,
    change: (paper: PaperRecord, at: number) => Promise<PaperRecord>,
  ): Promise<RequestRecord> {
    return this.#change(doer, person, id, action, async (record) => {
      const paper = record.papers.find((one) => one.n === n);
      if (!paper?.made) throw new HalinaError('PAPER_UNKNOWN', 'nie ma takiego pisma');
      const next = await change(paper, this.#options.clock.now());
      return { ...record, papers: record.papers.map((one) => (one.n === n ? next : one)) };
    });
  }

  /** A change beside the workflow, by those who keep the papers. */
  #change(
    doer: Doer,
    person: Person,
    id: string,
    action: string,
    change: (record: RequestRecord) => Promise<RequestRecord>,
    permission: Permission = 'request.complete',
  ): Promise<RequestRecord> {
    return this.#store.exclusively(async (write) => {
      const record = this.find(id);
      if (!record || !maySee(person, record) || !judge(person, permission, { request: true }).allowed) {
        await this.#refuse(doer, `request.${action}`, id, { code: 'not-yours', message: '' });
        throw new HalinaError('NOT_ALLOWED', 'ta czynność nie należy do Twojej roli');
      }
      await this.#note(doer, record.request, { action });
      const next = await change(record);
      await write.put(keyOf(next), next);
      return next;
    });
  }

  async #lookAt(record: RequestRecord): Promise<void> {
    const { clock, keepDays = KEEP_DAYS } = this.#options;
    const { state } = record.request;
    const today = dayAt(clock.now(), this.rules.zone);
    if (state.phase === 'awaiting_completion' && today > state.until) {
      await this.bySystem(record.id, { type: 'term-passed' });
      return;
    }
    if (state.phase === 'matched') {
      await this.bySystem(record.id, { type: 'ask-opinions' });
      return;
    }
    if (record.filedAway && finalPhases.includes(state.phase) && today > addDays(record.filedAway.on, keepDays)) {
      await this.#erase(record);
      return;
    }
    await this.#settle(
      record,
      callsOf(state).map(({ id }) => id),
    );
  }

  /** Everything personal goes: the record, the papers, what the audit log has beside its chain. */
  async #erase({ id, request, filedAway }: RequestRecord): Promise<void> {
    const { alarms, audit, clock } = this.#options;
    await this.#note(system, request, { action: 'erased' });
    const erased: ErasedRequest = {
      kind: 'erased-request',
      id,
      number: request.number,
      of: request.kind,
      receivedOn: request.receivedOn,
      ended: request.state.phase,
      caseSign: filedAway?.caseSign ?? '',
      erasedAt: clock.now(),
    };
    await this.#shelf.clear(id);
    await audit.eraseDetails({ object: objectOf(id) }, { actor: { by: 'system' }, why: 'request-kept-long-enough' });
    await this.#store.exclusively(async (write) => {
      await write.put(keyOf(erased), erased);
      await write.remove(`request:${id}`);
    });
    await this.#store.compact();
    alarms.clear('REQUEST_UNSETTLED', request.number);
  }

  #note(doer: Doer, { id, kind }: AccessRequest, facts: { action: string; from?: string; to?: string }): Promise<void> {
    return this.#append(doer, { event: 'request', object: objectOf(id), facts: { ...facts, kind } });
  }

  async #refuse(doer: Doer, permission: string, id: string, refused: Refused): Promise<Refused> {
    await this.#append(doer, { event: 'refused', object: objectOf(id), facts: { permission, why: refused.code } });
    return refused;
  }

  async #append(doer: Doer, event: Happening): Promise<void> {
    const personal = doer.source === undefined ? undefined : { source: doer.source };
    await this.#options.audit.append(defined({ ...event, actor: doer.actor, role: doer.role, personal }) as AuditEvent);
  }
}

type Happening = AuditEvent extends infer E ? (E extends AuditEvent ? Omit<E, 'actor' | 'role'> : never) : never;
const system: Doer = { actor: { by: 'system' } };
const objectOf = (id: string) => ({ kind: 'request', id });
