/**
 * Erasing personal details. What is to go is written down first, then said in the chain, then done: a crash in between is
 * made up for at the next start, so that the chain never says more than was done.
 */
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { FileStore } from '../journal/file-store.js';
import { readAll, writeWhole } from '../journal/whole-file.js';
import { formatDetail } from './details.js';
import { detailLines, listSegments } from './segments.js';
import type { AuditEntry } from './reader.js';

/** Which details: those of lines about an object, of lines older than a time (Unix milliseconds), and each that contains one of the texts. */
export interface DetailsToErase {
  readonly object?: { readonly kind: string; readonly id: string };
  readonly before?: number;
  readonly containing?: readonly string[];
}

/** Whether any detail of the line is meant. */
export function isMeant({ object, before, containing = [] }: DetailsToErase, entry: AuditEntry): boolean {
  if (Object.keys(entry.personal).length === 0) return false;
  // Who erased something and why stays on record.
  if (object && entry.event !== 'erasure' && entry.object?.kind === object.kind && entry.object.id === object.id)
    return true;
  if (before !== undefined && entry.at < before) return true;
  const texts = Object.values(entry.personal);
  return containing.some((part) => texts.some((text) => text.includes(part)));
}

const plan = z.array(z.number().int().positive());
const planPath = (folder: string): string => join(folder, 'erasing.json');

export async function writePlan(files: FileStore, folder: string, lines: readonly number[]): Promise<void> {
  await writeWhole(files, folder, planPath(folder), `${JSON.stringify(lines)}\n`);
}

/** Lines whose erasure was begun and perhaps not ended. */
export async function readPlan(files: FileStore, folder: string): Promise<readonly number[]> {
  const bytes = await readAll(files, planPath(folder));
  return bytes.length === 0 ? [] : plan.parse(JSON.parse(bytes.toString()));
}

export async function endPlan(files: FileStore, folder: string): Promise<void> {
  if (await files.remove(planPath(folder))) await files.syncFolder(folder);
}

/** Writes the files of details anew without those of `lines`. A line that can't be read stays: verify names it. */
export async function eraseLines(files: FileStore, folder: string, lines: ReadonlySet<number>): Promise<void> {
  for (const { details } of await listSegments(files, folder)) {
    const bytes = await readAll(files, details);
    const parsed = detailLines(bytes);
    const isGone = ({ found }: (typeof parsed)[number]): boolean => typeof found !== 'string' && lines.has(found.seq);
    if (!parsed.some(isGone)) continue;
    const kept = parsed.filter((one) => !isGone(one));
    const text = kept.map(({ found, offset, length }) =>
      typeof found === 'string' ? bytes.subarray(offset, offset + length) : Buffer.from(formatDetail(found)),
    );
    await writeWhole(files, dirname(details), details, Buffer.concat(text));
  }
}
