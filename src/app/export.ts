/** `halina export`: a sealed export, with the texts that go into it. */
import { resolve } from 'node:path';
import { sealExport, type ExportParts } from '../archive/export/sealed-export.js';
import { isCallId } from '../base/call-id.js';
import { systemClock } from '../base/clock.js';
import { HalinaError } from '../base/errors.js';
import { commandLine } from './audit-parts.js';
import type { Reply, Request } from './control-api.js';

/** Where `check.sh` and `how-to-check.txt` are. */
export const exportTexts = resolve(import.meta.dirname, '../../../config/export');

export async function exportSealed(
  parts: Omit<ExportParts, 'texts' | 'now'>,
  { calls, ...request }: Request<'export'>,
): Promise<Reply<'export'>> {
  const ids = calls.map((id) => {
    if (isCallId(id)) return id;
    throw new HalinaError('CALL_ID', `${id} is not the id of a call`, { hint: 'halina calls lists them' });
  });
  const all = { ...parts, texts: exportTexts, now: () => systemClock.now() };
  return sealExport(all, { ...request, calls: ids, actor: commandLine() });
}
