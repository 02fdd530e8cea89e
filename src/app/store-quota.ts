/** Writes a changed quota into the configuration file, the one place where it stands; comments are kept. */
import { editConfig } from '../config/edit.js';
import { formatSize } from '../config/units.js';
import type { Where } from './where.js';

export async function storeQuota(where: Where, bytes: number): Promise<void> {
  // The demonstration's file belongs to the program, not to its user.
  if (!where.demo) await editConfig(where.configFile, ['storage', 'quota'], formatSize(bytes));
}
