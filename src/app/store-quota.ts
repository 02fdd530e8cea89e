/** Writes a changed quota into the configuration file, the one place where it stands; comments are kept. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import type { Where } from './where.js';

/** As people write it: the largest unit in which it is a whole number. */
function written(bytes: number): string {
  const units = [['TB', 1e12], ['GB', 1e9], ['MB', 1e6], ['KB', 1e3]] as const; // prettier-ignore
  const [unit, size] = units.find(([, one]) => bytes % one === 0) ?? ['B', 1];
  return `${bytes / size}${unit}`;
}

export async function storeQuota(where: Where, bytes: number): Promise<void> {
  // The demonstration's file belongs to the program, not to its user.
  if (where.demo) return;
  const document = parseDocument(await readFile(where.configFile, 'utf8'));
  document.setIn(['storage', 'quota'], written(bytes));
  const beside = `${where.configFile}.new`;
  await writeFile(beside, document.toString({ lineWidth: 0 }));
  await rename(beside, where.configFile);
}
