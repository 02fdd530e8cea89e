/** Papers of access requests: made when a step owes them, read, and kept as they come back signed. */
import type { Doer } from '../accounts/book.js';
import type { Clock } from '../base/clock.js';
import { HalinaError } from '../base/errors.js';
import type { PaperShelf } from './paper-shelf.js';
import type { PaperMaker } from './ports.js';
import type { PaperRecord, RequestRecord } from './records.js';
import type { RequestBook } from './request-book.js';
import { objectOf, system, type RequestTrail } from './trail.js';

interface RequestPapersParts {
  readonly book: RequestBook;
  readonly shelf: PaperShelf;
  readonly trail: RequestTrail;
  readonly maker: PaperMaker;
  readonly clock: Clock;
}

export class RequestPapers {
  constructor(private readonly parts: RequestPapersParts) {}

  /** Makes those that are owed, one after the other. */
  async makeOwed(id: string): Promise<RequestRecord> {
    const { book, shelf, trail, maker, clock } = this.parts;
    for (;;) {
      const record = book.get(id);
      const owed = record.papers.find(({ made }) => made === undefined);
      if (!owed) return record;
      const bytes = await maker.make(owed.paper, record, owed.n);
      const sha256 = await shelf.put(id, owed, bytes, 'made');
      const facts = { kind: owed.paper, sha256, action: 'made' };
      await trail.append(system, { event: 'document', object: objectOf(id), facts });
      const made = { at: clock.now(), sha256, bytes: bytes.length };
      await book.change(id, (now) => withPaper(now, owed.n, (paper) => ({ ...paper, made })));
    }
  }

  /** @param record the request, where whoever asks may see it */
  async read(doer: Doer, record: RequestRecord | undefined, n: number, form: 'made' | 'signed'): Promise<Buffer> {
    const paper = record?.papers.find((one) => one.n === n);
    if (!record || !paper?.[form]) throw new HalinaError('PAPER_UNKNOWN', 'nie ma takiego pisma');
    const facts = { kind: paper.paper, action: 'read' };
    await this.parts.trail.append(doer, { event: 'document', object: objectOf(record.id), facts });
    return this.parts.shelf.read(record.id, paper, form);
  }

  /** A letter that came back signed, put on the shelf. */
  async signed(record: RequestRecord, n: number, pdf: Uint8Array, by: string): Promise<RequestRecord> {
    const at = this.parts.clock.now();
    const sha256 = await this.parts.shelf.put(record.id, madePaper(record, n), pdf, 'signed');
    return withPaper(record, n, (paper) => ({ ...paper, signed: { at, sha256, by } }));
  }
}

/** Throws `PAPER_UNKNOWN` where it was not made. */
export function madePaper({ papers }: RequestRecord, n: number): PaperRecord {
  const paper = papers.find((one) => one.n === n);
  if (!paper?.made) throw new HalinaError('PAPER_UNKNOWN', 'nie ma takiego pisma');
  return paper;
}

export const withPaper = (
  record: RequestRecord,
  n: number,
  change: (paper: PaperRecord) => PaperRecord,
): RequestRecord => ({ ...record, papers: record.papers.map((paper) => (paper.n === n ? change(paper) : paper)) });

/** Throws `PAPER_INVALID`. */
export function mustBePdf(bytes: Uint8Array): void {
  if (Buffer.from(bytes.subarray(0, 5)).toString('latin1') === '%PDF-') return;
  throw new HalinaError('PAPER_INVALID', 'to nie jest plik PDF');
}
