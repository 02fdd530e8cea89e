/**
 * The door to disclosures to authorities: kept in a journal of their own, each step in the audit log before it is kept;
 * holds, the sealed file's end and the paper follow from what is kept, and are made up for after a crash.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Doer } from '../accounts/book.js';
import type { Person } from '../accounts/judge.js';
import type { Actor, AuditEvent, AuditLog } from '../audit/audit-log.js';
import type { AlarmBell } from '../base/alarms.js';
import type { Clock } from '../base/clock.js';
import { defined } from '../base/defined.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { addDays, dayAt } from '../config/calendar.js';
import type { FileStore, StoredFile } from '../journal/file-store.js';
import { KeyedStore } from '../journal/keyed-store.js';
import type { StoreWriter } from '../journal/keyed-store.js';
import { holderOfDisclosure, keepHolds } from './holds.js';
import { moverOf } from './inbox.js';
import { fileDisclosure, holdOfDisclosure, isOver, maySee, openSteps, stepDisclosure } from './machine/disclosure.js';
import type { Disclosure, DisclosureEvent, DisclosureForm } from './machine/disclosure.js';
import type { DisclosurePaper, Refused } from './machine/events.js';
import { defaultRules } from './machine/rules.js';
import type { Rules } from './machine/rules.js';
import { PaperShelf } from './paper-shelf.js';
import type { DisclosurePaperMaker, HoldKeeper } from './ports.js';
import type { DisclosureRecord, ErasedDisclosure } from './records.js';

/** Seals recordings into a file that must not be there yet. */
export type Seal = (wish: {
  readonly calls: readonly string[];
  readonly path: string;
  readonly reference: string;
  readonly recipient: string;
  readonly actor: Actor;
  readonly role?: string;
}) => Promise<{ readonly sha256: string; readonly bytes: number }>;

export interface DisclosuresOptions {
  readonly files: FileStore;
  /** Of the journal, of papers, and of sealed files until they are handed over; the first two must be there. */
  readonly folder: string;
  readonly letters: string;
  readonly sealed: string;
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, 'append' | 'eraseDetails'>;
  readonly archive: HoldKeeper;
  readonly papers: DisclosurePaperMaker;
  readonly seal: Seal;
  readonly log: Log;
  readonly alarms: AlarmBell;
  readonly rules?: Rules;
  /** How long one that is over is kept after it went to the office's records, in days. */
  readonly keepDays?: number;
}

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
const objectOf = (id: string) => ({ kind: 'disclosure', id });
const system: Doer = { actor: { by: 'system' } };

export class Disclosures {
  readonly #options: DisclosuresOptions;
  readonly #rules: Rules;
  readonly #store: KeyedStore<DisclosureRecord | ErasedDisclosure>;
  readonly #shelf: PaperShelf;
  #timer: { cancel(): void } | undefined;
  #looking: Promise<void> = Promise.resolve();

