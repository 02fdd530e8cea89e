/**
 * The door to disclosures to authorities: kept in a journal of their own, each step in the audit log before it is kept;
 * holds, the sealed file's end and the paper follow from what is kept, and are made up for after a crash.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Doer } from '../accounts/book.js';
import type { Person } from '../accounts/judge.js';
import { defined } from '../base/defined.js';
import { HalinaError } from '../base/errors.js';
import { addDays, dayAt } from '../config/calendar.js';
import type { StoredFile } from '../journal/file-store.js';
import { KeyedStore } from '../journal/keyed-store.js';
import type { StoreWriter } from '../journal/keyed-store.js';
import type { DisclosuresOptions, DisclosureStore } from './disclosure-options.js';
import { DisclosureWorks, findDisclosure, mustFind, unknownDisclosure } from './disclosure-works.js';
import { moverOf } from './inbox.js';
import { fileDisclosure, holdOfDisclosure, isOver, maySee, openSteps, stepDisclosure } from './machine/disclosure.js';
import type { DisclosureEvent, DisclosureForm } from './machine/disclosure.js';
import type { Refused } from './machine/events.js';
import { defaultRules } from './machine/rules.js';
import type { Rules } from './machine/rules.js';
import type { DisclosureRecord, ErasedDisclosure } from './records.js';
import { disclosureOf, DisclosureTrail } from './trail.js';

export interface NewDisclosure {
  readonly receivedOn: string;
  readonly form: DisclosureForm;
}

/** A step without who and when; the sealing itself is done here. */
export type DisclosureAction = DisclosureEvent extends infer E
  ? E extends DisclosureEvent
    ? E extends { type: 'seal' }
      ? { readonly type: 'seal' }
      : Omit<E, 'by' | 'at'>
    : never
  : never;
export type Disclosed = { readonly record: DisclosureRecord } | { readonly refused: Refused };

export interface DisclosureWaiting {
  readonly disclosure: string;
  readonly number: string;
  readonly authority: string;
  readonly what: DisclosureEvent['type'] | 'file-away';
}

const LOOK_MS = 60_000;
const KEEP_DAYS = 365;

export class Disclosures {
  readonly #options: DisclosuresOptions;
  readonly #rules: Rules;
  readonly #store: DisclosureStore;
  readonly #trail: DisclosureTrail;
  readonly #works: DisclosureWorks;
  #timer: { cancel(): void } | undefined;
  #looking: Promise<void> = Promise.resolve();

  private constructor(options: DisclosuresOptions, store: DisclosureStore) {
    this.#options = options;
    this.#rules = options.rules ?? defaultRules;
    this.#store = store;
    this.#trail = new DisclosureTrail(options.audit);
    this.#works = new DisclosureWorks(options, store, this.#trail, this.#rules);
  }

  static async open(options: DisclosuresOptions): Promise<Disclosures> {
    const path = join(options.folder, 'disclosures.journal');
    const parse = (value: unknown) => value as DisclosureRecord | ErasedDisclosure;
    const { files } = options;
    const store = await KeyedStore.open({ files, path, name: 'halina-disclosures', version: 1, parse });
    const disclosures = new Disclosures(options, store);
    await disclosures.look();
    return disclosures;
  }

