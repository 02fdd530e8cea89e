/**
 * An excerpt of the chain for certain objects: their lines whole, and of all lines between each and the next anchor only
 * what is needed to follow the chain. It proves its lines and shows nobody else's.
 */
import type { FileStore } from '../journal/file-store.js';
import { readAll } from '../journal/whole-file.js';
import type { Anchor } from './anchor.js';
import { anchorsPath } from './anchors.js';
import { sha256, type ChainLine } from './line.js';
import { canonicalJson } from '../base/canonical-json.js';
import { anchorLines, chainLines, listSegments } from './segments.js';

export interface ExcerptLine {
  readonly hash: string;
  /** The JSON of a line that is shown; the SHA-256 of one that is not. */
  readonly shown?: string;
  readonly hidden?: string;
}

/** Lines that follow one another, from one that is shown to one that is anchored. */
export interface Span {
  /** The hash of the line before the first. */
  readonly from: string;
  readonly lines: readonly ExcerptLine[];
  readonly anchor: Anchor;
}

interface OpenSpan {
  readonly from: string;
  readonly lines: ExcerptLine[];
  anchor: Anchor;
}

function excerptLine({ hash, record }: ChainLine, isShown: boolean): ExcerptLine {
  const json = canonicalJson(record);
  return isShown ? { hash, shown: json } : { hash, hidden: sha256(json) };
}

/** `ids`: of the objects whose lines are shown. Lines after the last anchor are left out. */
export async function excerptOf(files: FileStore, folder: string, ids: ReadonlySet<string>): Promise<Span[]> {
  const anchors = anchorLines(await readAll(files, anchorsPath(folder))).flatMap(({ found }) =>
    typeof found === 'string' ? [] : [found],
  );
  const spans: Span[] = [];
  let open: OpenSpan | undefined;
  let next = 0;
  for (const { chain } of await listSegments(files, folder)) {
    for (const { found } of chainLines(await readAll(files, chain))) {
      if (typeof found === 'string') continue;
      const { seq, prev, object } = found.record;
      while (next < anchors.length && (anchors[next]?.seq ?? 0) < seq) next += 1;
      const anchor = anchors[next];
      const isShown = object !== undefined && ids.has(object.id);
      if (isShown && anchor) {
        open ??= { from: prev, lines: [], anchor };
        open.anchor = anchor;
      }
      open?.lines.push(excerptLine(found, isShown));
      if (open?.anchor.seq !== seq) continue;
      spans.push(open);
      open = undefined;
    }
  }
  return spans;
}
