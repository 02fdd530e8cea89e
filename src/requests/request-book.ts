/** Access requests as they are kept, in a journal of their own, with the numbers of the register. */
import { join } from 'node:path';
import { HalinaError } from '../base/errors.js';
import type { FileStore } from '../journal/file-store.js';
import { KeyedStore, type StoreWriter } from '../journal/keyed-store.js';
import { keyOf, parseRecord } from './records.js';
import type { ErasedRequest, RequestRecord, RequestsRecord } from './records.js';

export class RequestBook {
  private constructor(private readonly store: KeyedStore<RequestsRecord>) {}

  /** @param folder must be there */
  static async open(files: FileStore, folder: string): Promise<RequestBook> {
    const path = join(folder, 'requests.journal');
    return new RequestBook(
      await KeyedStore.open({ files, path, name: 'halina-requests', version: 1, parse: parseRecord }),
    );
  }

  find(id: string): RequestRecord | undefined {
    const record = this.store.get(`request:${id}`);
    return record?.kind === 'request' ? record : undefined;
  }

  /** Throws `REQUEST_UNKNOWN`. */
  get(id: string): RequestRecord {
    const record = this.find(id);
    if (!record) throw new HalinaError('REQUEST_UNKNOWN', 'nie ma takiego wniosku');
    return record;
  }

  all(): RequestRecord[] {
    return [...this.store.values()].filter((one) => one.kind === 'request');
  }

  /** With what is left of erased ones. */
  register(): readonly (RequestRecord | ErasedRequest)[] {
    return [...this.store.values()].filter((one) => one.kind === 'request' || one.kind === 'erased-request');
  }

  nextNumber(receivedOn: string): string {
    const year = receivedOn.slice(0, 4);
    const numbers = this.register().map((one) => (one.kind === 'request' ? one.request.number : one.number));
    const ofYear = numbers.filter((number) => number.endsWith(`/${year}`));
    return `${Math.max(0, ...ofYear.map((number) => Number.parseInt(number, 10))) + 1}/${year}`;
  }

  /** Nothing else is written meanwhile. */
  exclusively<T>(work: (write: StoreWriter<RequestsRecord>) => Promise<T>): Promise<T> {
    return this.store.exclusively(work);
  }

  change(id: string, change: (record: RequestRecord) => RequestRecord): Promise<RequestRecord> {
    return this.exclusively(async (write) => {
      const next = change(this.get(id));
      await write.put(keyOf(next), next);
      return next;
    });
  }

  /** This is what stays of it. */
  async erase(erased: ErasedRequest): Promise<void> {
    await this.exclusively(async (write) => {
      await write.put(keyOf(erased), erased);
      await write.remove(`request:${erased.id}`);
    });
    await this.store.compact();
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
