/** The memory of a process. */
import { readFileSync } from 'node:fs';

/** Resident memory without what is shared, in kB. */
export function privateKb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  return of('Private_Clean') + of('Private_Dirty');
}
