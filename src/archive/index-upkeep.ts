/** Taking out of the index what does not belong there any more. */
import { SEGMENT, segmentOf } from './index-entry.js';
import { strangersOf } from './index-verify.js';
import { readSpans } from './index-writer.js';
import type { Change, IndexWriter } from './index-writer.js';
import type { WholeIndexParts } from './index-whole.js';
import { nodesOf } from './redis-link.js';

/** Calls that are taken out at a time. */
const BATCH = 200;

/** All of it. */
export async function clearIndex({ redis, keys }: WholeIndexParts): Promise<void> {
  await redis.del(keys.position);
  for (const node of nodesOf(redis)) {
    for (const pattern of keys.indexPatterns) {
      let cursor = '0';
      do {
        const [next, found] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', 1000);
        if (found.length > 0) await redis.unlink(...found);
        cursor = next;
      } while (cursor !== '0');
    }
  }
}

/** Calls that were forgotten while nobody followed; gives how many. */
export async function sweepIndex({ redis, keys, store }: WholeIndexParts, writer: IndexWriter): Promise<number> {
  const known = new Map<number, number>();
  for (const { n } of store.catalogue.items()) {
    const segment = segmentOf(n);
    known.set(segment, (known.get(segment) ?? 0) + 1);
  }
  let forgotten = 0;
  for (const [segment] of await readSpans(redis, keys)) {
    if ((await redis.hlen(keys.entries(segment))) <= (known.get(segment) ?? 0)) continue;
    const strangers = await strangersOf({ redis, keys, store }, segment);
    const changes = strangers.map(({ place }): Change => ({ n: segment * SEGMENT + place, entry: undefined }));
    for (let from = 0; from < changes.length; from += BATCH) await writer.write(changes.slice(from, from + BATCH));
    forgotten += strangers.length;
  }
  return forgotten;
}
