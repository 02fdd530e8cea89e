/** Bans that outlive a "restart" in a test's memory. */
import type { Ban, BanStore } from '../../../src/calls/defence/bans.js';

export class MemoryBans implements BanStore {
  saved: readonly Ban[] = [];

  load(): Promise<readonly Ban[]> {
    return Promise.resolve(this.saved);
  }

  save(bans: readonly Ban[]): Promise<void> {
    this.saved = bans;
    return Promise.resolve();
  }
}
