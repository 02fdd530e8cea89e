/**
 * Proves the audit log, or names each difference: every line of the chain and its place, every detail against its
 * commitment, every anchor against the chain and its key, the keys, and what does not belong there. With anchors that were kept outside the
 * proof holds against whoever administers the machine too.
 */
import { join } from 'node:path';
import type { FileStore } from '../journal/file-store.js';
import { reserveContent } from '../journal/reserve.js';
import { readAll } from '../journal/whole-file.js';
import { auditFolder, keysFolder } from './anchoring.js';
import type { Anchor } from './anchor.js';
import { anchorsPath } from './anchors.js';
import type { AuditDifference, AuditSnapshot } from './difference.js';
import { ChainCheck, type SaidRecording } from './verify-chain.js';
import { anchorDifferences, outsideDifferences } from './verify-anchors.js';
import { keyDifferences } from './verify-keys.js';
import { anchorLines, listSegments, type Placed } from './segments.js';

export type { AuditDifference } from './difference.js';

/** How far the proof reaches. */
export interface AuditProof {
  readonly lines: number;
  /** The last line that an anchor of this machine covers. */
  readonly anchoredTo: number;
  /** The last line that an anchor kept outside covers; undefined where none was given or none fits. */
  readonly outsideTo: number | undefined;
}

export interface AuditVerdict {
  readonly differences: readonly AuditDifference[];
  readonly proof: AuditProof;
  /** What the chain says of recordings: the last word about each. */
  readonly recordings: ReadonlyMap<string, SaidRecording>;
}

/** To be taken while nothing is written. */
export async function takeSnapshot(files: FileStore, data: string): Promise<AuditSnapshot> {
  const folder = auditFolder(data);
  const segments = await listSegments(files, folder);
  const held = new Map<string, Buffer>();
  for (const path of segments.slice(-1).flatMap(({ chain, details }) => [chain, details])) {
    held.set(path, await readAll(files, path));
  }
  const anchors = await readAll(files, anchorsPath(folder));
  return { segments, anchors, read: async (path) => held.get(path) ?? readAll(files, path) };
}

/** `outside`: lines of anchors kept elsewhere, with the name of where they come from. */
export async function verifyAudit(
  files: FileStore,
  data: string,
  snapshot: AuditSnapshot,
  outside?: { readonly name: string; readonly bytes: Buffer },
): Promise<AuditVerdict> {
  const folder = auditFolder(data);
  const path = anchorsPath(folder);
  const anchors = anchorLines(snapshot.anchors);
  const others = outside ? anchorLines(outside.bytes) : [];
  const wanted = new Set([...sound(anchors), ...sound(others)].map(({ seq }) => seq));
  const chain = await ChainCheck.run(snapshot, folder, wanted);
  const differences: AuditDifference[] = [...chain.differences];
  differences.push(...anchorDifferences(path, anchors, chain));
  differences.push(...(await keyDifferences(files, keysFolder(data), chain, sound(anchors))));
  differences.push(...(await fileDifferences(files, folder, snapshot)));
  let outsideTo: number | undefined;
  if (outside) {
    const judged = outsideDifferences(outside.name, others, chain);
    differences.push(...judged.differences);
    outsideTo = judged.provenTo;
  }
  const anchoredTo = Math.max(0, ...sound(anchors).map(({ seq }) => seq));
  return { differences, recordings: chain.recordings, proof: { lines: chain.lines, anchoredTo, outsideTo } };
}

const sound = (lines: readonly Placed<Anchor>[]): Anchor[] =>
  lines.flatMap(({ found }) => (typeof found === 'string' ? [] : [found]));

/** What does not belong there, and the reserve. */
async function fileDifferences(files: FileStore, folder: string, snapshot: AuditSnapshot): Promise<AuditDifference[]> {
  const reserve = join(folder, 'reserve');
  const own = [...snapshot.segments.flatMap(({ chain, details }) => [chain, details]), anchorsPath(folder), reserve];
  const passing = [join(folder, 'erasing.json')];
  const differences: AuditDifference[] = [];
  for (const { name } of await files.list(folder)) {
    const path = join(folder, name);
    if (own.includes(path) || passing.includes(path) || isLater(name)) continue;
    differences.push({
      kind: 'audit-files',
      path,
      what: 'it is no file of the audit log',
      todo: 'look at it; remove it',
    });
  }
  const bytes = await readAll(files, reserve);
  if (!bytes.equals(reserveContent(bytes.length))) {
    const what = 'the room kept for a full disk holds something else than was written';
    differences.push({
      kind: 'audit-files',
      path: reserve,
      what,
      todo: 'remove it; Halina makes it anew at the start',
    });
  }
  return differences;
}

/** A segment that came after the snapshot, or a file that is being written anew. */
const isLater = (name: string): boolean => /^(chain|details)-\d{6,}\.log(\.new)?$/.test(name);
