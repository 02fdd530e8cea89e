/** Medians, spreads and the table in which every benchmark prints its figures. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
  return { min: sorted[0] ?? Number.NaN, median, max: sorted.at(-1) ?? Number.NaN };
}

const short = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1);

/** One figure a row: name, median, and the spread in brackets. */
export function table(rows: Readonly<Record<string, Spread>>): string {
  const width = Math.max(...Object.keys(rows).map((name) => name.length));
  return Object.entries(rows)
    .map(
      ([name, s]) => `  ${name.padEnd(width)}  ${short(s.median).padStart(9)}   (${short(s.min)} to ${short(s.max)})`,
    )
    .join('\n');
}

/**
 * Prints the figures as a table with `title`, or with `--json` as one JSON object: each figure's median by its name, and
 * all spreads under `spread`.
 */
export function report(title: string, rows: Readonly<Record<string, Spread>>, facts: object): void {
  const medians = Object.fromEntries(Object.entries(rows).map(([name, { median }]) => [name, median]));
  if (process.argv.includes('--json')) console.log(JSON.stringify({ ...facts, ...medians, spread: rows }));
  else console.log(`${title}\n${table(rows)}\n  ${JSON.stringify(facts)}`);
}
