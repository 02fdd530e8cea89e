/** Anchors against the chain: those of this machine, and those that were kept elsewhere. */
import { isSound, type Anchor } from './anchor.js';
import type { Placed } from './segments.js';
import { TAMPERED, type AuditDifference } from './difference.js';
import type { ChainCheck } from './verify-chain.js';

/** What is wrong with one anchor, if anything. */
function wrongWith(anchor: Anchor, chain: ChainCheck): string | undefined {
  const key = chain.keys.get(anchor.key);
  if (!key) return `it is signed by the key ${anchor.key}, which the chain does not name`;
  if (!isSound(anchor, key.spki)) return 'its signature does not match';
  if (anchor.seq < key.seq) return 'it is older than its key';
  const hash = chain.hashes.get(anchor.seq);
  if (hash === anchor.hash) return undefined;
  if (anchor.seq > chain.lastSeq)
    return `it covers event ${anchor.seq}, but the chain ends at ${chain.lastSeq}: its end was cut off`;
  return hash === undefined
    ? `event ${anchor.seq}, which it covers, is not there`
    : `event ${anchor.seq}, which it covers, is another one`;
}

export function anchorDifferences(
  path: string,
  lines: readonly Placed<Anchor>[],
  chain: ChainCheck,
): AuditDifference[] {
  const differences: AuditDifference[] = [];
  const name = (what: string): number => differences.push({ kind: 'audit-anchors', path, what, todo: TAMPERED });
  let n = 1;
  let seq = 0;
  for (const { line, found } of lines) {
    if (typeof found === 'string') {
      name(`line ${line}: ${found}`);
      n += 1;
      continue;
    }
    if (found.n !== n) name(`line ${line}: anchor ${found.n} stands where ${n} should be`);
    if (found.seq < seq) name(`line ${line}: anchor ${found.n} covers less than the one before it`);
    const wrong = wrongWith(found, chain);
    if (wrong) name(`line ${line}: anchor ${found.n}: ${wrong}`);
    n = found.n + 1;
    seq = found.seq;
  }
  return differences;
}

/** `provenTo`: the last line that an anchor from outside proves; undefined if none does. */
export function outsideDifferences(
  path: string,
  lines: readonly Placed<Anchor>[],
  chain: ChainCheck,
): { differences: AuditDifference[]; provenTo: number | undefined } {
  const differences: AuditDifference[] = [];
  let provenTo: number | undefined;
  for (const { line, found } of lines) {
    const wrong = typeof found === 'string' ? found : wrongWith(found, chain);
    if (wrong) {
      const what = `line ${line} of the anchors kept outside: ${wrong}`;
      differences.push({ kind: 'audit-anchors', path, what, todo: TAMPERED });
    } else if (typeof found !== 'string') provenTo = Math.max(provenTo ?? 0, found.seq);
  }
  return { differences, provenTo };
}
