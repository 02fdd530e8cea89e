/** The copy for an art. 15 request, as a sealed file in the folder of its papers, from its making until it is handed over. */
import { join } from 'node:path';
import type { Doer } from '../accounts/book.js';
import type { Actor } from '../audit/audit-log.js';
import type { Clock } from '../base/clock.js';
import { defined } from '../base/defined.js';
import { HalinaError } from '../base/errors.js';
import type { FileStore, StoredFile } from '../journal/file-store.js';
import type { CopyRecord, RequestRecord } from './records.js';

/** Seals the calls without what is cut, into a file that must not be there yet. */
export type SealCopy = (wish: {
  readonly calls: readonly { readonly id: string; readonly cuts: readonly { fromMs: number; toMs: number }[] }[];
  readonly path: string;
  readonly reference: string;
  readonly actor: Actor;
  readonly role?: string;
}) => Promise<{ readonly sha256: string; readonly bytes: number }>;

export interface CopiesOptions {
  readonly files: FileStore;
  /** Of the papers. */
  readonly letters: string;
  readonly clock: Clock;
  readonly seal: SealCopy;
}

export class Copies {
  constructor(private readonly options: CopiesOptions) {}

  /** The record with a copy just made; an older one goes. Throws `COPY_NOT_APPROVED`. */
  async withNew(doer: Doer, record: RequestRecord, by: string): Promise<RequestRecord> {
    return { ...record, copy: await this.#make(doer, record, by) };
  }

  async #make({ actor, role }: Doer, { id, request }: RequestRecord, by: string): Promise<CopyRecord> {
    const { files, letters, clock, seal } = this.options;
    const { state, number } = request;
    if (state.phase !== 'copy_issued' || state.handedOver) {
      throw new HalinaError('COPY_NOT_APPROVED', 'kopię przygotowuje się po zgodzie Sekretarza, a przed jej wydaniem');
    }
    await files.makeFolder(join(letters, id));
    await this.remove(id);
    const calls = state.case.calls.map((call) => ({
      id: call.id,
      cuts: state.cuts.filter((cut) => cut.call === call.id),
    }));
    const { sha256, bytes } = await seal({
      calls,
      path: this.#path(id),
      reference: number,
      actor,
      ...defined({ role }),
    });
    return { at: clock.now(), by, sha256, bytes };
  }

  open(id: string): Promise<StoredFile> {
    return this.options.files.open(this.#path(id), 'read');
  }

  async remove(id: string): Promise<void> {
    const { files } = this.options;
    for (const path of [this.#path(id), `${this.#path(id)}.new`]) await files.remove(path);
  }

  #path = (id: string): string => join(this.options.letters, id, 'copy.zip');
}
