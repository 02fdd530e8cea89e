/** The keys: those that the chain names, each vouched for by the one before it, and their files. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { errorMessage } from '../base/errors.js';
import type { FileStore } from '../journal/file-store.js';
import { readAll } from '../journal/whole-file.js';
import type { Anchor } from './anchor.js';
import { keyIdOf, publicPath, publicPem, spkiOf } from './signing-keys.js';
import type { AuditDifference } from './difference.js';
import type { ChainCheck } from './verify-chain.js';

const REMEDY = 'restore it from a backup; if nobody replaced it knowingly, treat it as an incident';
const FILE = /^anchor-([0-9a-f]{32})\.(key|pub)\.pem(\.pending)?$/;

export async function keyDifferences(
  files: FileStore,
  folder: string,
  chain: ChainCheck,
  anchors: readonly Anchor[],
): Promise<AuditDifference[]> {
  const differences = [...namedKeys(folder, chain, anchors)];
  for (const id of chain.keys.keys()) {
    if (!(await files.stat(publicPath(folder, id))))
      differences.push(difference(publicPath(folder, id), 'it is missing'));
  }
  for (const { name } of await files.list(folder)) {
    const [, id, half] = FILE.exec(name) ?? [];
    if (id === undefined) continue;
    const path = join(folder, name);
    const what = wrongWith(await readAll(files, path), id, half === 'key');
    if (what) differences.push(difference(path, what));
    else if (!chain.keys.has(id)) differences.push(difference(path, 'the chain does not name this key'));
  }
  return differences;
}

const difference = (path: string, what: string): AuditDifference => ({ kind: 'audit-keys', path, what, todo: REMEDY });

function* namedKeys(folder: string, chain: ChainCheck, anchors: readonly Anchor[]): Generator<AuditDifference> {
  let first = true;
  for (const [id, { seq, spki, replaces }] of chain.keys) {
    const path = publicPath(folder, id);
    if (keyIdOf(spki) !== id) yield difference(path, `event ${seq} names this key, but gives another one`);
    const vouched = anchors.some((anchor) => anchor.key === replaces && anchor.seq >= seq);
    if (!first && !vouched)
      yield difference(path, `the key that event ${seq} brings in was not vouched for by the one before it`);
    first = false;
  }
}

/** What is wrong with a key's file: it must be, byte for byte, what is written for the key of that name. */
function wrongWith(bytes: Buffer, id: string, isPrivate: boolean): string | undefined {
  try {
    const spki = spkiOf(createPublicKey(bytes));
    const pem = isPrivate ? createPrivateKey(bytes).export({ type: 'pkcs8', format: 'pem' }) : publicPem(spki);
    if (keyIdOf(spki) !== id) return 'it holds the key of another name';
    return Buffer.from(pem).equals(bytes) ? undefined : 'it is not as it was written';
  } catch (error) {
    return `it is no key: ${errorMessage(error)}`;
  }
}
