/**
 * Calls that rang at an extension and that nobody took, since its handset was last used to call. A restart forgets none of
 * them: the store keeps the counts.
 */
import type { LineBoard } from './lines.js';

/** By extension; those that missed none are not in it. */
export type MissedCounts = ReadonlyMap<string, number>;

export interface MissedStore {
  /** As they were when the program began. */
  readonly counts: MissedCounts;
  /** They changed. */
  save(counts: MissedCounts): void;
}

export class MissedCalls {
  readonly #counts: Map<string, number>;
  readonly #counted = new WeakMap<object, Set<string>>();

  /** `changed`: the count of an extension is another one. */
  constructor(lines: LineBoard, changed: (extension: string) => void, store?: MissedStore) {
    this.#counts = new Map(store?.counts);
    const tell = (extension: string): void => {
      store?.save(this.#counts);
      changed(extension);
    };
    lines.observe({
      changed: () => {},
      missed: (extension, call) => {
        // Two telephones of one extension miss one call.
        const already = this.#counted.get(call) ?? new Set();
        if (already.has(extension)) return;
        this.#counted.set(call, already.add(extension));
        this.#counts.set(extension, this.of(extension) + 1);
        tell(extension);
      },
      called: (extension) => {
        if (this.#counts.delete(extension)) tell(extension);
      },
    });
  }

  of(extension: string): number {
    return this.#counts.get(extension) ?? 0;
  }
}
