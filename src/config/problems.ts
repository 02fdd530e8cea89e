/** Mistakes in a configuration: each with its place, what is wrong and what to do, all of them told at once. */
import { HalinaError } from '../base/errors.js';

export interface ConfigProblem {
  /** From 1; undefined for what has no place of its own, such as a setting that lacks. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** `trunks[0].proxy` */
  readonly setting: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

export class ConfigError extends HalinaError {
  constructor(
    readonly file: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
    super('CONFIG_INVALID', `${file} has ${count}:\n${problems.map((one) => `  ${describe(file, one)}`).join('\n')}`, {
      hint: 'Mend the places named above; `halina check` reads the file without starting anything.',
    });
  }
}

/** `halina.yaml:12:5: trunks[0].proxy: what is wrong — what to do`, as editors and compilers have it. */
export function describe(file: string, { line, column, setting, message, hint }: ConfigProblem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return `${place}: ${setting === '' ? '' : `${setting}: `}${message}${hint ? ` — ${hint}` : ''}`;
}

/** A mistake before its place in the file is known. */
export interface CheckProblem {
  readonly path: SettingPath;
  readonly message: string;
  readonly hint?: string;
}

export type SettingPath = readonly (string | number)[];

export function settingName(path: SettingPath): string {
  return path.reduce<string>(
    (name, key) => (typeof key === 'number' ? `${name}[${key}]` : name === '' ? key : `${name}.${key}`),
    '',
  );
}

/** Changes, insertions, removals and swaps of neighbouring letters that lead from one word to the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = [...Array(b.length + 1).keys()];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(change, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known word that was probably meant; undefined where none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((one) => ({ one, far: distance(word.toLowerCase(), one.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const [best] = ranked;
  return best && best.far <= Math.max(1, Math.floor((word.length + 1) / 3)) ? best.one : undefined;
}
