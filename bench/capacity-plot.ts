/**
 * Cost and delay against calls, as a picture: takes what `bench:capacity -- --json` printed for several loads (one object a line)
 * and writes an SVG.
 *   for n in 60 150 300; do npm run -s bench:capacity -- --calls $n --plane kernel --rtpengine --json >> runs.jsonl; done
 *   node dist/bench/capacity-plot.js runs.jsonl bench/results/capacity.svg
 */
import { readFileSync, writeFileSync } from 'node:fs';

type Figures = Readonly<Record<string, unknown>>;

interface Series {
  readonly name: string;
  readonly figure: string;
  readonly colour: string;
}

interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
}

const [BLUE, GREY, RED] = ['#0b5cad', '#6b7280', '#b42318'];
const halina = { name: 'Halina', colour: BLUE };
const dgram = { name: 'dgram relay, records nothing', colour: GREY };
const rtpengine = { name: 'rtpengine, recording', colour: RED };

const panels: readonly Panel[] = [
  {
    title: 'whole cost, µs of CPU a packet',
    series: [
      { ...halina, figure: 'usPerPacket' },
      { ...dgram, figure: 'usPerPacketDgram' },
      { ...rtpengine, figure: 'usPerPacketRtpengine' },
    ],
  },
  {
    title: 'added delay, p99, ms',
    series: [
      { ...halina, figure: 'addedDelayMsP99' },
      { ...dgram, figure: 'addedDelayMsP99Dgram' },
      { ...rtpengine, figure: 'addedDelayMsP99Rtpengine' },
    ],
  },
];

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM, GAP] = [460, 240, 56, 44, 40, 40];

const number = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

/** 1, 2 or 5 times a power of ten, so that there are four to ten steps. */
function step(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most / 4));
  return [1, 2, 5, 10].map((n) => n * power).find((one) => most / one <= 8) ?? power;
}

function drawPanel({ title, series }: Panel, runs: readonly Figures[], offset: number): string {
  const points = series.map(({ figure }) =>
    runs.map((run) => [number(run['calls']), number(run[figure])] as const).filter(([, y]) => Number.isFinite(y)),
  );
  const most = Math.max(...points.flat().map(([, y]) => y), 0.01);
  const every = step(most);
  const top = Math.ceil(most / every) * every;
  const mostCalls = Math.max(...runs.map((run) => number(run['calls'])));
  const x = (calls: number): number => offset + LEFT + (calls / mostCalls) * (WIDTH - LEFT - 16);
  const y = (value: number): number => TOP + HEIGHT - (Math.max(0, value) / top) * HEIGHT;
  const out = [`<text x="${offset + LEFT}" y="${TOP - 18}" font-weight="600">${title}</text>`];
  for (let value = 0; value <= top + every / 2; value += every) {
    const label = Number(value.toPrecision(3));
    out.push(`<line x1="${x(0)}" x2="${x(mostCalls)}" y1="${y(value)}" y2="${y(value)}" stroke="#d4d4d8"/>`);
    out.push(`<text x="${x(0) - 8}" y="${y(value) + 4}" text-anchor="end">${label}</text>`);
  }
  for (const run of runs) {
    const calls = number(run['calls']);
    out.push(`<text x="${x(calls)}" y="${TOP + HEIGHT + 18}" text-anchor="middle">${calls}</text>`);
  }
  out.push(`<text x="${x(mostCalls / 2)}" y="${TOP + HEIGHT + 36}" text-anchor="middle">recorded calls at once</text>`);
  series.forEach(({ colour }, n) => {
    const at = (points[n] ?? []).map(([calls, value]) => `${x(calls).toFixed(1)},${y(value).toFixed(1)}`);
    if (at.length === 0) return;
    out.push(`<polyline points="${at.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const one of at)
      out.push(`<circle cx="${one.split(',')[0]}" cy="${one.split(',')[1]}" r="3" fill="${colour}"/>`);
  });
  return out.join('\n');
}

function legend(): string {
  return (panels[0]?.series ?? [])
    .map(({ name, colour }, n) => {
      const [left, down] = [LEFT + n * 260, TOP + HEIGHT + BOTTOM + 22];
      return `<rect x="${left}" y="${down - 9}" width="18" height="4" fill="${colour}"/><text x="${left + 26}" y="${down - 3}">${name}</text>`;
    })
    .join('\n');
}

const [from, to] = process.argv.slice(2);
if (!from || !to) throw new Error('usage: capacity-plot RUNS.jsonl OUT.svg');
const runs = readFileSync(from, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line) as Figures)
  .toSorted((one, other) => number(one['calls']) - number(other['calls']));
if (runs.length === 0) throw new Error(`there are no figures in ${from}`);
const [width, height] = [2 * WIDTH + GAP, TOP + HEIGHT + BOTTOM + 36];
const drawn = panels.map((panel, n) => drawPanel(panel, runs, n * (WIDTH + GAP)));
writeFileSync(
  to,
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#18181b">
<rect width="${width}" height="${height}" fill="#fff"/>
${[...drawn, legend()].join('\n')}
</svg>
`,
);
