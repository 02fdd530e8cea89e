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

/** Prints `result` as a table with `title`, or as one JSON object when `--json` was given. */
export function report(title: string, rows: Readonly<Record<string, Spread>>, facts: object): void {
  if (process.argv.includes('--json')) console.log(JSON.stringify({ ...facts, figures: rows }));
  else console.log(`${title}\n${table(rows)}\n  ${JSON.stringify(facts)}`);
}
