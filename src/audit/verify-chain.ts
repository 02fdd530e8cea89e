/** The chain line by line, and the details beside it. */
import { defined } from '../base/defined.js';
import { commitmentOf } from './details.js';
import { TAMPERED, type AuditDifference, type AuditSnapshot } from './difference.js';
import { ZERO_HASH, type ChainRecord } from './line.js';
import { chainLines, detailLines, segmentOf, type PlacedDetail, type PlacedLine, type Segment } from './segments.js';

const ERASE = 'report this: restart Halina, which ends an erasure that was interrupted';

/** A key as the chain names it. */
export interface NamedKey {
  readonly seq: number;
  readonly spki: Buffer;
  readonly replaces: string | undefined;
}

interface Commitment {
  readonly hash: string;
  readonly path: string;
}

/** What is next: `hash` is unknown after a line that can't be read. */
interface Expected {
  seq: number;
  hash: string | undefined;
}

/** The last word of the chain about a recording: of the MP3, and of the file where that is sealed. */
export interface SaidRecording {
  readonly what: string;
  readonly sha256?: string;
  readonly storedSha256?: string;
}

export class ChainCheck {
  readonly differences: AuditDifference[] = [];
  /** Sound lines. */
  lines = 0;
  lastSeq = 0;
  /** Hashes of the lines that were asked for. */
  readonly hashes = new Map<number, string>();
  readonly keys = new Map<string, NamedKey>();
  /** What the chain says of recordings: the last word about each. */
  readonly recordings = new Map<string, SaidRecording>();
  readonly #wanted: ReadonlySet<number>;
  readonly #erased = new Set<number>();
  /** Commitments without a detail, by `SEQ NAME`: to be excused by an erasure. */
  readonly #open = new Map<string, Commitment & { readonly seq: number }>();
  /** Lines whose details are there. */
  readonly #present = new Map<number, string>();
  readonly #expected: Expected = { seq: 1, hash: ZERO_HASH };

  private constructor(wanted: ReadonlySet<number>) {
    this.#wanted = wanted;
  }

  static async run(snapshot: AuditSnapshot, folder: string, wanted: ReadonlySet<number>): Promise<ChainCheck> {
    const check = new ChainCheck(wanted);
    let number = 1;
    for (const segment of snapshot.segments) {
      for (; number < segment.number; number++) check.#name(segmentOf(folder, number).chain, 'this segment is missing');
      number = segment.number + 1;
      await check.#segment(snapshot, segment);
    }
    check.#settle();
    return check;
  }

  async #segment(snapshot: AuditSnapshot, segment: Segment): Promise<void> {
    const commitments = new Map<string, Commitment & { seq: number }>();
    for (const placed of chainLines(await snapshot.read(segment.chain))) {
      const record = this.#line(segment.chain, placed);
      for (const [name, hash] of Object.entries(record?.commitments ?? {})) {
        const seq = record?.seq ?? 0;
        commitments.set(`${seq} ${name}`, { hash, path: segment.details, seq });
      }
    }
    for (const placed of detailLines(await snapshot.read(segment.details))) {
      this.#detail(segment.details, placed, commitments);
    }
    for (const [key, commitment] of commitments) this.#open.set(key, commitment);
  }

  /** Gives the record of a sound line. */
  #line(path: string, { line, offset, length, found }: PlacedLine): ChainRecord | undefined {
    const expected = this.#expected;
    if (typeof found === 'string') {
      this.#name(path, `line ${line}, byte ${offset}, ${length} bytes: ${found}`);
      expected.seq += 1;
      expected.hash = undefined;
      return undefined;
    }
    const { record, hash } = found;
    if (record.seq !== expected.seq) {
      this.#name(path, `line ${line}: event ${record.seq} stands where ${expected.seq} should be`);
    } else if (expected.hash !== undefined && record.prev !== expected.hash) {
      this.#name(path, `line ${line}: event ${record.seq} does not follow from the one before it`);
    }
    expected.seq = record.seq + 1;
    expected.hash = hash;
    this.lines += 1;
    this.lastSeq = Math.max(this.lastSeq, record.seq);
    if (this.#wanted.has(record.seq)) this.hashes.set(record.seq, hash);
    this.#note(record);
    return record;
  }

  /** What later checks need of a line. */
  #note({ event, seq, facts, object }: ChainRecord): void {
    if (event === 'chain_key' && typeof facts['key'] === 'string' && typeof facts['spki'] === 'string') {
      const replaces = typeof facts['replaces'] === 'string' ? facts['replaces'] : undefined;
      this.keys.set(facts['key'], { seq, spki: Buffer.from(facts['spki'], 'base64'), replaces });
    }
    if (event === 'details_erased' && Array.isArray(facts['lines'])) {
      for (const line of facts['lines']) if (typeof line === 'number') this.#erased.add(line);
    }
    if (event === 'recording' && object && typeof facts['what'] === 'string') {
      const text = (name: string): string | undefined => (typeof facts[name] === 'string' ? facts[name] : undefined);
      const hashes = defined({ sha256: text('sha256'), storedSha256: text('storedSha256') });
      this.recordings.set(object.id, { what: facts['what'], ...hashes });
    }
  }

  #detail(path: string, { line, offset, length, found }: PlacedDetail, commitments: Map<string, Commitment>): void {
    if (typeof found === 'string') {
      this.#name(path, `line ${line}, byte ${offset}, ${length} bytes: ${found}`, 'audit-details');
      return;
    }
    const key = `${found.seq} ${found.name}`;
    const commitment = commitments.get(key);
    const where = `line ${line}: the ${found.name} of event ${found.seq}`;
    if (!commitment) this.#name(path, `${where} is in no line of the chain, or stands twice`, 'audit-details');
    else if (commitment.hash !== commitmentOf(found))
      this.#name(path, `${where} is not what was written`, 'audit-details');
    commitments.delete(key);
    this.#present.set(found.seq, path);
  }

  /** Compares details with erasures, when all lines are known. */
  #settle(): void {
    const missing = [...this.#open.entries()].filter(([, { seq }]) => !this.#erased.has(seq));
    for (const [key, { path }] of missing) {
      const [seq, name] = key.split(' ');
      this.#name(path, `the ${name} of event ${seq} is missing, and no erasure of it is on record`, 'audit-details');
    }
    for (const [seq, path] of this.#present) {
      if (!this.#erased.has(seq)) continue;
      const what = `details of event ${seq} are there, although their erasure is on record`;
      this.differences.push({ kind: 'audit-details', path, what, todo: ERASE });
    }
  }

  #name(path: string, what: string, kind: AuditDifference['kind'] = 'audit-chain'): void {
    this.differences.push({ kind, path, what, todo: TAMPERED });
  }
}
