/**
 * What follows from where a disclosure stands: holds, its paper, the sealed file and its end, and at last the erasure. All of it can be
 * done again: what fails now is owed, and a crash leaves nothing by halves.
 */
import { join } from 'node:path';
import type { Doer } from '../accounts/book.js';
import { defined } from '../base/defined.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import type { StoredFile } from '../journal/file-store.js';
import type { DisclosuresOptions, DisclosureStore } from './disclosure-options.js';
import { holderOfDisclosure, keepHolds } from './holds.js';
import { isOver } from './machine/disclosure.js';
import type { Disclosure } from './machine/disclosure.js';
import type { DisclosurePaper } from './machine/events.js';
import type { Rules } from './machine/rules.js';
import { PaperShelf } from './paper-shelf.js';
import type { DisclosureRecord } from './records.js';
import { disclosureOf, system } from './trail.js';
import type { DisclosureTrail } from './trail.js';

export class DisclosureWorks {
  private readonly shelf: PaperShelf;

  constructor(
    private readonly options: DisclosuresOptions,
    private readonly store: DisclosureStore,
    private readonly trail: DisclosureTrail,
    private readonly rules: Rules,
  ) {
    this.shelf = new PaperShelf(options.files, options.letters);
  }

  /** Does what the state calls for. What fails now is owed. */
  async settle(record: DisclosureRecord): Promise<DisclosureRecord> {
    const { archive, clock, files, alarms } = this.options;
    const { disclosure } = record;
    try {
      const holder = holderOfDisclosure(disclosure, this.rules);
      const calls = disclosure.form.calls.map(({ id }) => id);
      await keepHolds(archive, holder, calls, clock.now(), this.rules);
      if (isOver(disclosure)) await files.remove(this.#sealedPath(record.id));
      const settled = await this.#makePaper(record);
      alarms.clear('DISCLOSURE_UNSETTLED', record.id);
      return settled;
    } catch (error) {
      this.owe(record, error);
      return record;
    }
  }

  /** An alarm; it is tried again at each look. */
  owe({ id, disclosure: { number } }: DisclosureRecord, error: unknown): void {
    const { alarms, log } = this.options;
    const why = errorMessage(error);
    log.error({ disclosure: id, error: why }, 'a step of a disclosure is not carried out yet');
    alarms.raise('DISCLOSURE_UNSETTLED', id, `disclosure ${number}: ${why}; it is tried again`);
  }

  async #makePaper(record: DisclosureRecord): Promise<DisclosureRecord> {
    const paper = paperOf(record.disclosure);
    if (paper === undefined || record.paper) return record;
    const bytes = await this.options.papers.makeForDisclosure(paper, record);
    const sha256 = await this.shelf.put(record.id, { n: 1, paper }, bytes, 'made');
    const facts = { kind: paper, sha256, action: 'made' };
    await this.trail.append(system, { event: 'document', object: disclosureOf(record.id), facts });
    const made = { paper, at: this.options.clock.now(), sha256, bytes: bytes.length };
    return this.store.exclusively(async (write) => {
      const next = { ...mustFind(this.store, record.id), paper: made };
      await write.put(next.id, next);
      return next;
    });
  }

  #sealedPath = (id: string): string => join(this.options.sealed, `${id}.zip`);

  /** What a crash left of an earlier try goes first. To whom a confidential one goes is not in the audit log. */
  async seal({ actor, role }: Doer, { id, disclosure }: DisclosureRecord): Promise<{ sha256: string; bytes: number }> {
    const { files, seal, sealed } = this.options;
    const { form, number } = disclosure;
    await files.makeFolder(sealed);
    const path = this.#sealedPath(id);
    for (const old of [path, `${path}.new`]) await files.remove(old);
    const calls = form.calls.map((call) => call.id);
    const recipient = form.confidential ? 'uprawniony organ' : form.authority;
    const { sha256, bytes } = await seal({ calls, path, reference: number, recipient, actor, ...defined({ role }) });
    return { sha256, bytes };
  }

  /** Everything goes but that it was: the letter, the calls, the paper, what the audit log has beside its chain. */
  async erase({ id, disclosure, filedAway }: DisclosureRecord): Promise<void> {
    const { alarms, audit, clock } = this.options;
    await this.trail.note(system, id, { action: 'erased' });
    await this.shelf.clear(id);
    await audit.eraseDetails(
      { object: disclosureOf(id) },
      { actor: { by: 'system' }, why: 'disclosure-kept-long-enough' },
    );
    const { number, receivedOn, state } = disclosure;
    const left = { number, receivedOn, ended: state.phase, caseSign: filedAway?.caseSign ?? '', erasedAt: clock.now() };
    await this.store.exclusively((write) => write.put(id, { kind: 'erased-disclosure', id, ...left }));
    await this.store.compact();
    alarms.clear('DISCLOSURE_UNSETTLED', id);
  }

  /** Whoever opened it closes it. */
  openSealed(id: string): Promise<StoredFile> {
    return this.options.files.open(this.#sealedPath(id), 'read');
  }

  readPaper(id: string, paper: DisclosurePaper): Promise<Buffer> {
    return this.shelf.read(id, { n: 1, paper }, 'made');
  }
}

function paperOf({ state }: Disclosure): DisclosurePaper | undefined {
  if (state.phase === 'handed_over') return 'handover-protocol';
  return state.phase === 'refused' ? 'disclosure-refusal' : undefined;
}

export function findDisclosure(store: DisclosureStore, id: string): DisclosureRecord | undefined {
  const record = store.get(id);
  return record?.kind === 'disclosure' ? record : undefined;
}

/** Throws `DISCLOSURE_UNKNOWN`. */
export function mustFind(store: DisclosureStore, id: string): DisclosureRecord {
  const record = findDisclosure(store, id);
  if (!record) throw unknownDisclosure();
  return record;
}

export const unknownDisclosure = (): HalinaError =>
  new HalinaError('DISCLOSURE_UNKNOWN', 'nie ma takiego udostępnienia');
