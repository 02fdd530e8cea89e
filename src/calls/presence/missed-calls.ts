/**
 * Calls that rang at an extension and that nobody took, since its handset was last used to call. In memory only: after a
 * restart the lamps are out, and the list of calls is as it was.
 */
import type { LineBoard } from './lines.js';

export class MissedCalls {
  readonly #counts = new Map<string, number>();
  readonly #counted = new WeakMap<object, Set<string>>();

  /** `changed`: the count of an extension is another one. */
  constructor(lines: LineBoard, changed: (extension: string) => void) {
    lines.observe({
      changed: () => {},
      missed: (extension, call) => {
        // Two telephones of one extension miss one call.
        const already = this.#counted.get(call) ?? new Set();
        if (already.has(extension)) return;
        this.#counted.set(call, already.add(extension));
        this.#counts.set(extension, this.of(extension) + 1);
        changed(extension);
      },
      called: (extension) => {
        if (this.#counts.delete(extension)) changed(extension);
      },
    });
  }

  of(extension: string): number {
    return this.#counts.get(extension) ?? 0;
  }
}