  private constructor(options: DisclosuresOptions, store: KeyedStore<DisclosureRecord | ErasedDisclosure>) {
    this.#options = options;
    this.#rules = options.rules ?? defaultRules;
    this.#store = store;
    this.#shelf = new PaperShelf(options.files, options.letters);
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
      if ('refused' in step) return { refused: await this.#refuse(doer, 'file', id, step.refused) };
      return {
        record: await this.#keep(write, doer, 'file', undefined, {
          kind: 'disclosure',
          id,
          disclosure: step.disclosure,
          events: [],
        }),
      };
    });
    return 'record' in kept ? { record: await this.#settle(kept.record) } : kept;
  }

  /** One step of a person. What follows from it is done when this resolves, or is owed and tried again. */
  async act(doer: Doer, person: Person, id: string, action: DisclosureAction): Promise<Disclosed> {
    const done = { by: moverOf(person), at: this.#options.clock.now() };
    const kept = await this.#store.exclusively(async (write): Promise<Disclosed> => {
      const record = this.#must(id);
      const dry = action.type === 'seal' ? { ...action, sha256: '', bytes: 0 } : action;
      const tried = stepDisclosure(record.disclosure, { ...dry, ...done });
      if ('refused' in tried) return { refused: await this.#refuse(doer, action.type, id, tried.refused) };
      const event: DisclosureEvent =
        action.type === 'seal' ? { ...action, ...done, ...(await this.#seal(doer, record)) } : { ...action, ...done };
      const step = stepDisclosure(record.disclosure, event);
      if ('refused' in step) return { refused: step.refused };
      const next = { ...record, disclosure: step.disclosure, events: [...record.events, event] };
      return { record: await this.#keep(write, doer, action.type, record, next) };
    });
    return 'record' in kept ? { record: await this.#settle(kept.record) } : kept;
  }

  /** The disclosure, where this person may know of it; the look is on record. Throws `DISCLOSURE_UNKNOWN`. */
  async open(doer: Doer, person: Person, id: string): Promise<DisclosureRecord> {
    const record = this.find(id);
    if (!record || !maySee(record.disclosure, record.events, moverOf(person))) {
      await this.#refuse(doer, 'see', id, { code: 'not-yours', message: '' });
      throw unknown();
    }
    await this.#note(doer, id, { action: 'opened' });
    return record;
  }

  /** For parts that show nothing of it to a person. */
  find(id: string): DisclosureRecord | undefined {
    const record = this.#store.get(id);
    return record?.kind === 'disclosure' ? record : undefined;
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
    await this.#note(doer, id, { action: 'downloaded' });
    return { file: await this.#options.files.open(this.#sealedPath(id), 'read'), bytes: state.sealed.bytes };
  }

  /** It is in the office's records now; from here on the time runs after which it is erased here. */
  fileAway(
    doer: Doer,
    person: Person,
    id: string,
    given: { readonly on: string; readonly caseSign: string },
  ): Promise<DisclosureRecord> {
    return this.#store.exclusively(async (write) => {
      const record = this.#must(id);
      if (this.waitsFor(person, record) !== 'file-away') {
        await this.#refuse(doer, 'file-away', id, { code: 'out-of-order', message: '' });
        throw new HalinaError('DISCLOSURE_OPEN', 'do akt przekazuje się zakończoną sprawę, raz');
      }
      await this.#note(doer, id, { action: 'filed-away' });
      const next = { ...record, filedAway: { ...given, by: person.id } };
      await write.put(id, next);
      return next;
    });
  }

  /** The PDF of the protocol or the refusal. */
  async paper(doer: Doer, person: Person, id: string): Promise<Buffer> {
    const { paper } = await this.open(doer, person, id);
    if (!paper) throw new HalinaError('PAPER_UNKNOWN', 'pisma jeszcze nie ma');
    await this.#append(doer, { event: 'document', object: objectOf(id), facts: { kind: paper.paper, action: 'read' } });
    return this.#shelf.read(id, { n: 1, paper: paper.paper }, 'made');
  }

  /** What is owed is done, and holds end when their day is over. */
  async look(): Promise<void> {
    this.#timer?.cancel();
    this.#looking = this.#looking.then(async () => {
      for (const record of this.#all()) {
        await this.#lookAt(record).catch((error: unknown) => this.#owe(record, error));
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
    await this.#settle(record);
    const held = holdOfDisclosure(record.disclosure, this.#rules)?.until ?? '';
    if (record.filedAway && today > addDays(record.filedAway.on, keepDays) && today > held) await this.#erase(record);
  }

  /** Everything goes but that it was: the letter, the calls, the paper, what the audit log has beside its chain. */
  async #erase({ id, disclosure, filedAway }: DisclosureRecord): Promise<void> {
    const { alarms, audit, clock } = this.#options;
    await this.#note(system, id, { action: 'erased' });
    await this.#shelf.clear(id);
    await audit.eraseDetails({ object: objectOf(id) }, { actor: { by: 'system' }, why: 'disclosure-kept-long-enough' });
    const { number, receivedOn, state } = disclosure;
    const left = { number, receivedOn, ended: state.phase, caseSign: filedAway?.caseSign ?? '', erasedAt: clock.now() };
    await this.#store.exclusively((write) => write.put(id, { kind: 'erased-disclosure', id, ...left }));
    await this.#store.compact();
    alarms.clear('DISCLOSURE_UNSETTLED', id);
  }

  #must(id: string): DisclosureRecord {
    const record = this.find(id);
    if (!record) throw unknown();
    return record;
  }

  #nextNumber(receivedOn: string): string {
    const year = receivedOn.slice(0, 4);
    const numbers = [...this.#store.values()].map((one) =>
      one.kind === 'disclosure' ? one.disclosure.number : one.number,
    );
    const ofYear = numbers.filter((number) => number.endsWith(`/${year}`));
    return `U${Math.max(0, ...ofYear.map((number) => Number.parseInt(number.slice(1), 10))) + 1}/${year}`;
  }

  #sealedPath = (id: string): string => join(this.#options.sealed, `${id}.zip`);

  /** What a crash left of an earlier try goes first. To whom a confidential one goes is not in the audit log. */
  async #seal({ actor, role }: Doer, { id, disclosure }: DisclosureRecord): Promise<{ sha256: string; bytes: number }> {
    const { files, seal, sealed } = this.#options;
    const { form, number } = disclosure;
    await files.makeFolder(sealed);
    const path = this.#sealedPath(id);
    for (const old of [path, `${path}.new`]) await files.remove(old);
    const calls = form.calls.map((call) => call.id);
    const recipient = form.confidential ? 'uprawniony organ' : form.authority;
    const { sha256, bytes } = await seal({ calls, path, reference: number, recipient, actor, ...defined({ role }) });
    return { sha256, bytes };
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
    await this.#note(doer, next.id, defined({ action, from, to: next.disclosure.state.phase }));
    await write.put(next.id, next);
    return next;
  }

  /** Does what the state calls for. What fails now is owed. */
  async #settle(record: DisclosureRecord): Promise<DisclosureRecord> {
    const { archive, clock, files, alarms } = this.#options;
    const { disclosure } = record;
    try {
      const holder = holderOfDisclosure(disclosure, this.#rules);
      const calls = disclosure.form.calls.map(({ id }) => id);
      await keepHolds(archive, holder, calls, clock.now(), this.#rules);
      if (isOver(disclosure)) await files.remove(this.#sealedPath(record.id));
      const settled = await this.#makePaper(record);
      alarms.clear('DISCLOSURE_UNSETTLED', record.id);
      return settled;
    } catch (error) {
      this.#owe(record, error);
      return record;
    }
  }

  /** An alarm; it is tried again at each look. */
  #owe({ id, disclosure: { number } }: DisclosureRecord, error: unknown): void {
    const { alarms, log } = this.#options;
    const why = errorMessage(error);
    log.error({ disclosure: id, error: why }, 'a step of a disclosure is not carried out yet');
    alarms.raise('DISCLOSURE_UNSETTLED', id, `disclosure ${number}: ${why}; it is tried again`);
  }

  async #makePaper(record: DisclosureRecord): Promise<DisclosureRecord> {
    const paper = paperOf(record.disclosure);
    if (paper === undefined || record.paper) return record;
    const bytes = await this.#options.papers.makeForDisclosure(paper, record);
    const sha256 = await this.#shelf.put(record.id, { n: 1, paper }, bytes, 'made');
    const facts = { kind: paper, sha256, action: 'made' };
    await this.#append(system, { event: 'document', object: objectOf(record.id), facts });
    const made = { paper, at: this.#options.clock.now(), sha256, bytes: bytes.length };
    return this.#store.exclusively(async (write) => {
      const next = { ...this.#must(record.id), paper: made };
      await write.put(next.id, next);
      return next;
    });
  }

  #note(doer: Doer, id: string, facts: { action: string; from?: string; to?: string }): Promise<void> {
    return this.#append(doer, { event: 'disclosure', object: objectOf(id), facts });
  }

  async #refuse(doer: Doer, step: string, id: string, refused: Refused): Promise<Refused> {
    const facts = { permission: `disclosure.${step}`, why: refused.code };
    await this.#append(doer, { event: 'refused', object: objectOf(id), facts });
    return refused;
  }

  async #append(doer: Doer, event: Happening): Promise<void> {
    const personal = doer.source === undefined ? undefined : { source: doer.source };
    await this.#options.audit.append(defined({ ...event, actor: doer.actor, role: doer.role, personal }) as AuditEvent);
  }
}

type Happening = AuditEvent extends infer E ? (E extends AuditEvent ? Omit<E, 'actor' | 'role'> : never) : never;

function paperOf({ state }: Disclosure): DisclosurePaper | undefined {
  if (state.phase === 'handed_over') return 'handover-protocol';
  return state.phase === 'refused' ? 'disclosure-refusal' : undefined;
}

const unknown = (): HalinaError => new HalinaError('DISCLOSURE_UNKNOWN', 'nie ma takiego udostępnienia');
