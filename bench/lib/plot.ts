/** Figures of several runs as a picture: lines over a common axis, panels beside one another, SVG. */
export type Figures = Readonly<Record<string, unknown>>;

export interface Series {
  readonly name: string;
  /** Which of the figures. */
  readonly figure: string;
  readonly colour: string;
}

export interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
  /** A line that is not to be crossed. */
  readonly limit?: number;
}

export interface Picture {
  readonly panels: readonly Panel[];
  readonly runs: readonly Figures[];
  /** The figure along the bottom, and what it says. */
  readonly along: string;
  readonly label: string;
  /** Powers of ten at equal distances. */
  readonly logarithmic?: boolean;
}

export const [BLUE, GREY, RED] = ['#0b5cad', '#6b7280', '#b42318'] as const;

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM, GAP] = [460, 240, 64, 44, 40, 40];
const LEGEND = 36;

export const number = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

/** 1, 2 or 5 times a power of ten, so that there are four to ten steps. */
function step(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most / 4));
  return [1, 2, 5, 10].map((n) => n * power).find((one) => most / one <= 8) ?? power;
}

const short = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en');

function horizontal({ runs, along, logarithmic }: Picture, offset: number): (value: number) => number {
  const place = (value: number): number => (logarithmic ? Math.log10(value) : value);
  const all = runs.map((run) => place(number(run[along])));
  const [least, most] = [logarithmic ? Math.min(...all) : 0, Math.max(...all)];
  return (value) => offset + LEFT + ((place(value) - least) / (most - least || 1)) * (WIDTH - LEFT - 24);
}

function drawPanel(picture: Picture, { title, series, limit }: Panel, offset: number): string {
  const { runs, along, label } = picture;
  const points = series.map(({ figure }) =>
    runs.map((run) => [number(run[along]), number(run[figure])] as const).filter(([, y]) => Number.isFinite(y)),
  );
  const most = Math.max(...points.flat().map(([, y]) => y), limit ?? 0, 0.01);
  const every = step(most);
  const top = Math.ceil(most / every) * every;
  const x = horizontal(picture, offset);
  const [left, right] = [offset + LEFT, offset + WIDTH - 24];
  const y = (value: number): number => TOP + HEIGHT - (Math.max(0, value) / top) * HEIGHT;
  const out = [`<text x="${left}" y="${TOP - 18}" font-weight="600">${title}</text>`];
  for (let value = 0; value <= top + every / 2; value += every) {
    out.push(`<line x1="${left}" x2="${right}" y1="${y(value)}" y2="${y(value)}" stroke="#d4d4d8"/>`);
    out.push(`<text x="${left - 8}" y="${y(value) + 4}" text-anchor="end">${short(value)}</text>`);
  }
  for (const run of runs) {
    const value = number(run[along]);
    out.push(`<text x="${x(value)}" y="${TOP + HEIGHT + 18}" text-anchor="middle">${short(value)}</text>`);
  }
  out.push(`<text x="${(left + right) / 2}" y="${TOP + HEIGHT + 36}" text-anchor="middle">${label}</text>`);
  if (limit !== undefined) {
    out.push(
      `<line x1="${left}" x2="${right}" y1="${y(limit)}" y2="${y(limit)}" stroke="${RED}" stroke-dasharray="4 4"/>`,
    );
  }
  series.forEach(({ colour }, n) => {
    const at = (points[n] ?? []).map(([along, value]) => `${x(along).toFixed(1)},${y(value).toFixed(1)}`);
    if (at.length === 0) return;
    out.push(`<polyline points="${at.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const one of at) {
      out.push(`<circle cx="${one.split(',')[0]}" cy="${one.split(',')[1]}" r="3" fill="${colour}"/>`);
    }
  });
  return out.join('\n');
}

function legend(series: readonly Series[], offset: number): string {
  return series
    .map(({ name, colour }, n) => {
      const [left, down] = [offset + LEFT + n * 260, TOP + HEIGHT + BOTTOM + 22];
      return `<rect x="${left}" y="${down - 9}" width="18" height="4" fill="${colour}"/><text x="${left + 26}" y="${down - 3}">${name}</text>`;
    })
    .join('\n');
}

/** The whole picture. Where all panels show the same series, these are told once. */
export function draw(picture: Picture): string {
  const { panels } = picture;
  const names = panels.map(({ series }) => series.map(({ name }) => name).join('\n'));
  const once = new Set(names).size === 1;
  const [width, height] = [panels.length * (WIDTH + GAP), TOP + HEIGHT + BOTTOM + LEGEND];
  const drawn = panels.map((panel, n) => drawPanel(picture, panel, n * (WIDTH + GAP)));
  const legends = panels.slice(0, once ? 1 : undefined).map(({ series }, n) => legend(series, n * (WIDTH + GAP)));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#18181b">
<rect width="${width}" height="${height}" fill="#fff"/>
${[...drawn, ...legends].join('\n')}
</svg>
`;
}

/** Runs as a benchmark's `--json` printed them, an object a line, in the order of `along`. */
export function readRuns(text: string, along: string): Figures[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Figures)
    .toSorted((one, other) => number(one[along]) - number(other[along]));
}