  /** The letter of an authority is entered. */
  async file(doer: Doer, person: Person, { receivedOn, form }: NewDisclosure): Promise<Disclosed> {
    const id = randomBytes(8).toString('hex');
    const done = { by: moverOf(person), at: this.#options.clock.now() };
    const kept = await this.#store.exclusively(async (write): Promise<Disclosed> => {
      const step = fileDisclosure({ id, number: this.#nextNumber(receivedOn), receivedOn, form, ...done });
      if ('refused' in step) return { refused: await this.#trail.refuse(doer, 'file', id, step.refused) };
      return {
        record: await this.#keep(write, doer, 'file', undefined, {
          kind: 'disclosure',
          id,
          disclosure: step.disclosure,
          events: [],
        }),
      };
    });
    return 'record' in kept ? { record: await this.#works.settle(kept.record) } : kept;
  }

  /** One step of a person. What follows from it is done when this resolves, or is owed and tried again. */
  async act(doer: Doer, person: Person, id: string, action: DisclosureAction): Promise<Disclosed> {
    const done = { by: moverOf(person), at: this.#options.clock.now() };
    const kept = await this.#store.exclusively(async (write): Promise<Disclosed> => {
      const record = mustFind(this.#store, id);
      const dry = action.type === 'seal' ? { ...action, sha256: '', bytes: 0 } : action;
      const tried = stepDisclosure(record.disclosure, { ...dry, ...done });
      if ('refused' in tried) return { refused: await this.#trail.refuse(doer, action.type, id, tried.refused) };
      const event: DisclosureEvent =
        action.type === 'seal'
          ? { ...action, ...done, ...(await this.#works.seal(doer, record)) }
          : { ...action, ...done };
      const step = stepDisclosure(record.disclosure, event);
      if ('refused' in step) return { refused: step.refused };
      const next = { ...record, disclosure: step.disclosure, events: [...record.events, event] };
      return { record: await this.#keep(write, doer, action.type, record, next) };
    });
    return 'record' in kept ? { record: await this.#works.settle(kept.record) } : kept;
  }

  /** The disclosure, where this person may know of it; the look is on record. Throws `DISCLOSURE_UNKNOWN`. */
  async open(doer: Doer, person: Person, id: string): Promise<DisclosureRecord> {
    const record = this.find(id);
    if (!record || !maySee(record.disclosure, record.events, moverOf(person))) {
      await this.#trail.refuse(doer, 'see', id, { code: 'not-yours', message: '' });
      throw unknownDisclosure();
    }
    await this.#trail.note(doer, id, { action: 'opened' });
    return record;
  }

  /** For parts that show nothing of it to a person. */
  find(id: string): DisclosureRecord | undefined {
    return findDisclosure(this.#store, id);
  }

  /** Those that this person may know of, the newest first. */
  list(person: Person): DisclosureRecord[] {
    const by = moverOf(person);
    const mine = this.#all().filter(({ disclosure, events }) => maySee(disclosure, events, by));
    return mine.sort((a, b) => b.disclosure.filedAt - a.disclosure.filedAt);
  }

  openSteps = (person: Person, { disclosure }: DisclosureRecord): DisclosureEvent['type'][] =>
    openSteps(disclosure, moverOf(person));

  /** What comes next in it for this person: that the Secretary may refuse at any time is nothing that waits. */
  waitsFor(person: Person, record: DisclosureRecord): DisclosureWaiting['what'] | undefined {
    const isToFile = isOver(record.disclosure) && !record.filedAway && person.roles.includes('administrator');
    return isToFile ? 'file-away' : this.openSteps(person, record).find((type) => type !== 'refuse');
  }

  /** What waits for this person. That the Secretary may refuse at any time is nothing that waits. */
  waitingFor(person: Person): DisclosureWaiting[] {
    return this.list(person).flatMap((record) => {
      const { id, number, form } = record.disclosure;
      const what = this.waitsFor(person, record);
      return what === undefined ? [] : [{ disclosure: id, number, authority: form.authority, what }];
    });
  }

  /** The sealed file; whoever opened it closes it. The look is on record first. Throws `DISCLOSURE_UNSEALED`. */
  async sealedFile(doer: Doer, person: Person, id: string): Promise<{ file: StoredFile; bytes: number }> {
    const { disclosure } = await this.open(doer, person, id);
    const { state } = disclosure;
    if (state.phase !== 'approved' || !state.sealed) {
      throw new HalinaError('DISCLOSURE_UNSEALED', 'nagrania nie są zapieczętowane albo już je przekazano');
    }
    await this.#trail.note(doer, id, { action: 'downloaded' });
    return { file: await this.#works.openSealed(id), bytes: state.sealed.bytes };
  }

  /** It is in the office's records now; from here on the time runs after which it is erased here. */
  fileAway(
    doer: Doer,
    person: Person,
    id: string,
    given: { readonly on: string; readonly caseSign: string },
  ): Promise<DisclosureRecord> {
    return this.#store.exclusively(async (write) => {
      const record = mustFind(this.#store, id);
      if (this.waitsFor(person, record) !== 'file-away') {
        await this.#trail.refuse(doer, 'file-away', id, { code: 'out-of-order', message: '' });
        throw new HalinaError('DISCLOSURE_OPEN', 'do akt przekazuje się zakończoną sprawę, raz');
      }
      await this.#trail.note(doer, id, { action: 'filed-away' });
      const next = { ...record, filedAway: { ...given, by: person.id } };
      await write.put(id, next);
      return next;
    });
  }

  /** The PDF of the protocol or the refusal. */
  async paper(doer: Doer, person: Person, id: string): Promise<Buffer> {
    const { paper } = await this.open(doer, person, id);
    if (!paper) throw new HalinaError('PAPER_UNKNOWN', 'pisma jeszcze nie ma');
    await this.#trail.append(doer, {
      event: 'document',
      object: disclosureOf(id),
      facts: { kind: paper.paper, action: 'read' },
    });
    return this.#works.readPaper(id, paper.paper);
  }

  /** What is owed is done, and holds end when their day is over. */
  async look(): Promise<void> {
    this.#timer?.cancel();
    this.#looking = this.#looking.then(async () => {
      for (const record of this.#all()) {
        await this.#lookAt(record).catch((error: unknown) => this.#works.owe(record, error));
      }
    });
    await this.#looking;
    this.#timer = this.#options.clock.setTimer(LOOK_MS, () => void this.look());
  }

  async close(): Promise<void> {
    await this.#looking;
    this.#timer?.cancel();
    await this.#store.close();
  }

  #all = (): DisclosureRecord[] => [...this.#store.values()].filter((one) => one.kind === 'disclosure');

  async #lookAt(record: DisclosureRecord): Promise<void> {
    const { clock, keepDays = KEEP_DAYS } = this.#options;
    const today = dayAt(clock.now(), this.#rules.zone);
    await this.#works.settle(record);
    const held = holdOfDisclosure(record.disclosure, this.#rules)?.until ?? '';
    if (record.filedAway && today > addDays(record.filedAway.on, keepDays) && today > held)
      await this.#works.erase(record);
  }

  #nextNumber(receivedOn: string): string {
    const year = receivedOn.slice(0, 4);
    const numbers = [...this.#store.values()].map((one) =>
      one.kind === 'disclosure' ? one.disclosure.number : one.number,
    );
    const ofYear = numbers.filter((number) => number.endsWith(`/${year}`));
    return `U${Math.max(0, ...ofYear.map((number) => Number.parseInt(number.slice(1), 10))) + 1}/${year}`;
  }

  /** On record, then kept. */
  async #keep(
    write: StoreWriter<DisclosureRecord | ErasedDisclosure>,
    doer: Doer,
    action: string,
    before: DisclosureRecord | undefined,
    next: DisclosureRecord,
  ): Promise<DisclosureRecord> {
    const from = before?.disclosure.state.phase;
    await this.#trail.note(doer, next.id, defined({ action, from, to: next.disclosure.state.phase }));
    await write.put(next.id, next);
    return next;
  }
}
