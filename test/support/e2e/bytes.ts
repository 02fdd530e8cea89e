/** What lies on the disk, counted while the program writes. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** All bytes below a folder, redis and logs aside; what goes away while it is counted is not counted. */
export function bytesUnder(folder: string): number {
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'redis' || entry.name === 'log') continue;
    const path = join(folder, entry.name);
    try {
      sum += entry.isDirectory() ? bytesUnder(path) : statSync(path).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return sum;
}

export interface BytesSeen {
  readonly samples: number;
  readonly most: number;
}

/** Counts every 100 ms as long as `task` runs; the most that was ever seen. */
export async function watchBytes(folder: string, task: () => Promise<void>): Promise<BytesSeen> {
  let [samples, most] = [0, 0];
  const sampler = setInterval(() => {
    samples++;
    most = Math.max(most, bytesUnder(folder));
  }, 100);
  try {
    await task();
  } finally {
    clearInterval(sampler);
  }
  return { samples, most };
}
