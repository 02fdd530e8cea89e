/** The YAML of a configuration as a person wrote it: its values, and where in the file each of them stands. */
import { isMap, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { ConfigProblem, SettingPath } from './problems.js';

export type Place = Pick<ConfigProblem, 'line' | 'column'>;

export class ConfigDocument {
  readonly #lines = new LineCounter();
  readonly #document: Document;

  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: true });
  }

  /** What keeps it from being YAML at all. */
  get problems(): ConfigProblem[] {
    return this.#document.errors.map((error) => ({
      ...this.#at(error.pos[0]),
      setting: '',
      message: error.message,
    }));
  }

  /** The values, without places. A new copy each time. */
  values(): unknown {
    return this.#document.toJS() ?? {};
  }

  /** Where the value of a setting begins; for one that is not in the file, where the nearest that holds it does. */
  place(path: SettingPath): Place {
    for (let length = path.length; length > 0; length--) {
      const offset = this.#node(path.slice(0, length))?.range?.[0];
      if (offset !== undefined) return this.#at(offset);
    }
    return { line: undefined, column: undefined };
  }

  /** Where the name of a setting begins. */
  placeOfKey(path: SettingPath): Place {
    const parent = path.length === 1 ? this.#document.contents : this.#node(path.slice(0, -1));
    if (!isMap(parent)) return this.place(path);
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1));
    const offset = (pair?.key as Node | undefined)?.range?.[0];
    return offset === undefined ? this.place(path) : this.#at(offset);
  }

  /** A plain value as it is written, e.g. `0201` where the value is the number 201. */
  source(path: SettingPath): string | undefined {
    const node = this.#node(path);
    return isScalar(node) ? node.source : undefined;
  }

  #node(path: SettingPath): Node | undefined {
    return this.#document.getIn(path, true) as Node | undefined;
  }

  #at(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }
}
